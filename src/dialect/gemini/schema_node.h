// A JSON Schema on its way to Gemini's subset: references inlined, allOf merged, what cannot be said turned to hints.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/document.h"

namespace agt::dialect::gemini {

inline constexpr std::size_t schema_nodes_max = 5000;  // references may multiply: a bound for what they expand to
inline constexpr std::size_t schema_depth_max = 48;

struct SchemaNode {
  std::vector<std::string> types{};  // lower case, without "null"; empty: any
  bool nullable = false;
  bool never = false;  // `false`: no value fits
  std::string title{};
  std::string description{};
  std::vector<std::string> hints{};  // constraints that the subset cannot say, in words
  std::string format{};
  std::vector<json::Raw> choices{};  // enum and const
  bool has_choices = false;
  std::vector<std::pair<std::string, SchemaNode>> properties{};
  std::vector<std::string> required{};
  std::vector<SchemaNode> items{};  // none or one
  std::vector<SchemaNode> any_of{};
  std::vector<json::RawField> plain{};  // minimum, maxLength, pattern, default, …: the same in both

  [[nodiscard]] bool anything() const;  // says nothing about the value
};

// Both must hold.
void merge(SchemaNode& into, SchemaNode other);

class SchemaReader {
 public:
  explicit SchemaReader(json::Value root) : root_(root) {}
  [[nodiscard]] SchemaNode read(json::Value schema) { return read(schema, 0); }
  // What was turned into hints or left out: keyword names, sorted.
  [[nodiscard]] const std::set<std::string, std::less<>>& removed() const { return removed_; }

 private:
  [[nodiscard]] SchemaNode read(json::Value schema, std::size_t depth);
  void keyword(SchemaNode& node, const std::string& key, json::Value value, std::size_t depth);
  void structure(SchemaNode& node, const std::string& key, json::Value value, std::size_t depth);
  void limit(SchemaNode& node, const std::string& key, json::Value value);
  void types(SchemaNode& node, json::Value value);
  void alternatives(SchemaNode& node, json::Value list, std::size_t depth);
  void tuple(SchemaNode& node, json::Value list, std::size_t depth);
  [[nodiscard]] SchemaNode referred(json::Value reference, std::size_t depth);
  [[nodiscard]] json::Value target(std::string_view pointer) const;
  void hint(SchemaNode& node, std::string_view key, std::string words);

  json::Value root_;
  std::vector<std::string> open_{};  // references that are being inlined
  std::set<std::string, std::less<>> removed_{};
  std::size_t nodes_ = 0;
};

}  // namespace agt::dialect::gemini

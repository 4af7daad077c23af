// Reading and writing one JSON object of a wire beside the Extras of its node: what the IR has no word for is kept
// under its own key, with a dotted prefix where it stood in an inner object ("reasoning.x"), and goes home by it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "ir/conversation.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::dialect {

// The members of one object. Those that nobody takes become extras in keep_rest().
class MembersIn {
 public:
  // Takes over a member that the IR has no word for, with what its dialect knows of it.
  using Keep = void (*)(ir::Extras& extras, std::string key, json::Value value);
  static void keep(ir::Extras& extras, std::string key, json::Value value);  // knows nothing of it

  MembersIn(json::Value object, ir::Extras& extras, ir::Dialect origin, std::string prefix = {}, Keep keep_one = keep);

  // The member's value, or a missing one. A null counts as absent; its spelling is kept.
  [[nodiscard]] json::Value take(std::string_view key);
  // The member's value whatever it is; an Error when there is none.
  [[nodiscard]] Result<json::Value> need(std::string_view key);
  // The same, and it must be a string.
  [[nodiscard]] Result<std::string> need_text(std::string_view key);
  [[nodiscard]] Result<json::Words> need_words(std::string_view key);
  // An optional string; an empty one is remembered as spelled.
  [[nodiscard]] Result<> take_text(std::string_view key, std::string& out);
  // Members that cannot change an answer: they go home and are no loss elsewhere.
  void keep_unweighed(std::initializer_list<std::string_view> keys);
  void spell(std::string_view key, std::string_view raw);
  void keep_rest();

 private:
  static constexpr std::size_t bits = 64;
  [[nodiscard]] bool taken(std::size_t i) const { return i < bits ? (taken_ >> i & 1U) != 0 : taken_beyond_[i - bits]; }
  void mark(std::size_t i);

  json::Value object_{};
  ir::Extras& extras_;
  std::string prefix_{};
  Keep keep_{};
  std::uint64_t taken_ = 0;           // bit i: the member i
  std::vector<bool> taken_beyond_{};  // those after them, which hardly any object has
};

// Writes the members that the IR knows, then the extras of the same origin that nobody has written. A spelling without
// text is a mark and is never written.
class MembersOut {
 public:
  MembersOut(json::Writer& writer, const ir::Extras& extras, ir::Dialect origin, std::string prefix = {});

  json::Writer& key(std::string_view name);
  template <class T>
  void field(std::string_view name, const T& value) {
    key(name).value(value);
  }
  template <class T>
  void field_if(std::string_view name, const std::optional<T>& value) {
    if (value) field(name, *value);
  }
  void settled(std::string_view name);  // the IR has the last word: an extra of this name is not written
  [[nodiscard]] MembersOut inner(std::string_view name);
  void end();

 private:
  void rest(const std::vector<json::RawField>& fields);
  json::Writer& writer_;
  const ir::Extras& extras_;
  ir::Dialect origin_{};
  std::string prefix_{};
  std::vector<std::string> written_{};
  std::vector<std::string> inner_prefixes_{};
};

// The spelling that `origin` kept under `key`; nullptr when there is none.
[[nodiscard]] const json::Raw* spelling(const ir::Extras& extras, ir::Dialect origin, std::string_view key);
void spell(ir::Extras& extras, ir::Dialect origin, std::string_view key, std::string_view raw);

// Code::schema: "input[0].role: is missing."
[[nodiscard]] std::unexpected<Error> missing_member(json::Value object, std::string_view key);

// Reads a typed member into an optional; absent stays absent.
template <class T, class Read>
[[nodiscard]] Result<> take_into(MembersIn& in, std::string_view key, std::optional<T>& out, Read read) {
  const auto value = in.take(key);
  if (!value.exists()) return {};
  TRY(out, (value.*read)());
  return {};
}

}  // namespace agt::dialect

// Reading and writing one JSON object of the wire beside the Extras of its node: what the IR has no word for is kept
// under its own key, with a dotted prefix where it stood in an inner object ("function.x"), and goes home by it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/conversation.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::dialect::openai_chat {

inline constexpr auto here = ir::Dialect::openai_chat;

// The members of one object. Those that nobody takes become extras in keep_rest().
class ObjectIn {
 public:
  ObjectIn(json::Value object, ir::Extras& extras, std::string prefix = {});

  // The member's value, or a missing one. A null counts as absent; its spelling is kept.
  [[nodiscard]] json::Value take(std::string_view key);
  // The member's value whatever it is; an Error when there is none.
  [[nodiscard]] Result<json::Value> need(std::string_view key);
  void spell(std::string_view key, std::string_view raw);
  void keep_rest();

 private:
  json::Value object_{};
  ir::Extras& extras_;
  std::string prefix_{};
  std::vector<json::Value> rest_{};
};

// Writes the members that the IR knows, then the extras that nobody has written.
class ObjectOut {
 public:
  ObjectOut(json::Writer& writer, const ir::Extras& extras, std::string prefix = {});

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
  [[nodiscard]] ObjectOut inner(std::string_view name);
  void end();

 private:
  void rest(const std::vector<json::RawField>& fields);
  json::Writer& writer_;
  const ir::Extras& extras_;
  std::string prefix_{};
  std::vector<std::string> written_{};
  std::vector<std::string> inner_prefixes_{};
};

// Takes over what the IR has no word for, with what is known of it.
void keep(ir::Extras& extras, std::string key, json::Value value);

// The spelling kept under `key`; nullptr when there is none.
[[nodiscard]] const json::Raw* spelling(const ir::Extras& extras, std::string_view key);
void spell(ir::Extras& extras, std::string_view key, std::string_view raw);

// Code::schema: "messages[0].role: is missing."
[[nodiscard]] std::unexpected<Error> missing(json::Value object, std::string_view key);

// Reads a typed member into an optional; absent stays absent.
template <class T, class Read>
[[nodiscard]] Result<> take_into(ObjectIn& in, std::string_view key, std::optional<T>& out, Read read) {
  const auto value = in.take(key);
  if (!value.exists()) return {};
  TRY(out, (value.*read)());
  return {};
}
[[nodiscard]] Result<> take_text(ObjectIn& in, std::string_view key, std::string& out);

}  // namespace agt::dialect::openai_chat

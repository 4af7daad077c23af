// The members of one chat object beside the Extras of its node, and what chat knows of the fields that have no word.
#pragma once

#include <string>
#include <string_view>

#include "dialect/members.h"

namespace agt::dialect::openai_chat {

inline constexpr auto here = ir::Dialect::openai_chat;

// Takes over what the IR has no word for, with what is known of it.
void keep(ir::Extras& extras, std::string key, json::Value value);

class ObjectIn : public MembersIn {
 public:
  ObjectIn(json::Value object, ir::Extras& extras, std::string prefix = {})
      : MembersIn(object, extras, here, std::move(prefix), openai_chat::keep) {}
};

class ObjectOut : public MembersOut {
 public:
  ObjectOut(json::Writer& writer, const ir::Extras& extras) : MembersOut(writer, extras, here) {}
};

[[nodiscard]] inline const json::Raw* spelling(const ir::Extras& extras, std::string_view key) {
  return dialect::spelling(extras, here, key);
}
inline void spell(ir::Extras& extras, std::string_view key, std::string_view raw) {
  dialect::spell(extras, here, key, raw);
}

}  // namespace agt::dialect::openai_chat

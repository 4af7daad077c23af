// Which conversation a request belongs to, as far as it says so: for staying with the account whose prompt cache is
// warm. Pure.
#pragma once

#include <string>
#include <string_view>

#include "dialect/signs.h"
#include "json/document.h"

namespace agt::dialect {

// What clients call the session, in a header or in the body; "" when they do not. `members`: the body's top level
// suffices (Document::parse_members).
[[nodiscard]] std::string named_session(const HeaderLookup& header, const json::Document& members);

// Without a name: the words of the first user message as the body spells them, cut at 1 KB. Never the system prompt,
// which all users of a program share. `turns`: the member of the body that holds the turns (Codec::turns).
[[nodiscard]] std::string_view first_words(const json::Document& members, std::string_view turns);

}  // namespace agt::dialect

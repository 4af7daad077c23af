// Which conversation a request belongs to, as a number: a request and its dry run must see the same one.
#pragma once

#include <cstdint>
#include <string_view>

#include "dialect/codec.h"
#include "dialect/signs.h"
#include "json/document.h"

namespace agt::relay {

// Whether the body replays what was signed for the account that said it.
[[nodiscard]] bool carries_state(const dialect::Codec& codec, std::string_view body);

// A hash of what the client calls it, else of its first words when `body` is long enough to have a cache or carries
// state; 0: unknown.
// Whether one client's session is another's is not for either to say. `members`: the top level of `body`.
[[nodiscard]] std::uint64_t session_of(const dialect::HeaderLookup& header, std::string_view body,
                                       const json::Document& members, const dialect::Codec& codec,
                                       std::string_view client_key);

}  // namespace agt::relay

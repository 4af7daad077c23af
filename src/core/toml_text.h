// What a TOML parser must not be given. TOML 1.0 has characters beyond ASCII in strings and comments only, and toml++ 3.3
// does anything at all when some of them, U+00DE for one, stand elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agt::text {

// The same text in ASCII, with question marks for what is not: a parser takes it when, and only when, the text itself
// can be parsed without harm. Lines are the same, columns behind a question mark are not. Nothing: the text is ASCII.
[[nodiscard]] std::optional<std::string> ascii_of_toml(std::string_view toml);

}  // namespace agt::text

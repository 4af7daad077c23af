// What a TOML parser must not be given. TOML 1.0 has characters beyond ASCII in strings and comments only, and toml++ 3.3
// does anything at all when some of them, U+00DE for one, stand elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace agt::text {

// Where the first byte stands that is neither ASCII nor in a string or a comment.
[[nodiscard]] std::optional<std::size_t> stray_in_toml(std::string_view toml);

}  // namespace agt::text

// Bytes of others as text: a JSON document with a byte that is no UTF-8 cannot be read by anybody.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agt::text {

// The length of the character that `s` begins with; 0 when that is no UTF-8 (RFC 3629 §4: neither overlong nor a
// surrogate).
[[nodiscard]] std::size_t character_size(std::string_view s);

// `bytes` with U+FFFD for each byte that belongs to no UTF-8 character (RFC 3629 §4).
[[nodiscard]] std::string as_utf8(std::string_view bytes);

}  // namespace agt::text

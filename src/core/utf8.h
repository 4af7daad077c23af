// Bytes of others as text: a JSON document with a byte that is no UTF-8 cannot be read by anybody.
#pragma once

#include <string>
#include <string_view>

namespace agt::text {

// `bytes` with U+FFFD for each byte that belongs to no UTF-8 character (RFC 3629 §4).
[[nodiscard]] std::string as_utf8(std::string_view bytes);

}  // namespace agt::text

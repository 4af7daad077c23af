// The check that every header value passes, in and out.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace agt::net {

// VCHAR, obs-text, SP and HTAB (RFC 9110 §5.5); no CR, LF, NUL or other control character.
[[nodiscard]] inline bool is_field_value(std::string_view s) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  const char* at = s.data();
  const char* const end = at + s.size();
  // Eight bytes at a time: the top bit of each lane that may be below 0x20 or be 0x7F. A false alarm is looked at again.
  for (; end - at >= 8; at += 8) {
    std::uint64_t lanes = 0;
    std::memcpy(&lanes, at, sizeof lanes);
    const auto deleted = lanes ^ (ones * 0x7F);
    const auto alarm = (((lanes - ones * 0x20) & ~lanes) | ((deleted - ones) & ~deleted)) & tops;
    if (alarm != 0) break;
  }
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F) return false;
  }
  return true;
}

}  // namespace agt::net

// What names and values of header fields are made of. Every field passes here, in and out, so it is worth being quick.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace agt::net {

inline constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// How many characters of a token `s` begins with.
[[nodiscard]] inline std::size_t token_size(std::string_view s) {
  std::size_t size = 0;
  while (size < s.size() && token_characters[static_cast<unsigned char>(s[size])]) ++size;
  return size;
}

[[nodiscard]] inline bool is_token(std::string_view s) { return !s.empty() && token_size(s) == s.size(); }

// VCHAR, obs-text, SP and HTAB (RFC 9110 §5.5); no CR, LF, NUL or other control character.
[[nodiscard]] inline bool is_field_value(std::string_view s) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  const char* at = s.data();
  const char* const end = at + s.size();
  // Eight bytes at a time: the top bit of each lane that may be below 0x20 or be 0x7F. A false alarm is looked at
  // again.
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

// Whole numbers in as few bytes as they need: seven bits a byte, low ones first, the top bit says that more follow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agt {

// Small numbers of either sign become small ones: 0, -1, 1, -2 … are 0, 1, 2, 3 …
[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

inline constexpr std::size_t varint_bytes_max = 10;

// Returns how many bytes it wrote; there must be room for varint_bytes_max.
inline std::size_t put_varint(char* at, std::uint64_t value) {
  constexpr std::uint64_t more = 0x80;
  std::size_t size = 0;
  for (; value >= more; value >>= 7U) at[size++] = static_cast<char>(value | more);
  at[size++] = static_cast<char>(value);
  return size;
}

inline void append_varint(std::string& out, std::uint64_t value) {
  std::array<char, varint_bytes_max> bytes{};
  out.append(bytes.data(), put_varint(bytes.data(), value));
}

// Takes one off the beginning of `rest`; nothing when the bytes are damaged.
[[nodiscard]] inline std::optional<std::uint64_t> take_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80U) return value;
  }
  return std::nullopt;
}

}  // namespace agt

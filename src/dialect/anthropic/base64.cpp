#include <cstdint>

#include "dialect/anthropic/render.h"

namespace agt::dialect::anthropic {
namespace {

// The six bits of a digit, or 64.
std::uint32_t digit(char c) {
  constexpr std::uint32_t none = 64;
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return none;
}

}  // namespace

std::optional<std::string> base64_decoded(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto six = digit(c);
    if (six > 63) return std::nullopt;
    bits = ((bits << 6U) | six) & 0xFFFFU;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU);
  }
  if (held == 6) return std::nullopt;
  return out;
}

}  // namespace agt::dialect::anthropic

#include "admin/kept_message.h"

#include <algorithm>

#include "core/text.h"

namespace agt::admin {
namespace {

// The length of the UTF-8 character at the beginning, or 0 when there is none (RFC 3629 §4).
std::size_t character_at(std::string_view s) {
  const auto byte = [s](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

KeptMessage taken_apart(std::string_view text) {
  KeptMessage message;
  const auto line_of = [&text] {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  message.first_line = line_of();
  for (auto line = line_of(); !line.empty(); line = line_of()) {
    const auto colon = std::min(line.find(": "), line.size());
    message.headers.push_back({.name = std::string(line.substr(0, colon)),
                               .value = std::string(line.substr(std::min(colon + 2, line.size())))});
  }
  message.body = text;
  return message;
}

std::string as_utf8(std::string_view bytes) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto size = character_at(bytes);
    out += size == 0 ? replacement : bytes.substr(0, size);
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

}  // namespace agt::admin

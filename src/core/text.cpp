#include "core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace agt::text {

std::string lowered(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

namespace {

// Eight characters at once: what differs are only the cases of letters.
bool same_eight(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = ones * 0x80U;
  constexpr std::uint64_t case_bits = ones * 0x20U;
  const auto difference = a ^ b;
  if (difference == 0) return true;
  if ((difference & ~case_bits) != 0) return false;
  const auto small = a | case_bits;
  const auto low = small & ~tops;
  const auto from_a = low + ones * (0x80U - 'a');       // top bit: at least 'a'
  const auto above_z = low + ones * (0x80U - 'z' - 1);  // top bit: more than 'z'
  const auto letters = from_a & ~above_z & ~small & tops;
  return ((difference << 2U) & ~letters) == 0;
}

template <class Number>
std::uint64_t loaded(const char* from) {
  Number value = 0;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

bool same_letters(std::string_view a, std::string_view b) {
  const auto size = a.size();
  const char* const left = a.data();
  const char* const right = b.data();
  constexpr std::size_t eight = sizeof(std::uint64_t);
  constexpr std::size_t four = sizeof(std::uint32_t);
  if (size >= eight) {
    for (std::size_t at = 0; at + eight <= size; at += eight)
      if (!same_eight(loaded<std::uint64_t>(left + at), loaded<std::uint64_t>(right + at))) return false;
    const auto last = size - eight;  // once more some of what was compared before
    return same_eight(loaded<std::uint64_t>(left + last), loaded<std::uint64_t>(right + last));
  }
  if (size >= four) {
    const auto both = [last = size - four](const char* s) {
      return loaded<std::uint32_t>(s) | loaded<std::uint32_t>(s + last) << 32U;
    };
    return same_eight(both(left), both(right));
  }
  for (std::size_t at = 0; at < size; ++at)
    if (lower(left[at]) != lower(right[at])) return false;
  return true;
}

std::vector<std::string_view> split(std::string_view s, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (auto end = s.find(separator); end != std::string_view::npos; end = s.find(separator, begin)) {
    parts.push_back(s.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(s.substr(begin));
  return parts;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

bool contains(std::string_view s, std::string_view part) {
  return ::memmem(s.data(), s.size(), part.data(), part.size()) != nullptr;
}

std::size_t last_of(std::string_view s, char c) {
  const auto* const found = static_cast<const char*>(::memrchr(s.data(), c, s.size()));
  return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(found - s.data());
}

bool wildcard_match(std::string_view pattern, std::string_view s) {
  std::size_t p = 0;
  std::size_t i = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (i < s.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = i;
    } else if (p < pattern.size() && pattern[p] == s[i]) {
      ++p;
      ++i;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      i = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<std::string> percent_decoded(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '%') {
      out += s[i];
      continue;
    }
    if (i + 2 >= s.size()) return std::nullopt;
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(s.data() + i + 1, s.data() + i + 3, byte, 16);
    if (error != std::errc{} || end != s.data() + i + 3) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::string percent_encoded(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (const char c : s) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string_view clipped(std::string_view s, std::size_t max) {
  if (s.size() <= max) return s;
  while (max > 0 && (static_cast<unsigned char>(s[max]) & 0xC0U) == 0x80U) --max;
  return s.substr(0, max);
}

std::string quoted(std::string_view s, std::size_t max) {
  std::string out;
  for (const char c : clipped(s, max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  if (s.size() > max) out += "…";
  return out;
}

}  // namespace agt::text

// Small pure functions on text that several rooms need and the standard library of g++ 12 lacks.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agt::text {

[[nodiscard]] constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
[[nodiscard]] std::string lowered(std::string_view s);

// Equal without regard to ASCII case, as header names need it. Most that are compared differ in length.
[[nodiscard]] bool same_letters(const char* a, const char* b, std::size_t size);
[[nodiscard]] inline bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && same_letters(a.data(), b.data(), a.size());
}

// Without the spaces and tabs around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view s) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

[[nodiscard]] std::vector<std::string_view> split(std::string_view s, char separator);
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view separator);

// The same as s.contains(part), for large texts.
[[nodiscard]] bool contains(std::string_view s, std::string_view part);

// The same as s.rfind(c), but many bytes at once.
[[nodiscard]] std::size_t last_of(std::string_view s, char c);

// `*` matches any run of characters, also an empty one; everything else is literal.
[[nodiscard]] bool wildcard_match(std::string_view pattern, std::string_view s);

// The whole of `s` as a number, or nothing: no sign for unsigned types, no spaces, no rest.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view s) {
  Number value{};
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc{} || end != s.data() + s.size() || s.empty()) return std::nullopt;
  return value;
}

// Percent-decoding of a URL component; nothing when an escape is malformed. `+` stays `+`.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view s);
[[nodiscard]] std::string percent_encoded(std::string_view s);  // everything but unreserved characters (RFC 3986 §2.3)

// `s` with control characters as \xNN, at most `max` bytes, for logs and messages that quote what the other side said.
[[nodiscard]] std::string quoted(std::string_view s, std::size_t max = 200);

// Cuts at `max` bytes or a little earlier, never inside a UTF-8 character.
[[nodiscard]] std::string_view clipped(std::string_view s, std::size_t max);

}  // namespace agt::text

// Small pure functions on text that several rooms need and the standard library of g++ 12 lacks.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agt::text {

[[nodiscard]] constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
[[nodiscard]] std::string lowered(std::string_view s);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);  // ASCII only, as header names need
[[nodiscard]] std::string_view trimmed(std::string_view s);          // spaces and tabs
[[nodiscard]] std::vector<std::string_view> split(std::string_view s, char separator);
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view separator);

// The same as s.rfind(c), but many bytes at once.
[[nodiscard]] std::size_t last_of(std::string_view s, char c);

// `*` matches any run of characters, also an empty one; everything else is literal.
[[nodiscard]] bool wildcard_match(std::string_view pattern, std::string_view s);

// How many letters must be put in, taken out, changed or swapped with their neighbour: for "did you mean …?".
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b);

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

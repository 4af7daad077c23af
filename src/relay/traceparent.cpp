#include "relay/traceparent.h"

#include <algorithm>
#include <cstddef>

namespace agt::relay {
namespace {

// version "-" trace-id "-" parent-id "-" flags
constexpr std::size_t version_at = 0;
constexpr std::size_t trace_at = 3;
constexpr std::size_t parent_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t size = 55;
constexpr std::size_t trace_digits = 32;
constexpr std::size_t parent_digits = 16;

// Lower case only: the specification says so.
bool is_hex(std::string_view s) {
  return std::ranges::all_of(s, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view s) {
  return std::ranges::all_of(s, [](char c) { return c == '0'; });
}

}  // namespace

std::optional<Traceparent> parse_traceparent(std::string_view text) {
  if (text.size() < size) return std::nullopt;
  const auto version = text.substr(version_at, 2);
  // A later version may have more after the flags; 00 may not, and ff is none.
  const bool is_known = is_hex(version) && version != "ff" && (version != "00" || text.size() == size) &&
                        (text.size() == size || text[size] == '-');
  if (!is_known) return std::nullopt;
  for (const auto dash : {trace_at, parent_at, flags_at})
    if (text[dash - 1] != '-') return std::nullopt;
  Traceparent out{.trace_id = text.substr(trace_at, trace_digits), .parent_id = text.substr(parent_at, parent_digits)};
  const auto flags = text.substr(flags_at, 2);
  if (!is_hex(out.trace_id) || !is_hex(out.parent_id) || !is_hex(flags)) return std::nullopt;
  if (is_zero(out.trace_id) || is_zero(out.parent_id)) return std::nullopt;
  const char low = flags.back();
  out.sampled = (low <= '9' ? low - '0' : low - 'a') % 2 != 0;
  return out;
}

}  // namespace agt::relay

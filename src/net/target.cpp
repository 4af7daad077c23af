#include "net/target.h"

#include <array>
#include <cstdint>

#include "core/text.h"

namespace agt::net {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// True when another decoding would change the text: the mark of an attempt to get past a check.
bool decodes_again(std::string_view path) {
  for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1))
    if (at + 2 < path.size() && is_hex(path[at + 1]) && is_hex(path[at + 2])) return true;
  return false;
}

// Well-formed UTF-8 without overlong forms: an overlong '/' is a '/' to a careless reader.
bool is_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto first = static_cast<unsigned char>(s[i]);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    if (length == 0 || i + length > s.size()) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(s[i + k]) & 0xC0U) != 0x80U) return false;
    const auto second = length > 1 ? static_cast<unsigned char>(s[i + 1]) : 0U;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return false;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return false;
    i += length;
  }
  return true;
}

bool has_dot_segment(std::string_view path) {
  return path.contains("..") || path.contains("/./") || path.ends_with("/.");
}

bool has_control(std::string_view path) {
  for (const char c : path)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  return false;
}

// What nearly all paths consist of; also where it begins a segment, nothing but '.' and '/' needs a second look.
constexpr std::array<bool, 256> plain_characters = [] {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("-_:.~/")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Nothing in it to decode, to refuse or to cut off: the usual target of an API.
bool is_plain(std::string_view target) {
  if (!target.starts_with('/')) return false;
  char before = 0;
  for (const char c : target) {
    if (!plain_characters[static_cast<unsigned char>(c)]) return false;
    if (before == '/' && (c == '/' || c == '.')) return false;
    if (before == '.' && c == '.') return false;
    before = c;
  }
  return true;
}

std::unexpected<std::string> refused(std::string_view why) { return std::unexpected(std::string(why)); }

}  // namespace

std::expected<Target, std::string> parse_target(std::string_view method, std::string_view target) {
  if (is_plain(target)) return Target{.path = std::string(target), .query = {}};
  for (const char c : target)
    if (c <= ' ' || c >= 0x7F) return refused("The request target holds a byte that must be percent-encoded.");
  if (target == "*" && method == "OPTIONS") return Target{.path = "*"};
  if (!target.starts_with('/')) return refused("The request target must be an absolute path.");
  if (target.contains('#')) return refused("The request target must not hold a fragment.");

  const auto path_end = std::min(target.find('?'), target.size());
  const auto raw_path = target.substr(0, path_end);
  Target parsed;
  parsed.query = target.substr(std::min(path_end + 1, target.size()));
  if (raw_path.contains('%')) {
    for (const std::string_view escape : std::array{"%00", "%2f", "%2F", "%5c", "%5C"})
      if (raw_path.contains(escape)) return refused("The path holds an escape that is not allowed (%00, %2F or %5C).");
    auto decoded = text::percent_decoded(raw_path);
    if (!decoded) return refused("The path holds a malformed percent escape.");
    parsed.path = *std::move(decoded);
    if (decodes_again(parsed.path)) return refused("The path is percent-encoded twice.");
    if (has_control(parsed.path)) return refused("The path holds an encoded control character.");
    if (!is_utf8(parsed.path)) return refused("The path is not UTF-8.");
  } else {
    parsed.path = raw_path;
  }
  if (parsed.path.contains("//")) return refused("The path holds an empty segment (//).");
  if (has_dot_segment(parsed.path)) return refused("The path holds a dot segment.");
  if (parsed.path.find_first_of("\\;") != std::string::npos)
    return refused("The path holds a backslash or a semicolon.");
  return parsed;
}

}  // namespace agt::net

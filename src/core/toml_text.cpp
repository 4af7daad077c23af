#include "core/toml_text.h"

#include <algorithm>

namespace agt::text {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Behind the string that begins at `at`; at the line's end when it does not end in its line, as it should. The place of
// a stray byte in `stray`: what is escaped must be ASCII.
std::size_t behind_string(std::string_view toml, std::size_t at, std::optional<std::size_t>& stray) {
  const char quote = toml[at];
  const bool escapes = quote == '"';
  const bool many_lines = at + 2 < toml.size() && toml[at + 1] == quote && toml[at + 2] == quote;
  for (std::size_t i = at + (many_lines ? 3 : 1); i < toml.size(); ++i) {
    if (escapes && toml[i] == '\\') {
      // A backslash at the end of a line takes all white space away that follows.
      const auto next = many_lines ? toml.find_first_not_of(" \t\r\n", i + 1) : i + 1;
      if (next >= toml.size()) return toml.size();
      if (!is_ascii(toml[next])) {
        stray = next;
        return next;
      }
      i = next == i + 1 ? next : next - 1;
    } else if (!many_lines && (toml[i] == quote || toml[i] == '\n')) {
      return i + 1;
    } else if (many_lines && toml.substr(i).starts_with(toml.substr(at, 3))) {
      return i + 3;
    }
  }
  return toml.size();
}

}  // namespace

std::optional<std::size_t> stray_in_toml(std::string_view toml) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::optional<std::size_t> stray;
  for (std::size_t at = toml.starts_with(byte_order_mark) ? byte_order_mark.size() : 0; at < toml.size() && !stray;) {
    if (toml[at] == '"' || toml[at] == '\'')
      at = behind_string(toml, at, stray);
    else if (toml[at] == '#')
      at = std::min(toml.find('\n', at), toml.size());
    else if (!is_ascii(toml[at]))
      stray = at;
    else
      ++at;
  }
  return stray;
}

}  // namespace agt::text

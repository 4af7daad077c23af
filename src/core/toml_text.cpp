#include "core/toml_text.h"

#include <algorithm>
#include <string>

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

// Where a quote begins a string: where a key or a value may begin, and nowhere within one. 8h'… is no string, for
// toml++ neither.
class Position {
 public:
  [[nodiscard]] bool may_begin() const { return may_begin_; }
  void string_ended() { may_begin_ = false; }

  void take(char c) {
    if (std::string_view(" \t\r").contains(c)) return;
    const bool is_header = c == '[' && in_key_ && open_.empty();
    may_begin_ = std::string_view("\n=[{,").contains(c) || (c == '.' && in_key_);
    if (c == '{' || (c == '[' && !is_header)) open_ += c;
    if ((c == ']' || c == '}') && !open_.empty()) open_.pop_back();
    if (c == '\n' && open_.empty()) in_key_ = true;
    if (c == '=' || (c == '[' && !is_header)) in_key_ = false;
    if (c == '{' || c == ',') in_key_ = open_.ends_with('{');
  }

 private:
  bool may_begin_ = true;
  bool in_key_ = true;
  std::string open_{};  // brackets around a value
};

}  // namespace

std::optional<std::size_t> stray_in_toml(std::string_view toml) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::optional<std::size_t> stray;
  Position position;
  for (std::size_t at = toml.starts_with(byte_order_mark) ? byte_order_mark.size() : 0; at < toml.size() && !stray;) {
    if (position.may_begin() && (toml[at] == '"' || toml[at] == '\'')) {
      at = behind_string(toml, at, stray);
      position.string_ended();
      // A string that does not end in its line is refused by the parser; what follows begins a line.
      if (toml[at - 1] == '\n') position.take('\n');
    } else if (toml[at] == '#') {
      at = std::min(toml.find('\n', at), toml.size());
    } else if (!is_ascii(toml[at])) {
      stray = at;
    } else {
      position.take(toml[at++]);
    }
  }
  return stray;
}

}  // namespace agt::text

#include "core/toml_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace agt::text {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// A question mark may stand in strings and comments only, and nothing like "\?" can be escaped. toml++ looks for more
// white space behind a backslash that ends a line, and at what ends it: that must be ASCII too.
class Backslashes {
 public:
  void take(char c) {
    const bool is_space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    space_behind_ = is_space && is_odd_;
    is_odd_ = c == '\\' ? !is_odd_ : space_behind_;
  }
  [[nodiscard]] bool end_a_line() const { return space_behind_; }

 private:
  bool is_odd_ = false;  // an escape begins with the last of them
  bool space_behind_ = false;
};

}  // namespace

std::optional<std::string> ascii_of_toml(std::string_view toml) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (toml.starts_with(byte_order_mark)) toml.remove_prefix(byte_order_mark.size());
  if (std::ranges::all_of(toml, is_ascii)) return std::nullopt;
  std::string out;
  out.reserve(toml.size() * 2);
  Backslashes before;
  for (const char c : toml) {
    if (is_ascii(c))
      out += c;
    else  // with its number: different names stay different
      out += fmt::format("{}?{:02x}", before.end_a_line() ? "\\" : "", static_cast<unsigned char>(c));
    before.take(c);
  }
  return out;
}

}  // namespace agt::text

// KEY=value lines, as shells and dotenv readers take them.
#include <fmt/format.h>

#include "connect/edit.h"
#include "core/text.h"

namespace agt::connect {
namespace {

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;  // without its line end
};

// The last line that sets the name: that is the one that counts.
std::optional<Line> line_that_sets(std::string_view text, std::string_view name) {
  std::optional<Line> found;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto newline = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, newline - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto words = text::trimmed(line);
    if (words.starts_with("export ")) words = text::trimmed(words.substr(std::string_view("export ").size()));
    if (words.starts_with(name) && text::trimmed(words.substr(name.size())).starts_with('='))
      found = Line{begin, begin + line.size()};
    begin = newline + 1;
  }
  return found;
}

bool is_plain(std::string_view value) {
  return !value.empty() && value.find_first_of(" \t\"'#$\\`\r\n") == std::string_view::npos;
}

std::string literal(std::string_view value) {
  if (is_plain(value)) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$' || c == '`') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

Result<std::string> edited_env(std::string_view text, const Setting& setting) {
  const auto& name = setting.path.back();
  std::string out(text);
  if (const auto line = line_that_sets(text, name)) {
    const auto equals = text.find('=', line->begin);
    return out.replace(equals + 1, line->end - equals - 1, literal(setting.value));
  }
  const auto line_end = line_end_of(text);
  if (!out.empty() && !out.ends_with('\n')) out += line_end;
  return out += fmt::format("{}={}{}", name, literal(setting.value), line_end);
}

Result<std::optional<std::string>> env_at(std::string_view text, const std::vector<std::string>& path) {
  const auto line = line_that_sets(text, path.back());
  if (!line) return std::nullopt;
  const auto equals = text.find('=', line->begin);
  auto value = text::trimmed(text.substr(equals + 1, line->end - equals - 1));
  const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.ends_with(value[0]);
  if (!quoted) return std::string(text::trimmed(value.substr(0, value.find(" #"))));
  std::string out;
  const bool escapes = value.front() == '"';
  value = value.substr(1, value.size() - 2);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (escapes && value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

}  // namespace agt::connect

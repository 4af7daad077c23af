#include "sim/markers.h"

#include <algorithm>

#include "core/text.h"
#include "json/document.h"
#include "sim/limits.h"

namespace agt::sim {
namespace {

std::string_view without_leading_spaces(std::string_view s) {
  const auto begin = s.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view{} : s.substr(begin);
}

// A marker's JSON argument, or nothing. On success `rest` stands after it.
std::optional<std::string> json_argument(std::string_view& rest) {
  rest = without_leading_spaces(rest);
  const auto value = bracketed(rest);
  if (value.empty() || !json::Document::parse(value)) return std::nullopt;
  rest = without_leading_spaces(rest.substr(value.size()));
  return std::string(value);
}

bool take_tool(std::string_view rest, Markers& into) {
  rest = without_leading_spaces(rest);
  const auto name = rest.substr(0, rest.find_first_of(" \t\r\n]{"));
  if (name.empty() || into.calls.size() == tool_calls_max) return false;
  rest = without_leading_spaces(rest.substr(name.size()));
  WantedCall call{.name = std::string(name)};
  if (!rest.starts_with("]]")) {
    auto arguments = json_argument(rest);
    if (!arguments || !rest.starts_with("]]")) return false;
    call.arguments = *std::move(arguments);
  }
  into.calls.push_back(std::move(call));
  return true;
}

void take_json(std::string_view rest, std::optional<std::string>& into) {
  auto value = json_argument(rest);
  if (value && rest.starts_with("]]")) into = std::move(value);
}

void take_long(std::string_view rest, Markers& into) {
  const auto end = rest.find("]]");
  if (end == std::string_view::npos) return;
  const auto count = text::parse_number<std::int64_t>(text::trimmed(rest.substr(0, end)));
  if (count && *count >= 0) into.long_chunks = std::min(*count, chunks_max);
}

}  // namespace

std::string_view bracketed(std::string_view text) {
  if (!text.starts_with('{') && !text.starts_with('[')) return {};
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return text.substr(0, i + 1);
  }
  return {};
}

Markers find_markers(std::string_view text) {
  Markers found;
  for (auto at = text.find("[["); at != std::string_view::npos; at = text.find("[[", at + 2)) {
    const auto rest = text.substr(at + 2);
    if (rest.starts_with("think]]")) found.think = true;
    if (rest.starts_with("length]]")) found.length = true;
    if (rest.starts_with("refuse]]")) found.refuse = true;
    if (rest.starts_with("long ")) take_long(rest.substr(5), found);
    if (rest.starts_with("json ")) take_json(rest.substr(5), found.json);
    if (rest.starts_with("usage ")) take_json(rest.substr(6), found.usage);
    if (rest.starts_with("tool ")) take_tool(rest.substr(5), found);
  }
  return found;
}

}  // namespace agt::sim

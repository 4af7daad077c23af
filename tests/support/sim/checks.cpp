#include "sim/checks.h"

#include <algorithm>

namespace agt::sim {

bool one_of(std::string_view word, std::span<const std::string_view> known) {
  return std::ranges::find(known, word) != known.end();
}

std::optional<std::string> unknown_member(json::Value object, std::span<const std::string_view> known) {
  for (const auto member : object.children()) {
    const bool is_known = std::ranges::any_of(known, [&](std::string_view name) { return member.key_is(name); });
    if (!is_known) return member.key();
  }
  return std::nullopt;
}

std::string content_text(json::Value content) {
  if (content.is_string()) return content.text_or("");
  std::string text;
  if (!content.is_array()) return text;
  for (const auto part : content.children()) {
    const auto piece = part["text"].text_or("");
    if (piece.empty()) continue;
    if (!text.empty()) text += '\n';
    text += piece;
  }
  return text;
}

bool is_plain_name(std::string_view name, std::size_t max) {
  if (name.empty() || name.size() > max) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string camel(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joint = name[i] == '_' && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z' && i > 0;
    if (joint)
      out += static_cast<char>(name[++i] - 'a' + 'A');
    else
      out += name[i];
  }
  return out;
}

std::string snake(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

json::Value either(json::Value object, std::string_view camel_name) {
  const auto found = object[camel_name];
  return found.exists() ? found : object[snake(camel_name)];
}

}  // namespace agt::sim

#include "store/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "json/document.h"
#include "json/writer.h"
#include "store/limits.h"

namespace agt::store {

std::string list_text(const std::vector<std::string>& names) {
  json::Writer writer;
  writer.begin_array();
  for (const auto& name : names) writer.value(name);
  writer.end_array();
  return std::move(writer).take();
}

Result<std::vector<std::string>> list_of(std::string_view text) {
  TRY(const auto document, json::Document::parse(text));
  std::vector<std::string> names;
  for (const auto item : document.root().children()) {
    TRY(auto name, item.text());
    names.push_back(std::move(name));
  }
  return names;
}

Result<> check_object(std::string_view text, std::string_view field) {
  if (text.empty()) return {};
  const auto document = json::Document::parse(text);
  if (!document || !document->root().is_object())
    return fail(Code::schema, fmt::format("{}: must be a JSON object", field), std::string(field));
  return {};
}

Result<> check_label(std::string_view label, std::string_view field) {
  const auto refuse = [field](std::string_view why) {
    return fail(Code::schema, fmt::format("{}: {}", field, why), std::string(field));
  };
  if (label.empty()) return refuse("must not be empty");
  if (label.size() > label_bytes_max) return refuse(fmt::format("must have at most {} bytes", label_bytes_max));
  if (text::trimmed(label) != label) return refuse("must not begin or end with a space");
  // A target is label/model: the first slash ends the label.
  if (label.contains('/')) return refuse("must not contain \"/\"");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(label, is_control)) return refuse("must not contain control characters");
  return {};
}

}  // namespace agt::store

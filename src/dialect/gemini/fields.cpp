#include "dialect/gemini/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace agt::dialect::gemini {
namespace {

constexpr std::array sections{section::count,       section::config,   section::thinking, section::tool_config,
                              section::calling,     section::system,   section::call,     section::response,
                              section::inline_data, section::file_data};

// The longest section that the key lies in.
std::string_view section_of(std::string_view key) {
  std::string_view best = section::top;
  for (const auto one : sections)
    if (key.starts_with(one) && one.size() > best.size()) best = one;
  return best;
}

constexpr std::string_view modalities = "generationConfig.responseModalities";
// A cached beginning of the prompt, an answer to be continued, and the shape that the answer must have.
constexpr std::array essential_fields{"cachedContent", "continuationToken", "generationConfig.responseMimeType"};

bool only_text(json::Value list) { return list.size() == 1 && text::iequals(list[std::size_t{0}].text_or(""), "TEXT"); }

bool is_null(const json::Raw& raw) { return raw.text == "null"; }

// "system_instruction" of "systemInstruction".
std::string snake(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) out += '_';
    out += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace

ir::Extras home_extras() { return ir::Extras{.origin = ir::Dialect::gemini}; }

std::string camel(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool hump = word[i] == '_' && i > 0 && i + 1 < word.size() && word[i + 1] >= 'a' && word[i + 1] <= 'z';
    out += hump ? static_cast<char>(word[++i] - 'a' + 'A') : word[i];
  }
  return out;
}

json::Value member(json::Value object, std::string_view name) {
  const auto found = object[name];
  return found.exists() ? found : object[snake(name)];
}

void keep_rest(json::Value object, std::initializer_list<std::string_view> known, std::string_view section,
               ir::Extras& extras) {
  if (!object.is_object()) return;
  for (const auto child : object.children()) {
    auto key = child.key();
    auto canonical = camel(key);
    if (std::ranges::find(known, canonical) == known.end())
      keep(extras, section, key, child);
    else if (!child.present())
      spell(extras, section, canonical, child.keep());
  }
}

void keep(ir::Extras& extras, std::string_view section, std::string_view name, json::Value value) {
  auto key = fmt::format("{}{}", section, name);
  const auto known = fmt::format("{}{}", section, camel(name));
  const bool nothing = !value.present() || (value.is_array() && value.size() == 0);
  if (known == "labels" || (known == modalities && (nothing || only_text(value)))) {
    extras.harmless.push_back(key);
  } else if (!nothing &&
             (known == modalities || std::ranges::find(essential_fields, known) != essential_fields.end())) {
    extras.essential.push_back(key);
  }
  extras.fields.push_back({.key = std::move(key), .value = value.keep()});
}

const json::Raw* spelled(const ir::Extras& extras, std::string_view section, std::string_view name) {
  if (extras.origin != ir::Dialect::gemini) return nullptr;
  for (const auto& field : extras.spelling)
    if (field.key.size() == section.size() + name.size() && field.key.starts_with(section) && field.key.ends_with(name))
      return &field.value;
  return nullptr;
}

void spell(ir::Extras& extras, std::string_view section, std::string_view name, json::Raw raw) {
  extras.spelling.push_back({.key = fmt::format("{}{}", section, name), .value = std::move(raw)});
}

std::string compact(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out += c;
    if (c == '"') in_string = !in_string;
    if (c == '\\' && in_string && i + 1 < json.size()) out += json[++i];
  }
  return out;
}

void write_rest(json::Writer& writer, const ir::Extras& extras, std::string_view section) {
  if (extras.origin != ir::Dialect::gemini) return;
  const auto write = [&](const json::RawField& field) {
    writer.field(std::string_view(field.key).substr(section.size()), field.value);
  };
  for (const auto& field : extras.spelling)
    if (is_null(field.value) && section_of(field.key) == section) write(field);
  for (const auto& field : extras.fields)
    if (section_of(field.key) == section) write(field);
}

bool has_rest(const ir::Extras& extras, std::string_view section) {
  if (extras.origin != ir::Dialect::gemini) return false;
  const auto inside = [&](const json::RawField& field) { return field.key.starts_with(section); };
  return std::ranges::any_of(extras.fields, inside) || std::ranges::any_of(extras.spelling, inside);
}

bool write_spelled(json::Writer& writer, const ir::Extras& extras, std::string_view section, std::string_view name) {
  const auto* raw = spelled(extras, section, name);
  if (raw == nullptr) return false;
  if (!raw->empty() && !is_null(*raw)) writer.field(name, *raw);  // nulls are written by write_rest
  return true;
}

Result<std::optional<std::string>> optional_text(json::Value object, std::string_view name) {
  const auto value = member(object, name);
  if (!value.present()) return std::nullopt;
  TRY(auto text, value.text());
  return text;
}

Result<std::optional<double>> optional_number(json::Value object, std::string_view name) {
  const auto value = member(object, name);
  if (!value.present()) return std::nullopt;
  TRY(const auto number, value.number());
  return number;
}

Result<std::optional<std::int64_t>> optional_integer(json::Value object, std::string_view name) {
  const auto value = member(object, name);
  if (!value.present()) return std::nullopt;
  TRY(const auto number, value.integer());
  return number;
}

Result<std::optional<bool>> optional_boolean(json::Value object, std::string_view name) {
  const auto value = member(object, name);
  if (!value.present()) return std::nullopt;
  TRY(const auto truth, value.boolean());
  return truth;
}

Result<json::Value> optional_object(json::Value object, std::string_view name) {
  const auto value = member(object, name);
  if (value.present() && !value.is_object()) return value.refuse("an object");
  return value.is_object() ? value : json::Value{};
}

Result<json::Value> optional_array(json::Value object, std::string_view name) {
  const auto value = member(object, name);
  if (value.present() && !value.is_array()) return value.refuse("an array");
  return value.is_array() ? value : json::Value{};
}

}  // namespace agt::dialect::gemini

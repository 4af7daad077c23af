#include "dialect/anthropic/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agt::dialect::anthropic {
namespace {

constexpr std::array sections{section::thinking, section::output, section::metadata,
                              section::choice,   section::cache,  section::source};

std::string_view section_of(std::string_view key) {
  for (const auto one : sections)
    if (key.starts_with(one)) return one;
  return section::top;
}

// What cannot change an answer: caches, what is told about the request, how the bytes come.
constexpr std::array harmless_fields{"cache_control", "diagnostics", "eager_input_streaming", "caller"};
// The shape that an answer must have.
constexpr std::array essential_fields{"output_config.format", "output_format"};

template <std::size_t N>
bool listed(const std::array<const char*, N>& words, std::string_view key) {
  return std::ranges::find(words, key) != words.end();
}

bool is_null(const json::Raw& raw) { return raw.text == "null"; }

const json::Raw* find(const std::vector<json::RawField>& fields, std::string_view section, std::string_view name) {
  for (const auto& field : fields)
    if (field.key.size() == section.size() + name.size() && field.key.starts_with(section) && field.key.ends_with(name))
      return &field.value;
  return nullptr;
}

}  // namespace

ir::Extras home_extras() { return ir::Extras{.origin = ir::Dialect::anthropic}; }
bool is_home(const ir::Extras& extras) { return extras.origin == ir::Dialect::anthropic; }

void keep_rest(json::Value object, std::initializer_list<std::string_view> known, std::string_view section,
               ir::Extras& extras) {
  if (!object.is_object()) return;
  for (const auto child : object.children()) {
    const auto key = child.key();
    if (std::ranges::find(known, key) == known.end())
      keep(extras, section, key, child.keep());
    else if (!child.present())
      spell(extras, section, key, child.keep());
  }
}

void keep(ir::Extras& extras, std::string_view section, std::string_view name, json::Raw raw) {
  extras.origin = ir::Dialect::anthropic;
  auto key = fmt::format("{}{}", section, name);
  if (section == section::metadata || section == section::cache || listed(harmless_fields, key))
    extras.harmless.push_back(key);
  if (listed(essential_fields, key)) extras.essential.push_back(key);
  extras.fields.push_back({.key = std::move(key), .value = std::move(raw)});
}

void spell(ir::Extras& extras, std::string_view section, std::string_view name, json::Raw raw) {
  extras.origin = ir::Dialect::anthropic;
  extras.spelling.push_back({.key = fmt::format("{}{}", section, name), .value = std::move(raw)});
}

const json::Raw* kept(const ir::Extras& extras, std::string_view section, std::string_view name) {
  return is_home(extras) ? find(extras.fields, section, name) : nullptr;
}

const json::Raw* spelled(const ir::Extras& extras, std::string_view section, std::string_view name) {
  return is_home(extras) ? find(extras.spelling, section, name) : nullptr;
}

bool has_rest(const ir::Extras& extras, std::string_view section) {
  if (!is_home(extras)) return false;
  const auto inside = [&](const json::RawField& field) { return section_of(field.key) == section; };
  const auto null_inside = [&](const json::RawField& field) { return inside(field) && is_null(field.value); };
  return std::ranges::any_of(extras.fields, inside) || std::ranges::any_of(extras.spelling, null_inside);
}

void write_rest(json::Writer& writer, const ir::Extras& extras, std::string_view section) {
  if (!is_home(extras)) return;
  const auto write = [&](const json::RawField& field) {
    if (section_of(field.key) == section) writer.field(std::string_view(field.key).substr(section.size()), field.value);
  };
  for (const auto& field : extras.spelling)
    if (is_null(field.value)) write(field);
  for (const auto& field : extras.fields) write(field);
}

void write_spelled(json::Writer& writer, const ir::Extras& extras, std::string_view section, std::string_view name) {
  const auto* raw = spelled(extras, section, name);
  if (raw != nullptr && !is_null(*raw)) writer.field(name, *raw);
}

Result<std::optional<double>> optional_number(json::Value object, std::string_view name) {
  const auto value = object[name];
  if (!value.present()) return std::nullopt;
  TRY(const auto number, value.number());
  return number;
}

Result<std::optional<std::int64_t>> optional_integer(json::Value object, std::string_view name) {
  const auto value = object[name];
  if (!value.present()) return std::nullopt;
  TRY(const auto number, value.integer());
  return number;
}

Result<std::optional<bool>> optional_boolean(json::Value object, std::string_view name) {
  const auto value = object[name];
  if (!value.present()) return std::nullopt;
  TRY(const auto truth, value.boolean());
  return truth;
}

Result<json::Value> optional_object(json::Value object, std::string_view name) {
  const auto value = object[name];
  if (value.present() && !value.is_object()) return value.refuse("an object");
  return value.is_object() ? value : json::Value{};
}

Result<json::Value> optional_array(json::Value object, std::string_view name) {
  const auto value = object[name];
  if (value.present() && !value.is_array()) return value.refuse("an array");
  return value.is_array() ? value : json::Value{};
}

Result<std::string> optional_text(json::Value object, std::string_view name, std::string_view section,
                                  ir::Extras& extras) {
  const auto value = object[name];
  if (!value.present()) return std::string{};
  TRY(auto text, value.text());
  if (text.empty()) spell(extras, section, name, value.keep());
  return text;
}

Result<std::string> required_text(json::Value object, std::string_view name) {
  const auto value = object[name];
  if (!value.exists()) return missing(object, name);
  return value.text();
}

Result<json::Words> required_words(json::Value object, std::string_view name) {
  const auto value = object[name];
  if (!value.exists()) return missing(object, name);
  return value.words();
}

std::unexpected<Error> missing(json::Value object, std::string_view name) {
  const auto at = object.path();
  const auto field = at.empty() ? std::string(name) : fmt::format("{}.{}", at, name);
  return fail(Code::schema, fmt::format("{}: Field required.", field), field);
}

}  // namespace agt::dialect::anthropic

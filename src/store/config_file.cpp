// config.toml → values.
// toml++ 3.3 asserts what a file can break ("[." ends the program); the error behind the assertion is the right answer.
#define TOML_ASSERT(expression) static_assert(true)
#include "store/config_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <system_error>

#include "core/toml_text.h"
#include "store/files.h"
#include "store/limits.h"

namespace agt::store {
namespace {

std::string at(const ConfigFile& file, const toml::source_region& region) {
  return fmt::format("{}:{}:{}", file.shown_as, region.begin.line, region.begin.column);
}

std::string unknown_key(std::string_view name) {
  const auto nearest = nearest_setting(name);
  if (nearest.empty()) return "there is no such setting";
  return fmt::format("there is no such setting; did you mean {}?", nearest);
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::none: return "nothing";
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a fraction";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date: return "a date";
    case toml::node_type::time: return "a time";
    case toml::node_type::date_time: return "a date with time";
  }
  return "something else";
}

// The node in the setting's own shape. Ranges and choices are checked by the caller, as for every other layer.
Result<SettingValue> shaped(const SettingSpec& spec, const toml::node& node) {
  if (spec.kind == SettingSpec::Kind::boolean && node.is_boolean()) return **node.as_boolean();
  if (spec.kind == SettingSpec::Kind::integer && node.is_integer()) return **node.as_integer();
  const bool is_text = spec.kind != SettingSpec::Kind::boolean && spec.kind != SettingSpec::Kind::integer;
  if (is_text && node.is_string()) return **node.as_string();
  return fail(Code::config, fmt::format("must be {}, not {}", allowed(spec), kind_of(node)));
}

bool is_section(std::string_view name) {
  const auto prefix = fmt::format("{}.", name);
  for (const auto& spec : setting_specs())
    if (spec.name.starts_with(prefix)) return true;
  return false;
}

Result<> collect(const ConfigFile& file, const toml::table& table, const std::string& prefix,
                 std::vector<ConfigValue>& values) {
  for (const auto& [key, node] : table) {
    const auto name = prefix.empty() ? std::string(key.str()) : fmt::format("{}.{}", prefix, key.str());
    const auto refuse = [&](const toml::source_region& region, std::string_view why) {
      return fail(Code::config, fmt::format("{}: {}: {}", at(file, region), name, why), name);
    };
    if (const auto* section = node.as_table()) {
      if (!is_section(name)) return refuse(key.source(), unknown_key(name));
      TRY_OK(collect(file, *section, name, values));
      continue;
    }
    const auto* spec = find_setting(name);
    if (spec == nullptr && is_section(name)) return refuse(node.source(), "must be a section of settings");
    if (spec == nullptr) return refuse(key.source(), unknown_key(name));
    auto value = shaped(*spec, node);
    if (!value) return refuse(node.source(), value.error().message);
    values.push_back({.spec = spec,
                      .value = *std::move(value),
                      .where = at(file, node.source()),
                      .line = static_cast<int>(node.source().begin.line)});
  }
  return {};
}

}  // namespace

Result<std::vector<ConfigValue>> config_values(const ConfigFile& file) {
  try {
    if (const auto ascii = text::ascii_of_toml(file.text)) static_cast<void>(toml::parse(*ascii));
    std::vector<ConfigValue> values;
    TRY_OK(collect(file, toml::parse(file.text), "", values));
    return values;
  } catch (const toml::parse_error& error) {
    return fail(Code::config, fmt::format("{}: {}", at(file, error.source()), error.description()));
  }
}

Result<std::optional<ConfigFile>> read_config_file(const std::filesystem::path& path, bool must_exist) {
  std::error_code error;
  const bool there = std::filesystem::exists(std::filesystem::symlink_status(path, error));
  if (!there && !must_exist) return std::nullopt;
  TRY(auto text, read_file(path, Trust::readable, config_file_bytes_max));
  return ConfigFile{.shown_as = path.string(), .text = std::move(text)};
}

}  // namespace agt::store

#include "store/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/distance.h"
#include "core/overloaded.h"
#include "core/text.h"
#include "json/document.h"
#include "store/config_file.h"

namespace agt::store {
namespace {

using Kind = SettingSpec::Kind;

std::string choices_text(const SettingSpec& spec) {
  std::vector<std::string> quoted;
  for (const auto choice : text::split(spec.choices, '|')) quoted.push_back(fmt::format("\"{}\"", choice));
  return "one of " + text::joined(quoted, ", ");
}

// What is wrong with a value of the right shape; empty when nothing is.
std::string fault(const SettingSpec& spec, const SettingValue& value) {
  return std::visit(Overloaded{
                        [](bool) { return std::string(); },
                        [&spec](std::int64_t n) {
                          const bool inside = n >= spec.min && n <= spec.max;
                          return inside ? std::string() : fmt::format("must be {}, not {}", allowed(spec), n);
                        },
                        [&spec](const std::string& s) {
                          const auto choices = text::split(spec.choices, '|');
                          if (spec.kind == Kind::choice && std::ranges::find(choices, s) == choices.end())
                            return fmt::format("must be {}, not \"{}\"", allowed(spec), text::quoted(s));
                          if (spec.kind == Kind::secret && std::cmp_less(s.size(), spec.min))
                            return fmt::format("must be {}", allowed(spec));  // the value itself is not for messages
                          if (s.contains('\n') || s.contains('\r') || s.contains('\0'))
                            return std::string("must be one line of text");
                          return std::string();
                        },
                    },
                    value);
}

Result<SettingValue> checked(const SettingSpec& spec, SettingValue value) {
  if (const auto why = fault(spec, value); !why.empty()) return fail(Code::config, why, std::string(spec.name));
  return value;
}

std::unexpected<Error> wrong(const SettingSpec& spec, std::string_view shown) {
  const bool is_secret = spec.kind == Kind::secret;  // what was given for one is not for messages
  const auto seen = is_secret ? std::string() : fmt::format(", not {}", shown);
  return fail(Code::config, fmt::format("must be {}{}", allowed(spec), seen), std::string(spec.name));
}

// Prefixes an error with where the value stands: "AGT_PROXY_PORT: proxy.port: must be …".
std::unexpected<Error> told(std::string_view where, const SettingSpec& spec, const Error& error) {
  return fail(Code::config, fmt::format("{}: {}: {}", where, spec.name, error.message), std::string(spec.name));
}

void lay(Settings& settings, const SettingSpec& spec, const SettingValue& value, Origin origin) {
  spec.store(settings, value);
  settings.origins.insert_or_assign(std::string(spec.name), std::move(origin));
}

Result<> lay_stored(Settings& settings, const StoredSettings& stored) {
  for (const auto& setting : stored.values) {
    const auto* spec = find_setting(setting.name);
    // A setting that an older version stored and this one lacks does nothing: it must not keep the gateway down.
    if (spec == nullptr) continue;
    auto value = spec->kind == Kind::secret ? parse_setting(*spec, setting.secret.reveal())
                                            : parse_setting(*spec, setting.value);
    if (!value) return told("stored settings", *spec, value.error());
    lay(settings, *spec, *value, {.layer = Layer::stored});
  }
  return {};
}

Result<> lay_config(Settings& settings, const ConfigFile& file) {
  TRY(const auto values, config_values(file));
  for (const auto& [spec, shaped, where, line] : values) {
    auto value = checked(*spec, shaped);
    if (!value) return told(where, *spec, value.error());
    const auto name = std::filesystem::path(file.shown_as).filename().string();
    lay(settings, *spec, *value, {.layer = Layer::config_file, .where = fmt::format("{}:{}", name, line)});
  }
  return {};
}

// AGT_PROXY_PROT is a typing error; AGT_HOME and what other programs may use are not ours to judge.
Result<> refuse_unknown(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("AGT_")) continue;
    bool in_section = false;
    for (const auto& spec : setting_specs()) {
      if (environment_name(spec) == name) {
        in_section = false;
        break;
      }
      const auto dot = spec.name.find('.');
      if (dot == std::string_view::npos) continue;
      in_section = in_section || text::lowered(name).starts_with(fmt::format("agt_{}_", spec.name.substr(0, dot)));
    }
    if (!in_section) continue;
    auto dotted = text::lowered(name.substr(4));
    if (const auto underscore = dotted.find('_'); underscore != std::string::npos) dotted[underscore] = '.';
    const auto nearest = nearest_setting(dotted);
    const auto* spec = find_setting(nearest);
    const auto hint = spec == nullptr ? std::string() : fmt::format("; did you mean {}?", environment_name(*spec));
    return fail(Code::config, fmt::format("{}: there is no such setting{}", name, hint), dotted);
  }
  return {};
}

Result<> lay_environment(Settings& settings, const Environment& environment) {
  TRY_OK(refuse_unknown(environment));
  for (const auto& spec : setting_specs()) {
    const auto name = environment_name(spec);
    const auto found = environment.find(name);
    if (found == environment.end()) continue;
    auto value = parse_setting(spec, found->second);
    if (!value) return told(name, spec, value.error());
    lay(settings, spec, *value, {.layer = Layer::environment, .where = name});
  }
  return {};
}

Result<> lay_flags(Settings& settings, const std::vector<Flag>& flags) {
  for (const auto& flag : flags) {
    const auto* spec = find_setting(flag.setting);
    if (spec == nullptr)
      return fail(Code::internal, fmt::format("{} sets the unknown {}", flag.spelling, flag.setting));
    auto value = parse_setting(*spec, flag.value);
    if (!value) return told(flag.spelling, *spec, value.error());
    lay(settings, *spec, *value, {.layer = Layer::flag, .where = flag.spelling});
  }
  return {};
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || text::wildcard_match("127.*.*.*", host);
}

}  // namespace

std::string_view name(Layer layer) {
  switch (layer) {
    case Layer::built_in: return "default";
    case Layer::stored: return "stored";
    case Layer::config_file: return "config_file";
    case Layer::environment: return "environment";
    case Layer::flag: return "flag";
  }
  return {};
}

std::string describe(const Origin& origin) {
  switch (origin.layer) {
    case Layer::built_in: return "default";
    case Layer::stored: return "changed here";
    case Layer::config_file: return fmt::format("set in {}", origin.where);
    case Layer::environment:
    case Layer::flag: return fmt::format("set by {}", origin.where);
  }
  return {};
}

std::string Settings::bind_host() const {
  return proxy.allow_lan_access && is_loopback(proxy.host) ? "0.0.0.0" : proxy.host;
}

bool Settings::listens_beyond_loopback() const { return !is_loopback(bind_host()); }

bool Settings::keys_demanded() const {
  switch (proxy.auth_mode) {
    case AuthMode::off: return false;
    case AuthMode::automatic: return listens_beyond_loopback();
    case AuthMode::strict:
    case AuthMode::all_except_health: return true;
  }
  return true;
}

const SettingSpec* find_setting(std::string_view name) {
  const auto specs = setting_specs();
  const auto found = std::ranges::find(specs, name, &SettingSpec::name);
  return found == specs.end() ? nullptr : &*found;
}

std::string nearest_setting(std::string_view name) {
  constexpr std::size_t name_max = 64;  // what is longer is no typing error
  if (name.size() > name_max) return {};
  std::string_view nearest;
  auto best = name.size() / 3 + 1;
  for (const auto& spec : setting_specs()) {
    // Also the last part alone: "port" for "proxy.port".
    const auto last = spec.name.substr(spec.name.rfind('.') + 1);
    const auto apart = last == name ? 0 : text::distance(name, spec.name);
    if (apart < best) std::tie(best, nearest) = std::pair(apart, spec.name);
  }
  return std::string(nearest);
}

std::string environment_name(const SettingSpec& spec) {
  std::string name = "AGT_";
  for (const char c : spec.name) name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
  return name;
}

std::string allowed(const SettingSpec& spec) {
  switch (spec.kind) {
    case Kind::boolean: return "true or false";
    case Kind::integer: return fmt::format("a whole number from {} to {}", spec.min, spec.max);
    case Kind::text: return "a string";
    case Kind::choice: return choices_text(spec);
    case Kind::secret: return fmt::format("a string of at least {} characters", spec.min);
  }
  return {};
}

Result<SettingValue> parse_setting(const SettingSpec& spec, std::string_view text) {
  const auto shown = fmt::format("\"{}\"", text::quoted(text));
  switch (spec.kind) {
    case Kind::boolean:
      if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
      if (text == "false" || text == "0" || text == "no" || text == "off") return false;
      return wrong(spec, shown);
    case Kind::integer: {
      const auto number = text::parse_number<std::int64_t>(text);
      if (!number) return wrong(spec, shown);
      return checked(spec, *number);
    }
    case Kind::text:
    case Kind::choice:
    case Kind::secret: return checked(spec, std::string(text));
  }
  return wrong(spec, shown);
}

Result<SettingValue> parse_setting(const SettingSpec& spec, const json::Raw& value) {
  const auto document = json::Document::parse(value.text);
  if (!document) return wrong(spec, "broken JSON");
  const auto root = document->root();
  switch (spec.kind) {
    case Kind::boolean:
      if (const auto b = root.boolean()) return *b;
      break;
    case Kind::integer:
      if (const auto n = root.integer()) return checked(spec, *n);
      break;
    case Kind::text:
    case Kind::choice:
    case Kind::secret:
      if (auto s = root.text()) return checked(spec, *std::move(s));
      break;
  }
  return wrong(spec, json::name(root.kind()));
}

Result<Settings> resolve(const SettingLayers& layers) {
  Settings settings;
  for (const auto& spec : setting_specs()) {
    if (spec.kind == Kind::secret) {  // empty until the first start makes one
      lay(settings, spec, std::string(), {});
      continue;
    }
    TRY(const auto value, parse_setting(spec, spec.built_in));
    lay(settings, spec, value, {});
  }
  TRY_OK(lay_stored(settings, layers.stored));
  if (layers.config) TRY_OK(lay_config(settings, *layers.config));
  TRY_OK(lay_environment(settings, layers.environment));
  TRY_OK(lay_flags(settings, layers.flags));
  TRY_OK(check(settings));
  return settings;
}

Result<> check(const Settings& settings) {
  const auto origin_of = [&settings](std::string_view name) {
    const auto found = settings.origins.find(name);
    return describe(found == settings.origins.end() ? Origin{} : found->second);
  };
  if (settings.listens_beyond_loopback() && !settings.keys_demanded())
    return fail(Code::config,
                fmt::format("proxy.auth_mode: must not be \"off\" ({}) while other computers can reach the port "
                            "(proxy.host = \"{}\", {}; proxy.allow_lan_access = {}, {}): choose \"auto\" or "
                            "\"strict\"",
                            origin_of("proxy.auth_mode"), settings.proxy.host, origin_of("proxy.host"),
                            settings.proxy.allow_lan_access, origin_of("proxy.allow_lan_access")),
                "proxy.auth_mode");
  if (settings.proxy.port != 0 && settings.proxy.port == settings.admin.port)
    return fail(Code::config,
                fmt::format("admin.port: must differ from proxy.port; both are {} ({}; {})", settings.proxy.port,
                            origin_of("admin.port"), origin_of("proxy.port")),
                "admin.port");
  return {};
}

}  // namespace agt::store

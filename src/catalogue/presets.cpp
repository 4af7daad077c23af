#include "catalogue/presets.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/distance.h"
#include "core/text.h"
#include "json/document.h"

namespace agt::catalogue {

extern const char* const presets_json;

namespace {

Result<KeyStyle> key_style(json::Value value) {
  for (const auto style : {KeyStyle::none, KeyStyle::bearer, KeyStyle::x_api_key, KeyStyle::x_goog_api_key})
    if (value.is(name(style))) return style;
  return value.refuse("none, bearer, x_api_key or x_goog_api_key");
}

Result<Provider> read_provider(json::Value row) {
  Provider provider{.docs = row["docs"].text_or(""), .note = row["note"].text_or("")};
  TRY(provider.name, row["name"].text());
  TRY(provider.display_name, row["display_name"].text());
  TRY(provider.family, row["family"].text());
  TRY(provider.base_url, row["base_url"].text());
  TRY(provider.key_env, row["key_env"].text());
  provider.local = row["local"].boolean_or(false);
  provider.key_required = row["key_required"].boolean_or(!provider.local);
  return provider;
}

const Provider* find_in(const std::vector<Provider>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &Provider::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name(KeyStyle style) {
  switch (style) {
    case KeyStyle::none: return "none";
    case KeyStyle::bearer: return "bearer";
    case KeyStyle::x_api_key: return "x_api_key";
    case KeyStyle::x_goog_api_key: return "x_goog_api_key";
  }
  return {};
}

Result<std::vector<Provider>> parse_providers(std::string_view json) {
  TRY(const auto document, json::Document::parse(json));
  std::vector<Provider> all;
  for (const auto row : document.root()["providers"].children()) {
    TRY(auto provider, read_provider(row));
    TRY(provider.dialect, row["dialect"].text());
    TRY(provider.key_style, key_style(row["key_style"]));
    all.push_back(std::move(provider));
  }
  // A preset speaks as its family does.
  for (const auto row : document.root()["presets"].children()) {
    TRY(auto preset, read_provider(row));
    const auto* family = find_in(all, preset.family);
    if (family == nullptr) return row["family"].refuse("the name of a native provider");
    preset.preset = true;
    preset.dialect = family->dialect;
    preset.key_style = family->key_style;
    all.push_back(std::move(preset));
  }
  return all;
}

const std::vector<Provider>& providers() {
  // Read once, never changed: a constant that the compiler cannot make.
  static const auto all = [] {
    auto parsed = parse_providers(presets_json);
    if (!parsed) throw std::logic_error("presets.json: " + parsed.error().message);
    return *std::move(parsed);
  }();
  return all;
}

const Provider* find_provider(std::string_view name) { return find_in(providers(), name); }

std::string nearest_provider(std::string_view name) {
  constexpr std::size_t name_max = 32;  // what is longer is no typing error
  if (name.size() > name_max) return {};
  std::string_view nearest;
  auto best = name.size() / 3 + 1;
  for (const auto& provider : providers()) {
    const auto apart = text::distance(name, provider.name);
    if (apart >= best) continue;
    best = apart;
    nearest = provider.name;
  }
  return std::string(nearest);
}

}  // namespace agt::catalogue

#include "catalogue/route_presets.h"

#include <algorithm>
#include <stdexcept>

#include "json/document.h"

namespace agt::catalogue {

extern const char* const route_presets_json;

Result<std::vector<RoutePreset>> parse_route_presets(std::string_view json) {
  TRY(const auto document, json::Document::parse(json));
  std::vector<RoutePreset> all;
  for (const auto row : document.root()["presets"].children()) {
    RoutePreset preset;
    TRY(preset.name, row["name"].text());
    TRY(preset.title, row["title"].text());
    for (const auto line : row["rules"].children()) {
      RoutePreset::Rule rule;
      TRY(rule.match, line["match"].text());
      for (const auto target : line["targets"].children()) {
        TRY(auto text, target.text());
        rule.targets.push_back(std::move(text));
      }
      preset.rules.push_back(std::move(rule));
    }
    all.push_back(std::move(preset));
  }
  return all;
}

const std::vector<RoutePreset>& route_presets() {
  // Read once, never changed: a constant that the compiler cannot make.
  static const auto all = [] {
    auto parsed = parse_route_presets(route_presets_json);
    if (!parsed) throw std::logic_error("route_presets.json: " + parsed.error().message);
    return *std::move(parsed);
  }();
  return all;
}

const RoutePreset* find_route_preset(std::string_view name) {
  const auto found = std::ranges::find(route_presets(), name, &RoutePreset::name);
  return found == route_presets().end() ? nullptr : &*found;
}

}  // namespace agt::catalogue

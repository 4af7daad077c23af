// Ready-made routing rules, as data (route_presets.json): names of one provider's models answered by another, and who
// stands in for whom. They name current models: look through them when the catalogue gets new ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace agt::catalogue {

struct RoutePreset {
  struct Rule {
    std::string match{};
    std::vector<std::string> targets{};
  };
  std::string name{};   // "claude-on-openai"
  std::string title{};  // in English
  std::vector<Rule> rules{};
};

[[nodiscard]] const std::vector<RoutePreset>& route_presets();
[[nodiscard]] const RoutePreset* find_route_preset(std::string_view name);  // nullptr when unknown
[[nodiscard]] Result<std::vector<RoutePreset>> parse_route_presets(std::string_view json);

}  // namespace agt::catalogue

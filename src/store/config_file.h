// The values in a config.toml, each with the place it stands at.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "store/settings.h"

namespace agt::store {

struct ConfigValue {
  const SettingSpec* spec = nullptr;
  SettingValue value{};
  std::string where{};  // "config.toml:3:8"
  int line = 0;
};

// In the order of the keys. Unknown keys and wrong types are errors, with file, line and column.
[[nodiscard]] Result<std::vector<ConfigValue>> config_values(const ConfigFile& file);

}  // namespace agt::store

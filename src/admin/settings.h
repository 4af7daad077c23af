// Changing the stored settings, for every endpoint that does.
#pragma once

#include <vector>

#include "admin/gateway.h"
#include "store/stored_settings.h"

namespace agt::admin {

// Each value by itself, and the whole as it would be: Code::schema or Code::conflict with the setting as field.
[[nodiscard]] Result<> check_changes(Gateway& gateway, const std::vector<store::SettingChange>& changes);

// All of them or none; the clients' port moves with them. Not from a worker's thread.
[[nodiscard]] Result<> apply_changes(Gateway& gateway, const std::vector<store::SettingChange>& changes);

}  // namespace agt::admin

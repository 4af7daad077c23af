// The layer of settings that the UI and the CLI change: setting name → JSON value, or a sealed secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/secret.h"
#include "json/raw.h"
#include "store/vault.h"

namespace agt::store {

struct StoredSetting {
  std::string name{};
  json::Raw value{};  // empty for a secret
  Secret secret{};    // empty for a plain value
  std::int64_t updated_ms = 0;
};

struct StoredSettings {
  std::int64_t revision = 0;  // grows with every change; the ETag of the settings
  std::vector<StoredSetting> values{};
};

struct SettingChange {
  std::string name{};
  std::optional<json::Raw> value{};  // nothing (and no secret): back to the default
  Secret secret{};
};

[[nodiscard]] Result<StoredSettings> stored_settings(Vault& vault);

// Checks each change against the table of settings, then applies all or none and returns the new revision. With
// `if_revision`, Code::conflict when somebody else changed something since.
[[nodiscard]] Result<std::int64_t> change_settings(Vault& vault, const std::vector<SettingChange>& changes,
                                                   std::optional<std::int64_t> if_revision = {});

// First start: makes proxy.api_key (sk-…) when there is none. True when it was made now.
[[nodiscard]] Result<bool> ensure_api_key(Vault& vault);

}  // namespace agt::store

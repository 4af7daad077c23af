// Files of other programs that hold credentials or settings: what is in them for us, and what is honestly not. Pure.
#pragma once

#include <optional>
#include <vector>

#include "admin/import_text.h"

namespace agt::admin {

// A key file of Google Cloud (a service account, or application default credentials), or the sign-in of Gemini CLI;
// nothing when it is neither.
[[nodiscard]] std::optional<ImportItem> google_file_item(std::size_t place, const json::Value& value);

// gui_config.json of Antigravity Manager: mappings become rules, settings become settings, its Z.ai key an account.
// Rules name models only; their provider is filled in later.
[[nodiscard]] bool is_manager_config(const json::Value& value);
void add_manager_config(std::vector<ImportItem>& items, const json::Value& config);

// Settings of an export.
void add_exported_settings(std::vector<ImportItem>& items, const json::Value& settings);

}  // namespace agt::admin

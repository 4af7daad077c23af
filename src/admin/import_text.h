// Reading what people bring: refresh tokens in any of the usual shapes, accounts of Antigravity Manager, our own
// export, files of other programs. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "json/writer.h"
#include "store/oauth_grants.h"
#include "store/routes.h"
#include "store/stored_settings.h"

namespace agt::admin {

inline constexpr std::string_view export_format = "agt-export";
// What the command line makes of the folder of Antigravity Manager: {"format", "accounts": [its account files],
// "config": gui_config.json}.
inline constexpr std::string_view manager_format = "antigravity-manager-folder";

struct ImportItem {
  std::size_t place = 0;         // line, or place in the list; from 1
  std::string recognised{};      // "refresh token", "account of Antigravity Manager", "exported account"
  store::Account draft{};        // its provider is empty where the text does not say
  store::OAuthGrant grant{};     // of kind oauth; its client is empty where the text does not say
  std::string problem{};         // why it cannot be imported; empty: it can
  std::string client_problem{};  // why not without an OAuth client that the user names for it
  // Instead of an account:
  std::optional<store::Route> route{};
  std::optional<store::SettingChange> setting{};
};

// Code::schema when nothing in the text can be recognised at all. What is wrong with one item stands in it.
[[nodiscard]] Result<std::vector<ImportItem>> read_import(std::string_view text);

// Accounts as the export writes them.
void write_exported(json::Writer& w, const store::Account& account, const std::optional<store::OAuthGrant>& grant);

}  // namespace agt::admin

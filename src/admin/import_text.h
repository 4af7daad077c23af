// Reading what people bring: refresh tokens in any of the usual shapes, accounts of Antigravity Manager, our own
// export. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "json/writer.h"
#include "store/oauth_grants.h"

namespace agt::admin {

inline constexpr std::string_view export_format = "agt-export";

struct ImportItem {
  std::size_t place = 0;      // line, or place in the list; from 1
  std::string recognised{};   // "refresh token", "account of Antigravity Manager", "exported account"
  store::Account draft{};     // its provider is empty where the text does not say
  store::OAuthGrant grant{};  // of kind oauth; its client is empty where the text does not say
  std::string problem{};      // why it cannot be imported; empty: it can
};

// Code::schema when nothing in the text can be recognised at all. What is wrong with one item stands in it.
[[nodiscard]] Result<std::vector<ImportItem>> read_import(std::string_view text);

// Accounts as the export writes them.
void write_exported(json::Writer& w, const store::Account& account, const std::optional<store::OAuthGrant>& grant);

}  // namespace agt::admin

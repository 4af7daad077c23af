// accounts/export: what leaves this computer under a passphrase, all of it or what is named.
#include <fmt/format.h>

#include <algorithm>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/import_text.h"
#include "core/text.h"
#include "store/bundle.h"
#include "store/routes.h"
#include "store/stored_settings.h"

namespace agt::admin {
namespace {

struct Selection {
  std::string passphrase{};
  std::vector<std::string> accounts{};  // ids or labels; empty: all
  bool routes = true;
  bool settings = false;
};

Result<Selection> selection_in(const json::Value& body) {
  Selection selection;
  TRY_OK(check_fields(body, {"passphrase", "accounts", "routes", "settings"}));
  TRY_OK(take(body, "passphrase", selection.passphrase));
  TRY_OK(take(body, "accounts", selection.accounts));
  TRY_OK(take(body, "routes", selection.routes));
  TRY_OK(take(body, "settings", selection.settings));
  return selection;
}

Result<std::size_t> write_accounts(json::Writer& w, store::Vault& vault, std::vector<std::string> wanted) {
  TRY(const auto accounts, store::accounts(vault));
  const bool all = wanted.empty();
  std::size_t written = 0;
  w.key("accounts");
  w.begin_array();
  for (const auto& account : accounts) {
    const auto named =
        std::erase_if(wanted, [&](const std::string& name) { return name == account.id || name == account.label; });
    if (!all && named == 0) continue;
    std::optional<store::OAuthGrant> grant;
    if (account.kind == store::CredentialKind::oauth) {
      TRY(grant, store::oauth_grant(vault, account.id));
    }
    write_exported(w, account, grant);
    ++written;
  }
  w.end_array();
  if (!wanted.empty())
    return fail(Code::schema, fmt::format("There is no account \"{}\".", text::quoted(wanted.front(), 60)), "accounts");
  return written;
}

void write_routes(json::Writer& w, const std::vector<store::Route>& routes) {
  w.key("routes");
  w.begin_array();
  for (const auto& route : routes) {
    w.begin_object();
    w.field("match", route.match);
    w.key("targets");
    w.begin_array();
    for (const auto& target : route.targets) w.value(target);
    w.end_array();
    w.field("strict", route.strict);
    w.end_object();
  }
  w.end_array();
}

// Of the stored layer only: the others belong to this computer.
Result<std::size_t> write_settings(json::Writer& w, store::Vault& vault) {
  TRY(const auto stored, store::stored_settings(vault));
  w.key("settings");
  w.begin_array();
  for (const auto& setting : stored.values) {
    w.begin_object();
    w.field("name", setting.name);
    if (setting.secret.empty())
      w.field("value", setting.value);
    else
      w.field("secret", setting.secret.reveal());
    w.end_object();
  }
  w.end_array();
  return stored.values.size();
}

}  // namespace

Result<Answer> export_accounts(const Call& call) {
  TRY(const auto selection, selection_in(call.body));
  auto& vault = call.gateway.vault;
  std::vector<store::Route> routes;
  if (selection.routes) {
    TRY(routes, store::routes(vault));
  }
  json::Writer content;
  content.begin_object();
  content.field("format", export_format);
  TRY(const auto accounts, write_accounts(content, vault, selection.accounts));
  write_routes(content, routes);
  std::size_t settings = 0;
  if (selection.settings) {
    TRY(settings, write_settings(content, vault));
  }
  content.end_object();
  TRY(const auto sealed, store::seal_bundle(Secret(std::move(content).take()), Secret(selection.passphrase)));
  json::Writer w;
  w.begin_object();
  w.field("accounts", accounts);
  w.field("routes", routes.size());
  w.field("settings", settings);
  w.field("text", sealed);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin

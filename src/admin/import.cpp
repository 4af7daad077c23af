// accounts/import/preview and /apply, accounts/export. What is imported is stored account by account, each whole or not
// at all; a refresh token is tried before it counts, and goes again when the provider refuses it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "admin/account_form.h"
#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/import_text.h"
#include "admin/limits.h"
#include "admin/oauth_ask.h"
#include "store/backup.h"
#include "store/bundle.h"
#include "store/routes.h"

namespace agt::admin {
namespace {

enum class Fate : std::uint8_t { add, duplicate, invalid, added, unchecked, rejected };

std::string_view word(Fate fate) {
  switch (fate) {
    case Fate::add: return "add";
    case Fate::duplicate: return "duplicate";
    case Fate::invalid: return "invalid";
    case Fate::added: return "added";
    case Fate::unchecked: return "unchecked";
    case Fate::rejected: return "rejected";
  }
  std::unreachable();
}

struct Judged {
  ImportItem item{};
  Fate fate = Fate::add;
  std::string account{};  // id: what it became, or what it is a duplicate of
  std::string label{};
  std::string why{};
};

struct Import {
  std::vector<Judged> items{};
  std::vector<store::Route> routes{};  // of an export
};

// Whatever makes two accounts the same: the credential, or the same user at the same place.
struct Known {
  std::map<std::string, std::string> by_credential{};
  std::map<std::string, std::string> by_user{};
  std::map<std::string, std::string> labels{};  // by id

  static std::string user(const store::Account& account, const store::OAuthGrant& grant) {
    if (grant.subject.empty()) return {};
    return fmt::format("{}\n{}\n{}\n{}", grant.client.service, account.provider, account.base_url, grant.subject);
  }
  static std::string credential(const store::Account& account, const store::OAuthGrant& grant) {
    const bool oauth = account.kind == store::CredentialKind::oauth;
    const auto secret = oauth ? grant.tokens.refresh.reveal() : account.credential.reveal();
    return secret.empty() ? std::string() : fmt::format("{}\n{}\n{}", account.provider, account.base_url, secret);
  }
  void note(const std::string& id, const store::Account& account, const store::OAuthGrant& grant) {
    if (auto key = credential(account, grant); !key.empty()) by_credential.emplace(std::move(key), id);
    if (auto key = user(account, grant); !key.empty()) by_user.emplace(std::move(key), id);
    labels[id] = account.label;
  }
  [[nodiscard]] const std::string* find(const ImportItem& item) const {
    if (const auto found = by_credential.find(credential(item.draft, item.grant)); found != by_credential.end())
      return &found->second;
    const auto found = by_user.find(user(item.draft, item.grant));
    return found == by_user.end() ? nullptr : &found->second;
  }
};

Result<Known> known_accounts(store::Vault& vault) {
  Known known;
  TRY(const auto accounts, store::accounts(vault));
  TRY(const auto grants, store::oauth_grants(vault));
  for (const auto& account : accounts) {
    const auto grant = std::ranges::find(grants, account.id, &store::OAuthGrant::account);
    known.note(account.id, account, grant == grants.end() ? store::OAuthGrant{} : *grant);
  }
  return known;
}

// The client and the provider that the text does not name: those of the request, or of the settings.
Result<> fill_in(ImportItem& item, OAuthAsk ask, const Gateway& gateway, const store::Settings& settings) {
  if (item.draft.kind == store::CredentialKind::oauth && item.grant.client.token_url.empty()) {
    TRY_OK(complete(ask, settings, gateway.families));
    item.grant.client = ask.client();
    item.draft.provider = ask.draft.provider;
    item.draft.base_url = ask.draft.base_url;
    item.grant.scopes = ask.scopes;
  }
  return check_account(item.draft, gateway.families);
}

Result<std::vector<store::Route>> routes_in(std::string_view text) {
  std::vector<store::Route> routes;
  const auto document = json::Document::parse(text);
  if (!document || !document->root()["format"].is(export_format)) return routes;
  for (const auto value : document->root()["routes"].children()) {
    store::Route route{.match = value["match"].text_or(""), .strict = value["strict"].boolean_or(false)};
    for (const auto target : value["targets"].children()) route.targets.push_back(target.text_or(""));
    routes.push_back(std::move(route));
  }
  return routes;
}

Result<Import> read(const Call& call) {
  TRY(const auto ask, oauth_ask_of(call.body, {"text", "passphrase"}));
  std::string text;
  std::string passphrase;
  TRY_OK(take(call.body, "text", text));
  TRY_OK(take(call.body, "passphrase", passphrase));
  if (store::is_bundle(text)) {
    TRY(const auto opened, store::open_bundle(text, Secret(std::move(passphrase))));
    if (store::is_backup(opened.reveal()))
      return fail(Code::schema, "This is a backup of a whole gateway, not an export: `agt restore` takes it.", "text");
    text = opened.reveal();
  }
  Import import;
  TRY(auto items, read_import(text));
  TRY(import.routes, routes_in(text));
  TRY(auto known, known_accounts(call.gateway.vault));
  const auto settings = settings_now(call.gateway);
  for (auto& item : items) {
    Judged judged;
    if (item.problem.empty()) {
      const auto filled_in = fill_in(item, ask, call.gateway, settings);
      // Without a client no token of the text can be used: that is the request's fault, not the item's.
      if (!filled_in && filled_in.error().field == "client_id") return std::unexpected(filled_in.error());
      if (!filled_in) item.problem = filled_in.error().message;
    }
    const auto* same = item.problem.empty() ? known.find(item) : nullptr;
    judged.why = item.problem;
    judged.fate = !item.problem.empty() ? Fate::invalid : same != nullptr ? Fate::duplicate : Fate::add;
    if (same != nullptr) {
      judged.account = same->starts_with("acc_") ? *same : std::string();
      judged.label = known.labels[*same];
      judged.why = judged.account.empty() ? fmt::format("the same as item {}", *same)
                                          : fmt::format("this is the account \"{}\"", judged.label);
    } else if (judged.fate == Fate::add) {
      known.note(fmt::format("{}", item.place), item.draft, item.grant);
    }
    judged.item = std::move(item);
    import.items.push_back(std::move(judged));
  }
  return import;
}

std::string shown(const Import& import, std::size_t routes_added) {
  json::Writer w;
  std::map<std::string_view, int> counts;
  w.begin_object();
  w.key("items");
  w.begin_array();
  for (const auto& judged : import.items) {
    ++counts[word(judged.fate)];
    const bool oauth = judged.item.draft.kind == store::CredentialKind::oauth;
    const auto& secret = oauth ? judged.item.grant.tokens.refresh : judged.item.draft.credential;
    w.begin_object();
    w.field("place", judged.item.place);
    w.field("recognised", judged.item.recognised);
    w.field("hint", secret.hint());
    w.field("subject", judged.item.grant.subject);
    w.field("provider", judged.item.draft.provider);
    w.field("result", word(judged.fate));
    if (!judged.account.empty()) w.field("account", judged.account);
    if (!judged.label.empty()) w.field("label", judged.label);
    if (!judged.why.empty()) w.field("why", judged.why);
    w.end_object();
  }
  w.end_array();
  w.field("routes", routes_added);
  w.key("counts");
  w.begin_object();
  for (const auto& [name, count] : counts) w.field(name, count);
  w.end_object();
  w.end_object();
  return std::move(w).take();
}

// A label that is taken already gives way to the user's address, and that to a numbered one.
Result<store::Account> add(Gateway& gateway, const ImportItem& item) {
  auto draft = item.draft;
  const auto try_with = [&](std::string label) {
    draft.label = std::move(label);
    return draft.kind == store::CredentialKind::oauth ? store::add_signed_in(gateway.vault, draft, item.grant)
                                                      : store::add_account(gateway.vault, draft);
  };
  for (const auto& label : {item.draft.label, item.grant.subject}) {
    if (label.empty()) continue;
    auto added = try_with(label);
    if (added || added.error().field != "label") return added;
  }
  return try_with("");
}

Task<Result<>> import_one(Gateway& gateway, net::Worker& worker, Judged& judged) {
  Result<store::Account> added = fail(Code::internal, "The account was not stored.");
  CO_TRY_OK(co_await worker.offload([&] {
    added = add(gateway, judged.item);
    if (const auto loaded = gateway.tokens.load(); added && !loaded) added = std::unexpected(loaded.error());
  }));
  if (!added) {
    judged.fate = Fate::invalid;
    judged.why = added.error().message;
    co_return Result<>{};
  }
  judged.fate = Fate::added;
  judged.account = added->id;
  judged.label = added->label;
  if (added->kind != store::CredentialKind::oauth) co_return Result<>{};
  const auto tried = co_await gateway.tokens.refresh(added->id, worker);
  if (tried) co_return Result<>{};
  judged.why = tried.error().message;
  judged.fate = tried.error().code == Code::token_revoked ? Fate::rejected : Fate::unchecked;
  if (judged.fate == Fate::unchecked) co_return Result<>{};
  judged.account.clear();
  Result<> removed{};
  CO_TRY_OK(co_await worker.offload([&] { removed = store::remove_account(gateway.vault, added->id); }));
  co_return removed;
}

Result<std::size_t> import_routes(Gateway& gateway, const std::vector<store::Route>& routes) {
  TRY(const auto there, store::routes(gateway.vault));
  std::size_t added = 0;
  for (const auto& route : routes) {
    if (std::ranges::find(there, route) != there.end()) continue;
    TRY_OK(store::insert_route(gateway.vault, route));
    ++added;
  }
  TRY_OK(reload(gateway));
  return added;
}

}  // namespace

Result<Answer> preview_import(const Call& call) {
  TRY(const auto import, read(call));
  return Answer{.body = shown(import, import.routes.size())};
}

Task<Result<Answer>> apply_import(const Call& call, net::Worker& worker) {
  Result<Import> import = fail(Code::internal, "The import was not read.");
  CO_TRY_OK(co_await worker.offload([&] { import = read(call); }));
  if (!import) co_return std::unexpected(std::move(import).error());
  for (auto& judged : import->items)
    if (judged.fate == Fate::add) CO_TRY_OK(co_await import_one(call.gateway, worker, judged));
  Result<std::size_t> routes = 0;
  CO_TRY_OK(co_await worker.offload([&] { routes = import_routes(call.gateway, import->routes); }));
  if (!routes) co_return std::unexpected(routes.error());
  co_return Answer{.body = shown(*import, *routes)};
}

Result<Answer> export_accounts(const Call& call) {
  std::string passphrase;
  TRY_OK(check_fields(call.body, {"passphrase"}));
  TRY_OK(take(call.body, "passphrase", passphrase));
  auto& vault = call.gateway.vault;
  TRY(const auto accounts, store::accounts(vault));
  TRY(const auto routes, store::routes(vault));
  json::Writer content;
  content.begin_object();
  content.field("format", export_format);
  content.key("accounts");
  content.begin_array();
  for (const auto& account : accounts) {
    std::optional<store::OAuthGrant> grant;
    if (account.kind == store::CredentialKind::oauth) {
      TRY(grant, store::oauth_grant(vault, account.id));
    }
    write_exported(content, account, grant);
  }
  content.end_array();
  content.key("routes");
  content.begin_array();
  for (const auto& route : routes) {
    content.begin_object();
    content.field("match", route.match);
    content.key("targets");
    content.begin_array();
    for (const auto& target : route.targets) content.value(target);
    content.end_array();
    content.field("strict", route.strict);
    content.end_object();
  }
  content.end_array();
  content.end_object();
  TRY(const auto sealed, store::seal_bundle(Secret(std::move(content).take()), Secret(std::move(passphrase))));
  json::Writer w;
  w.begin_object();
  w.field("accounts", accounts.size());
  w.field("routes", routes.size());
  w.field("text", sealed);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin

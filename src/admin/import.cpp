// accounts/import/preview and /apply. What is imported is stored account by account, each whole or not
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
#include "admin/route_rules.h"
#include "admin/settings.h"
#include "core/text.h"
#include "store/backup.h"
#include "store/bundle.h"
#include "store/routes.h"

namespace agt::admin {
namespace {

constexpr std::string_view rules_provider = "gemini";  // of rules that come without any account
constexpr std::size_t what_bytes_max = 80;

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
  std::string what{};  // of a rule or a setting
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

// Rules without a provider are meant for the accounts that they come with.
void judge_rules(Import& import, const std::vector<store::Route>& there, std::string_view provider) {
  for (auto& judged : import.items) {
    if (!judged.item.route || judged.fate != Fate::add) continue;
    auto& route = *judged.item.route;
    for (auto& target : route.targets)
      if (!target.contains('/')) target = fmt::format("{}/{}", provider, target);
    judged.what = fmt::format("{} → {}", route.match, text::joined(route.targets, ", "));
    const auto same = std::ranges::find(there, route.match, &store::Route::match);
    const auto checked = check_route(route);
    if (!checked) {
      judged.fate = Fate::invalid;
      judged.why = checked.error().message;
    } else if (same != there.end()) {
      judged.fate = Fate::duplicate;
      judged.why = fmt::format("there is a rule for this name, to {}", text::joined(same->targets, ", "));
    }
  }
}

std::vector<store::SettingChange> changes_of(const Import& import) {
  std::vector<store::SettingChange> changes;
  for (const auto& judged : import.items)
    if (judged.item.setting && judged.fate == Fate::add) changes.push_back(*judged.item.setting);
  return changes;
}

// One by one, and then all together: the rest is refused where it does not fit what is set already.
void judge_settings(Import& import, Gateway& gateway) {
  const auto refuse = [](Judged& judged, const Error& error) {
    judged.fate = Fate::invalid;
    judged.why = error.message;
  };
  for (auto& judged : import.items) {
    if (!judged.item.setting) continue;
    const auto& change = *judged.item.setting;
    // An address may carry a password.
    const bool may_be_shown = change.value && !change.value->text.contains('@');
    judged.what = may_be_shown ? fmt::format("{} = {}", change.name, text::quoted(change.value->text, what_bytes_max))
                               : change.name;
    const auto* spec = store::find_setting(change.name);
    if (spec == nullptr) refuse(judged, {.message = "there is no such setting"});
    if (spec == nullptr || !change.value) continue;
    const auto value = store::parse_setting(*spec, *change.value);
    if (!value) refuse(judged, value.error());
    if (!value || *value != spec->load(settings_now(gateway))) continue;
    judged.fate = Fate::duplicate;
    judged.why = "it is so already";
  }
  const auto fits = check_changes(gateway, changes_of(import));
  if (fits) return;
  for (auto& judged : import.items)
    if (judged.item.setting && judged.fate == Fate::add) refuse(judged, fits.error());
}

Result<> check_item(ImportItem& item, const OAuthAsk& ask, const Gateway& gateway, const store::Settings& settings) {
  if (ask.client_id.empty() && !item.client_problem.empty()) return fail(Code::schema, item.client_problem);
  return fill_in(item, ask, gateway, settings);
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
  // Where there is more than tokens, the rest need not wait for a client.
  const bool tokens_only =
      std::ranges::none_of(items, [](const ImportItem& item) { return item.route || item.setting; });
  std::string provider = ask.draft.provider;
  for (auto& item : items) {
    Judged judged;
    const bool is_account = !item.route && !item.setting;
    if (is_account && item.problem.empty()) {
      const auto filled_in = check_item(item, ask, call.gateway, settings);
      // Without a client no token of the text can be used: that is the request's fault, not the item's.
      if (!filled_in && filled_in.error().field == "client_id" && tokens_only)
        return std::unexpected(filled_in.error());
      if (!filled_in) item.problem = filled_in.error().message;
      const bool oauth = item.draft.kind == store::CredentialKind::oauth;
      if (oauth && provider.empty() && filled_in) provider = item.draft.provider;
    }
    const auto* same = is_account && item.problem.empty() ? known.find(item) : nullptr;
    judged.why = item.problem;
    judged.fate = !item.problem.empty() ? Fate::invalid : same != nullptr ? Fate::duplicate : Fate::add;
    if (same != nullptr) {
      judged.account = same->starts_with("acc_") ? *same : std::string();
      judged.label = known.labels[*same];
      judged.why = judged.account.empty() ? fmt::format("the same as item {}", *same)
                                          : fmt::format("this is the account \"{}\"", judged.label);
    } else if (judged.fate == Fate::add && is_account) {
      known.note(fmt::format("{}", item.place), item.draft, item.grant);
    }
    judged.item = std::move(item);
    import.items.push_back(std::move(judged));
  }
  TRY(const auto routes, store::routes(call.gateway.vault));
  judge_rules(import, routes, provider.empty() ? rules_provider : provider);
  judge_settings(import, call.gateway);
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
    const auto& setting = judged.item.setting;
    const auto& secret = setting ? setting->secret
                         : oauth ? judged.item.grant.tokens.refresh
                                 : judged.item.draft.credential;
    w.begin_object();
    w.field("place", judged.item.place);
    w.field("recognised", judged.item.recognised);
    w.field("hint", secret.empty() ? std::string() : secret.hint());
    w.field("subject", judged.what.empty() ? judged.item.grant.subject : judged.what);
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

// Those that were judged to fit. What does not after all says so.
void import_settings(Gateway& gateway, Import& import) {
  const auto applied = apply_changes(gateway, changes_of(import));
  for (auto& judged : import.items) {
    if (!judged.item.setting || judged.fate != Fate::add) continue;
    judged.fate = applied ? Fate::added : Fate::invalid;
    if (!applied) judged.why = applied.error().message;
  }
}

// Rules of a whole, and those that are items.
Result<std::size_t> import_rest(Gateway& gateway, Import& import) {
  auto routes = import.routes;
  for (auto& judged : import.items) {
    if (!judged.item.route || judged.fate != Fate::add) continue;
    routes.push_back(*judged.item.route);
    judged.fate = Fate::added;
  }
  TRY(const auto added, import_routes(gateway, routes));
  if (!changes_of(import).empty()) import_settings(gateway, import);
  return added;
}

}  // namespace

Result<Answer> preview_import(const Call& call) {
  TRY(const auto import, read(call));
  const auto rules = std::ranges::count_if(
      import.items, [](const Judged& judged) { return judged.item.route && judged.fate == Fate::add; });
  return Answer{.body = shown(import, import.routes.size() + static_cast<std::size_t>(rules))};
}

Task<Result<Answer>> apply_import(const Call& call, net::Worker& worker) {
  Result<Import> import = fail(Code::internal, "The import was not read.");
  CO_TRY_OK(co_await worker.offload([&] { import = read(call); }));
  if (!import) co_return std::unexpected(std::move(import).error());
  for (auto& judged : import->items)
    if (judged.fate == Fate::add && !judged.item.route && !judged.item.setting)
      CO_TRY_OK(co_await import_one(call.gateway, worker, judged));
  Result<std::size_t> routes = 0;
  CO_TRY_OK(co_await worker.offload([&] { routes = import_rest(call.gateway, *import); }));
  if (!routes) co_return std::unexpected(routes.error());
  co_return Answer{.body = shown(*import, *routes)};
}

}  // namespace agt::admin

#include "admin/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "admin/endpoints.h"
#include "core/overloaded.h"
#include "core/text.h"
#include "json/writer.h"

namespace agt::admin {
namespace {

using enum Auth;

constexpr std::array table{
    Endpoint{"GET", "/health", none, health, "Whether the gateway runs.", "Health"},
    Endpoint{"GET", "/status", view, status, "What runs where, with counts.", "Status"},
    Endpoint{"GET", "/events", view, stream_events, "What happens now, as server-sent events.", "", "", "after"},
    Endpoint{"GET", "/openapi.json", view, openapi, "This table as an OpenAPI document.", "OpenApi"},

    Endpoint{"POST", "/login/link", manage, make_login_link, "Makes a link that opens the interface once.", "LoginLink",
             "LoginLinkForm?"},
    Endpoint{"POST", "/login", none, log_in, "Exchanges the code of such a link for the page's token.", "PageToken",
             "LoginCode"},
    Endpoint{"POST", "/logout", view, log_out, "Ends the page's token.", "Done"},

    Endpoint{"GET", "/proxy", view, show_proxy, "The clients' port, and the addresses of this computer.",
             "ProxyAndAddresses"},
    Endpoint{"POST", "/proxy/start", manage, start_proxy, "Opens the clients' port.", "Proxy"},
    Endpoint{"POST", "/proxy/stop", manage, stop_proxy, "Closes it; requests under way are finished, or cut.", "Proxy",
             "ProxyStop?"},
    Endpoint{"POST", "/proxy/selftest", manage, test_proxy, "Calls the clients' port as a client would.", "SelfTest"},

    Endpoint{"GET", "/accounts", view, list_accounts, "All accounts with their health; never a credential.",
             "Accounts"},
    Endpoint{"POST", "/accounts", manage, create_account, "Adds an account.", "Account", "AccountForm"},
    Endpoint{"POST", "/accounts/oauth/start", manage, start_oauth, "Begins a sign-in: the link for the browser.",
             "SignInBegun", "SignInForm"},
    Endpoint{"POST", "/accounts/oauth/finish", manage, finish_oauth, "Ends it with the pasted address or code.",
             "SignInDone", "SignInAnswer"},
    Endpoint{"GET", "/accounts/oauth/{login}", view, show_oauth, "How a sign-in stands: waiting, done or failed.",
             "SignInState"},
    Endpoint{"DELETE", "/accounts/oauth/{login}", manage, cancel_oauth, "Gives a sign-in up and closes its port.",
             "Done"},
    Endpoint{"POST", "/accounts/import/preview", manage, preview_import, "What an import would do, item by item.",
             "Imported", "ImportForm"},
    Endpoint{"POST", "/accounts/import/apply", manage, apply_import, "Imports tokens, accounts, or an export.",
             "Imported", "ImportForm"},
    Endpoint{"POST", "/accounts/export", manage, export_accounts, "Accounts and rules, sealed under a passphrase.",
             "Exported", "ExportForm"},
    Endpoint{"GET", "/accounts/{account}", view, show_account, "One account by id or label.", "Account"},
    Endpoint{"PUT", "/accounts/{account}", manage, replace_account, "Replaces an account; without a key the old stays.",
             "Account", "AccountForm"},
    Endpoint{"PATCH", "/accounts/{account}", manage, patch_account, "Changes the given fields of an account.",
             "Account", "AccountForm"},
    Endpoint{"DELETE", "/accounts/{account}", manage, delete_account, "Removes an account and its credential.",
             "Account"},
    Endpoint{"POST", "/accounts/{account}/test", manage, test_account, "Asks the upstream for its models.",
             "AccountTest"},
    Endpoint{"POST", "/accounts/{account}/refresh", manage, refresh_account, "A new access token, and no rests.",
             "Account"},
    Endpoint{"POST", "/accounts/{account}/quota", manage, ask_quota, "Asks the provider what is left of the account.",
             "Account"},
    Endpoint{"POST", "/accounts/{account}/reset", manage, reset_account, "Ends every rest of the account.", "Account"},
    Endpoint{"POST", "/accounts/{account}/enable", manage, enable_account, "Lets the account serve again.", "Account"},
    Endpoint{"POST", "/accounts/{account}/disable", manage, disable_account, "Keeps the account, but unused.",
             "Account"},

    Endpoint{"GET", "/routes", view, list_routes, "The rules, in the order in which they are asked.", "Routes"},
    Endpoint{"POST", "/routes", manage, insert_route, "Inserts a rule, at the end without a position.", "Route",
             "RouteForm"},
    Endpoint{"PUT", "/routes", manage, replace_routes, "Replaces the whole list.", "Routes", "RoutesForm"},
    Endpoint{"PUT", "/routes/{position}", manage, replace_route, "Replaces one rule.", "Route", "RouteForm"},
    Endpoint{"POST", "/routes/explain", view, explain_route, "What would happen to a request; nothing is sent.",
             "Explained", "ExplainForm"},
    Endpoint{"POST", "/routes/{position}/move", manage, move_route, "Moves a rule to another position.", "Routes",
             "RouteMove"},
    Endpoint{"GET", "/routes/presets", view, list_route_presets, "Ready-made rules.", "RoutePresets"},
    Endpoint{"POST", "/routes/presets/{preset}", manage, use_route_preset,
             "What a preset would change in the rules; changes them when that is asked for.", "RoutePresetUsed",
             "RoutePresetUse"},
    Endpoint{"DELETE", "/routes/{position}", manage, delete_route, "Removes a rule.", "Routes"},

    Endpoint{"GET", "/keys", view, list_keys, "Client keys; never a key itself.", "Keys"},
    Endpoint{"POST", "/keys", manage, create_key, "Makes a client key and shows it, this once.", "NewKey", "KeyForm"},
    Endpoint{"PATCH", "/keys/{key}", manage, limit_key, "Changes the given limits of a client key, by id or name.",
             "Keys", "KeyLimits"},
    Endpoint{"POST", "/keys/{key}/rotate", manage, rotate_key,
             "A new key of the same name; the old one works a while longer.", "NewKey", "KeyRotation?"},
    Endpoint{"DELETE", "/keys/{key}", manage, revoke_key, "Revokes a client key by id or name.", "Keys"},

    Endpoint{"GET", "/requests", view, list_requests, "The last requests, newest first.", "Requests", "",
             "limit before since_ms until_ms failures class code account provider model dialect key contains"},
    Endpoint{"GET", "/requests/{id}", view, show_request, "One request by its id or the unique beginning of it.",
             "Request"},
    Endpoint{"GET", "/requests/{id}/trace", view, show_trace, "Every decision of one request.", "Trace"},
    Endpoint{"GET", "/requests/{id}/body/{kind}", view, show_body,
             "A message as it was: client, upstream, upstream_reply or reply; logging.bodies decides what is kept.",
             "Message"},
    Endpoint{"POST", "/requests/{id}/replay", manage, replay_request,
             "Sends the client's request again, or an edit of it.", "Replayed", "ReplayForm"},
    Endpoint{"GET", "/requests/{id}/bundle", view, bundle_request,
             "One request with all that was said, without credentials and addresses, to hand on.", "Bundle"},
    Endpoint{"DELETE", "/requests", manage, forget_requests, "Forgets all requests.", "Forgotten"},
    Endpoint{"GET", "/stats", view, show_stats, "Sums by model, account, client, provider or day.", "Stats", "",
             "by since_ms until_ms slice_ms"},

    Endpoint{"GET", "/recording", view, show_recording, "Whether everything that is said is kept, and until when.",
             "Recording"},
    Endpoint{"POST", "/recording", manage, start_recording,
             "Keeps everything that is said for some minutes, whatever logging.bodies says.", "Recording",
             "RecordingForm?"},
    Endpoint{"DELETE", "/recording", manage, stop_recording, "Ends that.", "Recording"},

    Endpoint{"GET", "/settings", view, list_settings, "Every setting with its value and where that comes from.",
             "Settings"},
    Endpoint{"PATCH", "/settings", manage, patch_settings, "Changes stored settings, all or none.", "Settings",
             "SettingsForm"},
    Endpoint{"POST", "/settings/validate", view, validate_settings, "What a change would do, without doing it.",
             "SettingsCheck", "SettingsForm"},
    Endpoint{"GET", "/settings/{name}", view, show_setting, "One setting; ?reveal=1 shows proxy.api_key itself.",
             "Setting | RevealedSetting", "", "reveal"},

    Endpoint{"GET", "/catalogue/models", view, list_models, "What is known about models.", "Models"},
    Endpoint{"GET", "/catalogue/prices", view, list_prices, "What models cost, with the user's own prices first.",
             "Prices"},
    Endpoint{"GET", "/catalogue/providers", view, list_providers, "The providers and presets that accounts can name.",
             "Providers"},
    Endpoint{"GET", "/clients", view, list_clients, "What to set in which client, with snippets.", "Clients"},
    Endpoint{"POST", "/clients/{client}/preview", manage, preview_client, "What setting a client up would write.",
             "ClientSetup", "ClientSetupForm?"},
    Endpoint{"POST", "/clients/{client}/connect", manage, connect_client,
             "Writes the files of a client on this computer, with backups.", "ClientSetup", "ClientSetupForm?"},
    Endpoint{"POST", "/clients/{client}/disconnect", manage, disconnect_client, "Puts back what was there before.",
             "ClientSetup"},
};

// The words in the pattern's {places}, or nothing when the path is another one.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = text::split(pattern, '/');
  const auto given = text::split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> words;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{') && !given[i].empty())
      words.emplace_back(given[i]);
    else if (wanted[i] != given[i])
      return std::nullopt;
  }
  return words;
}

// Whoever looks at the same things reads them anew.
void tell_change(const Call& call) {
  const auto& ask = call.ask;
  if (call.gateway.events == nullptr || ask.method == "GET" || ask.method == "HEAD") return;
  const auto below = std::string_view(ask.path).substr(api_prefix.size() + 1);
  const auto noun = below.substr(0, below.find('/'));
  if (noun == "login" || noun == "logout") return;
  json::Writer w;
  w.begin_object();
  w.field("what", noun);
  if (!call.words.empty()) w.field("which", call.words.front());
  w.end_object();
  call.gateway.events->publish("changed", w.text());
}

Result<Answer> missing_answer() { return fail(Code::internal, "The endpoint gave no answer."); }

Task<Result<Answer>> run(const Endpoint& endpoint, const Call& call, net::Worker& worker) {
  if (const auto* network = std::get_if<NetworkWork>(&endpoint.work)) {
    auto outcome = co_await (*network)(call, worker);
    co_return outcome;
  }
  const auto* const store = std::get_if<StoreWork>(&endpoint.work);
  if (store == nullptr) co_return fail(Code::conflict, "Only a gateway that runs has this stream.");
  const auto work = *store;
  auto outcome = missing_answer();
  CO_TRY_OK(co_await worker.offload([&] { outcome = work(call); }));
  co_return outcome;
}

}  // namespace

std::span<const Endpoint> endpoints() { return table; }

Result<Found> find_endpoint(std::string_view method, std::string_view path) {
  const auto asked = method == "HEAD" ? std::string_view("GET") : method;
  std::vector<std::string> allowed;
  const bool is_ours = path.starts_with(api_prefix);
  for (const auto& endpoint : table) {
    auto words = is_ours ? match(endpoint.pattern, path.substr(api_prefix.size())) : std::nullopt;
    if (!words) continue;
    if (endpoint.method == asked) return Found{.endpoint = &endpoint, .words = *std::move(words)};
    allowed.emplace_back(endpoint.method);
  }
  if (allowed.empty())
    return fail(Code::path_unknown, fmt::format("The admin API has nothing at {}.", text::quoted(path, 120)));
  if (std::ranges::find(allowed, "GET") != allowed.end()) allowed.emplace_back("HEAD");
  return fail(Code::method, fmt::format("{} is not possible at {}.", text::quoted(method, 20), text::quoted(path, 120)),
              text::joined(allowed, ", "));
}

Result<> admit_use(const Endpoint& endpoint, const Ask& ask) {
  if (ask.rights == Rights::manage || endpoint.auth != Auth::manage) return {};
  return fail(Code::view_only, "This sign-in may look at everything, but change nothing.");
}

Task<Answer> answer(Gateway& gateway, net::Worker& worker, Ask ask) {
  auto found = find_endpoint(ask.method, ask.path);
  if (!found) co_return refused(found.error());
  Call call{.gateway = gateway, .ask = ask, .words = std::move(found->words)};
  auto document = json::Document::parse(ask.body.empty() ? std::string_view("null") : std::string_view(ask.body));
  if (!document) co_return refused(document.error());
  if (!ask.body.empty()) call.body = document->root();
  auto outcome = co_await run(*found->endpoint, call, worker);
  if (outcome && outcome->status < 300) tell_change(call);
  co_return outcome ? *std::move(outcome) : refused(outcome.error());
}

}  // namespace agt::admin

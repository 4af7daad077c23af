#include "admin/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "admin/endpoints.h"
#include "core/overloaded.h"
#include "core/text.h"

namespace agt::admin {
namespace {

using enum Auth;

constexpr std::array table{
    Endpoint{"GET", "/health", none, health, "Whether the gateway runs."},
    Endpoint{"GET", "/status", token, status, "What runs where, with counts."},
    Endpoint{"GET", "/openapi.json", token, openapi, "This table as an OpenAPI document."},

    Endpoint{"GET", "/accounts", token, list_accounts, "All accounts with their health; never a credential."},
    Endpoint{"POST", "/accounts", token, create_account, "Adds an account."},
    Endpoint{"GET", "/accounts/{account}", token, show_account, "One account by id or label."},
    Endpoint{"PUT", "/accounts/{account}", token, replace_account, "Replaces an account; without a key the old stays."},
    Endpoint{"PATCH", "/accounts/{account}", token, patch_account, "Changes the given fields of an account."},
    Endpoint{"DELETE", "/accounts/{account}", token, delete_account, "Removes an account and its credential."},
    Endpoint{"POST", "/accounts/{account}/test", token, test_account, "Asks the upstream for its models."},
    Endpoint{"POST", "/accounts/{account}/enable", token, enable_account, "Lets the account serve again."},
    Endpoint{"POST", "/accounts/{account}/disable", token, disable_account, "Keeps the account, but unused."},
    Endpoint{"POST", "/accounts/{account}/reset", token, reset_account, "Ends every rest of the account."},

    Endpoint{"GET", "/routes", token, list_routes, "The rules, in the order in which they are asked."},
    Endpoint{"POST", "/routes", token, insert_route, "Inserts a rule, at the end without a position."},
    Endpoint{"PUT", "/routes", token, replace_routes, "Replaces the whole list."},
    Endpoint{"PUT", "/routes/{position}", token, replace_route, "Replaces one rule."},
    Endpoint{"POST", "/routes/{position}/move", token, move_route, "Moves a rule to another position."},
    Endpoint{"DELETE", "/routes/{position}", token, delete_route, "Removes a rule."},
    Endpoint{"POST", "/routes/explain", token, explain_route, "What would happen to a request; nothing is sent."},

    Endpoint{"GET", "/keys", token, list_keys, "Client keys; never a key itself."},
    Endpoint{"POST", "/keys", token, create_key, "Makes a client key and shows it, this once."},
    Endpoint{"DELETE", "/keys/{key}", token, revoke_key, "Revokes a client key by id or name."},

    Endpoint{"GET", "/requests", token, list_requests, "The last requests, newest first."},
    Endpoint{"GET", "/requests/{id}", token, show_request, "One request by its id or the unique beginning of it."},
    Endpoint{"GET", "/requests/{id}/trace", token, show_trace, "Every decision of one request."},
    Endpoint{"GET", "/stats", token, show_stats, "Sums by model, account, client or provider."},

    Endpoint{"GET", "/settings", token, list_settings, "Every setting with its value and where that comes from."},
    Endpoint{"PATCH", "/settings", token, patch_settings, "Changes stored settings, all or none."},
    Endpoint{"GET", "/settings/{name}", token, show_setting, "One setting; ?reveal=1 shows proxy.api_key itself."},

    Endpoint{"GET", "/catalogue/models", token, list_models, "What is known about models."},
    Endpoint{"GET", "/catalogue/providers", token, list_providers, "The providers and presets that accounts can name."},
    Endpoint{"GET", "/clients", token, list_clients, "What to set in which client, with snippets."},
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

Result<Answer> missing_answer() { return fail(Code::internal, "The endpoint gave no answer."); }

Task<Result<Answer>> run(const Endpoint& endpoint, const Call& call, net::Worker& worker) {
  if (const auto* network = std::get_if<NetworkWork>(&endpoint.work)) {
    auto outcome = co_await (*network)(call, worker);
    co_return outcome;
  }
  const auto work = std::get<StoreWork>(endpoint.work);
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

Task<Answer> answer(Gateway& gateway, net::Worker& worker, Ask ask) {
  auto found = find_endpoint(ask.method, ask.path);
  if (!found) co_return refused(found.error());
  Call call{.gateway = gateway, .ask = ask, .words = std::move(found->words)};
  auto document = json::Document::parse(ask.body.empty() ? std::string_view("null") : std::string_view(ask.body));
  if (!document) co_return refused(document.error());
  if (!ask.body.empty()) call.body = document->root();
  auto outcome = co_await run(*found->endpoint, call, worker);
  co_return outcome ? *std::move(outcome) : refused(outcome.error());
}

}  // namespace agt::admin

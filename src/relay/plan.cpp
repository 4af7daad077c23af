#include "relay/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "pool/choose.h"
#include "relay/limits.h"
#include "relay/pattern.h"

namespace agt::relay {
namespace {

const provider::Upstream* upstream_of(const Snapshot& snapshot, const pool::Account& account) {
  const auto found = snapshot.upstreams.find(account.id);
  return found == snapshot.upstreams.end() ? nullptr : &found->second;
}

bool is_known_target(const Snapshot& snapshot, std::string_view who) {
  return std::ranges::any_of(snapshot.accounts, [&](const pool::Account& a) {
    return a.provider == who || a.label == who || a.id == who || std::ranges::find(a.groups, who) != a.groups.end();
  });
}

std::vector<Target> resolved(const std::vector<Target>& targets, std::string_view model) {
  auto out = targets;
  for (auto& target : out)
    if (target.model == "*") target.model = std::string(model);
  return out;
}

// How an account stands to a model, best first.
enum class Rank : std::uint8_t { listed, known, anything, unknown, none };

bool knows(const catalogue::Catalogue& catalogue, std::string_view provider, std::string_view model) {
  return std::ranges::any_of(catalogue.rows(), [&](const catalogue::ModelRow& row) {
    return row.provider == provider && text::wildcard_match(row.match, model);
  });
}

// The rank of an account that lists no models of its own.
Rank rank_by_provider(const Snapshot& snapshot, const provider::Upstream& upstream, std::string_view model) {
  if (upstream.family->local()) return Rank::none;
  if (knows(*snapshot.catalogue, upstream.provider, model)) return Rank::known;
  // A family without an address of its own stands for servers of all kinds; so does a native one at another address.
  const auto own = net::parse_url(upstream.family->default_base_url);
  return own && upstream.base.authority() == own->authority() ? Rank::unknown : Rank::anything;
}

Rank rank_of(const Snapshot& snapshot, const pool::Account& account, const provider::Upstream& upstream,
             std::string_view model) {
  if (!account.enabled || !pool::serves_model(account, model)) return Rank::none;
  return account.models.empty() ? rank_by_provider(snapshot, upstream, model) : Rank::listed;
}

std::string_view why(Rank rank) {
  switch (rank) {
    case Rank::listed: return "accounts that list the model";
    case Rank::known: return "providers known to have the model";
    case Rank::anything: return "compatible servers, which may have any model";
    case Rank::unknown: return "all providers, because none is known to have the model";
    case Rank::none: return "nobody";
  }
  std::unreachable();
}

// Providers of the best rank that any account has for this model, the client's dialect first.
Route without_rule(const Snapshot& snapshot, std::string_view model, ir::Dialect client) {
  auto best = Rank::none;
  std::vector<Target> native;
  std::vector<Target> foreign;
  for (const auto& account : snapshot.accounts) {
    const auto* upstream = upstream_of(snapshot, account);
    if (upstream == nullptr) continue;
    const auto rank = rank_of(snapshot, account, *upstream, model);
    if (rank == Rank::none || rank > best) continue;
    if (rank < best) {
      native.clear();
      foreign.clear();
      best = rank;
    }
    auto& targets = upstream->family->speaks(client) ? native : foreign;
    if (std::ranges::find(targets, account.provider, &Target::who) == targets.end())
      targets.push_back({.who = account.provider, .model = std::string(model)});
  }
  std::ranges::move(foreign, std::back_inserter(native));
  return {.why = std::string(why(best)), .targets = std::move(native)};
}

std::unexpected<Error> nobody(const Snapshot& snapshot, std::string_view model) {
  const auto shown = text::quoted(model, 80);
  const bool any = std::ranges::any_of(snapshot.accounts, [&](const pool::Account& a) {
    const auto* upstream = upstream_of(snapshot, a);
    return upstream != nullptr && !upstream->family->local();
  });
  if (!any)
    return fail(Code::model_unknown,
                fmt::format("No account is set up, so nobody can serve the model \"{}\"; the built-in model \"demo\" "
                            "needs none.",
                            shown),
                "model");
  return fail(Code::model_unknown, fmt::format("No enabled account serves the model \"{}\".", shown), "model");
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size())
    return fail(Code::schema,
                fmt::format("The target \"{}\" must have the form provider/model or account-label/model; * as the "
                            "model means \"as asked\".",
                            text::quoted(text)),
                "target");
  return Target{.who = std::string(text.substr(0, slash)), .model = std::string(text.substr(slash + 1))};
}

std::string to_text(const Target& target) { return target.who + '/' + target.model; }

Result<Route> plan(const Snapshot& snapshot, std::string_view model, ir::Dialect client) {
  for (std::size_t i = 0; i < snapshot.rules.size(); ++i) {
    const auto& rule = snapshot.rules[i];
    if (!matches(rule.match, model)) continue;
    auto route = Route{.why = fmt::format("rule {}: {}", i, rule.match),
                       .targets = resolved(rule.targets, model),
                       .strict = rule.strict};
    const bool any =
        std::ranges::any_of(route.targets, [&](const Target& t) { return is_known_target(snapshot, t.who); });
    if (!any)
      return fail(Code::no_account,
                  fmt::format("Rule {} ({}) sends \"{}\" to {}, but no such account is set up.", i, rule.match,
                              text::quoted(model, 80), to_text(route.targets.front())),
                  "model");
    return route;
  }
  if (const auto slash = model.find('/');
      slash != std::string_view::npos && is_known_target(snapshot, model.substr(0, slash)) && slash + 1 < model.size())
    return Route{
        .why = "the name says the target",
        .targets = {{.who = std::string(model.substr(0, slash)), .model = std::string(model.substr(slash + 1))}}};
  auto route = without_rule(snapshot, model, client);
  if (route.targets.empty()) return nobody(snapshot, model);
  return route;
}

Result<SharedRoute> Planner::plan(const std::shared_ptr<const Snapshot>& snapshot, std::string_view model,
                                  ir::Dialect client) {
  if (snapshot_ != snapshot || routes_.size() >= routes_kept_max) {
    routes_.clear();
    snapshot_ = snapshot;
  }
  key_ = static_cast<char>('0' + static_cast<int>(client));
  key_ += model;
  if (const auto known = routes_.find(key_); known != routes_.end()) return known->second;
  TRY(auto route, relay::plan(*snapshot, model, client));  // a failure is not kept: clients can make up any name
  auto shared = std::make_shared<const Route>(std::move(route));
  routes_.emplace(key_, shared);
  return shared;
}

}  // namespace agt::relay

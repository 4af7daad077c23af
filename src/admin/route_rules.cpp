// The routing rules of the admin API.
#include "admin/route_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "catalogue/presets.h"
#include "core/text.h"
#include "pool/choose.h"
#include "relay/pattern.h"
#include "relay/plan.h"
#include "store/accounts.h"
#include "store/routes.h"

namespace agt::admin {
namespace {

Result<store::Route> route_in(const json::Value& body) {
  store::Route route;
  TRY_OK(take(body, "match", route.match));
  TRY_OK(take(body, "targets", route.targets));
  TRY_OK(take(body, "strict", route.strict));
  TRY_OK(check_route(route));
  return route;
}

// Changes with every change of the rules.
std::string etag_of(const std::vector<store::Route>& routes) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xffU) * 0x100000001b3;
  };
  for (const auto& route : routes) {
    add(route.match);
    for (const auto& target : route.targets) add(target);
    add("");
  }
  return fmt::format("\"{:016x}\"", hash);
}

Result<std::size_t> position_in(const Call& call) {
  const auto position = text::parse_number<std::size_t>(call.word());
  if (!position)
    return fail(Code::path_unknown,
                fmt::format("\"{}\" is no position: rules are numbered from 0.", text::quoted(call.word(), 40)));
  return *position;
}

void write_route(json::Writer& w, std::size_t position, const std::vector<store::Route>& routes,
                 const std::vector<store::Account>& accounts, const catalogue::Catalogue& catalogue) {
  const auto& route = routes[position];
  auto warnings = warnings_of(route, accounts, catalogue);
  for (auto& more : warnings_of_order(routes, position)) warnings.push_back(std::move(more));
  w.begin_object();
  w.field("position", position);
  w.field("match", route.match);
  write_words(w, "targets", route.targets);
  w.field("strict", route.strict);
  write_words(w, "warnings", warnings);
  w.end_object();
}

Result<Answer> answer_with(const Call& call, std::size_t position, int status) {
  TRY_OK(reload(call.gateway));
  TRY(const auto accounts, store::accounts(call.gateway.vault));
  TRY(const auto routes, store::routes(call.gateway.vault));
  json::Writer w;
  write_route(w, position, routes, accounts, *catalogue::Catalogue::built_in());
  return Answer{.status = status, .body = std::move(w).take()};
}

bool is_meant(const relay::Target& target, const store::Account& account) {
  return account.provider == target.who || account.label == target.who || account.id == target.who ||
         std::ranges::find(account.groups, target.who) != account.groups.end();
}

// The upstream's name of the model, when the rule decides it; "" when the request does.
std::string model_of(const store::Route& route, const relay::Target& target) {
  if (target.model != "*") return target.model;
  const bool exact = !route.match.contains('*') && !route.match.starts_with('/');
  return exact ? route.match : std::string();
}

// Empty when the target can be served; else why not.
std::string obstacle(const relay::Target& target, const std::string& model,
                     const std::vector<store::Account>& accounts) {
  const auto matching =
      std::ranges::count_if(accounts, [&](const store::Account& account) { return is_meant(target, account); });
  const auto enabled = std::ranges::count_if(
      accounts, [&](const store::Account& account) { return account.enabled && is_meant(target, account); });
  const auto who = text::quoted(target.who, 60);
  const bool any_serves = std::ranges::any_of(accounts, [&](const store::Account& account) {
    const pool::Account listed{.models = account.models, .excluded = account.excluded_models};
    return account.enabled && is_meant(target, account) && (model.empty() || pool::serves_model(listed, model));
  });
  if (any_serves || target.who == "demo") return {};
  if (enabled > 0)
    return fmt::format("The model lists of \"{}\" keep every account of it from {}.", who, text::quoted(model, 60));
  if (matching > 0) return fmt::format("Every account of \"{}\" is disabled.", who);
  if (catalogue::find_provider(target.who) != nullptr)
    return fmt::format("No account of \"{}\" is set up yet: `agt account add {} --key-env VARIABLE`.", who, who);
  std::vector<std::string_view> known;
  known.reserve(accounts.size());
  for (const auto& account : accounts) known.emplace_back(account.label);
  for (const auto& account : accounts) known.insert(known.end(), account.groups.begin(), account.groups.end());
  for (const auto& provider : catalogue::providers()) known.emplace_back(provider.name);
  const auto near = nearest(target.who, known);
  return fmt::format("\"{}\" is no provider, account or group{}", who,
                     near.empty() ? "." : fmt::format("; did you mean \"{}\"?", near));
}

// What is known for certain of the model that a target names; nothing when that is little.
std::optional<ModelFacts> known_facts(const relay::Target& target, const std::string& model,
                                      const std::vector<store::Account>& accounts,
                                      const catalogue::Catalogue& catalogue) {
  if (model.empty()) return std::nullopt;
  const auto account = std::ranges::find_if(accounts, [&](const store::Account& one) { return is_meant(target, one); });
  auto facts = catalogue.lookup(account == accounts.end() ? target.who : account->provider, model);
  return facts.estimated ? std::nullopt : std::optional(std::move(facts));
}

// A request that the first target can serve may be too much for the one that stands in for it.
std::vector<std::string> what_lacks(std::string_view later, const ModelFacts& facts, std::string_view first,
                                    const ModelFacts& before) {
  std::vector<std::string> out;
  const auto name = text::quoted(later, 60);
  const auto lacks = [&](bool has, bool had, std::string_view what) {
    if (had && !has) out.push_back(fmt::format("{} takes no {}, which {} does.", name, what, text::quoted(first, 60)));
  };
  lacks(facts.tools, before.tools, "tools");
  lacks(facts.images, before.images, "images");
  lacks(facts.documents, before.documents, "documents");
  lacks(facts.audio, before.audio, "audio");
  const bool smaller = facts.context_tokens && before.context_tokens && *facts.context_tokens < *before.context_tokens;
  if (smaller)
    out.push_back(fmt::format("{} has room for {} tokens, {} for {}: long conversations do not fit.", name,
                              *facts.context_tokens, text::quoted(first, 60), *before.context_tokens));
  return out;
}

}  // namespace

void write_words(json::Writer& w, std::string_view key, const std::vector<std::string>& words) {
  w.key(key);
  w.begin_array();
  for (const auto& word : words) w.value(word);
  w.end_array();
}

Result<> check_route(const store::Route& route) {
  TRY_OK(relay::check_pattern(route.match));
  if (route.targets.empty()) return fail(Code::schema, "A rule needs at least one target.", "targets");
  for (std::size_t i = 0; i < route.targets.size(); ++i)
    if (const auto target = relay::parse_target(route.targets[i]); !target)
      return fail(Code::schema, target.error().message, fmt::format("targets[{}]", i));
  return {};
}

std::vector<std::string> warnings_of(const store::Route& route, const std::vector<store::Account>& accounts,
                                     const catalogue::Catalogue& catalogue) {
  std::vector<std::string> warnings;
  std::optional<std::pair<std::string, ModelFacts>> first;
  for (const auto& spelled : route.targets) {
    const auto target = relay::parse_target(spelled);
    if (!target) {
      warnings.push_back(target.error().message);
      continue;
    }
    const auto model = model_of(route, *target);
    auto why = obstacle(*target, model, accounts);
    if (!why.empty() && std::ranges::find(warnings, why) == warnings.end()) warnings.push_back(std::move(why));
    const auto facts = known_facts(*target, model, accounts, catalogue);
    if (!facts) continue;
    if (!first)
      first.emplace(spelled, *facts);
    else
      for (auto& lacks : what_lacks(spelled, *facts, first->first, first->second)) warnings.push_back(std::move(lacks));
  }
  return warnings;
}

std::vector<std::string> warnings_of_order(const std::vector<store::Route>& routes, std::size_t position) {
  std::vector<std::string> warnings;
  const auto& rule = routes[position];
  if (rule.match.starts_with('/')) return warnings;  // what a regular expression covers cannot be told by matching
  for (std::size_t i = 0; i < position; ++i) {
    // A pattern is hidden when an earlier one matches it as it is written: its own wildcards are matched by theirs.
    if (!relay::matches(routes[i].match, rule.match)) continue;
    warnings.push_back(fmt::format("Rule {} ({}) comes first and takes every model that this one matches.", i,
                                   text::quoted(routes[i].match, 60)));
    break;
  }
  for (std::size_t a = 0; a < rule.targets.size(); ++a)
    for (std::size_t b = a + 1; b < rule.targets.size(); ++b)
      if (rule.targets[a] == rule.targets[b])
        warnings.push_back(fmt::format("The target {} stands in it twice.", text::quoted(rule.targets[a], 60)));
  return warnings;
}

void write_routes(json::Writer& w, const std::vector<store::Route>& routes,
                  const std::vector<store::Account>& accounts) {
  const auto catalogue = catalogue::Catalogue::built_in();
  w.begin_array();
  for (std::size_t i = 0; i < routes.size(); ++i) write_route(w, i, routes, accounts, *catalogue);
  w.end_array();
}

Result<> check_unchanged(const Call& call) {
  const auto& seen = call.ask.if_match;
  if (seen.empty() || seen == "*") return {};
  TRY(const auto routes, store::routes(call.gateway.vault));
  if (seen == etag_of(routes)) return {};
  return fail(Code::conflict, "The rules were changed elsewhere meanwhile; read them and try again.");
}

Result<Answer> list_routes(const Call& call) {
  TRY(const auto routes, store::routes(call.gateway.vault));
  TRY(const auto accounts, store::accounts(call.gateway.vault));
  json::Writer w;
  w.begin_object();
  w.key("routes");
  write_routes(w, routes, accounts);
  w.end_object();
  return Answer{.body = std::move(w).take(), .etag = etag_of(routes)};
}

Result<Answer> insert_route(const Call& call) {
  const std::scoped_lock lock(call.gateway.changing);
  TRY_OK(check_unchanged(call));
  TRY_OK(check_fields(call.body, {"match", "targets", "strict", "position"}));
  TRY(const auto route, route_in(call.body));
  std::optional<std::size_t> wanted;
  TRY_OK(take(call.body, "position", wanted));
  TRY(const auto position, store::insert_route(call.gateway.vault, route, wanted));
  return answer_with(call, position, 201);
}

Result<Answer> replace_route(const Call& call) {
  const std::scoped_lock lock(call.gateway.changing);
  TRY_OK(check_unchanged(call));
  TRY_OK(check_fields(call.body, {"match", "targets", "strict"}));
  TRY(const auto position, position_in(call));
  TRY(const auto route, route_in(call.body));
  TRY_OK(store::replace_route(call.gateway.vault, position, route));
  return answer_with(call, position, 200);
}

Result<Answer> replace_routes(const Call& call) {
  const std::scoped_lock lock(call.gateway.changing);
  TRY_OK(check_unchanged(call));
  TRY_OK(check_fields(call.body, {"routes"}));
  const auto list = call.body["routes"];
  if (!list.is_array()) return list.refuse("a list of rules");
  std::vector<store::Route> all;
  for (const auto item : list.children()) {
    TRY_OK(check_fields(
        item, {"match", "targets", "strict", "position", "warnings"}));  // what list_routes gave is taken back
    TRY(auto route, route_in(item));
    all.push_back(std::move(route));
  }
  TRY_OK(store::replace_routes(call.gateway.vault, all));
  TRY_OK(reload(call.gateway));
  return list_routes(call);
}

Result<Answer> move_route(const Call& call) {
  const std::scoped_lock lock(call.gateway.changing);
  TRY_OK(check_unchanged(call));
  TRY_OK(check_fields(call.body, {"to"}));
  TRY(const auto from, position_in(call));
  std::optional<std::size_t> to;
  TRY_OK(take(call.body, "to", to));
  if (!to) return fail(Code::schema, "The field \"to\" is missing.", "to");
  TRY_OK(store::move_route(call.gateway.vault, from, *to));
  TRY_OK(reload(call.gateway));
  return list_routes(call);
}

Result<Answer> delete_route(const Call& call) {
  const std::scoped_lock lock(call.gateway.changing);
  TRY_OK(check_unchanged(call));
  TRY(const auto position, position_in(call));
  TRY_OK(store::remove_route(call.gateway.vault, position));
  TRY_OK(reload(call.gateway));
  return list_routes(call);
}

}  // namespace agt::admin

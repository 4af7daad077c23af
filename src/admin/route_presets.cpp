#include "admin/route_presets.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/route_rules.h"
#include "catalogue/route_presets.h"
#include "core/text.h"
#include "relay/plan.h"

namespace agt::admin {
namespace {

// "gemini=vertex": whose targets another name takes.
Result<std::pair<std::string_view, std::string_view>> parse_swap(std::string_view text, std::size_t i) {
  const auto middle = text.find('=');
  if (middle == 0 || middle == std::string_view::npos || middle + 1 == text.size())
    return fail(Code::schema, fmt::format("\"{}\" must have the form NAME=OTHER.", text::quoted(text, 60)),
                fmt::format("instead[{}]", i));
  return std::pair(text.substr(0, middle), text.substr(middle + 1));
}

// The rules of the preset, with other names for its providers where the user has others.
Result<std::vector<store::Route>> rules_of(const catalogue::RoutePreset& preset,
                                           const std::vector<std::string>& instead) {
  std::vector<store::Route> rules;
  for (const auto& rule : preset.rules) rules.push_back({.match = rule.match, .targets = rule.targets});
  for (std::size_t i = 0; i < instead.size(); ++i) {
    TRY(const auto swap, parse_swap(instead[i], i));
    bool any = false;
    for (auto& rule : rules)
      for (auto& target : rule.targets) {
        const auto parsed = relay::parse_target(target);
        if (!parsed || parsed->who != swap.first) continue;
        target = fmt::format("{}/{}", swap.second, parsed->model);
        any = true;
      }
    if (!any)
      return fail(Code::schema,
                  fmt::format("The preset {} sends nothing to \"{}\".", preset.name, text::quoted(swap.first, 60)),
                  fmt::format("instead[{}]", i));
  }
  for (const auto& rule : rules) TRY_OK(check_route(rule));
  return rules;
}

}  // namespace

std::vector<RouteChange> laid_in(std::vector<store::Route>& routes, const std::vector<store::Route>& rules) {
  std::vector<RouteChange> changes;
  std::size_t next = 0;
  for (const auto& rule : rules) {
    const auto same = std::ranges::find(routes, rule.match, &store::Route::match);
    RouteChange change{.match = rule.match};
    if (same == routes.end()) {
      change.kind = "new";
      for (auto& earlier : changes) earlier.position += earlier.position >= next ? 1 : 0;
      routes.insert(routes.begin() + static_cast<std::ptrdiff_t>(next), rule);
      change.position = next;
    } else {
      change.kind = same->targets == rule.targets ? "unchanged" : "changed";
      change.before = std::exchange(same->targets, rule.targets);
      change.position = static_cast<std::size_t>(same - routes.begin());
    }
    next = change.position + 1;
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<Answer> list_route_presets(const Call& /*call*/) {
  json::Writer w;
  w.begin_object();
  w.key("presets");
  w.begin_array();
  for (const auto& preset : catalogue::route_presets()) {
    w.begin_object();
    w.field("name", preset.name);
    w.field("title", preset.title);
    w.key("rules");
    w.begin_array();
    for (const auto& rule : preset.rules) {
      w.begin_object();
      w.field("match", rule.match);
      write_words(w, "targets", rule.targets);
      w.end_object();
    }
    w.end_array();
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> use_route_preset(const Call& call) {
  const auto* preset = catalogue::find_route_preset(call.word());
  if (preset == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& one : catalogue::route_presets()) known.emplace_back(one.name);
    return fail(Code::path_unknown, fmt::format("There is no preset \"{}\"; there are: {}.",
                                                text::quoted(call.word(), 60), fmt::join(known, ", ")));
  }
  TRY_OK(check_fields(call.body, {"instead", "write"}));
  std::vector<std::string> instead;
  bool write = false;
  TRY_OK(take(call.body, "instead", instead));
  TRY_OK(take(call.body, "write", write));
  TRY(const auto rules, rules_of(*preset, instead));

  const std::scoped_lock lock(call.gateway.changing);
  TRY(auto routes, store::routes(call.gateway.vault));
  const auto changes = laid_in(routes, rules);
  if (write) {
    TRY_OK(check_unchanged(call));
    TRY_OK(store::replace_routes(call.gateway.vault, routes));
    TRY_OK(reload(call.gateway));
  }
  json::Writer w;
  w.begin_object();
  w.field("written", write);
  w.key("changes");
  w.begin_array();
  for (const auto& change : changes) {
    w.begin_object();
    w.field("kind", change.kind);
    w.field("position", change.position);
    w.field("match", change.match);
    write_words(w, "targets", routes[change.position].targets);
    if (change.kind == "changed") write_words(w, "before", change.before);
    w.end_object();
  }
  w.end_array();
  TRY(const auto accounts, store::accounts(call.gateway.vault));
  w.key("routes");
  write_routes(w, routes, accounts);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin

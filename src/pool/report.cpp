// What the pool learns: from leases, from people, from the disk.
#include <algorithm>

#include "pool/limits.h"
#include "pool/pool.h"

namespace agt::pool {
namespace {

// Model names are chosen by clients: what is kept of them is bounded by dropping what is open first.
Health& health_for(Healths& healths, std::string_view model, std::size_t most) {
  const auto found = healths.find(model);
  if (found != healths.end()) return found->second;
  if (healths.size() >= most)
    healths.erase(std::ranges::min_element(healths, {}, [](const auto& entry) { return entry.second.open_at(); }));
  return healths.emplace(std::string(model), Health{}).first->second;
}

// A strict reserve rests its account until the reset of the window.
void add_reserves(const State& state, Instant now, std::vector<Resting>& out) {
  if (!state.account->reserve_strict || state.account->reserve_percent <= 0) return;
  for (const auto& window : state.quota)
    if (window.percent <= state.account->reserve_percent && window.resets_at > now)
      out.push_back({.account_id = state.account->id,
                     .model = window.models,
                     .rest = {.until = window.resets_at, .code = Code::protected_reserve}});
}

bool is_servers_fault(Code code) {
  return code == Code::internal_5xx || code == Code::stream_cut || code == Code::idle_timeout ||
         code == Code::first_byte_timeout;
}

}  // namespace

void Pool::release(State& state) {
  if (!state.listed) return;
  auto& hot = registry_.hot(state);
  --hot.in_flight;
  if (hot.limit > 0) registry_.note_change();
  serve_line(latest_);
}

void Pool::accept(State& state, std::string_view model, std::uint64_t session, Instant sent_at, Instant now) {
  latest_ = std::max(latest_, now);
  state.server_failures = 0;
  state.ejections = 0;
  state.site->budget.give_back();
  bool changed = false;
  const auto whole = [&](Health& health) {
    if (health.is_blank(now)) return false;
    recover(health, sent_at);
    changed = true;
    return true;
  };
  const auto for_model = [&](Healths& healths) {
    const auto own = healths.find(model);
    if (own == healths.end() || !whole(own->second)) return false;
    if (own->second.is_blank(now)) healths.erase(own);
    return true;
  };
  if (whole(state.health)) registry_.refresh(state);
  if (for_model(state.by_model)) registry_.refresh(state, model);
  const bool site = whole(state.site->health);
  const bool site_model = for_model(state.site->by_model);
  if (site || site_model) registry_.refresh(*state.site);
  if (session != 0) {
    // A session that visits another account for a moment goes home again; but not to one that has too much to do.
    const auto bound = sessions_.find(session, now);
    const bool stays = bound.empty() || bound == state.account->id;
    if (stays || is_overrun(bound, model, sent_at) || sessions_.visits_often(session, now)) {
      if (bound != state.account->id) registry_.note_change();
      sessions_.bind(session, state.account->id, now);
    }
  }
  if (changed) serve_line(now);
}

// It could not be asked at that moment for its pace alone: more want to be served by it than it can serve.
bool Pool::is_overrun(std::string_view account_id, std::string_view model, Instant then) const {
  const auto* state = registry_.find(account_id);
  if (state == nullptr) return false;
  const auto own = state->by_model.find(model);
  return own != state->by_model.end() && own->second.rest.until <= then && own->second.pace.open_at() > then;
}

std::optional<Milliseconds> Pool::blow(State& state, std::string_view model, const Blow& blow, Instant sent_at,
                                       Instant now, double chance) {
  latest_ = std::max(latest_, now);
  if (is_servers_fault(blow.code) && !blow.told) return eject(state, blow, now);
  auto& site = *state.site;
  std::optional<Milliseconds> rest;
  switch (blow.blame) {
    case Blame::nobody: return std::nullopt;
    case Blame::account_model:
      rest = take(health_for(state.by_model, model, rests_per_account_max), blow, sent_at, now, chance,
                  registry_.likely_pace(state, model, sent_at));
      registry_.refresh(state, model);
      if (rest) note_unsaved(state, model, *rest);
      break;
    case Blame::account:
      rest = take(state.health, blow, sent_at, now, chance, registry_.likely_pace(state, "", sent_at));
      registry_.refresh(state);
      if (rest) note_unsaved(state, "", *rest);
      break;
    case Blame::site_model:
      rest = take(health_for(site.by_model, model, rests_per_site_max), blow, sent_at, now, chance);
      registry_.refresh(site);
      break;
    case Blame::site:
      rest = take(site.health, blow, sent_at, now, chance);
      registry_.refresh(site);
      break;
  }
  return rest;
}

// An account that only fails steps back for a while, the longer the oftener; but never more than half of a site's, for
// then it is the site, and an empty pool helps nobody.
std::optional<Milliseconds> Pool::eject(State& state, const Blow& blow, Instant now) {
  if (++state.server_failures < server_failures_max) return std::nullopt;
  const auto ejected = std::ranges::count_if(registry_.states(), [&](const auto& other) {
    return other->site == state.site && other.get() != &state && other->ejected_until > now;
  });
  if ((ejected + 1) * 100 > ejected_percent_max * static_cast<std::ptrdiff_t>(state.site->accounts))
    return std::nullopt;
  state.server_failures = 0;
  state.ejections = std::min(state.ejections + 1, ejections_max);
  const auto rest = std::chrono::duration_cast<Milliseconds>(ejection_step * state.ejections);
  state.ejected_until = now + rest;
  auto& health = state.health;
  ++health.failures;
  health.set_at = now;
  health.on_probation = true;
  health.probe_until = {};
  if (state.ejected_until > health.rest.until)
    health.rest = {.until = state.ejected_until, .code = blow.code, .message = blow.message, .set_by = blow.set_by};
  registry_.refresh(state);
  return rest;
}

void Pool::note_unsaved(const State& state, std::string_view model, Milliseconds rest) {
  if (rest < rest_kept_from || unsaved_.size() >= unsaved_max) return;
  unsaved_.emplace_back(state.account->id, std::string(model));
}

void Pool::forgive(std::string_view account_id) {
  const std::scoped_lock lock(mutex_);
  auto* state = registry_.find(account_id);
  if (state == nullptr) return;
  state->health = {};
  state->server_failures = 0;
  state->ejections = 0;
  state->ejected_until = {};
  for (const auto& [model, health] : std::exchange(state->by_model, {})) registry_.refresh(*state, model);
  registry_.refresh(*state);
  // Who resets an account wants it asked now; a site that is still busy says so again.
  state->site->health = {};
  state->site->by_model.clear();
  registry_.refresh(*state->site);
  serve_line(latest_);
}

void Pool::note_quota(std::string_view account_id, std::vector<QuotaLeft> windows, Instant now) {
  const std::scoped_lock lock(mutex_);
  latest_ = std::max(latest_, now);
  auto* state = registry_.find(account_id);
  if (state == nullptr) return;
  if (windows.size() > quota_windows_max) windows.resize(quota_windows_max);
  // No window is longer than a rest may be, whatever its provider says.
  for (auto& window : windows) window.resets_at = std::min(window.resets_at, now + rest_max);
  state->quota = std::move(windows);
  registry_.refresh_reserve(*state);
  serve_line(latest_);
}

std::vector<Resting> Pool::resting(Instant now) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Resting> out;
  for (const auto& state : registry_.states()) {
    const auto add = [&](std::string_view model, const Health& health) {
      if (health.rest.until > now)
        out.push_back({.account_id = state->account->id,
                       .model = std::string(model),
                       .rest = health.rest,
                       .since = health.set_at == Instant{} ? std::nullopt : std::optional(health.set_at)});
    };
    add("", state->health);
    for (const auto& [model, health] : state->by_model) add(model, health);
    add_reserves(*state, now, out);
  }
  return out;
}

std::vector<Resting> Pool::take_unsaved() {
  const std::scoped_lock lock(mutex_);
  std::vector<Resting> out;
  for (auto& [id, model] : std::exchange(unsaved_, {})) {
    const auto* state = registry_.find(id);
    if (state == nullptr) continue;
    const auto own = state->by_model.find(model);
    if (!model.empty() && own == state->by_model.end()) continue;
    const auto& health = model.empty() ? state->health : own->second;
    out.push_back({.account_id = std::move(id), .model = std::move(model), .rest = health.rest});
  }
  return out;
}

void Pool::restore(const Resting& resting) {
  const std::scoped_lock lock(mutex_);
  auto* state = registry_.find(resting.account_id);
  if (state == nullptr) return;
  auto& health =
      resting.model.empty() ? state->health : health_for(state->by_model, resting.model, rests_per_account_max);
  if (resting.rest.until <= health.rest.until) return;
  health.rest = resting.rest;
  health.failures = 1;
  health.on_probation = true;
  registry_.refresh(*state);
  registry_.refresh(*state, resting.model);
}

}  // namespace agt::pool

#include "pool/roster.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "pool/limits.h"

namespace agt::pool {
namespace {

const Health* health_in(const Healths& healths, std::string_view model) {
  const auto found = healths.find(model);
  return found == healths.end() ? nullptr : &found->second;
}

void close(Instant& open_at, SkipReason& why, const Health& health) {
  if (health.open_at() <= open_at) return;
  open_at = health.open_at();
  why = reason_of(health.rest.code);
}

// Below a strict reserve the account is closed; below another one it comes last.
void keep_reserve(Instant& open_at, SkipReason& why, Instant& last_until, const Account& account, Instant until) {
  last_until = account.reserve_strict ? Instant{} : until;
  if (!account.reserve_strict || until <= open_at) return;
  open_at = until;
  why = SkipReason::reserved;
}

SiteHot hot_of(const Site& site, std::string_view model) {
  SiteHot hot;
  close(hot.open_at, hot.why, site.health);
  if (const auto* own = health_in(site.by_model, model)) close(hot.open_at, hot.why, *own);
  return hot;
}

Slot slot_for(const State& state, std::string_view model, std::uint32_t site) {
  Slot slot{.account = state.index, .site = site};
  if (const auto* own = health_in(state.by_model, model)) {
    close(slot.open_at, slot.why, *own);
    slot.per_second = static_cast<float>(own->pace.per_second());
  }
  if (!state.quota.empty())
    keep_reserve(slot.open_at, slot.why, slot.last_until, *state.account, reserve_until(state, model));
  return slot;
}

Hot hot_for(const State& state, Hot before) {
  const auto& account = *state.account;
  Hot hot{.served = before.served,
          .turn = before.turn,
          .hash = hash_of(account.id),
          .in_flight = before.in_flight,
          .limit = account.max_concurrency,
          .priority = account.priority,
          .weight = std::max(account.weight, 1)};
  close(hot.open_at, hot.why, state.health);
  keep_reserve(hot.open_at, hot.why, hot.last_until, account, reserve_until(state, ""));
  return hot;
}

std::string site_name(const Account& account) { return account.site.empty() ? account.provider : account.site; }

}  // namespace

Instant reserve_until(const State& state, std::string_view model) {
  const auto reserve = state.account->reserve_percent;
  Instant until{};
  if (reserve <= 0) return until;
  for (const auto& window : state.quota) {
    const bool is_meant =
        window.models.empty() ? model.empty() : !model.empty() && text::wildcard_match(window.models, model);
    if (is_meant && window.percent <= reserve) until = std::max(until, window.resets_at);
  }
  return until;
}

const Health* worst_health(const State& state, std::string_view model) {
  const Health* worst = nullptr;
  const auto consider = [&worst](const Health* health) {
    if (health != nullptr && (worst == nullptr || health->open_at() > worst->open_at())) worst = health;
  };
  consider(health_in(state.by_model, model));
  consider(&state.health);
  consider(&state.site->health);
  consider(health_in(state.site->by_model, model));
  return worst;
}

void Registry::set_accounts(std::vector<Account> accounts, double served) {
  const auto old_hots = std::move(hots_);
  const auto old = std::exchange(states_, {});
  const auto old_by_id = std::exchange(by_id_, {});
  const auto old_sites = std::exchange(sites_, {});
  rosters_.clear();
  note_change();
  for (const auto& state : old) state->listed = false;
  for (auto& account : accounts) {
    const auto known = old_by_id.find(account.id);
    const bool stays = known != old_by_id.end();
    auto state = stays ? old[known->second] : std::make_shared<State>();
    const auto before = stays ? old_hots[known->second] : Hot{.served = served};
    auto& site = sites_[site_name(account)];
    if (!site) {
      const auto old_site = old_sites.find(site_name(account));
      site = old_site == old_sites.end() ? std::make_shared<Site>(Site{.name = site_name(account)}) : old_site->second;
      site->accounts = 0;
    }
    ++site->accounts;
    state->site = site;
    state->account = std::make_shared<const Account>(std::move(account));
    state->index = static_cast<std::uint32_t>(states_.size());
    state->listed = true;
    by_id_.emplace(state->account->id, state->index);
    hots_.push_back(hot_for(*state, before));
    states_.push_back(std::move(state));
  }
}

Roster Registry::build(std::string_view who, std::string_view model) const {
  Roster roster{.who = std::string(who), .model = std::string(model), .hash = lane_id(who, model)};
  const auto any = [&](auto matches) { return std::ranges::any_of(states_, matches); };
  const auto is_provider = [&](const auto& state) { return state->account->provider == who; };
  const auto is_account = [&](const auto& state) { return state->account->id == who || state->account->label == who; };
  const auto is_group = [&](const auto& state) {
    return std::ranges::find(state->account->groups, who) != state->account->groups.end();
  };
  // One name may be all three: a provider has the right of way, then an account.
  std::unordered_map<const Site*, std::uint32_t> sites;
  const int kind = any(is_provider) ? 0 : any(is_account) ? 1 : 2;
  for (const auto& state : states_) {
    const bool meant = kind == 0 ? is_provider(state) : kind == 1 ? is_account(state) : is_group(state);
    if (!meant) continue;
    const auto& account = *state->account;
    if (!account.enabled) {
      roster.never.emplace_back(state->index, SkipReason::off);
    } else if (!includes_model(account, model)) {
      roster.never.emplace_back(state->index, SkipReason::model_missing);
    } else if (excludes_model(account, model)) {
      roster.never.emplace_back(state->index, SkipReason::model_excluded);
    } else {
      const auto [site, is_new] = sites.emplace(state->site.get(), static_cast<std::uint32_t>(sites.size()));
      if (is_new) roster.sites.push_back(state->site.get());
      if (is_new) roster.site_hots.push_back(hot_of(*state->site, model));
      roster.slots.push_back(slot_for(*state, model, site->second));
    }
  }
  roster.uses.resize(roster.slots.size());
  return roster;
}

void Registry::make_room() {
  if (rosters_.size() < rosters_max) return;
  note_change();
  rosters_.erase(std::ranges::min_element(rosters_, {}, [](const auto& entry) { return entry.second.used; }));
}

Roster& Registry::roster(std::string_view who, std::string_view model) {
  key_.assign(who);
  key_ += '\n';
  key_ += model;
  auto found = rosters_.find(key_);
  if (found == rosters_.end()) {
    make_room();
    found = rosters_.emplace(key_, build(who, model)).first;
  }
  found->second.used = ++uses_;
  return found->second;
}

State* Registry::find(std::string_view account_id) const {
  const auto found = by_id_.find(account_id);
  return found == by_id_.end() ? nullptr : states_[found->second].get();
}

State* Registry::find_named(std::string_view id_or_label) const {
  if (auto* state = find(id_or_label)) return state;
  const auto found =
      std::ranges::find_if(states_, [&](const auto& state) { return state->account->label == id_or_label; });
  return found == states_.end() ? nullptr : found->get();
}

std::optional<std::size_t> Registry::slot_of(const Roster& roster, std::uint32_t account) {
  const auto found = std::ranges::lower_bound(roster.slots, account, {}, &Slot::account);
  if (found == roster.slots.end() || found->account != account) return std::nullopt;
  return static_cast<std::size_t>(found - roster.slots.begin());
}

double Registry::likely_pace(const State& state, std::string_view model, Instant now) const {
  double sum = 0;
  for (const auto& [key, roster] : rosters_) {
    if (!model.empty() && roster.model != model) continue;
    const auto at = slot_of(roster, state.index);
    if (!at) continue;
    // It went well at the one pace and was struck at the other. Accounts are often of one plan.
    const auto& use = roster.uses[*at];
    if (use.recent(now) < use_telling) continue;
    const auto least = use.sustained(now);
    const auto most = std::max(least, use.recent(now) / Seconds(1min).count());
    const auto peers = model.empty() ? std::nullopt : pace_of_peers(roster, state.index);
    sum += std::clamp(peers.value_or((least + most) / 2), least, most);
  }
  return sum;
}

// The median of what some others were measured at.
std::optional<double> Registry::pace_of_peers(const Roster& roster, std::uint32_t but) const {
  std::vector<float> paces;
  for (const auto& slot : roster.slots) {
    if (slot.account == but || slot.per_second <= 0) continue;
    const auto* own = health_in(states_[slot.account]->by_model, roster.model);
    if (own != nullptr && own->pace.is_measured()) paces.push_back(slot.per_second);
    if (paces.size() == peers_asked_max) break;
  }
  if (paces.empty()) return std::nullopt;
  const auto middle = paces.begin() + static_cast<std::ptrdiff_t>(paces.size() / 2);
  std::ranges::nth_element(paces, middle);
  return *middle;
}

void Registry::refresh(const State& state) {
  if (!state.listed) return;
  note_change();
  auto& hot = hots_[state.index];
  hot.open_at = {};
  close(hot.open_at, hot.why, state.health);
  keep_reserve(hot.open_at, hot.why, hot.last_until, *state.account, reserve_until(state, ""));
}

void Registry::refresh_reserve(const State& state) {
  if (!state.listed) return;
  refresh(state);
  for (auto& [key, roster] : rosters_)
    if (const auto at = slot_of(roster, state.index))
      roster.slots[*at] = slot_for(state, roster.model, roster.slots[*at].site);
}

void Registry::refresh(const State& state, std::string_view model) {
  if (!state.listed) return;
  note_change();
  for (auto& [key, roster] : rosters_) {
    if (roster.model != model) continue;
    if (const auto at = slot_of(roster, state.index))
      roster.slots[*at] = slot_for(state, model, roster.slots[*at].site);
  }
}

void Registry::refresh(const Site& site) {
  note_change();
  for (auto& [key, roster] : rosters_) {
    const auto at = std::ranges::find(roster.sites, &site);
    if (at == roster.sites.end()) continue;
    roster.site_hots[static_cast<std::size_t>(at - roster.sites.begin())] = hot_of(site, roster.model);
  }
}

}  // namespace agt::pool

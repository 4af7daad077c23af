#include "pool/pool.h"

#include <algorithm>

#include "pool/limits.h"

namespace agt::pool {

Lease::~Lease() {
  if (pool_ == nullptr) return;
  const std::scoped_lock lock(pool_->mutex_);
  pool_->release(*state_);
}

void Lease::accepted(Instant now) {
  const std::scoped_lock lock(pool_->mutex_);
  pool_->accept(*state_, model_, session_, sent_at_, now);
}

std::optional<Milliseconds> Lease::failed(const Blow& blow, Instant now, double chance) {
  const std::scoped_lock lock(pool_->mutex_);
  return pool_->blow(*state_, model_, blow, sent_at_, now, chance);
}

bool Lease::may_retry() {
  const std::scoped_lock lock(pool_->mutex_);
  return state_->site->budget.spend();
}

void Pool::set_accounts(std::vector<Account> accounts) {
  const std::scoped_lock lock(mutex_);
  registry_.set_accounts(std::move(accounts), served_floor_);
  serve_line(latest_);
}

std::size_t Pool::size() const {
  const std::scoped_lock lock(mutex_);
  return registry_.states().size();
}

Leased Pool::lease(const Ask& ask, Instant now) {
  const std::scoped_lock lock(mutex_);
  if (!line_.empty()) {  // nobody overtakes those who wait
    serve_line(now);
    if (const auto until = paced_until(lane_id(ask.who, ask.model))) return in_line(ask, *until, now);
  }
  return lease_now(ask, now);
}

namespace {

bool spreads(const Ask& ask) { return ask.mode == Mode::performance_first; }

}  // namespace

// A conversation with one model: another model has a cache of its own. 0: there is none.
std::uint64_t Pool::session_of(const Ask& ask, const Roster& roster) {
  return ask.session == 0 ? 0 : mixed(ask.session, roster.hash);
}

std::vector<std::uint32_t> Pool::indexes_of(std::span<const std::string> ids) const {
  std::vector<std::uint32_t> indexes;
  for (const auto& id : ids)
    if (const auto* state = registry_.find(id)) indexes.push_back(state->index);
  return indexes;
}

// The account that is pinned, or that the session stays with.
Pool::Preference Pool::preference(const Roster& roster, const Ask& ask, std::uint64_t session,
                                  std::span<const std::uint32_t> tried, Instant now) {
  const auto field = registry_.field(roster);
  const auto look = [&](const State* state) -> std::optional<std::size_t> {
    return state == nullptr ? std::nullopt : Registry::slot_of(roster, state->index);
  };
  if (!ask.pinned.empty())
    if (const auto at = look(registry_.find_named(ask.pinned)); at && !obstacle(field, roster.slots[*at], tried, now))
      return {.slot = at};
  if (session == 0 || (spreads(ask) && !ask.carries_state)) return {};
  const auto bound = sessions_.find(session, now);
  if (bound.empty()) return {};
  const auto at = look(registry_.find(bound));
  if (!at) return {.is_over = true};
  const auto against = obstacle(field, roster.slots[*at], tried, now);
  const auto& slot = roster.slots[*at];
  if (!against && is_last(field.hot(slot), slot, now)) return {};  // the session only visits another
  if (!against) return {.slot = at};
  if (against->until == Instant::min()) return {};  // busy or tried: the session only visits another
  if (against->until == until_somebody_acts || against->until - now > soft_escape_max) return {.is_over = true};
  if (ask.mode != Mode::cache_first || against->until - now > ask.patience) return {};
  return {.slot = at, .waits_until = against->until};
}

// Who gets it: the one that is wished for, or the best of those that may serve.
Pool::Decision Pool::decide(const Roster& roster, const Ask& ask, Instant now) {
  Decision out{.session = session_of(ask, roster), .tried = indexes_of(ask.tried)};
  const auto wish = preference(roster, ask, out.session, out.tried, now);
  if (wish.is_over) sessions_.forget(out.session);
  if (wish.waits_until) {
    out.stays_with = wish.slot;
    out.waits_until = wish.waits_until;
    return out;
  }
  out.slot = wish.slot;
  if (out.slot) return out;
  const auto session = spreads(ask) ? 0 : out.session;
  out.choice = choose(registry_.field(roster), {.mode = ask.mode, .session = session, .tried = out.tried}, now);
  out.slot = out.choice->slot;
  return out;
}

Leased Pool::lease_now(const Ask& ask, Instant now) {
  latest_ = std::max(latest_, now);
  auto& roster = registry_.roster(ask.who, ask.model);
  const auto decision = decide(roster, ask, now);
  if (decision.slot) return granted(roster, ask, decision, now);
  Leased out;
  const auto owner = [&](std::size_t slot) { return registry_.state(roster.slots[slot].account)->account; };
  if (decision.stays_with) {
    out.stays = true;
    out.back_at = decision.waits_until;
    out.first_back = owner(*decision.stays_with);
    tell_skips(roster, nullptr, std::nullopt, decision.tried, now, out);
    return out;
  }
  const auto& choice = *decision.choice;
  tell_skips(roster, &choice, std::nullopt, decision.tried, now, out);
  out.any_busy = choice.any_busy;
  if (choice.first_back && choice.back_at != until_somebody_acts) {
    out.back_at = choice.back_at;
    out.first_back = owner(*choice.first_back);
  }
  return out;
}

Leased Pool::granted(Roster& roster, const Ask& ask, const Decision& decision, Instant now) {
  Leased out;
  const auto slot = *decision.slot;
  tell_skips(roster, decision.choice ? &*decision.choice : nullptr, slot, decision.tried, now, out);
  if (decision.choice && (decision.session == 0 || spreads(ask)))
    served_floor_ = std::max(served_floor_, registry_.field(roster).hot(roster.slots[slot]).served);
  out.lease.emplace(grant(roster, slot, ask, decision.session, now));
  return out;
}

Lease Pool::grant(Roster& roster, std::size_t slot, const Ask& ask, std::uint64_t session, Instant now) {
  const auto state = registry_.state(roster.slots[slot].account);
  auto& hot = registry_.hot(*state);
  ++hot.in_flight;
  hot.served = std::max(hot.served, served_floor_) + 1.0 / hot.weight;
  hot.turn = ++grants_;
  roster.uses[slot].add(now);
  roster.use.add(now);
  if (!ask.is_retry) state->site->budget.earn();
  if (state->health.counts_sends(now)) {
    sent(state->health, now);
    registry_.refresh(*state);
  }
  if (const auto own = state->by_model.find(ask.model); own != state->by_model.end() && own->second.counts_sends(now)) {
    sent(own->second, now);
    registry_.refresh(*state, ask.model);
  }
  auto& site = *state->site;
  const auto own = site.by_model.find(ask.model);
  const bool tries_model = own != site.by_model.end() && own->second.on_probation;
  if (tries_model) sent(own->second, now);
  if (site.health.on_probation) sent(site.health, now);
  if (tries_model || site.health.on_probation) registry_.refresh(site);
  return {this, state, ask.model, session, now};
}

Skip Pool::skip_of(const Roster& roster, const Slot& slot, Obstacle against, Instant now) const {
  const auto& state = *registry_.state(slot.account);
  Skip skip{.account = state.account, .reason = against.reason};
  if (against.until == Instant::min()) return skip;
  if (against.until != until_somebody_acts) skip.remaining = std::chrono::ceil<Milliseconds>(against.until - now);
  if (against.reason == SkipReason::reserved) {
    skip.code = Code::protected_reserve;
    return skip;
  }
  if (const auto* worst = worst_health(state, roster.model)) {
    skip.code = worst->rest.code;
    skip.set_by = worst->rest.set_by;
  }
  return skip;
}

// Names the first ones and counts all. Once somebody may serve, those that never serve this model are left out: that is
// how they are set up, not a decision of the moment. Without a `choice` nobody has looked at all of them.
void Pool::tell_skips(const Roster& roster, const Choice* choice, std::optional<std::size_t> chosen,
                      std::span<const std::uint32_t> tried, Instant now, Leased& out) const {
  auto& skips = out.skipped;
  const auto field = registry_.field(roster);
  if (choice != nullptr) skips.counts = choice->counts;
  skips.listed.reserve(std::min(roster.slots.size(), skips_listed_max));
  for (std::size_t i = 0; i < roster.slots.size() && skips.listed.size() < skips_listed_max; ++i) {
    if (chosen == i) continue;
    const auto& slot = roster.slots[i];
    const auto against = obstacle(field, slot, tried, now);
    const auto otherwise = out.stays     ? SkipReason::pinned_elsewhere
                           : out.in_line ? SkipReason::busy
                                         : SkipReason::lower_rank;
    auto skip = against ? skip_of(roster, slot, *against, now)
                        : Skip{.account = registry_.state(slot.account)->account, .reason = otherwise};
    if (choice == nullptr) skips.add(skip.reason);
    skips.listed.push_back(std::move(skip));
  }
  if (choice == nullptr) {
    const auto others = roster.slots.size() - (chosen ? 1 : 0);
    const auto unseen = chosen ? SkipReason::lower_rank : out.in_line ? SkipReason::busy : SkipReason::pinned_elsewhere;
    auto& rest = skips.counts[static_cast<std::size_t>(unseen)];
    rest += static_cast<std::uint32_t>(others - skips.listed.size());
  }
  if (chosen) return;
  for (const auto& [account, reason] : roster.never) {
    skips.add(reason);
    if (skips.listed.size() < skips_listed_max)
      skips.listed.push_back({.account = registry_.state(account)->account, .reason = reason});
  }
}

std::vector<Standing> Pool::standings(const Ask& ask, Instant now) {
  const std::scoped_lock lock(mutex_);
  auto& roster = registry_.roster(ask.who, ask.model);
  const auto session = session_of(ask, roster);
  const auto field = registry_.field(roster);
  std::vector<Standing> all;
  // The order of a dry run: choose, and choose again among the others.
  const auto left_out = indexes_of(ask.tried);
  auto tried = left_out;
  auto next = preference(roster, ask, session, tried, now).slot;
  while (all.size() < skips_listed_max) {
    if (!next || obstacle(field, roster.slots[*next], tried, now))
      next = choose(field, {.mode = ask.mode, .session = spreads(ask) ? 0 : session, .tried = tried}, now).slot;
    if (!next) break;
    const auto account = roster.slots[*next].account;
    all.push_back({.account = registry_.state(account)->account});
    tried.push_back(account);
    next.reset();
  }
  for (const auto& slot : roster.slots) {
    if (all.size() >= skips_listed_max) break;
    const auto against = obstacle(field, slot, left_out, now);
    if (against)
      all.push_back({.account = registry_.state(slot.account)->account, .skip = skip_of(roster, slot, *against, now)});
  }
  for (const auto& [account, reason] : roster.never) {
    if (all.size() >= skips_listed_max) break;
    const auto& shared = registry_.state(account)->account;
    all.push_back({.account = shared, .skip = Skip{.account = shared, .reason = reason}});
  }
  return all;
}

}  // namespace agt::pool

// Those who wait for an account: first come, first served within a client, and the clients take turns.
#include <algorithm>

#include "pool/limits.h"
#include "pool/pool.h"

namespace agt::pool {
namespace {

// After accounts came back together the line goes on at the pace that they have taught, not all at once. Nothing: one
// of them has no pace.
std::optional<Instant> release_after(const Roster& roster, Instant now) {
  double per_second = 0;
  for (const auto& slot : roster.slots) {
    const bool is_open = slot.open_at <= now;
    if (slot.per_second <= 0 && is_open) return std::nullopt;
    if (slot.per_second <= 0) continue;
    const auto gap = std::chrono::duration<double>(1 / slot.per_second);
    if (is_open || slot.open_at - now <= gap) per_second += slot.per_second;
  }
  if (per_second <= 0) return std::nullopt;
  const std::chrono::duration<double> gap(1 / (per_second * release_share));
  return now + std::chrono::ceil<Milliseconds>(gap);
}

}  // namespace

Ticket::~Ticket() {
  if (pool_ != nullptr) pool_->leave(place_);
}

Leased Ticket::claim(Instant now) { return pool_->claim(place_, now); }

Ask Pool::Waiting::ask(Instant now) const {
  return {.who = who,
          .model = asked_model,
          .mode = mode,
          .session = session,
          .pinned = pinned,
          .patience = std::max(Milliseconds{}, std::chrono::duration_cast<Milliseconds>(until - now)),
          .tried = tried,
          .carries_state = carries_state};
}

std::optional<Ticket> Pool::wait(const Ask& ask, std::string_view client, Waker& waker, Instant now) {
  const std::scoped_lock lock(mutex_);
  latest_ = std::max(latest_, now);
  auto known = clients_.find(client);
  if (line_.size() >= waiting_max || (known != clients_.end() && known->second.second >= waiting_per_client_max))
    return std::nullopt;
  if (known == clients_.end()) known = clients_.emplace(std::string(client), std::pair(turn_, std::size_t{0})).first;
  auto& [last_turn, count] = known->second;
  last_turn = std::max(last_turn, turn_) + 1;
  ++count;
  const Place place(last_turn, ++arrivals_);
  const auto added = line_.emplace(place, Waiting{.who = std::string(ask.who),
                                                  .client = std::string(client),
                                                  .tried = std::vector(ask.tried.begin(), ask.tried.end()),
                                                  .pinned = std::string(ask.pinned),
                                                  .mode = ask.mode,
                                                  .session = ask.session,
                                                  .carries_state = ask.carries_state,
                                                  .waker = &waker,
                                                  .lane = lane_id(ask.who, ask.model),
                                                  .asked_model = ask.model,
                                                  .until = now + ask.patience});
  auto& waiting = added.first->second;
  const auto [lane, is_new] = lanes_.try_emplace(waiting.lane);
  if (is_new) lane->second = {.who = waiting.who, .model = std::string(ask.model)};
  ++lane->second.size;
  lane->second.waiting.emplace(place, &waiting);
  lane->second.looked_at.reset();
  return Ticket(this, place);
}

// Gives accounts that are free to those whose turn it is. Who stays with an account gets it before others do, and goes
// elsewhere only when nobody else wants to: with all accounts at their limits, every visit would cost two caches.
void Pool::serve_line(Instant now) {
  if (line_.empty()) return;
  turns_.clear();
  std::size_t open = 0;
  for (auto& [id, lane] : lanes_) {
    if (lane.looked_at != registry_.changes() || now >= lane.opens_at) look_at(lane, now);
    if (!lane.is_open) continue;
    ++open;
    turns_.insert(turns_.end(), lane.waiting.begin(), lane.waiting.end());
  }
  if (open > 1) std::ranges::sort(turns_);  // lanes may want the same accounts
  for (const bool may_visit : {false, true}) {
    for (auto& [place, waiting] : turns_) {
      if (waiting->granted || !serve(*waiting, may_visit, now)) continue;
      turn_ = std::max(turn_, place.first);
      auto& lane = lanes_.at(waiting->lane);
      lane.waiting.erase(place);
      look_at(lane, now);
      waiting->waker->wake();
      wake_first(lane);
    }
  }
  // Who was offered an account and did not take it would not take it now either, until something changes.
  for (auto& [id, lane] : lanes_) lane.is_open = false;
}

// The first in line looks when the next account is back; the others only now and then, or when they are the first.
void Pool::wake_first(const Lane& lane) {
  if (!lane.waiting.empty()) lane.waiting.begin()->second->waker->wake();
}

bool Pool::serve(Waiting& waiting, bool may_visit, Instant now) {
  if (!lanes_.at(waiting.lane).is_open) return false;
  const auto ask = waiting.ask(now);
  auto& roster = registry_.roster(ask.who, ask.model);
  if (!may_visit && waits_for_home(waiting, roster, now)) return false;
  const auto decision = decide(roster, ask, now);
  if (!decision.slot) return false;  // it has tried those who are open, or stays with one who is not
  latest_ = std::max(latest_, now);
  waiting.granted.emplace(granted(roster, ask, decision, now));
  if (const auto next = release_after(roster, now)) roster.release_at = *next;
  return true;
}

void Pool::look_at(Lane& lane, Instant now) {
  lane.is_open = false;
  lane.paced_until.reset();
  lane.opens_at = Instant::max();
  if (lane.waiting.empty()) return;
  const auto& roster = registry_.roster(lane.who, lane.model);
  lane.looked_at = registry_.changes();
  const auto field = registry_.field(roster);
  for (const auto& slot : field.slots) {
    const auto against = obstacle(field, slot, {}, now);
    lane.is_open = lane.is_open || !against;
    if (against && against->until != Instant::min()) lane.opens_at = std::min(lane.opens_at, against->until);
  }
  if (!lane.is_open || roster.release_at <= now) return;
  lane.is_open = false;
  lane.paced_until = roster.release_at;
  lane.opens_at = std::min(lane.opens_at, roster.release_at);
}

// It stays with an account that will be back soon, be it too late for this one: at the end of its patience it would
// take what belongs to another session, and that one in turn.
bool Pool::waits_for_home(const Waiting& waiting, const Roster& roster, Instant now) {
  const auto session = session_of(waiting.ask(now), roster);
  if (session == 0 || (waiting.mode == Mode::performance_first && !waiting.carries_state)) return false;
  const auto* home = registry_.find(sessions_.find(session, now));
  const auto at = home == nullptr ? std::nullopt : Registry::slot_of(roster, home->index);
  if (!at) return false;
  const auto against = obstacle(registry_.field(roster), roster.slots[*at], indexes_of(waiting.tried), now);
  return against && against->until != Instant::min() && against->until - now < home_wait_max;
}

std::optional<Instant> Pool::paced_until(std::uint64_t lane) const {
  const auto known = lanes_.find(lane);
  return known == lanes_.end() ? std::nullopt : known->second.paced_until;
}

// Somebody may serve, but whoever asks waits for those before it.
Leased Pool::in_line(const Ask& ask, Instant until, Instant now) {
  Leased out{.back_at = until, .in_line = true};
  const auto& roster = registry_.roster(ask.who, ask.model);
  tell_skips(roster, nullptr, std::nullopt, indexes_of(ask.tried), now, out);
  const auto field = registry_.field(roster);
  const auto open =
      std::ranges::find_if(field.slots, [&](const Slot& slot) { return !obstacle(field, slot, {}, now); });
  if (open != field.slots.end()) out.first_back = registry_.state(open->account)->account;
  return out;
}

Leased Pool::claim(Place place, Instant now) {
  const std::scoped_lock lock(mutex_);
  serve_line(now);
  auto& waiting = line_.at(place);
  if (waiting.granted) {
    auto granted = *std::move(waiting.granted);
    waiting.granted.reset();
    return granted;
  }
  const auto ask = waiting.ask(now);
  const auto until = paced_until(waiting.lane);
  auto nobody = until ? in_line(ask, *until, now) : lease_now(ask, now);  // for the reasons
  // The first one looks for all of them.
  const auto& lane = lanes_.at(waiting.lane);
  const bool is_first = lane.waiting.begin()->first == place;
  const auto look_again = std::min<Instant>(now + look_again_every, waiting.until);
  if (nobody.back_at)
    nobody.back_at = is_first ? std::min(*nobody.back_at, lane.opens_at) : std::max(*nobody.back_at, look_again);
  return nobody;
}

void Pool::leave(Place place) {
  std::optional<Waiting> gone;  // a lease in it is given back after the lock
  const std::scoped_lock lock(mutex_);
  const auto found = line_.find(place);
  if (found == line_.end()) return;
  if (const auto client = clients_.find(found->second.client); client != clients_.end())
    if (--client->second.second == 0) clients_.erase(client);
  const auto lane = lanes_.find(found->second.lane);
  lane->second.waiting.erase(place);
  if (!found->second.granted) wake_first(lane->second);
  if (--lane->second.size == 0) lanes_.erase(lane);
  gone.emplace(std::move(found->second));
  line_.erase(found);
}

std::size_t Pool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return line_.size();
}

}  // namespace agt::pool

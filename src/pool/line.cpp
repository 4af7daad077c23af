// Those who wait for an account: first come, first served within a client, and the clients take turns.
#include <algorithm>

#include "pool/limits.h"
#include "pool/pool.h"

namespace agt::pool {

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
          .tried = tried};
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
  line_.emplace(place, Waiting{.who = std::string(ask.who),
                               .model = std::string(ask.model),
                               .client = std::string(client),
                               .tried = std::vector(ask.tried.begin(), ask.tried.end()),
                               .pinned = std::string(ask.pinned),
                               .mode = ask.mode,
                               .session = ask.session,
                               .waker = &waker,
                               .asked_model = ask.model,
                               .until = now + ask.patience});
  return Ticket(this, place);
}

// Gives accounts that are free to those whose turn it is.
void Pool::serve_line(Instant now) {
  if (line_.empty()) return;
  std::vector<std::uint64_t> nobody_left;  // for whom and which model
  for (auto& [place, waiting] : line_) {
    if (waiting.granted) continue;
    const auto lane = mixed(hash_of(waiting.who), hash_of(waiting.model));
    if (std::ranges::find(nobody_left, lane) != nobody_left.end()) continue;
    auto leased = lease_now(waiting.ask(now), now);
    if (!leased.lease) {
      // What one who has tried some, or stays with one, cannot have may do for the next.
      if (waiting.tried.empty() && !leased.stays) nobody_left.push_back(lane);
      continue;
    }
    turn_ = std::max(turn_, place.first);
    waiting.granted.emplace(std::move(leased));
    waiting.waker->wake();
  }
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
  return lease_now(waiting.ask(now), now);  // nobody: for the reasons
}

void Pool::leave(Place place) {
  std::optional<Waiting> gone;  // a lease in it is given back after the lock
  const std::scoped_lock lock(mutex_);
  const auto found = line_.find(place);
  if (found == line_.end()) return;
  if (const auto client = clients_.find(found->second.client); client != clients_.end())
    if (--client->second.second == 0) clients_.erase(client);
  gone.emplace(std::move(found->second));
  line_.erase(found);
}

std::size_t Pool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return line_.size();
}

}  // namespace agt::pool

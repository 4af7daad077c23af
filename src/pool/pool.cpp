#include "pool/pool.h"

#include <algorithm>

#include "pool/limits.h"

namespace agt::pool {
namespace {

// The longest rest that applies to a model.
const Rest* rest_for(const std::map<std::string, Rest, std::less<>>& rests, std::string_view model) {
  const auto own = rests.find(model);
  const auto whole = rests.find("");
  if (own == rests.end()) return whole == rests.end() ? nullptr : &whole->second;
  if (whole == rests.end()) return &own->second;
  return own->second.until > whole->second.until ? &own->second : &whole->second;
}

}  // namespace

Lease::~Lease() {
  if (pool_ != nullptr) pool_->release(*account_);
}

void Lease::succeeded() { pool_->end_rest(*account_, model_); }

void Lease::rests(const Rest& rest, bool whole_account) {
  pool_->set_rest(*account_, whole_account ? std::string_view() : model_, rest);
}

void Pool::set_accounts(std::vector<Account> accounts) {
  const std::scoped_lock lock(mutex_);
  std::vector<State> next;
  next.reserve(accounts.size());
  for (auto& account : accounts) {
    State state;
    if (auto* old = find(account.id)) state = std::move(*old);
    state.account = std::make_shared<const Account>(std::move(account));
    next.push_back(std::move(state));
  }
  states_ = std::move(next);
}

void Pool::forgive(std::string_view account_id) {
  const std::scoped_lock lock(mutex_);
  if (auto* state = find(account_id)) state->rests.clear();
}

Leased Pool::lease(const Ask& ask, Instant now) {
  const std::scoped_lock lock(mutex_);
  candidates_.clear();
  candidate_states_.clear();
  for (auto& state : states_) {
    const auto& account = *state.account;
    const bool asked = ask.account.empty() ? account.provider == ask.provider
                                           : account.id == ask.account || account.label == ask.account;
    if (!asked) continue;
    candidate_states_.push_back(&state);
    candidates_.push_back({.account = &state.account,
                           .rest = rest_for(state.rests, ask.model),
                           .in_flight = state.in_flight,
                           .last_used = state.last_used});
  }
  auto choice = choose(candidates_, ask, now);
  if (!choice.index) return {.skipped = std::move(choice.skipped)};
  auto& chosen = *candidate_states_[*choice.index];
  ++chosen.in_flight;
  chosen.last_used = ++turn_;
  return {.lease = Lease(this, chosen.account, ask.model), .skipped = std::move(choice.skipped)};
}

std::vector<Resting> Pool::resting(Instant now) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Resting> out;
  for (const auto& state : states_)
    for (const auto& [model, rest] : state.rests)
      if (rest.until > now) out.push_back({.account_id = state.account->id, .model = model, .rest = rest});
  return out;
}

std::size_t Pool::size() const {
  const std::scoped_lock lock(mutex_);
  return states_.size();
}

void Pool::release(const Account& account) {
  const std::scoped_lock lock(mutex_);
  if (auto* state = find(account.id)) --state->in_flight;
}

void Pool::end_rest(const Account& account, std::string_view model) {
  const std::scoped_lock lock(mutex_);
  auto* state = find(account.id);
  if (state == nullptr || state->rests.empty()) return;
  if (const auto own = state->rests.find(model); own != state->rests.end()) state->rests.erase(own);
}

void Pool::set_rest(const Account& account, std::string_view model, const Rest& rest) {
  const std::scoped_lock lock(mutex_);
  auto* state = find(account.id);
  if (state == nullptr) return;
  // Client-chosen model names are keys here: bound them by dropping the rest that ends first.
  if (state->rests.size() >= rests_per_account_max && !state->rests.contains(model))
    state->rests.erase(
        std::ranges::min_element(state->rests, {}, [](const auto& entry) { return entry.second.until; }));
  auto& slot = state->rests.try_emplace(std::string(model)).first->second;
  if (rest.until > slot.until) slot = rest;
}

Pool::State* Pool::find(std::string_view account_id) {
  const auto found =
      std::ranges::find_if(states_, [&](const State& s) { return s.account && s.account->id == account_id; });
  return found == states_.end() ? nullptr : &*found;
}

}  // namespace agt::pool

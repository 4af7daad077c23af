#include "pool/sessions.h"

#include "pool/limits.h"

namespace agt::pool {

std::string_view Sessions::find(std::uint64_t session, Instant now) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return {};
  if (now - found->second->seen > session_life) {
    forget(session);
    return {};
  }
  return found->second->account_id;
}

void Sessions::bind(std::uint64_t session, std::string_view account_id, Instant now) {
  if (const auto found = by_session_.find(session); found != by_session_.end()) {
    found->second->seen = now;
    if (found->second->account_id != account_id) {
      found->second->account_id = account_id;
      found->second->visits = 0;
    }
    bonds_.splice(bonds_.begin(), bonds_, found->second);
    return;
  }
  if (by_session_.size() >= sessions_max) {
    by_session_.erase(bonds_.back().session);
    bonds_.pop_back();
  }
  bonds_.push_front({.session = session, .account_id = std::string(account_id), .seen = now});
  by_session_.emplace(session, bonds_.begin());
}

bool Sessions::visits_often(std::uint64_t session, Instant now) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return false;
  auto& bond = *found->second;
  bond.visits = now - bond.visited > visits_within ? 1 : bond.visits + 1;
  bond.visited = now;
  return bond.visits >= visits_max;
}

void Sessions::forget(std::uint64_t session) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return;
  bonds_.erase(found->second);
  by_session_.erase(found);
}

}  // namespace agt::pool

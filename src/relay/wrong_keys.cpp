#include "relay/wrong_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "relay/limits.h"

namespace agt::relay {
namespace {

double since(Instant then, Instant now) { return std::chrono::duration<double>(now - then).count(); }

Error too_many(double left) {
  const auto wait_s = (1 - left) * static_cast<double>(Seconds(wrong_key_forgiven_every).count());
  return {.code = Code::key_guesses,
          .message = "Too many wrong keys came from this address.",
          .retry_after = std::chrono::ceil<Milliseconds>(std::chrono::duration<double>(std::max(wait_s, 1.0)))};
}

}  // namespace

double WrongKeys::left_now(const Tries& tries, Instant now) {
  const auto forgiven = since(tries.at, now) / static_cast<double>(Seconds(wrong_key_forgiven_every).count());
  return std::min(tries.left + forgiven, static_cast<double>(wrong_keys_at_once_max));
}

Result<> WrongKeys::admit(const net::Peer& peer, Instant now) {
  if (peer.loopback || !any_) return {};
  const std::scoped_lock lock(mutex_);
  const auto found = by_address_.find(peer.address);
  if (found == by_address_.end()) return {};
  const auto left = left_now(*found->second, now);
  if (left >= 1) return {};
  return std::unexpected(too_many(left));
}

Error WrongKeys::note(const net::Peer& peer, Error refusal, Instant now) {
  const std::scoped_lock lock(mutex_);
  any_ = true;
  const auto address = peer.loopback ? std::string_view("loopback") : std::string_view(peer.address);
  const auto found = by_address_.find(address);
  if (found != by_address_.end()) {
    order_.splice(order_.begin(), order_, found->second);
  } else {
    order_.push_front({.address = std::string(address), .left = wrong_keys_at_once_max, .at = now});
    by_address_.emplace(order_.front().address, order_.begin());
    if (order_.size() > wrong_key_addresses_max) {
      by_address_.erase(order_.back().address);
      order_.pop_back();
    }
  }
  auto& tries = order_.front();
  tries.left = left_now(tries, now);
  tries.at = now;
  if (tries.left < 1) return too_many(tries.left);
  --tries.left;
  return refusal;
}

}  // namespace agt::relay

#include "relay/simulation/upstream.h"

#include <algorithm>
#include <cmath>

namespace agt::relay::simulation {

Upstream::Upstream(Rules rules, int accounts, int models, std::uint64_t seed)
    : rules_(rules), models_(models), rng_(seed) {
  buckets_.resize(static_cast<std::size_t>(accounts * models), {.tokens = rules.burst});
}

// A token bucket. Seven of ten refusals say when the next token is there.
std::optional<Error> Upstream::limit(Bucket& bucket, Instant now) {
  const auto elapsed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(rules_.burst, bucket.tokens + elapsed * rules_.tokens_per_s);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  constexpr double told_share = 0.7;
  Error error{.code = Code::unknown_429, .message = "too many requests"};
  if (chance() < told_share)
    error.retry_after = Milliseconds(std::llround(std::ceil((1 - bucket.tokens) / rules_.tokens_per_s) * 1000));
  return error;
}

Verdicted Upstream::ask(int account, int model, Instant now) {
  constexpr double outage_share = 0.8;
  Verdicted out{.after = Milliseconds(100 + static_cast<int>(chance() * 900)),
                .length = Milliseconds(200 + static_cast<int>(chance() * 4000))};
  const auto refuse = [&](Error error) {
    out.scope = provider::scope_of(error);
    out.error = std::move(error);
    return out;
  };
  if (is_dead(account, now)) return refuse({.code = Code::key_rejected, .message = "bad key"});
  if (in_outage(now) && chance() < outage_share) return refuse({.code = Code::overloaded, .message = "overloaded"});
  if (rules_.limits) {
    auto& bucket = buckets_[static_cast<std::size_t>(account * models_ + model)];
    if (auto error = limit(bucket, now)) return refuse(*std::move(error));
  }
  if (now < rules_.calm_from && chance() < rules_.faults) {
    if (chance() < 0.5) return refuse({.code = Code::internal_5xx, .message = "it broke"});
    if (chance() < 0.5) return refuse({.code = Code::stream_cut, .message = "cut"});
    out.breaks_midway = true;
  }
  return out;
}

}  // namespace agt::relay::simulation

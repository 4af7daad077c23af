#include "pool/health.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pool/limits.h"

namespace agt::pool {
namespace {

// first, 2 × first, 4 × first, … at most `most`.
Milliseconds ladder(int failures, Milliseconds first, Milliseconds most) {
  constexpr int doublings_max = 20;
  const auto doubled = first * (1LL << std::clamp(failures - 1, 0, doublings_max));
  return std::min<Milliseconds>(doubled, most);
}

// A quota without a date: looked at again after a minute, then ever more seldom.
Milliseconds quota_step(int failures) {
  constexpr std::array steps{60s, 300s, 1800s, 7200s};
  const auto last = static_cast<int>(steps.size()) - 1;
  return steps[static_cast<std::size_t>(std::clamp(failures - 1, 0, last))];
}

// Guesses of many accounts must not end together.
Milliseconds jittered(Milliseconds guess, double chance) {
  const auto most = std::min<double>(static_cast<double>(guess.count()) * jitter_share,
                                     static_cast<double>(Milliseconds(jitter_max).count()));
  return guess + Milliseconds(static_cast<long long>(most * chance));
}

// Milliseconds::max() where nothing but a person helps.
Milliseconds account_rest(Code code, int failures) {
  if (code == Code::token_refresh_failed) return ladder(failures, ladder_first, ladder_max);
  if (code == Code::forbidden) return forbidden_rest;
  if (code == Code::project_missing) return project_rest;
  return Milliseconds::max();
}

std::optional<Milliseconds> guess_for(Code code, int failures) {
  switch (facts(code).failure_class) {
    case FailureClass::account_invalid: return account_rest(code, failures);
    case FailureClass::rate_limited: return ladder(failures, ladder_first, ladder_max);
    case FailureClass::quota_exhausted: return quota_step(failures);
    case FailureClass::upstream_capacity:
      if (failures < blows_before_rest) return std::nullopt;
      return ladder(failures - blows_before_rest + 1, ladder_first, capacity_max);
    case FailureClass::network:
      if (failures < blows_before_rest) return std::nullopt;
      return ladder(failures - blows_before_rest + 1, ladder_first, network_max);
    case FailureClass::client_error:
    case FailureClass::gateway_error:
    case FailureClass::cancelled: return std::nullopt;
  }
  std::unreachable();
}

bool never_by_itself(Code code) {
  return facts(code).failure_class == FailureClass::account_invalid && account_rest(code, 1) == Milliseconds::max();
}

}  // namespace

std::optional<Milliseconds> rest_for(Code code, std::optional<Milliseconds> told, int failures, double chance) {
  if (told && !never_by_itself(code)) return std::clamp<Milliseconds>(*told, rest_min, rest_max);
  const auto guess = guess_for(code, failures);
  if (!guess || *guess == Milliseconds::max()) return guess;
  return jittered(*guess, chance);
}

std::optional<Milliseconds> take(Health& health, const Blow& blow, Instant sent_at, Instant now, double chance,
                                 double sustained) {
  // What was sent before the last blow fell tells of the same trouble once more.
  if (health.failures == 0 || sent_at >= health.set_at) {
    ++health.failures;
    health.set_at = now;
    if (facts(blow.code).failure_class == FailureClass::rate_limited) health.pace.limited(sustained, now);
  }
  auto rest = rest_for(blow.code, blow.told, health.failures, chance);
  if (!rest) return std::nullopt;
  health.on_probation = true;
  health.probe_until = {};
  const auto until = *rest == Milliseconds::max() ? until_somebody_acts : now + *rest;
  if (until > health.rest.until)
    health.rest = {.until = until, .code = blow.code, .message = blow.message, .set_by = blow.set_by};
  return rest;
}

void recover(Health& health, Instant sent_at) {
  if (health.failures > 0 && sent_at < health.set_at) return;  // an older request says nothing about the time since
  health.pace.accepted();
  health.failures = 0;
  health.on_probation = false;
  health.probe_until = {};
  health.rest.until = {};
}

void sent(Health& health, Instant now) {
  if (health.on_probation) health.probe_until = now + probe_patience;
  if (health.pace.is_known(now)) health.pace.sent(now);
}

void RetryBudget::earn() { tokens_ = std::min(tokens_ + retry_tokens_per_request, retry_tokens_max); }

void RetryBudget::give_back() { tokens_ = std::min(tokens_ + 1, retry_tokens_max); }

bool RetryBudget::spend() {
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace agt::pool

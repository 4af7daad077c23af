#include "relay/simulation/upstream.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace agt::relay::simulation {

namespace {

double seconds(Instant::duration time) { return std::chrono::duration<double>(time).count(); }

// Takes one from a bucket that fills steadily; else how long until there is one.
double take_from_bucket(const Limit& limit, double& left, Instant& since, Instant now) {
  left = std::min(limit.burst, left + seconds(now - since) * limit.per_second);
  since = now;
  if (left < 1) return (1 - left) / limit.per_second;
  left -= 1;
  return 0;
}

// Takes one of those that each window has.
double take_from_window(const Limit& limit, double& left, Instant& since, Instant now) {
  if (now >= since + limit.window) {
    const auto offset = (now.time_since_epoch() - limit.window_begins) % limit.window;
    since = limit.begins_when_asked ? now : now - offset;
    left = std::floor(limit.per_second * static_cast<double>(limit.window.count()));
  }
  if (left < 1) return seconds(since + limit.window - now);
  left -= 1;
  return 0;
}

}  // namespace

Limit limit_of(int account) {
  constexpr double plus = 0.2;
  constexpr double small = 0.1;
  switch (account % 10) {
    case 0:
    case 1:
    case 2: return {};
    case 3: return {.per_second = plus, .burst = 16};
    case 4: return {.burst = 4};
    case 5: return {.per_second = small, .burst = 4};
    case 6: return {.burst = 0};
    case 7: return {.burst = 0, .window_begins = Seconds(20)};
    case 8: return {.burst = 0, .begins_when_asked = true};
    default: return {.burst = 9, .concurrent = 4};
  }
}

Upstream::Upstream(Rules rules, int accounts, int models, std::uint64_t seed)
    : rules_(rules), models_(models), rng_(seed) {
  for (int i = 0; i < accounts * models; ++i) {
    auto limit = limit_of(i / models);
    limit.per_second *= rules.plan;
    limit.burst *= rules.plan;
    limit.concurrent = static_cast<int>(limit.concurrent * rules.plan);
    meters_.push_back({.limit = limit, .left = limit.burst});
  }
}

// Seven of ten refusals say when to come back: in whole seconds, as a date, which loses what is below a second, and
// now and then wrongly.
Error Upstream::refusal(double wait_s) {
  Error error{.code = Code::unknown_429, .message = "too many requests"};
  const auto style = chance();
  const auto told = [](double s) { return Milliseconds(std::llround(s * 1000)); };
  if (style < 0.5)
    error.retry_after = told(std::ceil(wait_s));
  else if (style < 0.65)
    error.retry_after = told(std::ceil(wait_s) - chance());
  else if (style < 0.70)
    error.retry_after = told(wait_s * (chance() < 0.5 ? 0.5 : 2));
  return error;
}

std::optional<Error> Upstream::limit(Meter& meter, Instant now) {
  const auto& limit = meter.limit;
  std::erase_if(meter.ends, [&](Instant end) { return end <= now; });
  if (limit.concurrent > 0 && std::cmp_greater_equal(meter.ends.size(), limit.concurrent))
    return Error{.code = Code::unknown_429, .message = "too many at a time"};
  const auto wait = limit.burst > 0 ? take_from_bucket(limit, meter.left, meter.since, now)
                                    : take_from_window(limit, meter.left, meter.since, now);
  if (wait <= 0) return std::nullopt;
  return refusal(wait);
}

Upstream::Standing Upstream::standing(int account, int model, Instant now) const {
  constexpr Microseconds rounding{1};
  const auto& meter = meters_[static_cast<std::size_t>(account * models_ + model)];
  const auto& limit = meter.limit;
  Standing out{.left = meter.left, .opens_at = now};
  if (limit.burst > 0) {
    out.left = std::min(limit.burst, meter.left + seconds(now - meter.since) * limit.per_second);
    const std::chrono::duration<double> wait((1 - out.left) / limit.per_second);
    if (out.left < 1) out.opens_at = now + std::chrono::ceil<Microseconds>(wait) + rounding;
  } else if (now >= meter.since + limit.window) {
    out.left = std::floor(limit.per_second * static_cast<double>(limit.window.count()));
  } else if (meter.left < 1) {
    out.opens_at = meter.since + limit.window;
  }
  if (limit.concurrent <= 0) return out;
  std::vector<Instant> ends;
  std::ranges::copy_if(meter.ends, std::back_inserter(ends), [&](Instant end) { return end > now; });
  if (std::cmp_less(ends.size(), limit.concurrent)) return out;
  std::ranges::sort(ends);
  out.opens_at = std::max(out.opens_at, ends[ends.size() - static_cast<std::size_t>(limit.concurrent)]);
  return out;
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
    auto& meter = meters_[static_cast<std::size_t>(account * models_ + model)];
    if (auto error = limit(meter, now)) return refuse(*std::move(error));
    if (meter.limit.concurrent > 0) meter.ends.push_back(now + out.after + out.length);
  }
  if (now < rules_.calm_from && chance() < rules_.faults) {
    if (chance() < 0.5) return refuse({.code = Code::internal_5xx, .message = "it broke"});
    if (chance() < 0.5) return refuse({.code = Code::stream_cut, .message = "cut"});
    out.breaks_midway = true;
  }
  return out;
}

}  // namespace agt::relay::simulation

#include "pool/pace.h"

#include <algorithm>
#include <cmath>

#include "pool/limits.h"

namespace agt::pool {
namespace {

using Real = std::chrono::duration<double>;

double seconds_between(Instant from, Instant to) { return std::max(0.0, Real(to - from).count()); }

std::int64_t minute_of(Instant now) { return std::chrono::floor<std::chrono::minutes>(now).time_since_epoch().count(); }

}  // namespace

void Use::roll(Instant now) {
  const auto minute = minute_of(now);
  if (minute == minute_) return;
  const bool goes_on = minute == minute_ + 1;
  last_minute_ = goes_on ? this_minute_ : 0;
  if (!goes_on) {
    began_ = now;
    count_ = 0;
  } else if (now - began_ > use_memory) {
    began_ += (now - began_) / 2;
    count_ /= 2;
  }
  this_minute_ = 0;
  minute_ = minute;
}

double Use::recent(Instant now) const {
  const auto minute = minute_of(now);
  const auto part = Real(now.time_since_epoch() - std::chrono::minutes(minute)) / Real(1min);
  if (minute == minute_) return this_minute_ + last_minute_ * (1 - part);
  return minute == minute_ + 1 ? this_minute_ * (1 - part) : 0;
}

double Use::sustained(Instant now) const { return count_ / Real(now - began_ + use_lent).count(); }

bool Pace::is_known(Instant now) const { return rate_ > 0 && is_kept(now); }

bool Pace::is_kept(Instant now) const { return limited_at_ != Instant{} && now - limited_at_ < pace_life; }

void Pace::set_open() {
  const auto missing = rate_ > 0 && level_ < 1 ? (1 - level_) / rate_ : 0;
  const auto wait = std::min(Real(missing), Real(pace_wait_max));
  open_at_ = missing > 0 ? filled_at_ + std::chrono::ceil<Milliseconds>(wait) : Instant{};
}

// A full bucket gets no fuller: that time says nothing of how fast it fills.
void Pace::fill(Instant now) {
  const auto filled = level_ + rate_ * seconds_between(filled_at_, now);
  if (rate_ > 0 && filled >= burst_) {
    idle_s_ += (filled - burst_) / rate_;
    was_full_ = true;
  }
  level_ = std::min(filled, burst_);
  filled_at_ = now;
}

// A guess is soon tried higher, what was measured slowly, and faster when no limit comes.
double Pace::growth(Instant now) const {
  if (!measured_) return pace_growth_guess;
  return now - limited_at_ < pace_calm ? pace_growth : pace_growth_calm;
}

void Pace::sent(Instant now) {
  if (rate_ <= 0) return;
  const auto since = seconds_between(filled_at_, now);
  fill(now);
  // Asked as soon as it may be: the pace holds somebody back, and may be too slow.
  if (level_ < pace_hold_level && since * rate_ < pace_hold_level) {
    rate_ *= 1 + growth(now) * since / Seconds(1min).count();
  }
  level_ -= 1;
  if (level_ < 1 && was_full_) {  // all of a burst went well, so far
    was_full_ = false;
    burst_ = std::min({burst_ + 1, burst_max_, std::max(1.0, rate_ * pace_burst_s)});
  }
  set_open();
}

// What was accepted between two limits is what the provider grants in that time.
void Pace::measure(double sustained, Instant now) {
  const auto time = std::max(seconds_between(measured_from_, now) - idle_s_, pace_time_min_s);
  const auto seen = std::max<double>(accepted_, 0.5) / time;
  if (rate_ <= 0) {  // how long nobody asked in that time is not known
    const bool was_dense = accepted_ >= pace_accepted_min && now - measured_from_ < pace_dense;
    rate_ = was_dense ? seen * pace_margin : sustained;
    return;
  }
  // Not faster than it should have been, and a limit all the same: so many at once were too many.
  const bool was_a_burst = burst_ >= 2 && seen >= rate_ * pace_explained;
  if (was_a_burst) burst_max_ = std::max(1.0, std::floor(burst_) - 1);
  // A few requests are a bad measure: it is believed the more, the more there were or should have been.
  const auto count = std::max<double>(accepted_, rate_ * time);
  const auto belief = std::min({1.0, count / pace_belief, time / pace_span_s});
  if (!was_a_burst) rate_ += (std::min(seen, rate_) * pace_margin - rate_) * belief;
  measured_ = measured_ || (belief >= 1 && !was_a_burst);
  burst_ = std::max(1.0, std::min(burst_max_, burst_ / 2));
}

void Pace::limited(double sustained, Instant now) {
  if (!is_kept(now)) *this = {};
  fill(now);
  if (limited_at_ == Instant{})
    rate_ = sustained;
  else
    measure(sustained, now);
  rate_ = rate_ > 0 ? std::max(rate_, 1 / Real(pace_wait_max).count()) : 0;
  level_ = 0;
  was_full_ = false;
  limited_at_ = now;
  // Short times are measured together with the next.
  if (seconds_between(measured_from_, now) >= pace_span_s) {
    accepted_ = 0;
    idle_s_ = 0;
    measured_from_ = now;
  }
  filled_at_ = now;
  set_open();
}

}  // namespace agt::pool

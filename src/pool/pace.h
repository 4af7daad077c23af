// How fast an account may be asked for a model, learned from its limits. Pure.
//
// The provider is taken for a bucket: it holds `burst` requests and gets `rate` new ones a second. A limit says that it
// is empty now; what was accepted between two limits says how fast it fills. Nothing is held back before the first
// limit, and what was learned is tried a little higher, ever more so the longer no limit comes.
#pragma once

#include <cstdint>

#include "core/clock.h"
#include "pool/limits.h"

namespace agt::pool {

// How much was sent lately. Counting costs a few instructions, for every request.
class Use {
 public:
  void add(Instant now) {
    roll(now);
    ++this_minute_;
    ++count_;
  }
  // In about the last minute.
  [[nodiscard]] double recent(Instant now) const;
  // What went well for minutes, a second; less than it was when it was not for long, because a provider may have lent
  // a minute's worth.
  [[nodiscard]] double sustained(Instant now) const;

 private:
  void roll(Instant now);
  std::int64_t minute_ = 0;
  std::uint32_t this_minute_ = 0;
  std::uint32_t last_minute_ = 0;
  std::uint32_t count_ = 0;  // since it began, with half the weight for what is old
  Instant began_{};
};

class Pace {
 public:
  // A limit struck a request. `sustained`: what went well before, a second; 0: unknown.
  void limited(double sustained, Instant now);
  void accepted() { ++accepted_; }
  // A request goes out.
  void sent(Instant now);

  [[nodiscard]] bool is_known(Instant now) const;
  // Something of it is worth keeping.
  [[nodiscard]] bool is_kept(Instant now) const;
  // The moment from which the next request is not too soon; the beginning of time when nothing is known.
  [[nodiscard]] Instant open_at() const { return open_at_; }
  [[nodiscard]] double per_second() const { return rate_; }
  [[nodiscard]] bool is_measured() const { return measured_; }

 private:
  void fill(Instant now);
  void set_open();
  void measure(double sustained, Instant now);
  [[nodiscard]] double growth(Instant now) const;

  double rate_ = 0;                    // 0: nothing is learned
  double burst_ = 1;                   // how many may go at once after a pause
  double burst_max_ = pace_burst_max;  // more were too many
  double level_ = 0;                   // how many may go now, at `filled_at_`
  bool was_full_ = false;
  bool measured_ = false;    // the rate is no guess
  Instant measured_from_{};  // a limit
  int accepted_ = 0;         // since then
  double idle_s_ = 0;        // since then: when the bucket was full, and taught nothing
  Instant limited_at_{};     // the last limit
  Instant filled_at_{};
  Instant open_at_{};
};

}  // namespace agt::pool

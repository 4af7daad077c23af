// What the providers would answer: the truth of which the pool knows nothing.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/result.h"
#include "provider/classify.h"

namespace agt::relay::simulation {

struct Verdicted {
  std::optional<Error> error{};  // nothing: it answers
  provider::Scope scope{};
  Milliseconds after{};   // until the first byte or the refusal
  Milliseconds length{};  // of the stream behind it
  bool breaks_midway = false;
};

// How a provider counts: of one account for one model.
struct Limit {
  double per_second = 0.15;
  double burst = 12;               // of a bucket; 0: windows
  Seconds window{60};              // with so many seconds' worth in each
  Seconds window_begins{};         // after the full minute
  bool begins_when_asked = false;  // a window begins with the first request after the one before
  int concurrent = 0;              // 0: any number at a time
};
// The limit of an account: ten ways and plans, 0.15 a second on average.
[[nodiscard]] Limit limit_of(int account);

class Upstream {
 public:
  struct Rules {
    double faults = 0;
    bool limits = true;
    double plan = 1;
    Instant outage_begin = Instant::max();
    Instant outage_end = Instant::max();
    Instant death = Instant::max();
    int dead_account = -1;
    Instant calm_from = Instant::max();
  };
  Upstream(Rules rules, int accounts, int models, std::uint64_t seed);

  // The truth, for who may know it: how many requests would be taken at once, and when the next one.
  struct Standing {
    double left = 0;
    Instant opens_at{};
  };
  [[nodiscard]] Standing standing(int account, int model, Instant now) const;

  [[nodiscard]] Verdicted ask(int account, int model, Instant now);
  [[nodiscard]] bool is_dead(int account, Instant now) const {
    return account == rules_.dead_account && now >= rules_.death;
  }
  [[nodiscard]] bool in_outage(Instant now) const { return now >= rules_.outage_begin && now < rules_.outage_end; }

 private:
  struct Meter {
    Limit limit{};
    double left = 0;
    Instant since{};              // last filled, or the begin of the window
    std::vector<Instant> ends{};  // of what is under way
  };
  [[nodiscard]] double chance() { return std::uniform_real_distribution<double>(0, 1)(rng_); }
  [[nodiscard]] std::optional<Error> limit(Meter& meter, Instant now);
  [[nodiscard]] Error refusal(double wait_s);

  Rules rules_;
  int models_;
  std::mt19937_64 rng_;
  std::vector<Meter> meters_{};
};

}  // namespace agt::relay::simulation

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

class Upstream {
 public:
  struct Rules {
    double faults = 0;
    bool limits = true;
    double tokens_per_s = 0.15;  // of one account for one model
    double burst = 12;
    Instant outage_begin = Instant::max();
    Instant outage_end = Instant::max();
    Instant death = Instant::max();
    int dead_account = -1;
    Instant calm_from = Instant::max();
  };
  Upstream(Rules rules, int accounts, int models, std::uint64_t seed);

  [[nodiscard]] Verdicted ask(int account, int model, Instant now);
  [[nodiscard]] bool is_dead(int account, Instant now) const {
    return account == rules_.dead_account && now >= rules_.death;
  }
  [[nodiscard]] bool in_outage(Instant now) const { return now >= rules_.outage_begin && now < rules_.outage_end; }

 private:
  struct Bucket {
    double tokens = 0;
    Instant filled{};
  };
  [[nodiscard]] double chance() { return std::uniform_real_distribution<double>(0, 1)(rng_); }
  [[nodiscard]] std::optional<Error> limit(Bucket& bucket, Instant now);

  Rules rules_;
  int models_;
  std::mt19937_64 rng_;
  std::vector<Bucket> buckets_{};
};

}  // namespace agt::relay::simulation

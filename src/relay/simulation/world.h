// A seeded world for the pool: clients that ask, accounts with limits that only the upstream knows, faults, outages.
// One thread, no sleeping, no sockets; the pool and the pursuit are the production code. After every event the
// invariants are checked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "relay/pursuit.h"

namespace agt::relay::simulation {

// A defect put between the pursuit and the pool, to see that the invariants notice it.
enum class Bug : std::uint8_t {
  none,
  ignores_the_told_time,       // a 429 is reported without its Retry-After
  forgets_limits,              // a 429 is not reported at all
  asks_a_dead_account,         // a refused key is taken for a short limit
  never_ends_a_wait,           // wake-ups and timers of waiting requests are lost
  blames_the_account_for_all,  // an overloaded provider rests every account
  retries_without_end,         // attempts are not limited
  leaks_leases,                // a finished request keeps its lease
  skips_half_open,             // what is on probation is taken for healthy
  retries_after_commit,        // a stream that broke after its first byte is asked again
  forgets_reserves,            // what is left of a quota never reaches the pool
};
[[nodiscard]] std::string_view name(Bug bug);

struct Setting {
  std::uint64_t seed = 1;
  int accounts = 10;
  double load = 1.0;  // requests a second, of both models together
  Seconds length{3600};
  double faults = 0.01;  // single failures of the provider
  bool outage = true;    // 60 s of 80 % failures
  bool dies = true;      // one account's key is refused from some moment on
  bool limits = true;
  bool reserve = false;  // of one account is told for a while that only its owner's reserve is left, for one model
  double plan = 1;       // how much larger the limits of all accounts are
  int max_concurrency = 0;
  pool::Mode mode = pool::Mode::balance;
  Milliseconds wait{30'000};
  bool calm_end = true;  // the last minutes have no faults: everybody must serve again
  Seconds warm_up{};     // what happens before is not counted in the figures: the pool learns
  Bug bug = Bug::none;
};

struct Figures {
  std::uint64_t requests = 0, served = 0, sends = 0, limited = 0, known_limited = 0, dead_sends = 0;
  std::uint64_t outage_requests = 0, outage_sends = 0;
  std::uint64_t sessions_kept = 0, sessions_seen = 0;
  double wait_p99_s = 0;
  double jain = 1;
  std::vector<std::string> broken{};  // invariants, with the time

  [[nodiscard]] double success() const {
    return requests == 0 ? 1 : static_cast<double>(served) / static_cast<double>(requests);
  }
  [[nodiscard]] double attempts() const {
    return requests == 0 ? 0 : static_cast<double>(sends) / static_cast<double>(requests);
  }
  [[nodiscard]] double limited_share() const {
    return sends == 0 ? 0 : static_cast<double>(limited) / static_cast<double>(sends);
  }
  [[nodiscard]] double affinity() const {
    return sessions_seen == 0 ? 1 : static_cast<double>(sessions_kept) / static_cast<double>(sessions_seen);
  }
  [[nodiscard]] double amplification() const {
    return outage_requests == 0 ? 0 : static_cast<double>(outage_sends) / static_cast<double>(outage_requests);
  }
};

[[nodiscard]] Figures simulate(const Setting& setting);
// The same clients and limits without faults, served by an oracle.
enum class Foresight : std::uint8_t {
  of_everything,  // it knows what every account has left
  of_rates,       // it knows how fast each may be asked, but not what may go at once: it asks evenly
};
[[nodiscard]] Figures foresee(const Setting& setting, Foresight foresight);

inline constexpr Instant beginning{std::chrono::hours(1)};
inline constexpr int models = 2;
inline constexpr int sessions = 40;  // with the smallest plan

// Jain's index of fairness.
[[nodiscard]] double jain_of(const std::vector<std::uint64_t>& served);
[[nodiscard]] double percentile_99(std::vector<double> all);

}  // namespace agt::relay::simulation

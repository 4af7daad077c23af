// The pool under simulated load. AGT_SOAK=1 runs many more seeds and prints the figures.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "relay/simulation/world.h"

namespace agt::relay::simulation {
namespace {

bool soaking() { return std::getenv("AGT_SOAK") != nullptr; }
std::uint64_t seeds(std::uint64_t few, std::uint64_t many) { return soaking() ? many : few; }

std::string told(const Setting& setting, const Figures& figures) {
  auto out = fmt::format("seed {}, mode {}, load {}:", setting.seed, pool::name(setting.mode), setting.load);
  for (const auto& one : figures.broken) out += "\n  " + one;
  return out;
}

TEST(Simulation, keeps_its_invariants_in_every_mode) {
  for (std::uint64_t seed = 1; seed <= seeds(4, 1000); ++seed) {
    for (const auto mode : {pool::Mode::cache_first, pool::Mode::balance, pool::Mode::performance_first}) {
      const Setting setting{.seed = seed, .load = seed % 2 == 0 ? 1.0 : 2.5, .length = Seconds(1800), .mode = mode};
      const auto figures = simulate(setting);
      ASSERT_TRUE(figures.broken.empty()) << told(setting, figures);
    }
  }
}

TEST(Simulation, keeps_them_with_few_accounts_that_take_one_request_at_a_time) {
  for (std::uint64_t seed = 1; seed <= seeds(10, 300); ++seed) {
    const Setting setting{.seed = seed, .accounts = 2, .load = 0.5, .length = Seconds(1800), .max_concurrency = 1};
    const auto figures = simulate(setting);
    ASSERT_TRUE(figures.broken.empty()) << told(setting, figures);
  }
}

TEST(Simulation, is_the_same_for_the_same_seed) {
  const Setting setting{.seed = 42, .load = 2, .length = Seconds(900)};
  const auto one = simulate(setting);
  const auto other = simulate(setting);
  EXPECT_EQ(one.sends, other.sends);
  EXPECT_EQ(one.served, other.served);
  EXPECT_EQ(one.limited, other.limited);
}

// An invariant that lets a seeded bug pass tests nothing.
TEST(Simulation, notices_every_seeded_bug) {
  constexpr std::array bugs{
      Bug::ignores_the_told_time, Bug::forgets_limits,  Bug::asks_a_dead_account,        Bug::never_ends_a_wait,
      Bug::retries_without_end,   Bug::leaks_leases,    Bug::blames_the_account_for_all, Bug::skips_half_open,
      Bug::retries_after_commit,  Bug::forgets_reserves};
  for (const auto bug : bugs) {
    bool noticed = false;
    for (std::uint64_t seed = 1; seed <= 5 && !noticed; ++seed)
      noticed = !simulate({.seed = seed, .load = 2.5, .length = Seconds(1800), .max_concurrency = 4, .bug = bug})
                     .broken.empty();
    EXPECT_TRUE(noticed) << name(bug);
  }
}

// What the pool is good for, in figures: printed, and bounded so that it does not get worse unseen.
TEST(Simulation, wastes_little_and_serves_well) {
  const auto measure = [](std::string_view what, Setting setting) {
    Figures sum;
    double jain = 0;
    double wait = 0;
    const auto count = seeds(2, 100);
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
      setting.seed = seed;
      const auto one = simulate(setting);
      EXPECT_TRUE(one.broken.empty()) << told(setting, one);
      sum.requests += one.requests;
      sum.served += one.served;
      sum.sends += one.sends;
      sum.limited += one.limited;
      sum.known_limited += one.known_limited;
      sum.dead_sends = std::max(sum.dead_sends, one.dead_sends);
      sum.outage_requests += one.outage_requests;
      sum.outage_sends += one.outage_sends;
      sum.sessions_kept += one.sessions_kept;
      sum.sessions_seen += one.sessions_seen;
      jain += one.jain / static_cast<double>(count);
      wait = std::max(wait, one.wait_p99_s);
    }
    fmt::print(
        "{:<28} success {:.3f} %, attempts {:.3f}, limited {:.2f} %, known {}, dead {}, wait p99 {:.2f} s, Jain "
        "{:.3f}, affinity {:.1f} %, outage ×{:.2f}\n",
        what, sum.success() * 100, sum.attempts(), sum.limited_share() * 100, sum.known_limited, sum.dead_sends, wait,
        jain, sum.affinity() * 100, sum.amplification());
    return sum;
  };
  const auto one =
      measure("one account, 1 % faults", {.accounts = 1, .load = 0.5, .outage = false, .dies = false, .limits = false});
  EXPECT_GE(one.success(), 0.999);
  const auto normal = measure("balance at 70 %", {.load = 2.0});
  EXPECT_EQ(normal.known_limited, 0U);
  EXPECT_LE(normal.dead_sends, 6U);  // one, and what was under way
  EXPECT_LE(normal.amplification(), 1.1);
  const auto calm = measure("balance at 70 %, no faults", {.load = 2.0, .faults = 0, .outage = false, .dies = false});
  EXPECT_GE(calm.success(), 0.999);
  const auto free = measure("balance, no limits, no faults",
                            {.load = 2.0, .faults = 0, .outage = false, .dies = false, .limits = false});
  EXPECT_GE(free.affinity(), 0.97);
  measure("cache first at 70 %", {.load = 2.0, .mode = pool::Mode::cache_first});
  measure("performance first at 70 %", {.load = 2.0, .mode = pool::Mode::performance_first});
  measure("balance at 115 %", {.load = 3.4, .dies = false});
}

}  // namespace
}  // namespace agt::relay::simulation

#include "pool/choose.h"

#include <gtest/gtest.h>

#include <map>

namespace agt::pool {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{1h};

struct Table {
  explicit Table(std::size_t n) : slots(n), hots(n), sites(1) {
    for (std::uint32_t i = 0; i < n; ++i) {
      slots[i].account = i;
      hots[i].hash = hash_of("account " + std::to_string(i));
    }
  }
  [[nodiscard]] Field field() const { return {.slots = slots, .accounts = hots, .sites = sites}; }
  std::vector<Slot> slots;
  std::vector<Hot> hots;
  std::vector<SiteHot> sites;
};

TEST(Choose, moves_only_the_sessions_of_an_account_that_goes) {
  Table table(10);
  std::map<std::uint64_t, std::size_t> before;
  for (std::uint64_t session = 1; session <= 1000; ++session)
    before[session] = choose(table.field(), {.session = session}, t0).slot.value();
  table.slots[3].open_at = t0 + 1h;
  for (const auto& [session, slot] : before) {
    const auto now = choose(table.field(), {.session = session}, t0).slot.value();
    EXPECT_NE(now, 3U);
    EXPECT_TRUE(slot == 3 || now == slot) << session;
  }
}

TEST(Choose, gives_sessions_by_weight) {
  Table table(2);
  table.hots[1].weight = 4;
  int heavy = 0;
  for (std::uint64_t session = 1; session <= 5000; ++session)
    heavy += choose(table.field(), {.session = session}, t0).slot == 1U ? 1 : 0;
  EXPECT_NEAR(heavy, 4000, 150);
}

TEST(Choose, gives_a_reason_for_everybody_and_says_who_is_back_first) {
  Table table(5);
  table.slots[0].open_at = t0 + 9s;
  table.hots[1] = {.open_at = t0 + 3s, .why = SkipReason::quota};
  table.hots[2] = {.in_flight = 2, .limit = 2};
  const std::vector<std::uint32_t> tried{3, 4};
  const auto choice = choose(table.field(), {.tried = tried}, t0);
  EXPECT_FALSE(choice.slot);
  EXPECT_EQ(choice.first_back, 1U);
  EXPECT_EQ(choice.back_at, t0 + 3s);
  EXPECT_TRUE(choice.any_busy);
  const auto count = [&](SkipReason reason) { return choice.counts[static_cast<std::size_t>(reason)]; };
  EXPECT_EQ(count(SkipReason::cooling), 1U);
  EXPECT_EQ(count(SkipReason::quota), 1U);
  EXPECT_EQ(count(SkipReason::busy), 1U);
  EXPECT_EQ(count(SkipReason::already_tried), 2U);
}

TEST(Choose, prefers_priority_to_everything_else) {
  Table table(3);
  table.hots[1].priority = 1;
  table.hots[1].in_flight = 50;
  for (const auto mode : {Mode::cache_first, Mode::balance, Mode::performance_first})
    EXPECT_EQ(choose(table.field(), {.mode = mode, .session = 5}, t0).slot, 1U) << name(mode);
}

TEST(Choose, goes_where_least_is_under_way_for_the_weight) {
  Table table(3);
  table.hots[0].in_flight = 1;
  table.hots[1].in_flight = 3;
  table.hots[1].weight = 4;
  table.hots[2].in_flight = 2;
  EXPECT_EQ(choose(table.field(), {.mode = Mode::performance_first}, t0).slot, 1U);
}

}  // namespace
}  // namespace agt::pool

#include "relay/key_meter.h"

#include <gtest/gtest.h>

namespace agt::relay {
namespace {

using namespace std::chrono_literals;

const Instant start{1h};
const WallTime noon{std::chrono::days(20'000) + 12h};

TEST(KeyMeter, lets_so_many_requests_through_in_a_minute) {
  KeyMeter meter;
  const ClientKey key{.name = "k", .limits = {.requests_per_minute = 3}};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(meter.enter(key, start, noon).has_value());
  const auto refused = meter.enter(key, start + 20s, noon);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::key_rate);
  EXPECT_EQ(refused.error().retry_after, 40s);
  EXPECT_FALSE(meter.enter(key, start + 61s, noon).has_value());  // nearly all of them are within the last 60 s
  EXPECT_TRUE(meter.enter(key, start + 81s, noon).has_value());   // a third of the last minute is gone
  EXPECT_FALSE(meter.enter(key, start + 82s, noon).has_value());
  EXPECT_TRUE(meter.enter(key, start + 10min, noon).has_value());
}

TEST(KeyMeter, never_lets_more_through_than_the_limit_in_the_long_run) {
  KeyMeter meter;
  const ClientKey key{.name = "k", .limits = {.requests_per_minute = 60}};
  int through = 0;
  for (auto at = start; at < start + 10min; at += 100ms) through += meter.enter(key, at, noon).has_value() ? 1 : 0;
  EXPECT_LE(through, 660);
  EXPECT_GE(through, 540);
}

TEST(KeyMeter, counts_the_requests_that_are_under_way) {
  KeyMeter meter;
  const ClientKey key{.name = "k", .limits = {.concurrency = 2}};
  const ClientKey other{.name = "other", .limits = {.concurrency = 1}};
  auto first = meter.enter(key, start, noon).value();
  {
    const auto second = meter.enter(key, start, noon);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(meter.enter(key, start, noon).error().code, Code::key_concurrency);
    EXPECT_TRUE(meter.enter(other, start, noon).has_value());
  }
  auto third = meter.enter(key, start, noon).value();
  EXPECT_FALSE(meter.enter(key, start, noon).has_value());
  first = std::move(third);  // one of the two is over
  EXPECT_TRUE(meter.enter(key, start, noon).has_value());
}

TEST(KeyMeter, gives_a_budget_of_tokens_for_each_day) {
  KeyMeter meter;
  const ClientKey key{.name = "k", .limits = {.tokens_per_day = 100}};
  meter.spent("k", 60, noon);
  EXPECT_TRUE(meter.enter(key, start, noon).has_value());
  meter.spent("k", 60, noon);
  EXPECT_EQ(meter.spent_today("k", noon), 120);
  const auto refused = meter.enter(key, start, noon);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::key_budget);
  EXPECT_EQ(refused.error().retry_after, 12h);
  EXPECT_TRUE(meter.enter(key, start, noon + 12h).has_value());
  EXPECT_EQ(meter.spent_today("k", noon + 12h), 0);
}

}  // namespace
}  // namespace agt::relay

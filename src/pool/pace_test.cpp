#include "pool/pace.h"

#include <gtest/gtest.h>

#include "pool/limits.h"

namespace agt::pool {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{1h};

// A provider that grants `per_second`, and keeps up to `burst` of them.
struct Bucket {
  double per_second = 0.5;
  double burst = 1;
  double left = 0;
  Instant since = t0;
  bool takes(Instant now) {
    left = std::min(burst, left + std::chrono::duration<double>(now - since).count() * per_second);
    since = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  }
};

struct Told {
  int sent = 0;
  int limited = 0;
};

// Asks whenever the pace allows it.
Told press(Pace& pace, Bucket& bucket, Instant from, Instant to) {
  Told told;
  for (auto now = from; now < to; now += 100ms) {
    if (pace.open_at() > now) continue;
    ++told.sent;
    pace.sent(now);
    if (bucket.takes(now)) {
      pace.accepted();
    } else {
      ++told.limited;
      pace.limited(2, now);
      now += 2s;  // its rest
    }
  }
  return told;
}

TEST(Use, counts_about_a_minute) {
  Use use;
  for (int i = 0; i < 120; ++i) use.add(t0 + Seconds(i));
  EXPECT_NEAR(use.recent(t0 + 120s), 60, 1);
  EXPECT_NEAR(use.recent(t0 + 150s), 30, 1);
  EXPECT_EQ(use.recent(t0 + 10min), 0);
}

TEST(Use, says_less_than_it_was_when_it_was_not_for_long) {
  Use use;
  for (int i = 0; i < 10; ++i) use.add(t0 + Seconds(i));
  EXPECT_NEAR(use.sustained(t0 + 10s), 10.0 / 70, 0.001);
  for (int i = 10; i < 3600; ++i) use.add(t0 + Seconds(i));
  EXPECT_NEAR(use.sustained(t0 + 3600s), 1, 0.15);
}

TEST(Pace, holds_nothing_back_before_the_first_limit) {
  Pace pace;
  for (int i = 0; i < 100; ++i) pace.sent(t0);
  EXPECT_LT(pace.open_at(), t0);
  EXPECT_FALSE(pace.is_known(t0));
}

TEST(Pace, learns_what_a_provider_grants_from_a_few_limits) {
  Pace pace;
  Bucket bucket;
  static_cast<void>(press(pace, bucket, t0, t0 + 5min));
  EXPECT_NEAR(pace.per_second(), 0.46, 0.06);  // below it rather than above
  const auto later = press(pace, bucket, t0 + 5min, t0 + 65min);
  EXPECT_LE(later.limited, 12);
  EXPECT_GE(later.sent - later.limited, 1600);  // of 1,800
}

TEST(Pace, follows_when_a_provider_grants_more_and_when_it_grants_less) {
  Pace pace;
  Bucket bucket;
  static_cast<void>(press(pace, bucket, t0, t0 + 10min));
  bucket.per_second = 0.25;
  static_cast<void>(press(pace, bucket, t0 + 10min, t0 + 30min));
  EXPECT_NEAR(pace.per_second(), 0.23, 0.04);
  bucket.per_second = 1;
  static_cast<void>(press(pace, bucket, t0 + 30min, t0 + 130min));
  EXPECT_GT(pace.per_second(), 0.35);
}

TEST(Pace, is_forgotten_when_no_limit_comes_for_long) {
  Pace pace;
  pace.limited(0.1, t0);
  EXPECT_TRUE(pace.is_known(t0 + 1h));
  EXPECT_FALSE(pace.is_known(t0 + pace_life));
}

TEST(Pace, never_holds_back_for_longer_than_its_bound) {
  Pace pace;
  pace.limited(0.0001, t0);
  EXPECT_LE(pace.open_at(), t0 + pace_wait_max);
  for (int i = 0; i < 5; ++i) pace.sent(t0 + pace_wait_max);
  EXPECT_LE(pace.open_at(), t0 + 2 * pace_wait_max);
}

}  // namespace
}  // namespace agt::pool

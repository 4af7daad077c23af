#include "provider/quota.h"

#include <gtest/gtest.h>

namespace agt::provider {
namespace {

const WallTime now = from_unix_ms(1'800'000'000'000);

TEST(Quota, reads_the_headers_of_openai) {
  const net::Headers headers{{"x-ratelimit-limit-requests", "500"},  {"x-ratelimit-remaining-requests", "125"},
                             {"x-ratelimit-reset-requests", "6m0s"}, {"x-ratelimit-limit-tokens", "30000"},
                             {"x-ratelimit-remaining-tokens", "0"},  {"x-ratelimit-reset-tokens", "120ms"}};
  const auto windows = quota_in(headers, now);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].name, "requests");
  EXPECT_EQ(windows[0].limit, 500);
  EXPECT_EQ(windows[0].remaining, 125);
  EXPECT_EQ(windows[0].left, 0.25);
  EXPECT_EQ(windows[0].resets, now + std::chrono::minutes(6));
  EXPECT_EQ(windows[1].left, 0.0);
  EXPECT_EQ(windows[1].resets, now + Milliseconds(120));
}

TEST(Quota, reads_the_headers_of_anthropic_in_both_kinds) {
  const net::Headers headers{{"anthropic-ratelimit-requests-limit", "50"},
                             {"anthropic-ratelimit-requests-remaining", "49"},
                             {"anthropic-ratelimit-requests-reset", "2027-01-15T08:00:30Z"},
                             {"anthropic-ratelimit-unified-5h-utilization", "0.75"},
                             {"anthropic-ratelimit-unified-5h-reset", "1800003600"},
                             {"anthropic-ratelimit-unified-7d-status", "rejected"}};
  const auto windows = quota_in(headers, now);
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(windows[0].resets, now + Seconds(30));
  EXPECT_EQ(windows[1].name, "5h");
  EXPECT_EQ(windows[1].left, 0.25);
  EXPECT_EQ(windows[1].resets, now + std::chrono::hours(1));
  EXPECT_EQ(windows[2].left, 0.0);
}

TEST(Quota, what_is_not_said_is_unknown) {
  EXPECT_TRUE(quota_in({{"content-type", "application/json"}}, now).empty());
  EXPECT_TRUE(quota_in({{"x-ratelimit-limit-requests", "many"}}, now).empty());
  const auto windows = quota_in({{"x-ratelimit-remaining-tokens", "7"}}, now);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].remaining, 7);
  EXPECT_FALSE(windows[0].limit);
  EXPECT_FALSE(windows[0].left);
  EXPECT_FALSE(windows[0].resets);
}

TEST(Quota, reads_buckets_by_model) {
  const auto windows = quota_in_buckets(
      R"({"buckets":[{"modelId":"m","remainingAmount":"75","remainingFraction":0.75,"resetTime":"2030-01-01T00:00:00Z"},
          {"tokenType":"REQUESTS"}]})",
      now);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].remaining, 75);
  EXPECT_EQ(windows[0].left, 0.75);
  EXPECT_TRUE(quota_in_buckets("<html>", now).empty());
}

TEST(Quota, times_in_their_spellings) {
  EXPECT_EQ(spelled_time("2027-01-15T08:00:00Z"), now);
  EXPECT_EQ(spelled_time("2027-01-15T10:00:00.123+02:00"), now);
  for (const auto* bad : {"", "2027-13-15T08:00:00Z", "2027-01-15T08:00:00", "2027-01-15 8am, or so!!"})
    EXPECT_FALSE(spelled_time(bad)) << bad;
}

TEST(QuotaBook, keeps_the_last_word_on_each_window) {
  QuotaBook book;
  book.note("a", {{.name = "x", .remaining = 1}, {.name = "y", .remaining = 2}});
  book.note("a", {{.name = "x", .remaining = 9}});
  ASSERT_EQ(book.of("a").size(), 2U);
  EXPECT_EQ(book.of("a")[0].remaining, 9);
  EXPECT_TRUE(book.of("b").empty());
  book.forget("a");
  EXPECT_TRUE(book.of("a").empty());
}

}  // namespace
}  // namespace agt::provider

#include "provider/quota.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "provider/hints.h"

namespace agt::provider {
namespace {

const WallTime now = from_unix_ms(1'800'000'000'000);

TEST(Quota, reads_the_headers_of_openai) {
  const net::Headers headers{{"x-ratelimit-limit-requests", "500"},  {"x-ratelimit-remaining-requests", "125"},
                             {"x-ratelimit-reset-requests", "6m0s"}, {"x-ratelimit-limit-tokens", "30000"},
                             {"x-ratelimit-remaining-tokens", "0"},  {"x-ratelimit-reset-tokens", "120ms"}};
  const auto windows = quota_in(headers, "m", now);
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
  const auto windows = quota_in(headers, "m", now);
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(windows[0].resets, now + Seconds(30));
  EXPECT_EQ(windows[1].name, "5h");
  EXPECT_EQ(windows[1].left, 0.25);
  EXPECT_EQ(windows[1].resets, now + std::chrono::hours(1));
  EXPECT_EQ(windows[2].left, 0.0);
}

TEST(Quota, what_is_not_said_is_unknown) {
  EXPECT_TRUE(quota_in({{"content-type", "application/json"}}, "m", now).empty());
  EXPECT_TRUE(quota_in({{"x-ratelimit-limit-requests", "many"}}, "m", now).empty());
  const auto windows = quota_in({{"x-ratelimit-remaining-tokens", "7"}}, "m", now);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].remaining, 7);
  EXPECT_FALSE(windows[0].limit);
  EXPECT_FALSE(windows[0].left);
  EXPECT_FALSE(windows[0].resets);
}

TEST(Quota, numbers_that_are_none_and_moments_beyond_all_calendars_do_no_harm) {
  const auto windows = quota_in({{"anthropic-ratelimit-unified-5h-utilization", "nan"},
                                 {"anthropic-ratelimit-unified-5h-reset", "9223372036854775807"}},
                                "m", now);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].left, std::nullopt);
  EXPECT_GT(windows[0].resets, now);
}

TEST(Quota, reads_buckets_by_model) {
  const auto windows = quota_in_buckets(
      R"({"buckets":[{"modelId":"m","remainingAmount":"75","remainingFraction":0.75,"resetTime":"2030-01-01T00:00:00Z"},
          {"tokenType":"REQUESTS"}]})",
      now);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].remaining, 75);
  EXPECT_EQ(windows[0].left, 0.75);
  EXPECT_EQ(windows[0].models, "m");
  EXPECT_TRUE(quota_in_buckets("<html>", now).empty());
}

TEST(Quota, times_in_their_spellings) {
  EXPECT_EQ(spelled_time("2027-01-15T08:00:00Z"), now);
  EXPECT_EQ(spelled_time("2027-01-15T10:00:00.123+02:00"), now);
  for (const auto* bad : {"", "2027-13-15T08:00:00Z", "2027-01-15T08:00:00", "2027-01-15 8am, or so!!"})
    EXPECT_FALSE(spelled_time(bad)) << bad;
}

TEST(Quota, windows_know_which_models_they_are_about) {
  const net::Headers headers{{"x-ratelimit-remaining-requests", "1"},
                             {"anthropic-ratelimit-unified-5h-utilization", "0.5"},
                             {"anthropic-ratelimit-unified-7d_opus-utilization", "0.5"}};
  const auto windows = quota_in(headers, "m", now);
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(windows[0].models, "m") << "limits per minute are those of the model that was asked";
  EXPECT_EQ(windows[1].models, "");
  EXPECT_EQ(windows[2].models, "*opus*");
}

TEST(Quota, a_refusal_that_names_its_reset_is_an_empty_window) {
  Diagnosis refusal{.error = {.code = Code::daily, .message = "", .retry_after = std::chrono::hours(2)},
                    .scope = Scope::account_model};
  const auto window = quota_in_refusal(refusal, "m", now);
  ASSERT_TRUE(window);
  EXPECT_EQ(window->name, "daily");
  EXPECT_EQ(window->models, "m");
  EXPECT_EQ(window->left, 0.0);
  EXPECT_EQ(window->resets, now + std::chrono::hours(2));
  refusal.scope = Scope::account;
  refusal.error.code = Code::weekly;
  EXPECT_EQ(quota_in_refusal(refusal, "m", now)->models, "");
  EXPECT_EQ(quota_in_refusal(refusal, "m", now)->name, "7d") << "the name that the headers have for it";
  refusal.error.retry_after.reset();
  EXPECT_FALSE(quota_in_refusal(refusal, "m", now)) << "without a reset nothing would end it";
  refusal.error = {.code = Code::rpm, .message = "", .retry_after = Seconds(2)};
  EXPECT_FALSE(quota_in_refusal(refusal, "m", now)) << "a pace is no quota";
}

TEST(QuotaBook, keeps_the_last_word_on_each_window) {
  QuotaBook book;
  book.note("a", {{.name = "x", .remaining = 1}, {.name = "y", .remaining = 2}, {.name = "x", .models = "m"}});
  book.note("a", {{.name = "x", .remaining = 9}});
  ASSERT_EQ(book.of("a", now).windows.size(), 3U);
  EXPECT_EQ(book.of("a", now).windows[0].remaining, 9);
  EXPECT_TRUE(book.of("b", now).windows.empty());
  book.forget("a");
  EXPECT_TRUE(book.of("a", now).windows.empty());
}

TEST(QuotaBook, after_a_reset_what_is_left_is_unknown) {
  QuotaBook book;
  book.note("a", {{.name = "5h", .limit = 10, .remaining = 1, .left = 0.1, .resets = now + Seconds(1)}});
  EXPECT_EQ(book.of("a", now).windows[0].left, 0.1);
  const auto later = book.of("a", now + Seconds(1)).windows;
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].limit, 10);
  EXPECT_FALSE(later[0].left);
  EXPECT_FALSE(later[0].remaining);
  EXPECT_FALSE(later[0].resets);
}

TEST(QuotaBook, an_answer_replaces_everything_and_a_failure_nothing) {
  QuotaBook book;
  book.note("a", {{.name = "old", .left = 0.5}});
  book.note_asked("a", std::vector<QuotaWindow>{{.name = "m", .left = 0.25}}, now);
  ASSERT_EQ(book.of("a", now).windows.size(), 1U);
  EXPECT_EQ(book.of("a", now).windows[0].name, "m");
  book.note_asked("a", fail(Code::internal_5xx, "down"), now + Seconds(5));
  EXPECT_EQ(book.of("a", now).windows.size(), 1U);
  EXPECT_EQ(book.of("a", now).failure->message, "down");
  EXPECT_EQ(book.of("a", now).asked, now + Seconds(5));
}

TEST(QuotaBook, is_bounded_and_tells_each_change_once) {
  QuotaBook book;
  for (int i = 0; i < 100; ++i) book.note("a", {{.name = std::to_string(i), .seen = now + Seconds(i)}});
  const auto windows = book.of("a", now).windows;
  EXPECT_EQ(windows.size(), 64U);
  EXPECT_TRUE(std::ranges::any_of(windows, [](const auto& one) { return one.name == "99"; }));
  EXPECT_EQ(book.take_changed(), std::vector<std::string>{"a"});
  EXPECT_TRUE(book.take_changed().empty());
  book.note("b", {{.name = "x", .left = 1.0}});
  EXPECT_EQ(book.take_changed(), std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace agt::provider

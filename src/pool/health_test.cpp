#include "pool/health.h"

#include <gtest/gtest.h>

#include "pool/limits.h"

namespace agt::pool {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{1h};

TEST(Rest, is_as_long_as_told_within_bounds) {
  EXPECT_EQ(rest_for(Code::unknown_429, 7000ms, 1, 1), 7000ms);
  EXPECT_EQ(rest_for(Code::rpm, 0ms, 1, 1), Milliseconds(rest_min));
  EXPECT_EQ(rest_for(Code::daily, Milliseconds(24h * 30), 1, 1), Milliseconds(rest_max));
}

TEST(Rest, climbs_a_ladder_when_nobody_tells) {
  std::vector<long long> seconds;
  for (int n = 1; n <= 8; ++n) seconds.push_back(rest_for(Code::unknown_429, {}, n, 0)->count() / 1000);
  EXPECT_EQ(seconds, (std::vector<long long>{1, 2, 4, 8, 16, 32, 60, 60}));
}

TEST(Rest, guesses_differ_a_little_and_told_ones_do_not) {
  EXPECT_EQ(rest_for(Code::unknown_429, {}, 3, 1), 4400ms);
  EXPECT_EQ(rest_for(Code::unknown_429, {}, 7, 1), 61s);
  EXPECT_EQ(rest_for(Code::unknown_429, 4s, 3, 1), 4s);
}

TEST(Rest, of_a_quota_without_a_date_is_looked_at_again_ever_more_seldom) {
  EXPECT_EQ(rest_for(Code::daily, {}, 1, 0), 60s);
  EXPECT_EQ(rest_for(Code::credits, {}, 9, 0), 2h);
}

TEST(Rest, of_what_only_a_person_can_mend_has_no_end) {
  for (const auto code : {Code::key_rejected, Code::token_revoked, Code::suspended, Code::verification_required})
    EXPECT_EQ(rest_for(code, 5s, 1, 0), Milliseconds::max()) << name(code);
  EXPECT_EQ(rest_for(Code::forbidden, {}, 1, 0), 1h);
  EXPECT_EQ(rest_for(Code::token_refresh_failed, {}, 2, 0), 2s);
}

TEST(Rest, of_capacity_and_network_begins_with_the_second_blow) {
  EXPECT_EQ(rest_for(Code::overloaded, {}, 1, 0), std::nullopt);
  EXPECT_EQ(rest_for(Code::overloaded, {}, 2, 0), 1s);
  EXPECT_EQ(rest_for(Code::overloaded, {}, 20, 0), 30s);
  EXPECT_EQ(rest_for(Code::refused, {}, 1, 0), std::nullopt);
  EXPECT_EQ(rest_for(Code::refused, {}, 20, 0), 5s);
}

TEST(Rest, never_follows_what_the_client_got_wrong) {
  for (const auto code : {Code::upstream_refused, Code::context_too_long, Code::client_gone, Code::translate_reply})
    EXPECT_EQ(rest_for(code, {}, 5, 0), std::nullopt) << name(code);
}

TEST(Health, counts_requests_that_were_under_way_together_once) {
  Health health;
  const Blow blow{.blame = Blame::account_model, .code = Code::unknown_429};
  EXPECT_EQ(take(health, blow, t0, t0 + 1s, 0), 1s);
  EXPECT_EQ(take(health, blow, t0, t0 + 1s, 0), 1s);
  EXPECT_EQ(health.failures, 1);
  static_cast<void>(take(health, blow, t0 + 3s, t0 + 4s, 0));
  EXPECT_EQ(health.failures, 2);
}

TEST(Health, is_well_again_after_a_success_and_begins_anew) {
  Health health;
  const Blow blow{.blame = Blame::account_model, .code = Code::unknown_429};
  static_cast<void>(take(health, blow, t0, t0, 0));
  static_cast<void>(take(health, blow, t0 + 1s, t0 + 1s, 0));
  recover(health, t0 + 9s);
  EXPECT_LT(health.open_at(), t0);
  EXPECT_EQ(take(health, blow, t0 + 10min, t0 + 10min, 0), 1s);
}

TEST(Health, is_open_again_when_its_rest_is_over_and_its_pace_allows_it) {
  Health health;
  const Blow blow{.blame = Blame::account_model, .code = Code::rpm, .told = 1s};
  static_cast<void>(take(health, blow, t0, t0, 0, 0.1));
  EXPECT_EQ(health.open_at(), t0 + 10s);
  recover(health, t0 + 10s);
  sent(health, t0 + 20s);
  EXPECT_GE(health.open_at(), t0 + 29s);
  EXPECT_FALSE(health.is_blank(t0 + 20s));
}

TEST(Health, learns_no_pace_from_quotas_and_overloads) {
  for (const auto code : {Code::daily, Code::overloaded, Code::refused}) {
    Health health;
    static_cast<void>(take(health, {.blame = Blame::account_model, .code = code}, t0, t0, 0, 0.1));
    EXPECT_FALSE(health.pace.is_known(t0)) << name(code);
  }
}

TEST(RetryBudget, runs_out_and_is_earned_again_by_requests) {
  RetryBudget budget;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.spend());
  EXPECT_FALSE(budget.spend());
  for (int i = 0; i < 11; ++i) budget.earn();
  EXPECT_TRUE(budget.spend());
  EXPECT_FALSE(budget.spend());
}

}  // namespace
}  // namespace agt::pool

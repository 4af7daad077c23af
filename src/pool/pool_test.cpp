#include "pool/pool.h"

#include <gtest/gtest.h>

namespace agt::pool {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{1h};

std::vector<Account> two() {
  return {{.id = "1", .label = "one", .provider = "p"}, {.id = "2", .label = "two", .provider = "p"}};
}
Ask ask(std::string_view model = "m") { return {.provider = "p", .model = model}; }
std::string served_by(Pool& pool, const Ask& asked, Instant now) {
  const auto leased = pool.lease(asked, now);
  return leased.lease ? leased.lease->account().id : "";
}

TEST(Pool, takes_turns) {
  Pool pool;
  pool.set_accounts(two());
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
  EXPECT_EQ(served_by(pool, ask(), t0), "2");
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
}

TEST(Pool, skips_an_account_that_is_cooling_exactly_as_long_as_told) {
  Pool pool;
  pool.set_accounts(two());
  {
    auto leased = pool.lease(ask(), t0);
    ASSERT_EQ(leased.lease->account().id, "1");
    leased.lease->rests({.until = t0 + 7s, .code = Code::unknown_429, .set_by = "tr"}, false);
  }
  EXPECT_EQ(served_by(pool, ask(), t0 + 1s), "2");
  const auto leased = pool.lease(ask(), t0 + 7s - 1ms);
  EXPECT_EQ(leased.lease->account().id, "2");
  ASSERT_EQ(leased.skipped.size(), 1U);
  EXPECT_EQ(leased.skipped[0].reason, SkipReason::cooling);
  EXPECT_EQ(leased.skipped[0].remaining, 1ms);
  EXPECT_EQ(leased.skipped[0].set_by, "tr");
  EXPECT_EQ(served_by(pool, ask(), t0 + 7s), "1");
}

TEST(Pool, rests_an_account_for_one_model_only) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  pool.lease(ask("a"), t0).lease->rests({.until = t0 + 7s, .code = Code::rpm}, false);
  EXPECT_EQ(served_by(pool, ask("a"), t0), "");
  EXPECT_EQ(served_by(pool, ask("b"), t0), "1");
}

TEST(Pool, rests_a_whole_account_for_a_rejected_key) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  pool.lease(ask("a"), t0).lease->rests({.until = t0 + 7s, .code = Code::key_rejected}, true);
  const auto leased = pool.lease(ask("b"), t0);
  EXPECT_FALSE(leased.lease);
  EXPECT_EQ(leased.skipped.at(0).reason, SkipReason::key_rejected);
  pool.forgive("1");
  EXPECT_EQ(served_by(pool, ask("b"), t0), "1");
}

TEST(Pool, keeps_the_longer_of_two_rests) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  auto leased = pool.lease(ask(), t0);
  leased.lease->rests({.until = t0 + 9s, .code = Code::rpm}, false);
  leased.lease->rests({.until = t0 + 2s, .code = Code::rpm}, false);
  EXPECT_EQ(served_by(pool, ask(), t0 + 8s), "");
}

TEST(Pool, ends_a_rest_after_success) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  auto leased = pool.lease(ask(), t0);
  leased.lease->rests({.until = t0 + 9s, .code = Code::rpm}, false);
  leased.lease->succeeded();
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
}

TEST(Pool, honours_off_include_exclude_priority_and_concurrency) {
  Pool pool;
  pool.set_accounts({{.id = "off", .provider = "p", .enabled = false},
                     {.id = "only-x", .provider = "p", .models = {"x-*"}},
                     {.id = "no-m", .provider = "p", .excluded = {"m"}},
                     {.id = "low", .provider = "p", .priority = -1},
                     {.id = "narrow", .provider = "p", .max_concurrency = 1}});
  const auto first = pool.lease(ask(), t0);
  EXPECT_EQ(first.lease->account().id, "narrow");
  const auto second = pool.lease(ask(), t0);
  EXPECT_EQ(second.lease->account().id, "low");
  std::vector<SkipReason> reasons;
  for (const auto& skip : second.skipped) reasons.push_back(skip.reason);
  EXPECT_EQ(reasons, (std::vector{SkipReason::off, SkipReason::busy}));
}

TEST(Pool, tells_who_never_serves_a_model_when_nobody_does) {
  Pool pool;
  pool.set_accounts(
      {{.id = "only-x", .provider = "p", .models = {"x-*"}}, {.id = "no-m", .provider = "p", .excluded = {"m"}}});
  const auto leased = pool.lease(ask(), t0);
  EXPECT_FALSE(leased.lease);
  ASSERT_EQ(leased.skipped.size(), 2U);
  EXPECT_EQ(leased.skipped[0].reason, SkipReason::model_missing);
  EXPECT_EQ(leased.skipped[1].reason, SkipReason::model_excluded);
}

TEST(Pool, does_not_try_an_account_twice) {
  Pool pool;
  pool.set_accounts(two());
  auto asked = ask();
  const std::vector<std::string> both{"1", "2"};
  asked.tried = std::span(both).first(1);
  EXPECT_EQ(served_by(pool, asked, t0), "2");
  asked.tried = both;
  EXPECT_EQ(served_by(pool, asked, t0), "");
}

TEST(Pool, serves_one_named_account) {
  Pool pool;
  pool.set_accounts(two());
  EXPECT_EQ(served_by(pool, {.account = "two", .model = "m"}, t0), "2");
  EXPECT_EQ(served_by(pool, {.account = "1", .model = "m"}, t0), "1");
}

TEST(Pool, keeps_state_when_accounts_are_replaced) {
  Pool pool;
  pool.set_accounts(two());
  pool.lease(ask(), t0).lease->rests({.until = t0 + 9s, .code = Code::rpm}, false);
  pool.set_accounts({{.id = "1", .label = "renamed", .provider = "p"}});
  EXPECT_EQ(served_by(pool, ask(), t0), "");
  EXPECT_EQ(pool.resting(t0).size(), 1U);
}

TEST(Pool, bounds_the_rests_of_an_account) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  for (int i = 0; i < 1000; ++i)
    pool.lease(ask("m" + std::to_string(i)), t0).lease->rests({.until = t0 + Seconds(i + 1), .code = Code::rpm}, false);
  EXPECT_EQ(pool.resting(t0).size(), 256U);
}

}  // namespace
}  // namespace agt::pool

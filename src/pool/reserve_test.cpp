// What the pool makes of a known quota and its owner's reserve.
#include <gtest/gtest.h>

#include "pool/pool_test.h"

namespace agt::pool {
namespace {

std::vector<QuotaLeft> left(double percent, std::string models = "m") {
  return {{.models = std::move(models), .percent = percent, .resets_at = t0 + 1h}};
}

TEST(Reserve, holds_back_a_strict_reserve_until_the_window_resets) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p", .reserve_percent = 20, .reserve_strict = true}});
  pool.note_quota("1", left(21), t0);
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
  pool.note_quota("1", left(20), t0);
  const auto leased = pool.lease(ask(), t0);
  EXPECT_EQ(reasons(leased), std::vector{SkipReason::reserved});
  EXPECT_EQ(leased.skipped.listed[0].code, Code::protected_reserve);
  EXPECT_EQ(leased.back_at, t0 + 1h);
  ASSERT_EQ(pool.resting(t0).size(), 1U);
  EXPECT_EQ(pool.resting(t0)[0].rest.code, Code::protected_reserve);
  EXPECT_EQ(served_by(pool, ask("other"), t0), "1") << "the window is about one model";
  EXPECT_EQ(served_by(pool, ask(), t0 + 1h), "1");
  pool.note_quota("1", left(90), t0);
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
}

TEST(Reserve, serves_from_a_reserve_only_when_nobody_else_can) {
  Pool pool;
  auto accounts = two();
  accounts[0].priority = 1000;
  accounts[0].reserve_percent = 20;
  accounts[1].priority = -1000;
  pool.set_accounts(accounts);
  EXPECT_EQ(accepted_by(pool, session(7), t0), "1");
  pool.note_quota("1", left(5, "m*"), t0);
  EXPECT_EQ(served_by(pool, ask(), t0), "2");
  EXPECT_EQ(accepted_by(pool, session(7), t0), "2") << "a session visits another one meanwhile";
  EXPECT_EQ(served_by(pool, ask("other"), t0), "1");
  EXPECT_TRUE(pool.resting(t0).empty());
  static_cast<void>(pool.lease({.who = "2", .model = "m"}, t0).lease->failed(limit(9s), t0, 0));
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
  EXPECT_EQ(accepted_by(pool, session(7), t0 + 1h), "1") << "and comes home after the reset";
}

TEST(Reserve, judges_a_known_quota_by_the_reserve_of_today) {
  Pool pool;
  auto accounts = two();
  pool.set_accounts(accounts);
  pool.note_quota("1", left(5, ""), t0);
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
  accounts[0].reserve_percent = 10;
  accounts[0].reserve_strict = true;
  pool.set_accounts(accounts);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(served_by(pool, ask(), t0), "2");
  pool.forgive("1");
  EXPECT_EQ(served_by(pool, ask(), t0), "2") << "a good test changes nothing about the quota";
  accounts[0].reserve_percent = 0;
  pool.set_accounts(accounts);
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
}

}  // namespace
}  // namespace agt::pool

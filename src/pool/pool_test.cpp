#include <gtest/gtest.h>

#include <set>

#include "pool/limits.h"
#include "pool/pool_test.h"

namespace agt::pool {
namespace {

std::optional<Milliseconds> fail(Pool& pool, const Ask& asked, const Blow& blow, Instant now) {
  return pool.lease(asked, now).lease->failed(blow, now, 0);
}

TEST(Pool, takes_turns) {
  Pool pool;
  pool.set_accounts(two());
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
  EXPECT_EQ(served_by(pool, ask(), t0), "2");
  EXPECT_EQ(served_by(pool, ask(), t0), "1");
}

TEST(Pool, shares_by_weight) {
  Pool pool;
  auto accounts = two();
  accounts[1].weight = 3;
  pool.set_accounts(accounts);
  std::map<std::string, int> counts;
  for (int i = 0; i < 400; ++i) ++counts[served_by(pool, ask(), t0)];
  EXPECT_EQ(counts["1"], 100);
  EXPECT_EQ(counts["2"], 300);
}

TEST(Pool, does_not_flood_an_account_that_comes_back) {
  Pool pool;
  pool.set_accounts(two());
  static_cast<void>(fail(pool, ask(), limit(60s), t0));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(served_by(pool, ask(), t0), "2");
  auto back = pool.lease(ask(), t0 + 61s);
  EXPECT_EQ(back.lease->account().id, "1");
  back.lease->accepted(t0 + 61s);
  int again = 0;
  for (int i = 0; i < 10; ++i) again += served_by(pool, ask(), t0 + 61s) == "1" ? 1 : 0;
  EXPECT_EQ(again, 5);
}

TEST(Pool, skips_an_account_that_is_cooling_exactly_as_long_as_told) {
  Pool pool;
  pool.set_accounts(two());
  EXPECT_EQ(fail(pool, ask(), limit(7s), t0), 7s);
  EXPECT_EQ(served_by(pool, ask(), t0 + 1s), "2");
  const auto leased = pool.lease(ask(), t0 + 7s - 1ms);
  EXPECT_EQ(leased.lease->account().id, "2");
  ASSERT_EQ(leased.skipped.listed.size(), 1U);
  EXPECT_EQ(leased.skipped.listed[0].reason, SkipReason::cooling);
  EXPECT_EQ(leased.skipped.listed[0].remaining, 1ms);
  EXPECT_EQ(leased.skipped.listed[0].code, Code::rpm);
  EXPECT_EQ(leased.skipped.listed[0].set_by, "tr");
  EXPECT_EQ(served_by(pool, ask(), t0 + 7s), "1");
}

TEST(Pool, rests_an_account_for_one_model_only) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  static_cast<void>(fail(pool, ask("a"), limit(7s), t0));
  EXPECT_EQ(served_by(pool, ask("a"), t0), "");
  EXPECT_EQ(served_by(pool, ask("b"), t0), "1");
}

TEST(Pool, keeps_a_refused_key_out_until_it_is_forgiven) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  const Blow refused{.blame = Blame::account, .code = Code::key_rejected};
  EXPECT_EQ(fail(pool, ask("a"), refused, t0), Milliseconds::max());
  const auto leased = pool.lease(ask("b"), t0 + 24h * 365);
  EXPECT_FALSE(leased.lease);
  EXPECT_FALSE(leased.back_at);
  EXPECT_EQ(reasons(leased), std::vector{SkipReason::key_rejected});
  EXPECT_EQ(leased.skipped.listed[0].remaining, std::nullopt);
  pool.forgive("1");
  EXPECT_EQ(served_by(pool, ask("b"), t0), "1");
}

TEST(Pool, keeps_the_longer_of_two_rests) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  auto leased = pool.lease(ask(), t0);
  EXPECT_EQ(leased.lease->failed(limit(9s), t0, 0), 9s);
  static_cast<void>(leased.lease->failed(limit(2s), t0, 0));
  EXPECT_EQ(served_by(pool, ask(), t0 + 8s), "");
}

TEST(Pool, lets_one_request_go_first_after_a_rest) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  static_cast<void>(fail(pool, ask(), limit(5s), t0));
  auto first = pool.lease(ask(), t0 + 5s);
  ASSERT_TRUE(first.lease);
  const auto second = pool.lease(ask(), t0 + 5s);
  EXPECT_FALSE(second.lease);
  EXPECT_EQ(second.back_at, t0 + 5s + probe_patience);
  first.lease->accepted(t0 + 6s);
  EXPECT_EQ(served_by(pool, ask(), t0 + 6s), "1");
  EXPECT_EQ(served_by(pool, ask(), t0 + 6s), "1");
}

TEST(Pool, lets_the_next_one_go_when_the_first_only_takes_its_time) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  static_cast<void>(fail(pool, ask(), limit(5s), t0));
  const auto first = pool.lease(ask(), t0 + 5s);
  EXPECT_EQ(served_by(pool, ask(), t0 + 5s + probe_patience), "1");
}

TEST(Pool, does_not_end_a_rest_for_the_success_of_an_older_request) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  auto old = pool.lease(ask(), t0);
  static_cast<void>(fail(pool, ask(), limit(9s), t0 + 1s));
  old.lease->accepted(t0 + 2s);
  EXPECT_EQ(served_by(pool, ask(), t0 + 3s), "");
}

TEST(Pool, rests_the_site_and_nobody_else_for_its_capacity) {
  Pool pool;
  auto accounts = two();
  accounts.push_back({.id = "3", .provider = "p", .site = "elsewhere"});
  pool.set_accounts(accounts);
  const Blow overloaded{.blame = Blame::site_model, .code = Code::overloaded, .told = 9s};
  static_cast<void>(fail(pool, ask(), overloaded, t0));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(served_by(pool, ask(), t0), "3");
  EXPECT_EQ(served_by(pool, ask("other"), t0), "2");
  EXPECT_TRUE(pool.resting(t0).empty());
}

TEST(Pool, asks_an_account_that_was_forgiven_although_its_site_rests) {
  Pool pool;
  pool.set_accounts(two());
  const Blow overloaded{.blame = Blame::site_model, .code = Code::overloaded, .told = 9s};
  static_cast<void>(fail(pool, ask(), overloaded, t0));
  const Blow unreached{.blame = Blame::site, .code = Code::connect_timeout, .told = 9s};
  static_cast<void>(fail(pool, ask("other"), unreached, t0));
  EXPECT_EQ(served_by(pool, ask(), t0), "");
  pool.forgive("1");
  EXPECT_NE(served_by(pool, ask(), t0), "");
  EXPECT_NE(served_by(pool, ask("other"), t0), "");
}

TEST(Pool, takes_one_overload_for_an_accident_and_two_for_a_state) {
  Pool pool;
  pool.set_accounts(two());
  const Blow overloaded{.blame = Blame::site_model, .code = Code::overloaded};
  EXPECT_EQ(fail(pool, ask(), overloaded, t0), std::nullopt);
  EXPECT_EQ(fail(pool, ask(), overloaded, t0 + 1s), 1s);
  EXPECT_EQ(served_by(pool, ask(), t0 + 1s), "");
  EXPECT_EQ(fail(pool, ask(), overloaded, t0 + 2s), 2s);
}

TEST(Pool, ejects_an_account_that_only_fails_but_never_more_than_half) {
  Pool pool;
  pool.set_accounts(two());
  const Blow broken{.blame = Blame::site_model, .code = Code::internal_5xx};
  const auto break_down = [&](std::string_view who) {
    std::optional<Milliseconds> rest;
    for (int i = 0; i < server_failures_max; ++i)
      rest = pool.lease({.who = who, .model = "m"}, t0).lease->failed(broken, t0, 0);
    return rest;
  };
  EXPECT_EQ(break_down("one"), 30s);
  EXPECT_EQ(served_by(pool, ask(), t0), "2");
  EXPECT_EQ(break_down("two"), std::nullopt);
  EXPECT_EQ(served_by(pool, ask(), t0), "2");
  EXPECT_EQ(served_by(pool, ask(), t0 + 31s), "1");
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
  EXPECT_EQ(reasons(second), std::vector{SkipReason::busy});
}

TEST(Pool, tells_who_never_serves_a_model_when_nobody_does) {
  Pool pool;
  pool.set_accounts({{.id = "off", .provider = "p", .enabled = false},
                     {.id = "only-x", .provider = "p", .models = {"x-*"}},
                     {.id = "no-m", .provider = "p", .excluded = {"m"}}});
  const auto leased = pool.lease(ask(), t0);
  EXPECT_FALSE(leased.lease);
  EXPECT_EQ(reasons(leased), (std::vector{SkipReason::off, SkipReason::model_missing, SkipReason::model_excluded}));
}

TEST(Pool, does_not_try_an_account_twice) {
  Pool pool;
  pool.set_accounts(two());
  auto asked = ask();
  const std::vector<std::string> both{"1", "2"};
  asked.tried = std::span(both).first(1);
  EXPECT_EQ(served_by(pool, asked, t0), "2");
  asked.tried = both;
  const auto leased = pool.lease(asked, t0);
  EXPECT_FALSE(leased.lease);
  EXPECT_EQ(leased.skipped.count(SkipReason::already_tried), 2U);
}

TEST(Pool, serves_one_named_account_or_a_group) {
  Pool pool;
  auto accounts = two();
  accounts[1].groups = {"team"};
  pool.set_accounts(accounts);
  EXPECT_EQ(served_by(pool, {.who = "two", .model = "m"}, t0), "2");
  EXPECT_EQ(served_by(pool, {.who = "1", .model = "m"}, t0), "1");
  EXPECT_EQ(served_by(pool, {.who = "team", .model = "m"}, t0), "2");
  EXPECT_EQ(served_by(pool, {.who = "nobody", .model = "m"}, t0), "");
}

TEST(Pool, prefers_a_pinned_account_as_long_as_it_may_serve) {
  Pool pool;
  pool.set_accounts(two());
  auto asked = ask();
  asked.pinned = "two";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(served_by(pool, asked, t0), "2");
  static_cast<void>(fail(pool, asked, limit(9s), t0));
  EXPECT_EQ(served_by(pool, asked, t0), "1");
}

TEST(Pool, keeps_a_session_with_its_account) {
  for (const auto mode : {Mode::cache_first, Mode::balance}) {
    Pool pool;
    pool.set_accounts(two());
    const auto home = accepted_by(pool, session(7, mode), t0);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(accepted_by(pool, session(7, mode), t0 + 1s), home);
  }
}

TEST(Pool, what_only_one_account_can_verify_goes_back_to_it_also_in_performance_first) {
  Pool pool;
  auto accounts = two();
  accounts.push_back({.id = "3", .label = "three", .provider = "p"});
  pool.set_accounts(std::move(accounts));
  auto ask = session(7, Mode::performance_first);
  auto first = pool.lease(ask, t0);
  const auto said = first.lease->account().id;
  first.lease->accepted(t0);
  const auto busy = pool.lease(ask, t0);  // others serve the session beside it, and it stays where it was
  EXPECT_NE(busy.lease->account().id, said);
  ask.carries_state = true;
  for (int i = 0; i < 5; ++i) {
    auto again = pool.lease(ask, t0);
    ASSERT_TRUE(again.lease.has_value());
    EXPECT_EQ(again.lease->account().id, said);
    EXPECT_EQ(pool.standings(ask, t0).front().account->id, said);
  }
}

TEST(Pool, spreads_requests_in_performance_first_also_those_of_a_session) {
  Pool pool;
  pool.set_accounts(two());
  const auto first = pool.lease(session(7, Mode::performance_first), t0);
  const auto second = pool.lease(session(7, Mode::performance_first), t0);
  EXPECT_NE(first.lease->account().id, second.lease->account().id);
}

TEST(Pool, waits_for_the_account_of_a_session_in_cache_first_only) {
  Pool pool;
  pool.set_accounts(two());
  const auto home = accepted_by(pool, session(7), t0);
  static_cast<void>(fail(pool, session(7), limit(9s), t0));
  const auto waits = pool.lease(session(7, Mode::cache_first), t0);
  EXPECT_FALSE(waits.lease);
  EXPECT_TRUE(waits.stays);
  EXPECT_EQ(waits.back_at, t0 + 9s);
  auto impatient = session(7, Mode::cache_first);
  impatient.patience = 8s;
  EXPECT_NE(accepted_by(pool, impatient, t0), home);
  EXPECT_NE(accepted_by(pool, session(7), t0), home);
}

TEST(Pool, lets_a_session_visit_for_a_short_rest_and_move_for_a_long_one) {
  Pool pool;
  pool.set_accounts(two());
  const auto home = accepted_by(pool, session(7), t0);
  static_cast<void>(fail(pool, session(7), limit(9s), t0));
  EXPECT_NE(accepted_by(pool, session(7), t0 + 1s), home);
  EXPECT_EQ(accepted_by(pool, session(7), t0 + 9s), home);
  static_cast<void>(fail(pool, session(7), limit(600s), t0 + 10s));
  EXPECT_NE(accepted_by(pool, session(7), t0 + 11s), home);
  EXPECT_NE(accepted_by(pool, session(7), t0 + 700s), home);
}

TEST(Pool, spreads_sessions_over_the_accounts) {
  Pool pool;
  std::vector<Account> ten;
  for (int i = 0; i < 10; ++i) ten.push_back({.id = "a" + std::to_string(i), .provider = "p"});
  pool.set_accounts(ten);
  std::map<std::string, int> counts;
  for (std::uint64_t key = 1; key <= 2000; ++key) ++counts[accepted_by(pool, session(key), t0)];
  ASSERT_EQ(counts.size(), 10U);
  for (const auto& [id, count] : counts) EXPECT_NEAR(count, 200, 60) << id;
}

TEST(Pool, keeps_state_when_accounts_are_replaced) {
  Pool pool;
  pool.set_accounts(two());
  const auto held = pool.lease({.who = "2", .model = "m"}, t0);
  static_cast<void>(fail(pool, {.who = "1", .model = "m"}, limit(9s), t0));
  pool.set_accounts(
      {{.id = "2", .provider = "p", .max_concurrency = 1}, {.id = "1", .label = "renamed", .provider = "p"}});
  EXPECT_EQ(served_by(pool, ask(), t0), "");
  EXPECT_EQ(pool.resting(t0).size(), 1U);
}

TEST(Pool, outlives_the_removal_of_a_leased_account) {
  Pool pool;
  pool.set_accounts(two());
  auto leased = pool.lease(ask(), t0);
  pool.set_accounts({});
  leased.lease->accepted(t0);
  EXPECT_EQ(leased.lease->account().id, "1");
}

TEST(Pool, tells_of_long_rests_once_and_takes_them_back) {
  Pool pool;
  pool.set_accounts(two());
  static_cast<void>(fail(pool, ask(), limit(59s), t0));
  static_cast<void>(fail(pool, ask(), limit(600s), t0));
  const auto unsaved = pool.take_unsaved();
  ASSERT_EQ(unsaved.size(), 1U);
  EXPECT_EQ(unsaved[0].account_id, "2");
  EXPECT_TRUE(pool.take_unsaved().empty());
  Pool restarted;
  restarted.set_accounts(two());
  restarted.restore(unsaved[0]);
  EXPECT_EQ(served_by(restarted, ask(), t0 + 599s), "1");
  EXPECT_EQ(served_by(restarted, ask(), t0 + 599s), "1");
}

TEST(Pool, bounds_the_rests_of_an_account) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  for (int i = 0; i < 1000; ++i) {
    const auto model = "m" + std::to_string(i);
    static_cast<void>(fail(pool, ask(model), limit(Seconds(i + 1)), t0));
  }
  EXPECT_EQ(pool.resting(t0).size(), 256U);
}

TEST(Pool, names_some_of_many_and_counts_all) {
  Pool pool;
  std::vector<Account> many;
  for (int i = 0; i < 1000; ++i) many.push_back({.id = std::to_string(i), .provider = "p"});
  pool.set_accounts(many);
  const auto leased = pool.lease(ask(), t0);
  EXPECT_EQ(leased.skipped.listed.size(), skips_listed_max);
  EXPECT_EQ(leased.skipped.total(), 999U);
}

TEST(Pool, shows_in_a_dry_run_who_would_be_asked_in_which_order) {
  Pool pool;
  auto accounts = two();
  accounts.push_back({.id = "3", .provider = "p", .enabled = false});
  pool.set_accounts(accounts);
  static_cast<void>(fail(pool, ask(), limit(9s), t0));
  for (int i = 0; i < 2; ++i) {
    const auto all = pool.standings(ask(), t0);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].account->id, "2");
    EXPECT_FALSE(all[0].skip);
    EXPECT_EQ(all[1].skip->reason, SkipReason::cooling);
    EXPECT_EQ(all[2].skip->reason, SkipReason::off);
  }
}

}  // namespace
}  // namespace agt::pool

#include "relay/pursuit.h"

#include <gtest/gtest.h>

#include <memory>

namespace agt::relay {
namespace {

using namespace std::chrono_literals;
using Kind = Pursuit::Step::Kind;

constexpr Instant t0{1h};

struct Rung final : pool::Waker {
  void wake() override { ++rings; }
  int rings = 0;
};

class Pursuing : public ::testing::Test {
 protected:
  void accounts(std::vector<std::string> ids, int limit = 0) {
    std::vector<pool::Account> all;
    for (auto& id : ids) all.push_back({.id = id, .label = id, .provider = "p", .max_concurrency = limit});
    pool.set_accounts(std::move(all));
  }
  Pursuit pursuit(Milliseconds wait = {}, int attempts = 3) {
    return {pool,
            route,
            {.mode = pool::Mode::balance, .client = "c", .waker = [this]() -> pool::Waker& { return waker; }},
            {.attempts = attempts, .wait = wait, .deadline = t0 + 120s}};
  }
  static Next fail(Pursuit& pursuit, Pursuit::Step& step, Error error, Instant now = t0) {
    return pursuit.failed(*step.lease, error, provider::scope_of(error), "tr", now, 0).next;
  }
  static std::string who(const Pursuit::Step& step) { return step.lease ? step.lease->account().id : ""; }

  Rung waker{};
  pool::Pool pool{};
  Route route{.why = "test", .targets = {{.who = "p", .model = "m"}}};
};

TEST_F(Pursuing, asks_another_account_at_once_after_a_limit) {
  accounts({"1", "2"});
  auto search = pursuit(30s);
  auto first = search.next(t0);
  EXPECT_EQ(fail(search, first, {.code = Code::rpm, .retry_after = 5s}), Next::next_account);
  EXPECT_EQ(who(search.next(t0)), "2");
}

TEST_F(Pursuing, waits_for_the_earliest_reset_when_it_is_near_and_else_gives_up_at_once) {
  for (const auto& [told, kind] : {std::pair(5s, Kind::wait), std::pair(40s, Kind::over)}) {
    accounts({});
    accounts({"1"});
    auto search = pursuit(30s);
    auto first = search.next(t0);
    fail(search, first, {.code = Code::rpm, .retry_after = told});
    first.lease.reset();
    const auto step = search.next(t0);
    EXPECT_EQ(step.kind, kind);
    EXPECT_EQ(step.back_in, Milliseconds(told));
    if (kind == Kind::over) continue;
    EXPECT_EQ(step.wait, Milliseconds(told));
    EXPECT_EQ(who(search.next(t0 + told)), "1");
  }
}

TEST_F(Pursuing, does_not_wait_longer_than_it_may_in_all) {
  accounts({"1"});
  auto search = pursuit(10s);
  auto step = search.next(t0);
  fail(search, step, {.code = Code::rpm, .retry_after = 8s});
  step.lease.reset();
  EXPECT_EQ(search.next(t0).kind, Kind::wait);
  search.waited(8s);
  auto again = search.next(t0 + 8s);
  ASSERT_EQ(again.kind, Kind::call);
  fail(search, again, {.code = Code::rpm, .retry_after = 8s}, t0 + 8s);
  again.lease.reset();
  EXPECT_EQ(search.next(t0 + 8s).kind, Kind::over);
}

TEST_F(Pursuing, goes_to_the_next_target_before_it_waits) {
  pool.set_accounts({{.id = "1", .provider = "p"}, {.id = "2", .provider = "q"}});
  route.targets.push_back({.who = "q", .model = "n"});
  auto search = pursuit(30s);
  auto first = search.next(t0);
  fail(search, first, {.code = Code::rpm, .retry_after = 5s});
  const auto second = search.next(t0);
  EXPECT_EQ(who(second), "2");
  ASSERT_EQ(second.passed.size(), 1U);
  EXPECT_EQ(second.passed[0].target, &route.targets[0]);
}

TEST_F(Pursuing, asks_the_same_account_once_more_after_a_pause_when_there_is_nobody_else) {
  accounts({"1"});
  auto search = pursuit(30s);
  auto first = search.next(t0);
  EXPECT_EQ(fail(search, first, {.code = Code::internal_5xx}), Next::next_account);
  const auto pause = search.next(t0);
  EXPECT_EQ(pause.kind, Kind::wait);
  search.waited(pause.wait);
  auto second = search.next(t0 + pause.wait);
  EXPECT_EQ(who(second), "1");
  fail(search, second, {.code = Code::internal_5xx});
  EXPECT_EQ(search.next(t0 + 1s).kind, Kind::over);
}

TEST_F(Pursuing, does_not_ask_an_account_again_that_said_nothing) {
  accounts({"1"});
  auto search = pursuit(30s);
  auto first = search.next(t0);
  fail(search, first, {.code = Code::first_byte_timeout});
  EXPECT_EQ(search.next(t0).kind, Kind::over);
}

TEST_F(Pursuing, does_not_count_servers_that_are_off_nor_blame_their_accounts) {
  pool.set_accounts({{.id = "1", .provider = "p"}, {.id = "2", .provider = "q"}, {.id = "3", .provider = "r"}});
  route.targets.push_back({.who = "q", .model = "n"});
  route.targets.push_back({.who = "r", .model = "o"});
  auto search = pursuit(30s, 2);
  for (const auto* who_is_off : {"1", "2"}) {
    auto step = search.next(t0);
    ASSERT_EQ(who(step), who_is_off);
    fail(search, step, {.code = Code::refused});
  }
  EXPECT_EQ(who(search.next(t0)), "3");
  EXPECT_TRUE(pool.resting(t0).empty());
}

TEST_F(Pursuing, rests_a_server_that_is_off_and_does_not_wait_for_it_twice) {
  accounts({"1"});
  auto search = pursuit(30s);
  auto first = search.next(t0);
  fail(search, first, {.code = Code::refused});
  first.lease.reset();
  const auto pause = search.next(t0);
  ASSERT_EQ(pause.kind, Kind::wait);  // it may just be starting
  auto second = search.next(t0 + pause.wait);
  ASSERT_EQ(who(second), "1");
  fail(search, second, {.code = Code::refused}, t0 + pause.wait);
  second.lease.reset();
  EXPECT_EQ(search.next(t0 + pause.wait).kind, Kind::over);
  // The next request finds it at rest, asks once and is told.
  auto later = pursuit(30s);
  const auto rests = later.next(t0 + 500ms);
  ASSERT_EQ(rests.kind, Kind::wait);
  EXPECT_LE(rests.wait, 1s);
  const auto back = t0 + 500ms + rests.wait;
  later.waited(rests.wait);
  auto once = later.next(back);
  ASSERT_EQ(who(once), "1");
  fail(later, once, {.code = Code::refused}, back);
  once.lease.reset();
  EXPECT_EQ(later.next(back).kind, Kind::over);
}

TEST_F(Pursuing, stops_after_the_attempts_and_after_the_deadline) {
  accounts({"1", "2", "3", "4"});
  auto search = pursuit(30s, 2);
  for (int i = 0; i < 2; ++i) {
    auto step = search.next(t0);
    fail(search, step, {.code = Code::rpm, .retry_after = 5s});
  }
  EXPECT_EQ(search.next(t0).kind, Kind::over);
  auto late = pursuit(30s);
  EXPECT_EQ(late.next(t0 + 120s).kind, Kind::over);
}

TEST_F(Pursuing, retries_no_more_than_the_budget_of_a_site_that_is_down) {
  accounts({"1", "2", "3"});
  int calls = 0;
  for (int i = 0; i < 100; ++i) {
    auto search = pursuit();
    while (true) {
      auto step = search.next(t0);
      if (step.kind != Kind::call) break;
      ++calls;
      if (fail(search, step, {.code = Code::internal_5xx}) == Next::stop) break;
    }
  }
  EXPECT_LE(calls, 100 + 10 + 11);
}

TEST_F(Pursuing, waits_in_line_for_a_busy_account_and_is_woken) {
  accounts({"1"}, 1);
  auto holder = pursuit(30s);
  auto held = holder.next(t0);
  auto search = pursuit(30s);
  EXPECT_EQ(search.next(t0).kind, Kind::wait);
  held.lease.reset();
  EXPECT_EQ(waker.rings, 1);
  EXPECT_EQ(who(search.next(t0)), "1");
}

TEST_F(Pursuing, never_asks_again_what_the_client_got_wrong) {
  accounts({"1", "2"});
  auto search = pursuit(30s);
  auto first = search.next(t0);
  EXPECT_EQ(fail(search, first, {.code = Code::upstream_refused}), Next::stop);
  EXPECT_TRUE(pool.resting(t0).empty());
}

}  // namespace
}  // namespace agt::relay

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "pool/limits.h"
#include "pool/pool.h"

namespace agt::pool {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{1h};

struct Bell final : Waker {
  void wake() override { ++rings; }
  int rings = 0;
};

std::unique_ptr<Pool> narrow() {
  auto pool = std::make_unique<Pool>();
  pool->set_accounts({{.id = "1", .provider = "p", .max_concurrency = 1}});
  return pool;
}
const Ask asked{.who = "p", .model = "m", .patience = 30s};

TEST(Line, wakes_the_first_when_a_lease_comes_back) {
  const auto pool = narrow();
  auto held = pool->lease(asked, t0);
  EXPECT_TRUE(pool->lease(asked, t0).any_busy);
  Bell bell;
  auto ticket = pool->wait(asked, "a", bell, t0);
  ASSERT_TRUE(ticket);
  EXPECT_FALSE(ticket->claim(t0).lease);
  held.lease.reset();
  EXPECT_EQ(bell.rings, 1);
  EXPECT_TRUE(ticket->claim(t0).lease);
}

TEST(Line, is_not_overtaken_by_those_who_come_later) {
  const auto pool = narrow();
  auto held = pool->lease(asked, t0);
  Bell bell;
  auto ticket = pool->wait(asked, "a", bell, t0);
  held.lease.reset();
  EXPECT_FALSE(pool->lease(asked, t0).lease);
  EXPECT_TRUE(ticket->claim(t0).lease);
}

TEST(Line, gives_clients_turns_and_keeps_the_order_within_each) {
  const auto pool = narrow();
  auto held = pool->lease(asked, t0);
  std::array<Bell, 5> bells;
  std::vector<std::optional<Ticket>> tickets;
  const std::array clients{"greedy", "greedy", "greedy", "modest", "greedy"};
  for (std::size_t i = 0; i < 5; ++i) tickets.push_back(pool->wait(asked, clients[i], bells[i], t0));
  std::vector<std::size_t> order;
  for (int round = 0; round < 5; ++round) {
    held.lease.reset();
    for (std::size_t i = 0; i < 5; ++i) {
      if (bells[i].rings == 0 || !tickets[i]) continue;
      auto leased = tickets[i]->claim(t0);
      if (!leased.lease) continue;  // only the next one
      tickets[i].reset();
      held.lease.emplace(std::move(*leased.lease));
      order.push_back(i);
    }
  }
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 3, 1, 2, 4}));
}

TEST(Line, serves_when_a_rest_is_over) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p"}});
  const Blow blow{.blame = Blame::account_model, .code = Code::rpm, .told = 5s};
  static_cast<void>(pool.lease(asked, t0).lease->failed(blow, t0, 0));
  Bell bell;
  auto ticket = pool.wait(asked, "a", bell, t0);
  const auto early = ticket->claim(t0 + 4s);
  EXPECT_FALSE(early.lease);
  EXPECT_EQ(early.back_at, t0 + 5s);
  EXPECT_TRUE(ticket->claim(t0 + 5s).lease);
}

TEST(Line, serves_when_an_account_is_forgiven_or_added) {
  Pool pool;
  pool.set_accounts({});
  Bell bell;
  auto ticket = pool.wait(asked, "a", bell, t0);
  pool.set_accounts({{.id = "1", .provider = "p"}});
  EXPECT_EQ(bell.rings, 1);
  EXPECT_TRUE(ticket->claim(t0).lease);
}

TEST(Line, passes_on_what_one_who_left_had_been_given) {
  const auto pool = narrow();
  auto held = pool->lease(asked, t0);
  Bell first;
  Bell second;
  auto leaving = pool->wait(asked, "a", first, t0);
  auto staying = pool->wait(asked, "b", second, t0);
  held.lease.reset();
  EXPECT_EQ(first.rings, 1);
  leaving.reset();
  EXPECT_GE(second.rings, 1);
  EXPECT_TRUE(staying->claim(t0).lease);
}

// Fifty accounts, each known for a request every two seconds, come back at one moment to two hundred who wait.
TEST(Line, goes_on_at_the_learned_pace_after_a_reset_that_all_share) {
  constexpr std::size_t many = 50;
  constexpr auto gap = 2s;
  Pool pool;
  std::vector<Account> accounts;
  for (std::size_t i = 0; i < many; ++i) accounts.push_back({.id = std::to_string(i), .provider = "p"});
  pool.set_accounts(accounts);
  const auto reset = t0 + 10min;
  for (std::size_t i = 0; i < many; ++i) {
    const auto id = std::to_string(i);
    const Ask own{.who = id, .model = "m"};
    const Blow blow{.blame = Blame::account_model, .code = Code::rpm, .told = 1s};
    auto now = t0;
    static_cast<void>(pool.lease(own, now).lease->failed(blow, now, 0));
    for (int n = 0; n < 100; ++n) {
      now += gap;
      if (auto leased = pool.lease(own, now); leased.lease) leased.lease->accepted(now);
    }
    auto last = pool.lease(own, now += gap);
    if (!last.lease) last = pool.lease(own, now += 1min);
    const Blow until_reset{.blame = Blame::account_model,
                           .code = Code::rpm,
                           .told = std::chrono::duration_cast<Milliseconds>(reset - now)};
    static_cast<void>(last.lease->failed(until_reset, now, 0));
  }
  Bell bell;
  std::vector<std::optional<Ticket>> tickets;
  const std::array clients{"a", "b", "c", "d"};
  for (std::size_t i = 0; i < 200; ++i)
    tickets.push_back(pool.wait({.who = "p", .model = "m", .patience = 10min}, clients[i % 4], bell, t0 + 9min));
  std::map<std::string, std::vector<Instant>> sends;
  std::size_t first_second = 0;
  for (auto now = reset - 1s; now < reset + 20s; now += 20ms) {
    for (auto& ticket : tickets) {
      if (!ticket) continue;
      auto leased = ticket->claim(now);
      if (!leased.lease) continue;
      EXPECT_GE(now, reset);
      sends[leased.lease->account().id].push_back(now);
      first_second += now < reset + 1s ? 1 : 0;
      leased.lease->accepted(now);
      ticket.reset();
    }
  }
  EXPECT_LE(first_second, 30U);  // 1.2 × 25 a second
  EXPECT_GE(first_second, 15U);
  std::size_t served = 0;
  for (const auto& [id, times] : sends) {
    served += times.size();
    for (std::size_t k = 1; k < times.size(); ++k) EXPECT_GE(times[k] - times[k - 1], gap * 9 / 10) << id;
  }
  EXPECT_EQ(served, 200U);
}

TEST(Line, gives_a_session_its_account_before_others_visit_it) {
  Pool pool;
  pool.set_accounts({{.id = "1", .provider = "p", .max_concurrency = 1}});
  const Ask of_session{.who = "p", .model = "m", .session = 7, .patience = 30s};
  pool.lease(of_session, t0).lease->accepted(t0);
  // Its account rests for a moment, and so does the other one that could help out, a little shorter.
  pool.set_accounts({{.id = "1", .provider = "p"}, {.id = "2", .provider = "p"}});
  const auto rest = [&](std::string_view who, Milliseconds told) {
    const Blow blow{.blame = Blame::account_model, .code = Code::rpm, .told = told};
    static_cast<void>(pool.lease({.who = who, .model = "m"}, t0).lease->failed(blow, t0, 0));
  };
  rest("1", 3s);
  rest("2", 2s);
  Bell bell;
  auto stays = pool.wait(of_session, "a", bell, t0);
  auto free = pool.wait(asked, "b", bell, t0);
  auto other = free->claim(t0 + 2s);
  ASSERT_TRUE(other.lease);
  EXPECT_EQ(other.lease->account().id, "2");
  auto own = stays->claim(t0 + 3s);
  ASSERT_TRUE(own.lease);
  EXPECT_EQ(own.lease->account().id, "1");
}

TEST(Line, is_bounded_altogether_and_for_each_client) {
  const auto pool = narrow();
  const auto held = pool->lease(asked, t0);
  Bell bell;
  std::vector<Ticket> tickets;
  for (std::size_t i = 0; i < waiting_per_client_max; ++i) tickets.push_back(*pool->wait(asked, "a", bell, t0));
  EXPECT_FALSE(pool->wait(asked, "a", bell, t0));
  EXPECT_TRUE(pool->wait(asked, "b", bell, t0));
  EXPECT_EQ(pool->waiting(), waiting_per_client_max);
  tickets.clear();
  EXPECT_EQ(pool->waiting(), 0U);
}

}  // namespace
}  // namespace agt::pool

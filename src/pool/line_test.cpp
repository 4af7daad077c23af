#include <gtest/gtest.h>

#include <array>
#include <memory>

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
      ASSERT_TRUE(leased.lease);
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
  EXPECT_EQ(second.rings, 1);
  EXPECT_TRUE(staying->claim(t0).lease);
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

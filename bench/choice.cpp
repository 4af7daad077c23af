// Row P12: what choosing an account costs, among 1, 100 and 10,000. Prints one line a case: accounts, nanoseconds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"
#include "pool/pool.h"

namespace agt {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int batch = 200;

enum class Kind { any, session, limited };

std::vector<pool::Account> accounts(int count) {
  std::vector<pool::Account> all;
  for (int i = 0; i < count; ++i)
    all.push_back({.id = fmt::format("acc_{:06}", i), .label = fmt::format("account {}", i), .provider = "p"});
  return all;
}

// One choice with what goes with it: the lease, its acceptance, its end.
double one_batch(pool::Pool& pool, Kind kind, Instant now, std::uint64_t& session) {
  const auto begun = SteadyClock::now();
  for (int i = 0; i < batch; ++i) {
    const pool::Ask ask{.who = "p", .model = "model-x", .session = kind == Kind::session ? ++session : 0};
    auto leased = pool.lease(ask, now);
    if (!leased.lease) std::abort();
    leased.lease->accepted(now);
  }
  const std::chrono::duration<double, std::nano> took = SteadyClock::now() - begun;
  return took.count() / batch;
}

// Half of the accounts have been limited, and have a learned pace.
void limit_half(pool::Pool& pool, int count, Instant& now) {
  for (int i = 0; i < count; i += 2) {
    const auto who = fmt::format("acc_{:06}", i);
    const pool::Ask own{.who = who, .model = "model-x"};
    for (int n = 0; n < 5; ++n) static_cast<void>(pool.lease(own, now));
    const pool::Blow blow{.blame = pool::Blame::account_model, .code = Code::rpm, .told = Milliseconds(1000)};
    static_cast<void>(pool.lease(own, now).lease->failed(blow, now, 0));
  }
  now += std::chrono::minutes(10);
}

double median_ns(int count, Kind kind, int rounds) {
  pool::Pool pool;
  pool.set_accounts(accounts(count));
  Instant now{std::chrono::hours(1)};
  if (kind == Kind::limited) limit_half(pool, count, now);
  std::uint64_t session = 0;
  std::vector<double> all;
  for (int round = 0; round < rounds; ++round) all.push_back(one_batch(pool, kind, now += Seconds(1), session));
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::ranges::nth_element(all, middle);
  return *middle;
}

void print_all(int rounds) {
  for (const int count : {1, 100, 10'000}) {
    fmt::print("{} any {:.0f}\n", count, median_ns(count, Kind::any, rounds));
    fmt::print("{} session {:.0f}\n", count, median_ns(count, Kind::session, rounds));
    if (count > 1) fmt::print("{} limited {:.0f}\n", count, median_ns(count, Kind::limited, rounds));
  }
}

}  // namespace
}  // namespace agt

int main(int argc, char** argv) {
  constexpr int rounds_usual = 31;
  const auto asked = argc > 1 ? agt::text::parse_number<int>(std::string_view(argv[1])) : std::nullopt;
  agt::print_all(std::clamp(asked.value_or(rounds_usual), 1, 10'000));
}

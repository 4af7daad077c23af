// What the tests of the pool say again and again.
#pragma once

#include <string>
#include <vector>

#include "pool/pool.h"

namespace agt::pool {

using namespace std::chrono_literals;

inline constexpr Instant t0{1h};

inline std::vector<Account> two() {
  return {{.id = "1", .label = "one", .provider = "p"}, {.id = "2", .label = "two", .provider = "p"}};
}
inline Ask ask(std::string_view model = "m") { return {.who = "p", .model = model}; }
inline Ask session(std::uint64_t key, Mode mode = Mode::balance) {
  return {.who = "p", .model = "m", .mode = mode, .session = key, .patience = 30s};
}
inline std::string served_by(Pool& pool, const Ask& asked, Instant now) {
  const auto leased = pool.lease(asked, now);
  return leased.lease ? leased.lease->account().id : "";
}
// Served to the end: the session is bound.
inline std::string accepted_by(Pool& pool, const Ask& asked, Instant now) {
  auto leased = pool.lease(asked, now);
  if (!leased.lease) return "";
  leased.lease->accepted(now);
  return leased.lease->account().id;
}
inline Blow limit(Milliseconds told, Blame blame = Blame::account_model) {
  return {.blame = blame, .code = Code::rpm, .told = told, .message = {}, .set_by = "tr"};
}
inline std::vector<SkipReason> reasons(const Leased& leased) {
  std::vector<SkipReason> out;
  for (const auto& skip : leased.skipped.listed) out.push_back(skip.reason);
  return out;
}

}  // namespace agt::pool

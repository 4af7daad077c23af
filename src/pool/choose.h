// Choosing an account: pure functions of a snapshot.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pool/account.h"

namespace agt::pool {

// What is asked for.
struct Ask {
  std::string provider{};            // the provider, or
  std::string account{};             // one account by id or label
  std::string model{};               // the upstream's name of the model
  std::vector<std::string> tried{};  // account ids that this request has used up
};

// One account and its state at this moment.
struct Candidate {
  const Account* account = nullptr;
  const Rest* rest = nullptr;  // the longest rest that applies to this model, over or not; nullptr: none
  int in_flight = 0;
  std::uint64_t last_used = 0;  // turn number; 0: never
};

// Why this candidate may not serve now, or nothing when it may.
[[nodiscard]] std::optional<Skip> obstacle(const Candidate& candidate, const Ask& ask, Instant now);

// Round robin: of the eligible candidates of the highest priority, the one that served longest ago. Fills `skipped`
// with a reason for every other candidate; candidates of other providers are not even considered.
struct Choice {
  std::optional<std::size_t> index{};
  std::vector<Skip> skipped{};
};
[[nodiscard]] Choice choose(std::span<const Candidate> candidates, const Ask& ask, Instant now);

[[nodiscard]] bool serves_model(const Account& account, std::string_view model);

}  // namespace agt::pool

// Choosing an account: pure functions of a snapshot.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pool/account.h"

namespace agt::pool {

// What is asked for. Borrows; the model outlives the lease.
struct Ask {
  std::string_view provider{};           // the provider, or
  std::string_view account{};            // one account by id or label
  std::string_view model{};              // the upstream's name of the model
  std::span<const std::string> tried{};  // account ids that this request has used up
};

// One account and its state at this moment.
struct Candidate {
  const std::shared_ptr<const Account>* account = nullptr;  // not a share: most candidates are only looked at
  const Rest* rest = nullptr;  // the longest rest that applies to this model, over or not; nullptr: none
  int in_flight = 0;
  std::uint64_t last_used = 0;  // turn number; 0: never
};

// Why this candidate may not serve now, or nothing when it may.
[[nodiscard]] std::optional<Skip> obstacle(const Candidate& candidate, const Ask& ask, Instant now);

// Round robin: of the eligible candidates of the highest priority, the one that served longest ago. Fills `skipped`
// with a reason for every other candidate. Once somebody may serve, those that never serve this model are left out:
// that is how they are set up, not a decision of the moment. Candidates of other providers are not even considered.
struct Choice {
  std::optional<std::size_t> index{};
  std::vector<Skip> skipped{};
};
[[nodiscard]] Choice choose(std::span<const Candidate> candidates, const Ask& ask, Instant now);

[[nodiscard]] bool serves_model(const Account& account, std::string_view model);

}  // namespace agt::pool

// The account pool: who exists, who rests, who serves. One mutex around pure functions; every call takes microseconds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "pool/choose.h"

namespace agt::pool {

class Pool;

// The right to use one account for one request. Dropping it without report() counts as cancelled: no blame.
class Lease {
 public:
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), account_(std::move(other.account_)), model_(other.model_) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  [[nodiscard]] const Account& account() const { return *account_; }
  [[nodiscard]] std::shared_ptr<const Account> shared_account() const { return account_; }

  // Served: any rest of this account for this model is over.
  void succeeded();
  // Failed for a reason of the account's: it rests. The longer of two rests counts.
  void rests(const Rest& rest, bool whole_account);

 private:
  friend class Pool;
  Lease(Pool* pool, std::shared_ptr<const Account> account, std::string_view model)
      : pool_(pool), account_(std::move(account)), model_(model) {}
  Pool* pool_;
  std::shared_ptr<const Account> account_;
  std::string_view model_;
};

// The outcome of asking: a lease or nothing, and why every other account was passed over.
struct Leased {
  std::optional<Lease> lease{};
  std::vector<Skip> skipped{};
};

// A rest as listed to people.
struct Resting {
  std::string account_id{};
  std::string model{};  // "": all of its models
  Rest rest{};
};

class Pool {
 public:
  // Replaces the accounts. The state of those that stay is kept.
  void set_accounts(std::vector<Account> accounts);
  void forgive(std::string_view account_id);  // ends all rests: after a new key, a good test or by hand

  [[nodiscard]] Leased lease(const Ask& ask, Instant now);

  [[nodiscard]] std::vector<Resting> resting(Instant now) const;
  [[nodiscard]] std::size_t size() const;

 private:
  friend class Lease;
  struct State {
    std::shared_ptr<const Account> account{};
    std::map<std::string, Rest, std::less<>> rests{};  // by model; "" for the whole account
    int in_flight = 0;
    std::uint64_t last_used = 0;
  };
  void release(const Account& account);
  void end_rest(const Account& account, std::string_view model);
  void set_rest(const Account& account, std::string_view model, const Rest& rest);
  [[nodiscard]] State* find(std::string_view account_id);

  mutable std::mutex mutex_{};
  std::vector<State> states_{};
  // Of lease(), kept for their memory.
  std::vector<Candidate> candidates_{};
  std::vector<State*> candidate_states_{};
  std::uint64_t turn_ = 0;
};

}  // namespace agt::pool

// Choosing an account: pure functions of a snapshot. The snapshot is laid out for a scan of many thousand accounts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pool/account.h"
#include "pool/pace.h"

namespace agt::pool {

// How accounts are chosen; one row each in choose.cpp.
enum class Mode : std::uint8_t {
  cache_first,        // a session stays with its account and waits for it
  balance,            // a session stays, but moves on when its account is limited
  performance_first,  // every request goes where least is under way
};
[[nodiscard]] std::string_view name(Mode mode);

// What changes with every request, of one account.
struct Hot {
  Instant open_at{};       // of the whole account
  double served = 0;       // what it has served, divided by its weight
  std::uint64_t turn = 0;  // when it served last
  std::uint64_t hash = 0;
  int in_flight = 0;
  int limit = 0;  // 0: none
  int priority = 0;
  int weight = 1;
  SkipReason why = SkipReason::cooling;  // it is not open
  Instant last_until{};                  // asked last for so long: below its reserve
};

// An account that serves one model, as the list of that model has it.
struct Slot {
  Instant open_at{};  // of this account for this model
  std::uint32_t account = 0;
  std::uint32_t site = 0;  // in Field::sites
  float per_second = 0;    // its learned pace; 0: none
  SkipReason why = SkipReason::cooling;
  Instant last_until{};  // as in Hot, for this model
};

struct SiteHot {
  Instant open_at{};  // of the site, altogether and for this model
  SkipReason why = SkipReason::cooling;
};

// Everybody who serves a model. Borrows.
struct Field {
  std::span<const Slot> slots{};  // in the order of the accounts
  std::span<const Hot> accounts{};
  std::span<const SiteHot> sites{};
  std::span<const Use> uses{};  // of the slots; empty: nobody counts
  const Use* use = nullptr;     // of all of them

  [[nodiscard]] const Hot& hot(const Slot& slot) const { return accounts[slot.account]; }
};

// What may stand against an account now, and until when. Nothing: it may serve.
struct Obstacle {
  SkipReason reason{};
  Instant until{};  // Instant::min() when no moment is known: busy, already tried
};
[[nodiscard]] std::optional<Obstacle> obstacle(const Field& field, const Slot& slot,
                                               std::span<const std::uint32_t> tried, Instant now);

// Whether the account serves from its owner's reserve now: everybody else comes first.
[[nodiscard]] inline bool is_last(const Hot& hot, const Slot& slot, Instant now) {
  return hot.last_until > now || slot.last_until > now;
}

struct Wish {
  Mode mode = Mode::balance;
  std::uint64_t session = 0;               // 0: none
  std::span<const std::uint32_t> tried{};  // accounts that this request has used up
};

struct Choice {
  std::optional<std::size_t> slot{};
  std::array<std::uint32_t, skip_reasons> counts{};
  // When nobody may serve: who is back first. Nothing: only time unknown (busy) or never.
  std::optional<std::size_t> first_back{};
  Instant back_at = Instant::max();
  bool any_busy = false;
};
// Of those that may serve, the ones of the highest priority, reserves after all others; among these, for a session the
// one that its hash prefers (rendezvous hashing: when an account comes or goes, only its own sessions move) and that is
// not crowded, else the one that has served least for its weight, in performance_first the one with the least under
// way.
[[nodiscard]] Choice choose(const Field& field, const Wish& wish, Instant now);

[[nodiscard]] bool includes_model(const Account& account, std::string_view model);
[[nodiscard]] bool excludes_model(const Account& account, std::string_view model);
[[nodiscard]] bool serves_model(const Account& account, std::string_view model);

[[nodiscard]] std::uint64_t hash_of(std::string_view text);
[[nodiscard]] std::uint64_t mixed(std::uint64_t a, std::uint64_t b);
// For whom and which model somebody waits.
[[nodiscard]] inline std::uint64_t lane_id(std::string_view who, std::string_view model) {
  return mixed(hash_of(who), hash_of(model));
}

}  // namespace agt::pool

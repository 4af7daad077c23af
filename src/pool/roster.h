// The accounts with their state, and for each model that is asked for the list of those who serve it, so that a choice
// looks at nobody else. Not thread-safe: the pool's mutex guards it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pool/choose.h"
#include "pool/health.h"

namespace agt::pool {

using Healths = std::map<std::string, Health, std::less<>>;  // by model

struct Site {
  std::string name{};
  Health health{};
  Healths by_model{};
  RetryBudget budget{};
  std::uint32_t accounts = 0;
};

// One account at run time. Leases share it, also after the account was removed.
struct State {
  std::shared_ptr<const Account> account{};
  std::shared_ptr<Site> site{};
  Health health{};
  Healths by_model{};
  int server_failures = 0;  // in a row
  int ejections = 0;        // since the last success
  Instant ejected_until{};
  std::vector<QuotaLeft> quota{};  // as it was told last
  std::uint32_t index = 0;         // of its Hot
  bool listed = true;              // false once removed
};

struct Roster {
  std::string who{};
  std::string model{};
  std::uint64_t hash = 0;  // of who and model
  std::vector<Slot> slots{};
  std::vector<Use> uses{};  // of the slots
  Use use{};                // of all
  Instant release_at{};     // those who wait in line go no sooner, for the pace's sake
  std::vector<SiteHot> site_hots{};
  std::vector<Site*> sites{};  // those of site_hots
  // Accounts that are meant but never serve this model as they are set up.
  std::vector<std::pair<std::uint32_t, SkipReason>> never{};
  std::uint64_t used = 0;
};

class Registry {
 public:
  void set_accounts(std::vector<Account> accounts, double served);

  [[nodiscard]] Roster& roster(std::string_view who, std::string_view model);
  [[nodiscard]] Field field(const Roster& roster) const {
    return {
        .slots = roster.slots, .accounts = hots_, .sites = roster.site_hots, .uses = roster.uses, .use = &roster.use};
  }
  [[nodiscard]] State* find(std::string_view account_id) const;
  [[nodiscard]] State* find_named(std::string_view id_or_label) const;
  [[nodiscard]] const std::shared_ptr<State>& state(std::uint32_t index) const { return states_[index]; }
  [[nodiscard]] Hot& hot(const State& state) { return hots_[state.index]; }
  [[nodiscard]] const std::vector<std::shared_ptr<State>>& states() const { return states_; }
  [[nodiscard]] static std::optional<std::size_t> slot_of(const Roster& roster, std::uint32_t account);

  // The pace, a second, that an account will probably keep to for a model ("": all), before its limits have taught one.
  [[nodiscard]] double likely_pace(const State& state, std::string_view model, Instant now) const;

  // After a change of health: what the scans look at follows.
  void refresh(const State& state);
  void refresh(const State& state, std::string_view model);
  void refresh(const Site& site);
  void refresh_reserve(const State& state);  // after a change of its quota

  // Counts what may have opened or closed an account. While it stays, only time does.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  void note_change() { ++changes_; }

 private:
  [[nodiscard]] std::optional<double> pace_of_peers(const Roster& roster, std::uint32_t but) const;
  [[nodiscard]] Roster build(std::string_view who, std::string_view model) const;
  void make_room();

  std::vector<std::shared_ptr<State>> states_{};
  std::vector<Hot> hots_{};
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> by_id_{};
  std::map<std::string, std::shared_ptr<Site>, std::less<>> sites_{};
  std::map<std::string, Roster, std::less<>> rosters_{};  // by who and model
  std::string key_{};                                     // kept for its memory
  std::uint64_t uses_ = 0;
  std::uint64_t changes_ = 0;
};

// Until when an account is below its owner's reserve for a model; "": for all of them. In the past when it is not.
[[nodiscard]] Instant reserve_until(const State& state, std::string_view model);

// The worst of what stands against an account for a model; nullptr when it has no health worth a word.
[[nodiscard]] const Health* worst_health(const State& state, std::string_view model);

}  // namespace agt::pool

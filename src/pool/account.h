// An account as the pool sees it: who it is and what it may serve. No credential, no address.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/failure.h"

namespace agt::pool {

struct Account {
  std::string id{};
  std::string label{};
  std::string provider{};
  std::string site{};  // accounts of one site stand before the same servers and share their troubles; "": the provider
  bool enabled = true;
  std::vector<std::string> models{};    // wildcards; empty: all
  std::vector<std::string> excluded{};  // wildcards
  std::vector<std::string> groups{};    // names under which a target may mean several accounts
  int priority = 0;                     // higher first
  int weight = 1;                       // share among equals
  int max_concurrency = 0;              // 0: no limit
  int reserve_percent = 0;              // of a known quota, kept for its owner: below it …
  bool reserve_strict = false;          // … the account is not asked at all, instead of last
};

// Why an account was passed over. The words are those of the API and the UI.
enum class SkipReason : std::uint8_t {
  off,
  needs_reauth,
  verification,
  forbidden,
  key_rejected,
  cooling,
  quota,
  reserved,
  model_missing,
  model_excluded,
  feature_missing,
  busy,
  pinned_elsewhere,
  group_mismatch,
  proxy_down,
  already_tried,
  lower_rank,
};
inline constexpr std::size_t skip_reasons = 17;
[[nodiscard]] std::string_view name(SkipReason reason);

// The reason that a rest with this code is to those who ask.
[[nodiscard]] SkipReason reason_of(Code code);

// A decision about one account, with what it rested on.
struct Skip {
  std::shared_ptr<const Account> account{};
  SkipReason reason{};
  std::optional<Milliseconds> remaining{};  // until it is back; nothing when somebody must act first
  std::optional<Code> code{};               // what sent it to rest
  std::string set_by{};                     // the trace that did
};

// Everybody who was passed over: the first ones by name, all of them by number.
struct Skips {
  std::vector<Skip> listed{};
  std::array<std::uint32_t, skip_reasons> counts{};

  [[nodiscard]] std::size_t total() const;
  [[nodiscard]] std::uint32_t count(SkipReason reason) const { return counts[static_cast<std::size_t>(reason)]; }
  void add(SkipReason reason) { ++counts[static_cast<std::size_t>(reason)]; }
};

// What is left of one window of an account's quota.
struct QuotaLeft {
  std::string models{};  // which it is about, with wildcards; "": all
  double percent = 100;
  Instant resets_at{};
};

// A rest period.
struct Rest {
  Instant until{};
  Code code{};
  std::string message{};  // what the provider said, clipped
  std::string set_by{};
};

// A rest that only a person ends: by a new key, a sign-in, a good test or by hand.
inline constexpr Instant until_somebody_acts = Instant::max();

}  // namespace agt::pool

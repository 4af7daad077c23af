// What a provider says about how much of an account is left: rate limit headers, refusals that name a reset, and the
// quotas of Code Assist. What it does not say is unknown, never zero.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/failure.h"
#include "net/http.h"
#include "provider/classify.h"

namespace agt::provider {

struct QuotaWindow {
  std::string name{};                   // "requests", "tokens", "5h", a model, …
  std::string models{};                 // which it is about, with wildcards; "": all of the account's
  std::optional<std::int64_t> limit{};  // in the unit of the name
  std::optional<std::int64_t> remaining{};
  std::optional<double> left{};  // 0 … 1
  std::optional<WallTime> resets{};
  WallTime seen{};
};

// Pure. Nothing when the headers say nothing. `model`: that of the call, whose limits per minute they tell.
[[nodiscard]] std::vector<QuotaWindow> quota_in(const net::Headers& headers, std::string_view model, WallTime now);
// The reply of retrieveUserQuota: a window for each model.
[[nodiscard]] std::vector<QuotaWindow> quota_in_buckets(std::string_view body, WallTime now);
// A refusal because nothing is left, with the time of the reset.
[[nodiscard]] std::optional<QuotaWindow> quota_in_refusal(const Diagnosis& refusal, std::string_view model,
                                                          WallTime now);

// What is known of one account.
struct Quota {
  std::vector<QuotaWindow> windows{};
  // Of providers that can be asked: when that was, and why it brought nothing.
  std::optional<WallTime> asked{};
  std::optional<Error> failure{};
};

// The last words of each provider about each account. Any thread.
class QuotaBook {
 public:
  // Replaces the windows of these names and models.
  void note(std::string_view account_id, std::vector<QuotaWindow> windows);
  void note(std::string_view account_id, const net::Headers& headers, std::string_view model, WallTime now);
  // The provider was asked; `windows` is all that it says now.
  void note_asked(std::string_view account_id, Result<std::vector<QuotaWindow>> windows, WallTime now);
  // What was left in a window that has been reset since is unknown.
  [[nodiscard]] Quota of(std::string_view account_id, WallTime now) const;
  void forget(std::string_view account_id);
  // Accounts about which something was noted since the last call.
  [[nodiscard]] std::vector<std::string> take_changed();

 private:
  static constexpr std::size_t windows_max = 64;  // of an account; the one not told for longest goes
  struct Entry {
    Quota quota{};
    bool changed = false;
  };
  Entry& entry_of(std::string_view account_id);
  mutable std::mutex mutex_{};
  std::map<std::string, Entry, std::less<>> entries_{};
  std::vector<std::string> changed_{};
};

}  // namespace agt::provider

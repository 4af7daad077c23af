// What a provider says about how much of an account is left: rate limit headers, and the quotas of Code Assist. What it
// does not say is unknown, never zero.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "net/http.h"

namespace agt::provider {

struct QuotaWindow {
  std::string name{};                   // "requests", "tokens", "5h", a model, …
  std::optional<std::int64_t> limit{};  // in the unit of the name
  std::optional<std::int64_t> remaining{};
  std::optional<double> left{};  // 0 … 1
  std::optional<WallTime> resets{};
  WallTime seen{};
};

// Pure. Nothing when the headers say nothing.
[[nodiscard]] std::vector<QuotaWindow> quota_in(const net::Headers& headers, WallTime now);
// The reply of retrieveUserQuota: a window for each model.
[[nodiscard]] std::vector<QuotaWindow> quota_in_buckets(std::string_view body, WallTime now);

// "2026-09-21T14:13:50Z", also with a fraction or an offset
[[nodiscard]] std::optional<WallTime> spelled_time(std::string_view text);

// The last words of each provider about each account. Any thread.
class QuotaBook {
 public:
  // Replaces the windows of these names.
  void note(std::string_view account_id, std::vector<QuotaWindow> windows);
  void note(std::string_view account_id, const net::Headers& headers, WallTime now);
  [[nodiscard]] std::vector<QuotaWindow> of(std::string_view account_id) const;
  void forget(std::string_view account_id);

 private:
  static constexpr std::size_t windows_max = 64;  // of an account
  mutable std::mutex mutex_{};
  std::map<std::string, std::vector<QuotaWindow>, std::less<>> windows_{};
};

}  // namespace agt::provider

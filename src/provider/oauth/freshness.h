// When an access token is refreshed, and what follows from the endpoint's answer. Pure: time and chance are arguments.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/clock.h"

namespace agt::provider::oauth {

inline constexpr Milliseconds refresh_margin_min = std::chrono::minutes(5);
inline constexpr int refresh_margin_percent = 10;           // of the lifetime, when that is more
inline constexpr double refresh_jitter = 0.2;               // of the margin, so that accounts do not come all at once
inline constexpr Milliseconds expiry_slack = Seconds(10);   // a token must still hold when it arrives
inline constexpr Milliseconds refresh_every = Seconds(60);  // ahead of expiry, at most so often
inline constexpr Milliseconds retry_first = Seconds(5);
inline constexpr Milliseconds retry_max = std::chrono::minutes(5);
inline constexpr Milliseconds lifetime_assumed = std::chrono::hours(1);  // when the endpoint does not say

enum class Freshness : std::uint8_t {
  fresh,
  due,      // good to use, time to refresh
  expired,  // not to be used
};

// `chance` from -1 to 1, the same for an account from one look to the next.
[[nodiscard]] Freshness freshness(Milliseconds remaining, Milliseconds lifetime, double chance);

// Between two tries after so many failures in a row (1, 2, …).
[[nodiscard]] Milliseconds retry_after(int failures);

// A number from -1 to 1 that depends on the name alone.
[[nodiscard]] double chance_of(std::string_view name);

}  // namespace agt::provider::oauth

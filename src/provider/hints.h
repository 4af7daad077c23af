// When an upstream says that it may be asked again, in all the ways in which upstreams say so. Pure.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/failure.h"
#include "net/http.h"

namespace agt::provider {

// Retry-After in its three spellings: milliseconds, seconds (with fractions), HTTP date. Never negative.
[[nodiscard]] std::optional<Milliseconds> retry_after(const net::Headers& headers, WallTime wall);

// What rate limit headers tell of the limits that have nothing left: the latest reset, and which kind it is where they
// name one.
struct Exhausted {
  Milliseconds wait{};
  std::optional<Code> code{};
  bool whole_account = false;
};
[[nodiscard]] std::optional<Exhausted> exhausted(const net::Headers& headers, WallTime wall);

// A reset that the body tells as a moment (unix seconds or RFC 3339), not as a delay.
[[nodiscard]] std::optional<Milliseconds> reset_in_body(std::string_view body, WallTime wall);

// A moment that somebody else wrote, which may be any number: held between the years 1970 and 2255, because a WallTime
// counts nanoseconds and ends in 2262.
[[nodiscard]] inline WallTime told_moment(Seconds since_1970) {
  constexpr Seconds latest(9'000'000'000);
  return WallTime(std::clamp(since_1970, Seconds(0), latest));
}

// RFC 3339: "2026-09-21T14:13:50Z", also with a fraction or an offset.
[[nodiscard]] std::optional<WallTime> spelled_time(std::string_view text);

// "6m0s", "120ms", "1h2m3.5s".
[[nodiscard]] std::optional<Milliseconds> spelled_duration(std::string_view text);

}  // namespace agt::provider

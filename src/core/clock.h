// Time as the rooms see it. Deadlines and cool-downs are Instants (monotonic); WallTime is only for display, storage
// and the absolute resets that providers send.
#pragma once

#include <chrono>

namespace agt {

using Instant = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Milliseconds = std::chrono::milliseconds;
using Microseconds = std::chrono::microseconds;
using Seconds = std::chrono::seconds;

// Pure rooms take `now` as an argument; those that touch the world take a Clock, so that a test can drive it.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const { return std::chrono::steady_clock::now(); }
  [[nodiscard]] virtual WallTime wall() const { return std::chrono::system_clock::now(); }
};

[[nodiscard]] inline long long unix_ms(WallTime t) {
  return std::chrono::duration_cast<Milliseconds>(t.time_since_epoch()).count();
}
[[nodiscard]] inline WallTime from_unix_ms(long long ms) { return WallTime(Milliseconds(ms)); }

}  // namespace agt

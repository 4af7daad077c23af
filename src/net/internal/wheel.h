// Deadlines of one worker: a wheel of slots, one a tick. Arming and disarming are a few pointer writes: no system call,
// no allocation, whatever number of connections waits.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/clock.h"
#include "net/limits.h"

namespace agt::net {

using Moment = std::uint64_t;  // in ticks since the wheel began
inline constexpr Moment never = std::numeric_limits<Moment>::max();

// Something that happens once unless it is disarmed before.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void disarm() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = this;
  }
  [[nodiscard]] bool is_armed() const { return next_ != this; }

 protected:
  virtual ~Deadline() { disarm(); }
  virtual void expired() {}

 private:
  friend class Wheel;
  Deadline* previous_ = this;
  Deadline* next_ = this;
  Moment at_ = never;
};

class Wheel {
 public:
  explicit Wheel(Instant begin) : begin_(begin) {}

  // The first tick that is certainly `duration` away.
  [[nodiscard]] Moment after(Milliseconds duration) const;
  [[nodiscard]] Moment now() const { return now_; }
  void arm(Deadline& deadline, Moment at);
  // Calls expired() of everything that is due.
  void advance(Instant now);
  // How long nothing can be due; nothing when no deadline is armed.
  [[nodiscard]] std::optional<Milliseconds> quiet_for(Instant now);

 private:
  static constexpr std::size_t slots = 1024;
  static constexpr std::size_t word_bits = 64;
  struct Sentinel final : Deadline {};

  [[nodiscard]] bool maybe_used(std::size_t slot) const {
    return (used_[slot / word_bits] >> (slot % word_bits) & 1U) != 0;
  }
  void expire_slot(std::size_t slot);

  Instant begin_;
  Moment now_ = 0;
  std::array<Sentinel, slots> heads_{};
  std::array<std::uint64_t, slots / word_bits> used_{};  // a set bit may be stale, a clear one is not
};

}  // namespace agt::net

// What each client key has used: requests of the last minute, requests under way, tokens of the day. Shared by all
// workers; one mutex, held for a look-up. Keys without such limits never come here.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "relay/key_limits.h"

namespace agt::relay {

class KeyMeter {
 public:
  // A request under way. Leaves the count of its key when it is destroyed.
  class Stay {
   public:
    Stay() = default;
    Stay(Stay&& other) noexcept;
    Stay& operator=(Stay&& other) noexcept;
    ~Stay();

   private:
    friend class KeyMeter;
    Stay(KeyMeter& meter, std::string_view name) : meter_(&meter), name_(name) {}
    void leave();
    KeyMeter* meter_ = nullptr;
    std::string name_{};
  };

  // Codes key_rate, key_concurrency, key_budget, with the time after which to come back.
  [[nodiscard]] Result<Stay> enter(const ClientKey& key, Instant now, WallTime wall);
  void spent(std::string_view name, std::int64_t tokens, WallTime wall);
  [[nodiscard]] std::int64_t spent_today(std::string_view name, WallTime wall) const;

 private:
  struct Use {
    std::int64_t minute = -1;  // which one `this_minute` counts
    double this_minute = 0;
    double last_minute = 0;
    std::int64_t under_way = 0;
    std::int64_t day = -1;  // which one `tokens` counts
    std::int64_t tokens = 0;
  };
  [[nodiscard]] static Result<> take_turn(Use& use, const ClientKey& key, Instant now);
  [[nodiscard]] Use& use_of(std::string_view name);

  mutable std::mutex mutex_{};
  std::map<std::string, Use, std::less<>> uses_{};  // bounded by the keys that there are
};

// The beginning of the day of UTC, and how long it is until the next.
[[nodiscard]] WallTime day_begin(WallTime wall);

}  // namespace agt::relay

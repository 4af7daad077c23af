#include "relay/key_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace agt::relay {
namespace {

using Days = std::chrono::days;

std::int64_t day_of(WallTime wall) { return std::chrono::floor<Days>(wall).time_since_epoch().count(); }

std::unexpected<Error> used_up(Code code, std::string message, Milliseconds back_in) {
  return std::unexpected(Error{.code = code, .message = std::move(message), .retry_after = back_in});
}

}  // namespace

WallTime day_begin(WallTime wall) { return std::chrono::floor<Days>(wall); }

KeyMeter::Stay::Stay(Stay&& other) noexcept
    : meter_(std::exchange(other.meter_, nullptr)), name_(std::move(other.name_)) {}

KeyMeter::Stay& KeyMeter::Stay::operator=(Stay&& other) noexcept {
  if (this == &other) return *this;
  leave();
  meter_ = std::exchange(other.meter_, nullptr);
  name_ = std::move(other.name_);
  return *this;
}

KeyMeter::Stay::~Stay() { leave(); }

void KeyMeter::Stay::leave() {
  auto* const meter = std::exchange(meter_, nullptr);
  if (meter == nullptr) return;
  const std::scoped_lock lock(meter->mutex_);
  --meter->use_of(name_).under_way;
}

KeyMeter::Use& KeyMeter::use_of(std::string_view name) {
  const auto found = uses_.find(name);
  return found != uses_.end() ? found->second : uses_.emplace(std::string(name), Use{}).first->second;
}

// The minute that has begun, and of the one before it the share that lies within the last 60 seconds.
Result<> KeyMeter::take_turn(Use& use, const ClientKey& key, Instant now) {
  constexpr double minute_s = 60;
  const auto at = std::chrono::duration<double>(now.time_since_epoch()).count();
  const auto minute = static_cast<std::int64_t>(at / minute_s);
  if (minute != use.minute) {
    use.last_minute = minute == use.minute + 1 ? use.this_minute : 0;
    use.this_minute = 0;
    use.minute = minute;
  }
  const auto left = minute_s - (at - static_cast<double>(minute) * minute_s);
  const auto most = static_cast<double>(key.limits.requests_per_minute);
  const auto used = use.this_minute + use.last_minute * left / minute_s;
  if (used + 1 <= most) {
    ++use.this_minute;
    return {};
  }
  // When so much of the last minute is gone that there is room; at the latest when this one is over.
  const auto over = used + 1 - most;
  const auto by_then = use.last_minute > 0 ? over / use.last_minute * minute_s : left;
  const auto back_in = std::chrono::ceil<Milliseconds>(std::chrono::duration<double>(std::min(by_then, left)));
  return used_up(Code::key_rate,
                 fmt::format("The key \"{}\" may send {} requests in a minute.", text::quoted(key.name, 60),
                             key.limits.requests_per_minute),
                 back_in);
}

Result<KeyMeter::Stay> KeyMeter::enter(const ClientKey& key, Instant now, WallTime wall) {
  const auto& limits = key.limits;
  const std::scoped_lock lock(mutex_);
  auto& use = use_of(key.name);
  if (limits.tokens_per_day > 0 && use.day == day_of(wall) && use.tokens >= limits.tokens_per_day)
    return used_up(Code::key_budget,
                   fmt::format("The key \"{}\" has used its {} tokens of today (UTC).", text::quoted(key.name, 60),
                               limits.tokens_per_day),
                   std::chrono::ceil<Milliseconds>(day_begin(wall) + Days(1) - wall));
  if (limits.concurrency > 0 && use.under_way >= limits.concurrency)
    return used_up(Code::key_concurrency,
                   fmt::format("The key \"{}\" may have {} requests under way at a time.", text::quoted(key.name, 60),
                               limits.concurrency),
                   Seconds(1));
  if (limits.requests_per_minute > 0) TRY_OK(take_turn(use, key, now));
  ++use.under_way;
  return Stay(*this, key.name);
}

void KeyMeter::spent(std::string_view name, std::int64_t tokens, WallTime wall) {
  const std::scoped_lock lock(mutex_);
  auto& use = use_of(name);
  const auto day = day_of(wall);
  if (use.day != day) use.tokens = 0;
  use.day = day;
  use.tokens += tokens;
}

std::int64_t KeyMeter::spent_today(std::string_view name, WallTime wall) const {
  const std::scoped_lock lock(mutex_);
  const auto found = uses_.find(name);
  return found != uses_.end() && found->second.day == day_of(wall) ? found->second.tokens : 0;
}

}  // namespace agt::relay

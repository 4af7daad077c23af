#include "net/internal/wheel.h"

#include <algorithm>
#include <bit>

namespace agt::net {

Moment Wheel::after(Milliseconds duration) const {
  if (duration == Milliseconds::max()) return never;
  const auto ticks = (std::max(duration, Milliseconds(0)) + deadline_tick - Milliseconds(1)) / deadline_tick;
  return now_ + static_cast<Moment>(ticks) + 1;
}

void Wheel::arm(Deadline& deadline, Moment at) {
  deadline.disarm();
  if (at == never) return;
  deadline.at_ = std::max(at, now_ + 1);
  const auto slot = deadline.at_ % slots;
  auto& head = heads_[slot];
  deadline.previous_ = head.previous_;
  deadline.next_ = &head;
  deadline.previous_->next_ = &deadline;
  head.previous_ = &deadline;
  used_[slot / word_bits] |= std::uint64_t{1} << (slot % word_bits);
}

void Wheel::advance(Instant now) {
  const auto target = static_cast<Moment>((now - begin_) / deadline_tick);
  if (target <= now_) return;
  const auto first = now_ + 1;
  const auto count = std::min<Moment>(target - now_, slots);
  now_ = target;
  for (Moment i = 0; i < count; ++i)
    if (const auto slot = (first + i) % slots; maybe_used(slot)) expire_slot(slot);
}

void Wheel::expire_slot(std::size_t slot) {
  // What is due moves to a list of its own first: expired() may arm and disarm anything, also its neighbours.
  Sentinel due;
  auto& head = heads_[slot];
  for (auto* deadline = head.next_; deadline != &head;) {
    auto* const next = deadline->next_;
    if (deadline->at_ <= now_) {
      deadline->disarm();
      deadline->previous_ = due.previous_;
      deadline->next_ = &due;
      deadline->previous_->next_ = deadline;
      due.previous_ = deadline;
    }
    deadline = next;
  }
  if (!head.is_armed()) used_[slot / word_bits] &= ~(std::uint64_t{1} << (slot % word_bits));
  while (due.is_armed()) {
    auto* const deadline = due.next_;
    deadline->disarm();
    deadline->expired();
  }
}

std::optional<Milliseconds> Wheel::quiet_for(Instant now) {
  for (std::size_t ahead = 1; ahead <= slots;) {
    const auto slot = (now_ + ahead) % slots;
    const auto shift = slot % word_bits;
    auto& word = used_[slot / word_bits];
    const auto bits = word >> shift;
    if (bits == 0) {
      ahead += word_bits - shift;
      continue;
    }
    ahead += static_cast<std::size_t>(std::countr_zero(bits));
    if (ahead > slots) break;
    const auto found = (now_ + ahead) % slots;
    if (heads_[found].is_armed()) {
      const auto due = begin_ + deadline_tick * static_cast<long long>(now_ + ahead);
      return std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(due - now));
    }
    word &= ~(std::uint64_t{1} << (found % word_bits));
    ++ahead;
  }
  return std::nullopt;
}

}  // namespace agt::net

// What happens now, for pages that look on: a bounded tail of numbered events, and the stream that sends them.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

namespace agt::admin {

// Any thread may call. Nobody waits for a listener: whoever is too slow is told how much it missed.
class Events {
 public:
  explicit Events(const Clock& clock);

  // Whether it is worth the trouble of making an event: somebody listens, or did a moment ago and may come back.
  [[nodiscard]] bool wanted() const;
  // `data` is one line of JSON. Events that nobody wants cost nothing; all of a while count as one that was missed.
  void publish(std::string_view kind, std::string_view data);

  // Where a listener stands: the number of the last event that it knows.
  using Place = std::uint64_t;
  [[nodiscard]] Place last() const { return last_; }
  // "ab12-17", as it stands in the stream, or nothing when it is of another process.
  [[nodiscard]] std::optional<Place> place_named(std::string_view id) const;

  struct Batch {
    std::string frames{};      // ready to be sent
    Place place = 0;           // after these
    std::uint64_t missed = 0;  // at least so many events are gone
  };
  [[nodiscard]] Batch after(Place place) const;

  // One that listens; counted until it is destroyed.
  class Listener {
   public:
    Listener(Listener&& other) noexcept : events_(std::exchange(other.events_, nullptr)) {}
    Listener& operator=(Listener&&) = delete;
    ~Listener();

   private:
    friend class Events;
    explicit Listener(Events& events) : events_(&events) {}
    Events* events_;
  };
  [[nodiscard]] Result<Listener> listen();  // Code::busy when there are too many

  [[nodiscard]] const std::string& boot() const { return boot_; }  // differs from process to process

 private:
  void note_lapse();  // under the lock

  const Clock& clock_;
  const std::string boot_;
  std::atomic<Place> last_ = 0;
  std::atomic<int> listeners_ = 0;
  std::atomic<bool> lapsed_ = false;            // something happened while nobody wanted to know
  std::atomic<Instant::rep> wanted_until_ = 0;  // after the last listener left
  mutable std::mutex mutex_{};
  Place first_ = 1;  // the number of kept_.front()
  std::deque<std::string> kept_{};
  std::size_t bytes_ = 0;
};

}  // namespace agt::admin

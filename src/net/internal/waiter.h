// Waiter is the one place where a coroutine of this room waits: for something to happen, until a deadline, or until it
// is cancelled. One coroutine at a time.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/deferred.hpp>
#include <cassert>
#include <functional>
#include <utility>

#include "net/internal/loop.h"
#include "net/internal/wheel.h"

namespace agt::net {

enum class Wake : std::uint8_t { ready, expired, cancelled };

class Waiter final : private Deadline {
 public:
  explicit Waiter(Loop& loop) : loop_(loop) {}
  ~Waiter() override = default;

  // co_await waiter.until(moment) gives the Wake.
  [[nodiscard]] auto until(Moment at) {
    const auto begin = [this, at](auto resume) {
      assert(!resume_);
      if (auto slot = boost::asio::get_associated_cancellation_slot(resume); slot.is_connected() && cancellable_)
        slot.assign([this](boost::asio::cancellation_type) { cancel(); });
      resume_ = std::move(resume);
      loop_.wheel().arm(*this, at);
    };
    return boost::asio::async_initiate<const boost::asio::deferred_t, void(Wake)>(begin, boost::asio::deferred);
  }

  // A wait that nothing needs to cancel is cheaper.
  void set_cancellable(bool cancellable) { cancellable_ = cancellable; }
  [[nodiscard]] bool is_waiting() const { return static_cast<bool>(resume_); }

  // Runs the coroutine up to its next wait, before returning. It may destroy this waiter.
  void wake(Wake why) {
    if (!resume_) return;
    disarm();
    auto resume = std::exchange(resume_, nullptr);
    resume(why);
  }

  // As wake(), but the coroutine runs later in this turn, on a fresh stack.
  void wake_later(Wake why) {
    if (!resume_) return;
    disarm();
    loop_.post([resume = std::exchange(resume_, nullptr), why]() mutable { resume(why); });
  }

 private:
  void expired() override { wake(Wake::expired); }
  // Called from inside a cancellation signal, whose slot must not be touched by the coroutine before it returns.
  void cancel() { wake_later(Wake::cancelled); }

  Loop& loop_;
  std::move_only_function<void(Wake)> resume_{};
  bool cancellable_ = true;
};

}  // namespace agt::net

// A connected, non-blocking TCP socket. Transfers are plain system calls made at once; only when the kernel has nothing
// to give or no room does a coroutine wait.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "net/internal/loop.h"
#include "net/internal/waiter.h"

namespace agt::net {

struct Transfer {
  enum class Outcome : std::uint8_t {
    moved,    // `bytes` of them, more than none
    blocked,  // wait, then try again
    ended,    // the other side has finished sending
    failed,   // with `error`
  };
  Outcome outcome = Outcome::blocked;
  std::size_t bytes = 0;
  int error = 0;
};

class Stream : private Watch {
  static constexpr unsigned read = 1;
  static constexpr unsigned write = 2;

  [[nodiscard]] auto wait_for(unsigned what, Moment until) {
    wanted_ = what;
    return waiter_.until(until);
  }

 public:
  // Takes over a non-blocking descriptor.
  Stream(Loop& loop, int fd);
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] Transfer receive(char* to, std::size_t bytes_max);
  [[nodiscard]] Transfer send(std::span<const iovec> from);
  [[nodiscard]] Transfer send(std::string_view from);

  // co_await gives the Wake. Each is also woken when the other side has closed or reset.
  [[nodiscard]] auto readable(Moment until) { return wait_for(read, until); }
  [[nodiscard]] auto writable(Moment until) { return wait_for(write, until); }
  [[nodiscard]] auto readable_or_writable(Moment until) { return wait_for(read | write, until); }

  [[nodiscard]] bool may_read() const { return may_read_; }
  [[nodiscard]] bool peer_closed() const { return peer_closed_; }
  [[nodiscard]] bool is_waiting() const { return waiter_.is_waiting(); }
  [[nodiscard]] int error() const;  // SO_ERROR: of a connect that has come to its end
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] Loop& loop() { return loop_; }

  void shutdown_write();
  void close();  // wakes whoever waits, later in this turn

 protected:
  // Bytes, room, or the end have come. Returns after waking the coroutine that waits, which may have destroyed this.
  void ready(std::uint32_t events) override;
  void set_cancellable(bool cancellable) { waiter_.set_cancellable(cancellable); }
  void wake_waiter() { waiter_.wake_later(Wake::ready); }
  virtual void peer_has_closed() {}      // once; before the waiter is woken
  virtual void room_to_write() {}        // before the waiter is woken
  virtual void readable_while_idle() {}  // nobody waits; may destroy this

 private:
  Loop& loop_;
  int fd_;
  Waiter waiter_;
  unsigned wanted_ = 0;
  bool may_read_ = true;  // not known to be drained
  bool may_write_ = true;
  bool peer_closed_ = false;
};

}  // namespace agt::net

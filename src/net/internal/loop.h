// One worker's event loop. Asio runs the coroutines; the sockets are ours, for three reasons (measured 2026-11):
// one edge-triggered registration a socket with EPOLLRDHUP tells that a client has gone without a read being armed, a
// short read is known to have drained the socket (Asio's reactor pays a recv or an epoll_ctl more per message), and a
// deadline costs a list insertion instead of a timer.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/epoll.h>

#include "core/clock.h"
#include "net/internal/read_buffer.h"
#include "net/internal/wheel.h"

namespace agt::net {

// A file descriptor that the loop watches. ready() may destroy the watch itself.
class Watch {
 public:
  virtual void ready(std::uint32_t events) = 0;

 protected:
  ~Watch() = default;
};

// Something to do at the end of a turn: small writes of one turn leave as one system call.
class TurnEnd {
 public:
  TurnEnd() = default;
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;
  virtual void turn_ends() = 0;

 protected:
  virtual ~TurnEnd() = default;

 private:
  friend class Loop;
  bool listed_ = false;
};

class Loop {
 public:
  explicit Loop(const Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Turns until stop().
  void run();
  void stop();  // from any thread

  void watch(int fd, Watch& watch, std::uint32_t events = stream_events);
  void rewatch(int fd, Watch& watch, std::uint32_t events);
  void unwatch(int fd, const Watch& watch);
  void forget(const Watch& watch);  // before the descriptor is closed, which ends the registration

  void at_turn_end(TurnEnd& work);
  void forget(TurnEnd& work);

  // Runs `work` in this loop. From any thread.
  void hand_over(std::move_only_function<void()> work);
  // Runs `work` in this turn, on a fresh stack. From this loop's thread.
  void post(std::move_only_function<void()> work);

  [[nodiscard]] Wheel& wheel() { return wheel_; }
  [[nodiscard]] BufferPool& buffers() { return buffers_; }
  [[nodiscard]] Moment after(Milliseconds duration) const { return wheel_.after(duration); }
  [[nodiscard]] boost::asio::io_context::executor_type executor() { return context_.get_executor(); }
  [[nodiscard]] bool is_this_thread() const { return thread_.load() == std::this_thread::get_id(); }
  [[nodiscard]] std::string_view date();  // of the HTTP date field, this second

  static constexpr std::uint32_t stream_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

 private:
  struct Wakeup final : Watch {
    void ready(std::uint32_t events) override;
    int fd = -1;
    bool rung = false;
  };

  void settle();
  void wait();
  void take_over();

  const Clock& clock_;
  // Only this loop's thread touches the context, so it needs no locks; other threads come through hand_over().
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  Instant now_{};  // when this turn began
  Wheel wheel_;
  BufferPool buffers_{};
  int epoll_ = -1;
  Wakeup wakeup_{};
  std::vector<epoll_event> events_{};
  std::size_t events_done_ = 0;
  std::size_t events_count_ = 0;
  std::vector<TurnEnd*> turn_ends_{};
  bool stopped_ = false;
  std::atomic<std::thread::id> thread_{};
  std::mutex mutex_{};
  std::vector<std::move_only_function<void()>> handed_over_{};  // under mutex_
  WallTime date_second_{};
  std::string date_{};
};

}  // namespace agt::net

// Threads for what blocks: SQLite, DNS. Started when first needed.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace agt::net {

class Offload {
 public:
  using Ticket = std::uint64_t;

  Offload(int threads, std::size_t queue_max) : threads_max_(threads), queue_max_(queue_max) {}
  ~Offload() { stop(); }
  Offload(const Offload&) = delete;
  Offload& operator=(const Offload&) = delete;

  // Nothing when the queue is full. `work` must not throw.
  [[nodiscard]] std::optional<Ticket> submit(std::move_only_function<void()> work);
  // True when the work had not begun, and now never will.
  [[nodiscard]] bool withdraw(Ticket ticket);
  // Finishes what has begun, drops the rest, joins the threads.
  void stop();

 private:
  struct Job {
    Ticket ticket = 0;
    std::move_only_function<void()> work{};
  };
  void run();

  const int threads_max_;
  const std::size_t queue_max_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::deque<Job> jobs_{};  // under mutex_, as all below
  std::vector<std::thread> threads_{};
  Ticket last_ticket_ = 0;
  int idle_ = 0;
  bool stopped_ = false;
};

}  // namespace agt::net

// A latch that many coroutines on any workers wait for and one thread opens, once: how they share one piece of work.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace agt::net {

class Latch {
 public:
  // From any thread. Those who wait go on, each on its own worker.
  void open() {
    std::vector<std::move_only_function<void()>> told;
    {
      const std::scoped_lock lock(mutex_);
      open_ = true;
      told.swap(waiting_);
    }
    for (auto& tell : told) tell();
  }
  [[nodiscard]] bool is_open() const {
    const std::scoped_lock lock(mutex_);
    return open_;
  }
  // Calls `tell` when it opens, from the thread that opens it. False, without a call, when it is open already.
  [[nodiscard]] bool when_open(std::move_only_function<void()> tell) {
    const std::scoped_lock lock(mutex_);
    if (!open_) waiting_.push_back(std::move(tell));
    return !open_;
  }

 private:
  mutable std::mutex mutex_{};
  bool open_ = false;
  std::vector<std::move_only_function<void()>> waiting_{};
};

}  // namespace agt::net

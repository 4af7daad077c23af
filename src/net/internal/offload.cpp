#include "net/internal/offload.h"

#include <algorithm>
#include <utility>

namespace agt::net {

std::optional<Offload::Ticket> Offload::submit(std::move_only_function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || jobs_.size() >= queue_max_) return std::nullopt;
  jobs_.push_back({.ticket = ++last_ticket_, .work = std::move(work)});
  const bool all_busy = static_cast<int>(jobs_.size()) > idle_;
  if (all_busy && static_cast<int>(threads_.size()) < threads_max_) threads_.emplace_back([this] { run(); });
  changed_.notify_one();
  return last_ticket_;
}

bool Offload::withdraw(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(jobs_, [ticket](const Job& job) { return job.ticket == ticket; }) > 0;
}

void Offload::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    jobs_.clear();
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (auto& thread : threads) thread.join();
}

void Offload::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    --idle_;
    if (stopped_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    job.work = nullptr;
    lock.lock();
  }
}

}  // namespace agt::net

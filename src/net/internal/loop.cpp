#include "net/internal/loop.h"

#include <fmt/chrono.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cassert>
#include <utility>

namespace agt::net {
namespace {

constexpr std::size_t events_per_turn_max = 128;

}  // namespace

void Loop::Wakeup::ready(std::uint32_t /*events*/) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(fd, &count, sizeof count);
  rung = true;
}

Loop::Loop(const Clock& clock)
    : clock_(clock),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      work_(context_.get_executor()),
      now_(std::chrono::steady_clock::now()),
      wheel_(now_),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      events_(events_per_turn_max) {
  wakeup_.fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  watch(wakeup_.fd, wakeup_, EPOLLIN);
}

Loop::~Loop() {
  ::close(wakeup_.fd);
  ::close(epoll_);
}

void Loop::run() {
  thread_.store(std::this_thread::get_id());
  for (settle(); !stopped_; settle()) wait();
  thread_.store({});
}

void Loop::stop() {
  hand_over([this] { stopped_ = true; });
}

// Everything that can be done without waiting: coroutines that were posted, then what they left for the turn's end.
void Loop::settle() {
  take_over();
  do {
    while (context_.poll() > 0) {
    }
    for (std::size_t i = 0; i < turn_ends_.size(); ++i) {
      auto* const work = turn_ends_[i];
      if (work == nullptr) continue;
      work->listed_ = false;
      turn_ends_[i] = nullptr;
      work->turn_ends();
    }
    turn_ends_.clear();
  } while (context_.poll() > 0);
}

void Loop::wait() {
  const auto quiet = wheel_.quiet_for(now_);
  const int timeout = quiet ? static_cast<int>(quiet->count()) : -1;
  const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout);
  events_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  events_done_ = 0;
  now_ = std::chrono::steady_clock::now();
  wheel_.advance(now_);  // may destroy watches that have an event here: forget() takes it out
  while (events_done_ < events_count_) {
    const auto event = events_[events_done_++];
    if (event.data.ptr != nullptr) static_cast<Watch*>(event.data.ptr)->ready(event.events);
  }
  events_count_ = 0;
}

void Loop::watch(int fd, Watch& watch, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &watch}};
  [[maybe_unused]] const int done = ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  assert(done == 0);
}

void Loop::rewatch(int fd, Watch& watch, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &watch}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::unwatch(int fd, const Watch& watch) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  forget(watch);
}

void Loop::forget(const Watch& watch) {
  for (auto i = events_done_; i < events_count_; ++i)
    if (events_[i].data.ptr == &watch) events_[i].data.ptr = nullptr;
}

void Loop::at_turn_end(TurnEnd& work) {
  if (work.listed_) return;
  work.listed_ = true;
  turn_ends_.push_back(&work);
}

void Loop::forget(TurnEnd& work) {
  if (!work.listed_) return;
  work.listed_ = false;
  std::ranges::replace(turn_ends_, &work, nullptr);
}

void Loop::hand_over(std::move_only_function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    handed_over_.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wakeup_.fd, &one, sizeof one);
}

void Loop::take_over() {
  if (!std::exchange(wakeup_.rung, false)) return;
  std::vector<std::move_only_function<void()>> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(handed_over_);
  }
  for (auto& work : taken) work();
}

void Loop::post(std::move_only_function<void()> work) {
  boost::asio::post(context_, [work = std::move(work)]() mutable { work(); });
}

std::string_view Loop::date() {
  const auto second = std::chrono::floor<Seconds>(clock_.wall());
  if (second != date_second_) {
    date_second_ = second;
    date_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
  }
  return date_;
}

}  // namespace agt::net

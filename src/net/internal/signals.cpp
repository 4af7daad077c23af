#include "net/internal/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>

namespace agt::net {
namespace {

// A signal handler has no argument of its own, so this is the one mutable global of the room.
std::atomic<int> signal_fd = -1;

void note(int /*signal*/) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(signal_fd.load(), &one, sizeof one);
}

}  // namespace

Signals::Signals(Loop& loop, std::function<void()> came)
    : loop_(loop), came_(std::move(came)), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  signal_fd = fd_;
  loop_.watch(fd_, *this, EPOLLIN);
  struct sigaction action{};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, &term_before_);
  ::sigaction(SIGINT, &action, &int_before_);
}

Signals::~Signals() {
  ::sigaction(SIGTERM, &term_before_, nullptr);
  ::sigaction(SIGINT, &int_before_, nullptr);
  signal_fd = -1;
  loop_.forget(*this);
  ::close(fd_);
}

void Signals::ready(std::uint32_t /*events*/) {
  std::uint64_t count = 0;
  if (::read(fd_, &count, sizeof count) != sizeof count) return;
  for (; count > 0; --count) came_();
}

void ignore_sigpipe() { ::signal(SIGPIPE, SIG_IGN); }

}  // namespace agt::net

// SIGTERM and SIGINT as events of a loop.
#pragma once

#include <csignal>
#include <functional>

#include "net/internal/loop.h"

namespace agt::net {

// While it lives, each of the two signals calls `came` in the loop. At most one object at a time.
class Signals final : private Watch {
 public:
  Signals(Loop& loop, std::function<void()> came);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void ready(std::uint32_t events) override;

  Loop& loop_;
  std::function<void()> came_;
  int fd_;
  struct sigaction term_before_{};
  struct sigaction int_before_{};
};

// Writing to a closed socket is an error to be read, not a reason to die.
void ignore_sigpipe();

}  // namespace agt::net

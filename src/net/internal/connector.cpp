#include "net/internal/connector.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <optional>
#include <utility>

#include "net/internal/cancelled.h"
#include "net/internal/waiter.h"
#include "net/limits.h"

namespace agt::net {
namespace {

// One address that is being tried.
class Attempt final : private Watch {
 public:
  Attempt(Loop& loop, Waiter& waiter, const SocketAddress& address) : loop_(loop), waiter_(waiter) {
    fd_ = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
      outcome_ = errno;
      return;
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const bool done = ::connect(fd_, address.get(), address.size) == 0;
    if (done || errno != EINPROGRESS)
      outcome_ = done ? 0 : errno;
    else
      loop_.watch(fd_, *this, EPOLLOUT | EPOLLET);
    watched_ = !outcome_;
  }
  ~Attempt() {
    if (fd_ >= 0) ::close(release());
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  [[nodiscard]] std::optional<int> outcome() const { return outcome_; }  // 0: connected; otherwise why not
  [[nodiscard]] int release() {
    if (watched_) loop_.unwatch(fd_, *this);
    watched_ = false;
    return std::exchange(fd_, -1);
  }

 private:
  void ready(std::uint32_t /*events*/) override {
    int error = 0;
    socklen_t size = sizeof error;
    outcome_ = ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
    waiter_.wake(Wake::ready);
  }

  Loop& loop_;
  Waiter& waiter_;
  int fd_ = -1;
  bool watched_ = false;
  std::optional<int> outcome_{};
};

std::unexpected<Error> not_connected(const std::string& whom, int error) {
  if (error == ETIMEDOUT)
    return fail(Code::connect_timeout, fmt::format("{} did not accept the connection in time.", whom));
  if (error == EMFILE || error == ENFILE) return fail(Code::busy, "The gateway has no file descriptor left.");
  return fail(Code::refused, fmt::format("Cannot connect to {}: {}.", whom, std::strerror(error)));
}

}  // namespace

Task<Result<int>> connect_any(Loop& loop, std::vector<SocketAddress> addresses, std::string whom, Moment until) {
  Waiter waiter(loop);
  std::list<Attempt> attempts;
  std::size_t begun = 0;
  int last_error = ETIMEDOUT;
  for (;;) {
    std::erase_if(attempts, [&](const Attempt& attempt) {
      const bool failed = attempt.outcome().value_or(0) != 0;
      if (failed) last_error = *attempt.outcome();
      return failed;
    });
    const auto connected =
        std::ranges::find_if(attempts, [](const Attempt& attempt) { return attempt.outcome() == 0; });
    if (connected != attempts.end()) co_return connected->release();
    const bool more = begun < addresses.size();
    if (attempts.empty() && !more) co_return not_connected(whom, last_error);
    if (attempts.empty()) {
      attempts.emplace_back(loop, waiter, addresses[begun++]);
      continue;
    }
    const auto wake = co_await waiter.until(more ? std::min(until, loop.after(connect_stagger)) : until);
    if (wake == Wake::cancelled) co_return client_gone();
    if (wake == Wake::ready) continue;
    if (loop.wheel().now() >= until) co_return not_connected(whom, ETIMEDOUT);
    if (more) attempts.emplace_back(loop, waiter, addresses[begun++]);
  }
}

}  // namespace agt::net

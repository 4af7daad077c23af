#include "sim/wire.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace agt::sim {

Wire::~Wire() {
  if (tls_ != nullptr) {
    SSL_shutdown(tls_);
    SSL_free(tls_);
    ERR_clear_error();
  }
  if (fd_ >= 0) ::close(fd_);
}

bool Wire::start_tls(SSL_CTX* context) {
  tls_ = SSL_new(context);
  if (tls_ == nullptr || SSL_set_fd(tls_, fd_) != 1) return false;
  if (SSL_accept(tls_) == 1) return true;
  ERR_clear_error();
  SSL_free(tls_);
  tls_ = nullptr;
  return false;
}

std::size_t Wire::read(char* into, std::size_t size) {
  if (tls_ != nullptr) {
    const int got = SSL_read(tls_, into, static_cast<int>(size));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  for (;;) {
    const auto got = ::recv(fd_, into, size, 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return 0;
  }
}

bool Wire::write(std::string_view bytes) {
  if (fd_ < 0) return false;
  constexpr std::size_t record_max = 1U << 20;
  while (!bytes.empty()) {
    const auto size = std::min(bytes.size(), record_max);
    ssize_t sent = 0;
    if (tls_ != nullptr)
      sent = SSL_write(tls_, bytes.data(), static_cast<int>(size));
    else
      sent = ::send(fd_, bytes.data(), size, MSG_NOSIGNAL);
    if (sent < 0 && tls_ == nullptr && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Wire::peer_leaves_within(int ms) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(ms);
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd watch{.fd = fd_, .events = POLLRDHUP, .revents = 0};
    const int ready = ::poll(&watch, 1, static_cast<int>(std::max<decltype(left)>(0, left)));
    if (ready > 0) return true;
    if (ready == 0 && Clock::now() >= end) return false;
  }
}

void Wire::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  if (tls_ != nullptr) SSL_free(tls_);  // without its farewell
  tls_ = nullptr;
  ::close(fd_);
  fd_ = -1;
}

}  // namespace agt::sim

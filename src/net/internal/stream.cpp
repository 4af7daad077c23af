#include "net/internal/stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace agt::net {
namespace {

bool is_would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

Stream::Stream(Loop& loop, int fd) : loop_(loop), fd_(fd), waiter_(loop) { loop_.watch(fd_, *this); }

Stream::~Stream() { close(); }

void Stream::close() {
  if (fd_ < 0) return;
  loop_.forget(*this);
  ::close(fd_);
  fd_ = -1;
  waiter_.wake_later(Wake::cancelled);
}

Transfer Stream::receive(char* to, std::size_t bytes_max) {
  if (fd_ < 0) return {.outcome = Transfer::Outcome::failed, .error = EBADF};
  if (!may_read_) return {};
  for (;;) {
    const auto got = ::recv(fd_, to, bytes_max, 0);
    if (got > 0) {
      const auto bytes = static_cast<std::size_t>(got);
      // A short read has drained the socket: the next byte, or the end, comes with an event of its own. Unless the end
      // has been announced already, which happens once.
      if (bytes < bytes_max && !peer_closed_) may_read_ = false;
      return {.outcome = Transfer::Outcome::moved, .bytes = bytes};
    }
    if (got == 0) return {.outcome = Transfer::Outcome::ended};
    if (errno == EINTR) continue;
    if (!is_would_block(errno)) return {.outcome = Transfer::Outcome::failed, .error = errno};
    may_read_ = false;
    return {};
  }
}

Transfer Stream::send(std::span<const iovec> from) {
  if (fd_ < 0) return {.outcome = Transfer::Outcome::failed, .error = EBADF};
  if (!may_write_) return {};
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(from.data());  // NOLINT: the kernel's interface has no const here
  message.msg_iovlen = from.size();
  for (;;) {
    const auto sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent >= 0) return {.outcome = Transfer::Outcome::moved, .bytes = static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    if (!is_would_block(errno)) return {.outcome = Transfer::Outcome::failed, .error = errno};
    may_write_ = false;
    return {};
  }
}

Transfer Stream::send(std::string_view from) {
  const iovec piece{.iov_base = const_cast<char*>(from.data()), .iov_len = from.size()};  // NOLINT: as above
  return send({&piece, 1});
}

int Stream::error() const {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &value, &size) == 0 ? value : errno;
}

void Stream::shutdown_write() {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
}

void Stream::ready(std::uint32_t events) {
  const bool closing = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if ((events & EPOLLIN) != 0 || closing) may_read_ = true;
  if ((events & EPOLLOUT) != 0 || closing) may_write_ = true;
  if (closing && !peer_closed_) {
    peer_closed_ = true;
    peer_has_closed();
  }
  if ((events & EPOLLOUT) != 0) room_to_write();
  if (!waiter_.is_waiting()) {
    if (may_read_) readable_while_idle();
    return;
  }
  const bool wanted = ((wanted_ & read) != 0 && may_read_) || ((wanted_ & write) != 0 && may_write_);
  if (wanted || peer_closed_) waiter_.wake(Wake::ready);
}

}  // namespace agt::net

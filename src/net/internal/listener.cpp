#include "net/internal/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "net/internal/port_holder.h"
#include "net/internal/response_head.h"

namespace agt::net {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }  // NOLINT: that is how sockets are addressed
};

Result<Address> resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = fmt::format("{}", address.port);
  const char* const host = address.host.empty() ? nullptr : address.host.c_str();
  if (const int error = ::getaddrinfo(host, port.c_str(), &hints, &found); error != 0)
    return fail(Code::config, fmt::format("Cannot listen on {}: {}.", address.host, ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  Address result;
  std::memcpy(&result.storage, found->ai_addr, found->ai_addrlen);
  result.size = found->ai_addrlen;
  return result;
}

std::unexpected<Error> cannot_listen(const ListenAddress& address, std::uint16_t port, int error) {
  auto why = std::string(std::strerror(error));
  if (error == EADDRINUSE) {
    const auto holder = port_holder(port);
    why = holder.empty() ? "the port is in use by another process" : fmt::format("the port is in use by {}", holder);
    if (holder.starts_with("systemd ")) why += ", for a socket unit: start its service instead, or stop agt.socket";
  }
  return fail(Code::config, fmt::format("Cannot listen on {} port {}: {}.", address.host, port, why));
}

void set(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

std::uint16_t port_of(Address& address) {
  return ntohs(address.storage.ss_family == AF_INET6
                   ? reinterpret_cast<sockaddr_in6*>(address.get())->sin6_port  // NOLINT
                   : reinterpret_cast<sockaddr_in*>(address.get())->sin_port);  // NOLINT
}

// A descriptor that is bound, or minus the error.
int bound_socket(Address& address, bool shared) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (address.storage.ss_family == AF_INET6) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd, address.get(), address.size) == 0) return fd;
  const int error = errno;
  ::close(fd);
  return -error;
}

Peer peer_of(Address& address) {
  Peer peer;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.storage.ss_family == AF_INET) {
    const auto& in = *reinterpret_cast<sockaddr_in*>(address.get());  // NOLINT
    ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    peer.loopback = (ntohl(in.sin_addr.s_addr) >> 24U) == IN_LOOPBACKNET;
  } else {
    const auto& in = *reinterpret_cast<sockaddr_in6*>(address.get());  // NOLINT
    ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&in.sin6_addr);
    peer.loopback = IN6_IS_ADDR_LOOPBACK(&in.sin6_addr) || (mapped && in.sin6_addr.s6_addr[12] == IN_LOOPBACKNET);
  }
  peer.address = text.data();
  peer.port = port_of(address);
  return peer;
}

bool is_out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

std::uint16_t local_port(int fd) {
  Address address;
  return ::getsockname(fd, address.get(), &address.size) == 0 ? port_of(address) : 0;
}

Result<std::vector<int>> open_listening_sockets(const ListenAddress& wanted, int count) {
  TRY(auto address, resolve(wanted));
  const bool shared = count > 1;
  if (shared && wanted.port != 0) {
    // With SO_REUSEPORT a second gateway of the same user would share the port in silence: ask without it first.
    const int probe = bound_socket(address, false);
    if (probe < 0) return cannot_listen(wanted, wanted.port, -probe);
    ::close(probe);
  }
  std::vector<int> sockets;
  int error = 0;
  for (int i = 0; i < count && error == 0; ++i) {
    const int fd = bound_socket(address, shared);
    if (fd < 0) {
      error = -fd;
      break;
    }
    sockets.push_back(fd);
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);  // accepted sockets inherit both
    set(fd, SOL_SOCKET, SO_SNDBUF, socket_send_buffer_bytes);
    if (::listen(fd, accept_backlog) != 0) error = errno;
    address.size = sizeof address.storage;
    ::getsockname(fd, address.get(), &address.size);
  }
  if (error == 0) return sockets;
  for (const int fd : sockets) ::close(fd);
  return cannot_listen(wanted, port_of(address), error);
}

Result<std::optional<int>> inherited_socket(const ListenAddress& wanted, const std::vector<int>& descriptors) {
  if (descriptors.empty() || wanted.port == 0) return std::nullopt;
  TRY(auto address, resolve(wanted));
  for (const int fd : descriptors) {
    Address at;
    if (::getsockname(fd, at.get(), &at.size) != 0 || at.size != address.size) continue;
    if (peer_of(at).address == peer_of(address).address && port_of(at) == port_of(address)) return fd;
  }
  return std::nullopt;
}

Result<std::vector<int>> copies_of(int descriptor, int count) {
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set(descriptor, SOL_SOCKET, SO_SNDBUF, socket_send_buffer_bytes);
  std::vector<int> sockets;
  for (int i = 0; i < count; ++i) {
    const int fd = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
      const int error = errno;
      for (const int made : sockets) ::close(made);
      return fail(Code::config, fmt::format("Cannot listen on an inherited socket: {}.", std::strerror(error)));
    }
    sockets.push_back(fd);
  }
  return sockets;
}

Listener::Listener(Loop& loop, int fd, Service& service, const std::atomic<std::size_t>& open_connections,
                   std::size_t connections_max)
    : loop_(loop),
      fd_(fd),
      spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
      service_(service),
      open_connections_(open_connections),
      connections_max_(connections_max) {
  loop_.watch(fd_, *this, EPOLLIN);
}

Listener::~Listener() {
  close();
  if (spare_ >= 0) ::close(spare_);
}

void Listener::close() {
  if (fd_ < 0) return;
  disarm();
  loop_.unwatch(fd_, *this);  // closing would not end it: an inherited socket is open elsewhere too
  ::close(fd_);
  fd_ = -1;
}

void Listener::ready(std::uint32_t /*events*/) {
  for (std::size_t i = 0; i < accepts_per_turn_max; ++i)
    if (!accept_one()) return;
}

bool Listener::accept_one() {
  Address address;
  const int fd = ::accept4(fd_, address.get(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    if (open_connections_ >= connections_max_)
      turn_away(fd);
    else
      service_.serve(fd, peer_of(address));
    return true;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
  if (!is_out_of_resources(errno)) return true;  // that connection failed; the next one need not
  const int error = errno;
  if (spare_ >= 0) {
    ::close(spare_);
    if (const int last = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); last >= 0) turn_away(last);
    spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  back_off(error);
  return false;
}

void Listener::turn_away(int fd) {
  auto refusal =
      service_.handler().refusal({.code = Code::busy, .message = "The gateway has too many open connections."}, {});
  ResponseHead head{.status = 503};
  head.headers.add("retry-after", "1");
  if (!refusal.content_type.empty()) head.headers.add("content-type", refusal.content_type);
  std::string answer;
  append_response_head(answer, head, {.length = refusal.body.size(), .close = true}, loop_.date());
  answer += refusal.body;
  // Reading what has come keeps the close from resetting the connection before the client has the answer.
  std::array<char, 4096> ignored{};
  [[maybe_unused]] auto done = ::recv(fd, ignored.data(), ignored.size(), MSG_DONTWAIT);
  done = ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(fd, SHUT_WR);
  done = ::recv(fd, ignored.data(), ignored.size(), MSG_DONTWAIT);
  ::close(fd);
}

void Listener::back_off(int error) {
  const auto now = std::chrono::steady_clock::now();
  if (now - logged_ >= Seconds(1)) {
    logged_ = now;
    service_.log().write(LogLevel::warn, "accept_backs_off",
                         {{"why", std::strerror(error)}, {"open_connections", open_connections_.load()}});
  }
  loop_.rewatch(fd_, *this, 0);
  loop_.wheel().arm(*this, loop_.after(accept_backoff));
}

void Listener::expired() { loop_.rewatch(fd_, *this, EPOLLIN); }

}  // namespace agt::net

#include "net/service_manager.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/text.h"

namespace agt::net {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START

bool says(int fd, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

bool listens_on_tcp(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return says(fd, SO_ACCEPTCONN, 1) && says(fd, SO_TYPE, SOCK_STREAM) &&
         ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&  // NOLINT
         (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

}  // namespace

Result<InheritedSockets> InheritedSockets::take(std::string_view listen_pid, std::string_view listen_fds) {
  if (text::parse_number<pid_t>(listen_pid) != ::getpid()) return InheritedSockets();
  const auto count = text::parse_number<int>(listen_fds);
  if (!count || *count < 0 || *count > inherited_sockets_max)
    return fail(Code::config, fmt::format("LISTEN_FDS: must be a whole number from 0 to {}, not \"{}\".",
                                          inherited_sockets_max, text::quoted(listen_fds, 20)));
  std::vector<int> descriptors;
  for (int i = 0; i < *count; ++i) descriptors.push_back(first_descriptor + i);
  return of(std::move(descriptors));
}

Result<InheritedSockets> InheritedSockets::of(std::vector<int> descriptors) {
  InheritedSockets sockets;
  sockets.descriptors_ = std::move(descriptors);
  for (const int fd : sockets.descriptors_) {
    if (!listens_on_tcp(fd))
      return fail(Code::config,
                  fmt::format("The service manager handed over descriptor {}, which is no listening TCP socket: the "
                              "socket unit needs ListenStream= with an address and a port, and Accept=no.",
                              fd));
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
      return fail(Code::config,
                  fmt::format("Descriptor {} of the service manager cannot be used: {}.", fd, std::strerror(errno)));
  }
  return sockets;
}

InheritedSockets::InheritedSockets(InheritedSockets&& other) noexcept
    : descriptors_(std::exchange(other.descriptors_, {})) {}

InheritedSockets& InheritedSockets::operator=(InheritedSockets&& other) noexcept {
  std::swap(descriptors_, other.descriptors_);
  return *this;
}

InheritedSockets::~InheritedSockets() {
  for (const int fd : descriptors_) ::close(fd);
}

Result<> tell_service_manager(std::string_view notify_socket, std::string_view state) {
  if (notify_socket.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (notify_socket.size() >= sizeof address.sun_path || (notify_socket[0] != '/' && notify_socket[0] != '@'))
    return fail(Code::config, fmt::format("NOTIFY_SOCKET: \"{}\" is no address.", text::quoted(notify_socket, 120)));
  notify_socket.copy(address.sun_path, notify_socket.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_socket.size());
  const bool sent =
      fd >= 0 && ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                          size) == std::ssize(state);  // NOLINT
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!sent)
    return fail(Code::config, fmt::format("The service manager did not take \"{}\" at NOTIFY_SOCKET: {}.", state,
                                          std::strerror(error)));
  return {};
}

}  // namespace agt::net

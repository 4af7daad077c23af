#include "net/interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "net/internal/listener.h"

namespace agt::net {

std::vector<OwnAddress> own_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  std::vector<OwnAddress> addresses;
  for (const auto* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0U) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool ipv6 = each->ifa_addr->sa_family == AF_INET6;
    if (ipv6) {
      const auto& address = reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;  // NOLINT
      if (IN6_IS_ADDR_LINKLOCAL(&address)) continue;
      ::inet_ntop(AF_INET6, &address, text.data(), text.size());
    } else if (each->ifa_addr->sa_family == AF_INET) {
      const auto& address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;  // NOLINT
      ::inet_ntop(AF_INET, &address, text.data(), text.size());
    } else {
      continue;
    }
    addresses.push_back({.interface = each->ifa_name,
                         .address = text.data(),
                         .ipv6 = ipv6,
                         .loopback = (each->ifa_flags & IFF_LOOPBACK) != 0U});
  }
  return addresses;
}

Result<> check_port_free(const ListenAddress& address) {
  if (address.port == 0) return {};
  TRY(const auto sockets, open_listening_sockets(address, 1));
  for (const int fd : sockets) ::close(fd);
  return {};
}

}  // namespace agt::net

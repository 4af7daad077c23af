#include "net/internal/resolver.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "net/internal/cancelled.h"
#include "net/internal/waiter.h"
#include "net/limits.h"

namespace agt::net {
namespace {

// A lookup may outlive the one who asked: getaddrinfo cannot be interrupted.
struct Lookup {
  std::string host{};
  int error = 0;
  std::vector<SocketAddress> addresses{};
  Waiter* asker = nullptr;  // touched by the loop's thread only
};

void set_port(SocketAddress& address, unsigned short port) {
  if (address.family() == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = htons(port);  // NOLINT
  else
    reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);  // NOLINT
}

// The system's order, but the families take turns, so that a broken IPv6 costs one stagger and no more (RFC 8305 §4).
std::vector<SocketAddress> interleaved(const std::vector<SocketAddress>& found) {
  std::vector<SocketAddress> ordered;
  std::vector<SocketAddress> others;
  for (const auto& address : found) (address.family() == found.front().family() ? ordered : others).push_back(address);
  for (std::size_t i = 0; i < others.size(); ++i)
    ordered.insert(ordered.begin() + static_cast<std::ptrdiff_t>(std::min(2 * i + 1, ordered.size())), others[i]);
  if (ordered.size() > connect_addresses_max) ordered.resize(connect_addresses_max);
  return ordered;
}

void look_up(Lookup& lookup) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  lookup.error = ::getaddrinfo(lookup.host.c_str(), nullptr, &hints, &list);
  if (lookup.error == EAI_ADDRFAMILY || lookup.error == EAI_NONAME) {
    // AI_ADDRCONFIG does not count loopback: without a network, "localhost" would have no address.
    hints.ai_flags = 0;
    lookup.error = ::getaddrinfo(lookup.host.c_str(), nullptr, &hints, &list);
  }
  if (lookup.error != 0) return;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  for (const auto* one = list; one != nullptr; one = one->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    lookup.addresses.push_back(address);
  }
  if (!lookup.addresses.empty()) lookup.addresses = interleaved(lookup.addresses);
}

std::vector<SocketAddress> with_port(std::vector<SocketAddress> addresses, unsigned short port) {
  for (auto& address : addresses) set_port(address, port);
  return addresses;
}

}  // namespace

std::optional<SocketAddress> parse_address(std::string_view host, unsigned short port) {
  const std::string text(host);
  SocketAddress address;
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);   // NOLINT
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);  // NOLINT
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    address.size = sizeof v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    address.size = sizeof v6;
  } else {
    return std::nullopt;
  }
  set_port(address, port);
  return address;
}

Task<Result<std::vector<SocketAddress>>> Resolver::resolve(std::string host, unsigned short port) {
  if (const auto literal = parse_address(host, port)) co_return std::vector{*literal};
  if (const auto known = known_.find(host);
      known != known_.end() && std::chrono::steady_clock::now() < known->second.until)
    co_return with_port(known->second.addresses, port);

  Waiter waiter(loop_);
  auto lookup = std::make_shared<Lookup>(Lookup{.host = host, .asker = &waiter});
  const auto ticket = threads_.submit([lookup, &loop = loop_] {
    look_up(*lookup);
    loop.hand_over([lookup] {
      if (lookup->asker != nullptr) lookup->asker->wake(Wake::ready);
    });
  });
  if (!ticket) co_return fail(Code::busy, "Too many host names wait to be looked up.");
  const auto wake = co_await waiter.until(loop_.after(dns_deadline));
  lookup->asker = nullptr;
  if (wake != Wake::ready) static_cast<void>(threads_.withdraw(*ticket));
  if (wake == Wake::cancelled) co_return client_gone();
  if (wake == Wake::expired)
    co_return fail(Code::dns,
                   fmt::format("Looking up the host {} took longer than {} s.", host, Seconds(dns_deadline).count()));
  if (lookup->error != 0)
    co_return fail(Code::dns, fmt::format("The host {} was not found: {}.", host, ::gai_strerror(lookup->error)));
  if (lookup->addresses.empty()) co_return fail(Code::dns, fmt::format("The host {} has no address.", host));
  remember(host, lookup->addresses);
  co_return with_port(lookup->addresses, port);
}

void Resolver::remember(const std::string& host, const std::vector<SocketAddress>& addresses) {
  const auto now = std::chrono::steady_clock::now();
  if (known_.size() >= dns_cache_names_max) {
    std::erase_if(known_, [now](const auto& entry) { return entry.second.until <= now; });
    if (known_.size() >= dns_cache_names_max) known_.clear();
  }
  known_[host] = {.addresses = addresses, .until = now + dns_cache_life};
}

}  // namespace agt::net

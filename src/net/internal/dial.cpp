#include "net/internal/dial.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "net/internal/connector.h"
#include "net/internal/proxy.h"
#include "net/public_address.h"

namespace agt::net {
namespace {

bool is_public(const SocketAddress& address) {
  if (address.family() == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address.storage, sizeof v6);
  return address.family() == AF_INET6 && is_public_v6(std::to_array(v6.sin6_addr.s6_addr));
}

}  // namespace

Task<Result<std::unique_ptr<Upstream>>> Dialler::dial(const Url& origin, bool public_only, const Timeouts& timeouts,
                                                      Instant begun, CallTimings& timings) {
  const Moment until = loop_.after(timeouts.connect);
  const bool through_proxy = options_.proxy && !origin.loopback();
  Result<std::unique_ptr<Upstream>> opened;
  if (through_proxy && public_only)
    co_return fail(Code::host_refused, "A proxy stands before the internet, so nobody can tell where a name leads.");
  if (through_proxy)
    opened = co_await connect_through(*options_.proxy, origin, until, begun, timings);
  else
    opened = co_await connect(origin.host, origin.port, public_only, until, begun, timings);
  if (!opened) co_return std::unexpected(std::move(opened).error());
  auto upstream = *std::move(opened);
  if (!origin.tls) co_return upstream;
  CO_TRY(auto* const context, tls());
  auto key = fmt::format("{}:{}", origin.host, origin.port);
  const auto secured = co_await upstream->secure(*context, origin.host, std::move(key), loop_.after(timeouts.tls));
  if (!secured) co_return std::unexpected(secured.error());
  timings.tls = elapsed(begun);
  co_return upstream;
}

Task<Result<std::unique_ptr<Upstream>>> Dialler::connect(std::string host, unsigned short port, bool public_only,
                                                         Moment until, Instant begun, CallTimings& timings) {
  const auto whom = fmt::format("{} port {}", host, port);
  CO_TRY(auto addresses, co_await resolver_.resolve(std::move(host), port));
  timings.dns = elapsed(begun);
  // What is connected to is what was looked at: the name is not resolved again.
  if (public_only) std::erase_if(addresses, [](const SocketAddress& address) { return !is_public(address); });
  if (addresses.empty()) co_return fail(Code::host_refused, fmt::format("{} leads to no public address.", whom));
  CO_TRY(const int fd, co_await connect_any(loop_, std::move(addresses), whom, until));
  timings.connect = elapsed(begun);
  co_return std::make_unique<Upstream>(loop_, fd);
}

Task<Result<std::unique_ptr<Upstream>>> Dialler::connect_through(const Proxy& proxy, const Url& origin, Moment until,
                                                                 Instant begun, CallTimings& timings) {
  auto opened = co_await connect(proxy.host, proxy.port, false, until, begun, timings);
  if (!opened && opened.error().code == Code::client_gone) co_return std::unexpected(std::move(opened).error());
  if (!opened) co_return fail(Code::proxy_down, fmt::format("The proxy cannot be reached. {}", opened.error().message));
  auto upstream = *std::move(opened);
  const auto agreed = co_await ask_proxy(*upstream, proxy, origin, until);
  if (!agreed) co_return std::unexpected(agreed.error());
  co_return upstream;
}

Result<TlsContext*> Dialler::tls() {
  if (!tls_) {
    TRY(tls_, TlsContext::make(options_.ca_file));
  }
  return tls_.get();
}

}  // namespace agt::net

#include "net/internal/proxy.h"

#include <fmt/format.h>

#include <array>

#include "core/text.h"
#include "net/internal/resolver.h"

namespace agt::net {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63U];
  }
  return out;
}

std::string whom(const Proxy& proxy) { return fmt::format("The proxy {} port {}", proxy.host, proxy.port); }

std::unexpected<Error> broke(const Proxy& proxy, Error error) {
  if (error.code == Code::client_gone) return std::unexpected(std::move(error));
  return fail(Code::proxy_down, fmt::format("{} did not open the connection: {}", whom(proxy), error.message));
}

Task<Result<>> connect_by_http(Upstream& upstream, const Proxy& proxy, const Url& origin, Moment until) {
  const auto host = origin.host.contains(':') ? fmt::format("[{}]", origin.host) : origin.host;
  auto request = fmt::format("CONNECT {0}:{1} HTTP/1.1\r\nhost: {0}:{1}\r\n", host, origin.port);
  if (!proxy.user.empty())
    request += fmt::format("proxy-authorization: Basic {}\r\n",
                           base64(fmt::format("{}:{}", proxy.user, proxy.password.reveal())));
  request += "\r\n";
  if (const auto sent = co_await upstream.send_all(std::move(request), until); !sent)
    co_return broke(proxy, sent.error());
  // A 2xx answer to CONNECT has no body, and what follows its head is the tunnel: read the head as one to HEAD.
  upstream.parser.begin(true);
  for (;;) {
    while (!upstream.buffer.empty()) {
      const auto end = upstream.parser.find_head_end(upstream.buffer.received());
      if (!end) co_return broke(proxy, end.error());
      if (!*end) break;
      const auto interim = upstream.parser.read_head(upstream.buffer.received().substr(0, **end));
      if (!interim) co_return broke(proxy, interim.error());
      upstream.buffer.take(**end);
      if (*interim) continue;
      const auto status = upstream.parser.take_head().status;
      if (status == 407)
        co_return fail(Code::proxy_auth, fmt::format("{} wants another user or password.", whom(proxy)));
      if (status / 100 != 2)
        co_return fail(Code::proxy_down, fmt::format("{} answered CONNECT with status {}.", whom(proxy), status));
      if (!upstream.buffer.empty())
        co_return fail(Code::proxy_down, fmt::format("{} sent bytes before it was asked to.", whom(proxy)));
      co_return Result<>{};
    }
    if (const auto more = co_await upstream.receive_more(until); !more) co_return broke(proxy, more.error());
  }
}

// Exactly `bytes` bytes from the proxy.
Task<Result<std::string>> receive_exactly(Upstream& upstream, std::size_t bytes, Moment until) {
  while (upstream.buffer.size() < bytes) CO_TRY_OK(co_await upstream.receive_more(until));
  std::string got(upstream.buffer.received().substr(0, bytes));
  upstream.buffer.take(bytes);
  co_return got;
}

std::string_view socks_reply(unsigned char code) {
  constexpr std::array<std::string_view, 9> words{
      "succeeded",           "general failure",       "not allowed by its rules",
      "network unreachable", "host unreachable",      "connection refused",
      "TTL expired",         "command not supported", "address type not supported"};
  return code < words.size() ? words[code] : "an unknown failure";
}

Task<Result<>> log_in_by_socks(Upstream& upstream, const Proxy& proxy, Moment until) {
  const bool has_user = !proxy.user.empty();
  const std::string greeting = has_user ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3);
  CO_TRY_OK(co_await upstream.send_all(greeting, until));
  CO_TRY(const auto chosen, co_await receive_exactly(upstream, 2, until));
  if (chosen[0] != 5) co_return fail(Code::proxy_down, fmt::format("{} does not speak SOCKS5.", whom(proxy)));
  if (chosen[1] == 0) co_return Result<>{};
  if (chosen[1] != 2 || !has_user)
    co_return fail(Code::proxy_auth, fmt::format("{} wants a user and a password.", whom(proxy)));
  std::string login(1, '\x01');
  login += static_cast<char>(proxy.user.size());
  login += proxy.user;
  login += static_cast<char>(proxy.password.reveal().size());
  login += proxy.password.reveal();
  CO_TRY_OK(co_await upstream.send_all(std::move(login), until));
  CO_TRY(const auto verdict, co_await receive_exactly(upstream, 2, until));
  if (verdict[1] != 0) co_return fail(Code::proxy_auth, fmt::format("{} wants another user or password.", whom(proxy)));
  co_return Result<>{};
}

Task<Result<>> connect_by_socks(Upstream& upstream, const Proxy& proxy, const Url& origin, Moment until) {
  CO_TRY_OK(co_await log_in_by_socks(upstream, proxy, until));
  std::string request("\x05\x01\x00", 3);
  if (const auto literal = parse_address(origin.host, origin.port)) {
    const bool v4 = literal->family() == AF_INET;
    request += v4 ? '\x01' : '\x04';
    const auto* const bytes =
        reinterpret_cast<const char*>(literal->get()) + (v4 ? 4 : 8);  // NOLINT: sin_addr, sin6_addr
    request.append(bytes, v4 ? 4 : 16);
  } else {
    if (origin.host.size() > 255) co_return fail(Code::dns, "The host name is too long for SOCKS5.");
    request += '\x03';
    request += static_cast<char>(origin.host.size());
    request += origin.host;
  }
  request += static_cast<char>(origin.port >> 8U);
  request += static_cast<char>(origin.port & 255U);
  CO_TRY_OK(co_await upstream.send_all(std::move(request), until));
  CO_TRY(const auto answer, co_await receive_exactly(upstream, 4, until));
  const auto code = static_cast<unsigned char>(answer[1]);
  if (code == 5)
    co_return fail(Code::refused,
                   fmt::format("{} says that {} refused the connection.", whom(proxy), origin.authority()));
  if (code == 4) co_return fail(Code::dns, fmt::format("{} cannot reach the host {}.", whom(proxy), origin.host));
  if (answer[0] != 5 || code != 0)
    co_return fail(Code::proxy_down, fmt::format("{} answered: {}.", whom(proxy), socks_reply(code)));
  std::size_t rest = answer[3] == 1 ? 4 : 16;
  if (answer[3] == 3) {
    CO_TRY(const auto length, co_await receive_exactly(upstream, 1, until));
    rest = static_cast<unsigned char>(length[0]);
  }
  CO_TRY_OK(co_await receive_exactly(upstream, rest + 2, until));
  co_return Result<>{};
}

}  // namespace

Task<Result<>> ask_proxy(Upstream& upstream, const Proxy& proxy, const Url& origin, Moment until) {
  if (proxy.kind == Proxy::Kind::http_connect) co_return co_await connect_by_http(upstream, proxy, origin, until);
  auto agreed = co_await connect_by_socks(upstream, proxy, origin, until);
  const bool went_silent =
      !agreed && (agreed.error().code == Code::stream_cut || agreed.error().code == Code::connect_timeout);
  if (went_silent) co_return broke(proxy, std::move(agreed).error());
  co_return agreed;
}

}  // namespace agt::net

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/testing/harness.h"

namespace agt::net {
namespace {

using testing::Harness;
using testing::Server;
using testing::Socket;
using namespace std::string_literals;

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

// Asks http://upstream.example through the proxy: the body or the code of the failure.
std::string ask_through(std::string proxy_url, std::string host = "upstream.example") {
  Harness harness({.client = {.proxy = *parse_proxy(proxy_url)}});
  std::string outcome;
  harness.run([&](Worker& worker) -> Task<> {
    Call call;
    call.method = "GET";
    call.url = *parse_url("http://" + host + ":81");
    call.target = "/x";
    call.timeouts.connect = Milliseconds(300);
    auto reply = co_await worker.client().send(std::move(call));
    if (!reply) {
      outcome = std::string(name(reply.error().code));
      co_return;
    }
    auto body = co_await (*reply)->whole(1000);
    if (body) outcome = *body;
  });
  return outcome;
}

// Reads `expected` and sends `reply`, for each pair.
struct Line {
  std::string expected;
  std::string reply;
};
std::string play(const std::string& scheme_and_user, std::vector<Line> script, std::string host = "upstream.example") {
  const Server server;
  std::thread proxy([&] {
    const auto socket = server.accept();
    for (const auto& [expected, reply] : script) {
      EXPECT_EQ(socket.receive_until([&](std::string_view all) { return all.size() >= expected.size(); }), expected);
      socket.send(reply);
    }
    static_cast<void>(socket.is_closed_within(Milliseconds(1000)));
  });
  auto outcome = ask_through(fmt::format("{}127.0.0.1:{}", scheme_and_user, server.port()), std::move(host));
  proxy.join();
  return outcome;
}

const std::string request = "GET /x HTTP/1.1\r\nhost: upstream.example:81\r\n\r\n";

TEST(HttpProxy, opens_a_tunnel_with_credentials) {
  const auto connect =
      "CONNECT upstream.example:81 HTTP/1.1\r\nhost: upstream.example:81\r\nproxy-authorization: Basic dXNlcjpwYTpzcw==\r\n\r\n"s;
  EXPECT_EQ(play("http://user:pa%3Ass@",
                 {{connect, "HTTP/1.1 200 Connection established\r\n\r\n"}, {request, std::string(answer)}}),
            "hello");
}

TEST(HttpProxy, tells_bad_credentials_from_other_failures) {
  const auto connect = "CONNECT upstream.example:81 HTTP/1.1\r\nhost: upstream.example:81\r\n\r\n"s;
  EXPECT_EQ(play("http://", {{connect, "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"}}),
            "proxy_auth");
  EXPECT_EQ(play("http://", {{connect, "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"}}), "proxy_down");
  EXPECT_EQ(play("http://", {{connect, "nonsense\r\n"}}), "proxy_down");
  EXPECT_EQ(play("http://", {{connect, ""}}), "proxy_down") << "silence";
}

TEST(HttpProxy, tells_a_proxy_that_is_down) {
  std::uint16_t closed = 0;
  {
    closed = Server().port();
  }
  EXPECT_EQ(ask_through(fmt::format("http://127.0.0.1:{}", closed)), "proxy_down");
  EXPECT_EQ(ask_through("http://no-such-proxy.invalid:3128"), "proxy_down");
}

TEST(HttpProxy, is_not_used_for_loopback) {
  const Server upstream;
  std::uint16_t closed = 0;
  {
    closed = Server().port();
  }
  std::thread serving([&] {
    const auto socket = upstream.accept();
    static_cast<void>(socket.receive_until("\r\n\r\n"));
    socket.send(answer);
  });
  Harness harness({.client = {.proxy = *parse_proxy(fmt::format("http://127.0.0.1:{}", closed))}});
  std::string outcome;
  harness.run([&](Worker& worker) -> Task<> {
    Call call;
    call.url = *parse_url(fmt::format("http://127.0.0.1:{}", upstream.port()));
    call.target = "/x";
    auto reply = co_await worker.client().send(std::move(call));
    if (!reply) co_return;
    auto body = co_await (*reply)->whole(1000);
    if (body) outcome = *body;
  });
  serving.join();
  EXPECT_EQ(outcome, "hello");
}

const std::string by_name = "\x05\x01\x00\x03\x10upstream.example\x00\x51"s;
const std::string granted = "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s;

TEST(SocksProxy, opens_a_tunnel_to_a_name_without_and_with_credentials) {
  EXPECT_EQ(play("socks5://", {{"\x05\x01\x00"s, "\x05\x00"s}, {by_name, granted}, {request, std::string(answer)}}),
            "hello");
  EXPECT_EQ(play("socks5://user:pass@", {{"\x05\x02\x00\x02"s, "\x05\x02"s},
                                         {"\x01\x04user\x04pass"s, "\x01\x00"s},
                                         {by_name, granted},
                                         {request, std::string(answer)}}),
            "hello");
}

TEST(SocksProxy, opens_a_tunnel_to_an_address_and_reads_any_bound_address) {
  const auto to_address = "GET /x HTTP/1.1\r\nhost: 192.0.2.7:81\r\n\r\n"s;
  const auto bound_name = "\x05\x00\x00\x03\x03"s + "abc" + "\x00\x50"s;
  EXPECT_EQ(play("socks5://",
                 {{"\x05\x01\x00"s, "\x05\x00"s},
                  {"\x05\x01\x00\x01\xC0\x00\x02\x07\x00\x51"s, bound_name},
                  {to_address, std::string(answer)}},
                 "192.0.2.7"),
            "hello");
}

TEST(SocksProxy, tells_what_failed) {
  const Line hello{"\x05\x01\x00"s, "\x05\x00"s};
  EXPECT_EQ(play("socks5://", {{"\x05\x01\x00"s, "\x05\xFF"s}}), "proxy_auth");
  EXPECT_EQ(
      play("socks5://user:bad@", {{"\x05\x02\x00\x02"s, "\x05\x02"s}, {"\x01\x04user\x03"s + "bad", "\x01\x01"s}}),
      "proxy_auth");
  EXPECT_EQ(play("socks5://", {hello, {by_name, "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"s}}), "refused");
  EXPECT_EQ(play("socks5://", {hello, {by_name, "\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"s}}), "dns");
  EXPECT_EQ(play("socks5://", {hello, {by_name, "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"s}}), "proxy_down");
  EXPECT_EQ(play("socks5://", {{"\x05\x01\x00"s, "HTTP/1.1 400\r\n"}}), "proxy_down");
}

}  // namespace
}  // namespace agt::net

#include "net/http.h"

#include <gtest/gtest.h>

#include "net/client.h"

namespace agt::net {
namespace {

TEST(Headers, are_found_without_regard_to_case) {
  Headers headers{{"Content-Type", "a"}, {"x-a", "1"}, {"X-A", "2"}};
  EXPECT_EQ(headers.get("content-type"), "a");
  EXPECT_EQ(headers.get_or("missing", "b"), "b");
  EXPECT_EQ(headers.get("x-a"), "1");
  EXPECT_EQ(headers.count("x-a"), 2U);
  headers.set("X-a", "3");
  EXPECT_EQ(headers.count("x-a"), 1U);
  EXPECT_EQ(headers.get("x-a"), "3");
  headers.remove("CONTENT-TYPE");
  EXPECT_FALSE(headers.has("content-type"));
}

TEST(Query, finds_and_decodes_a_parameter) {
  EXPECT_EQ(query_parameter("alt=sse&key=a%2Fb&key=c", "key"), "a/b");
  EXPECT_EQ(query_parameter("alt=sse&k%65y=x", "key"), "x");
  EXPECT_EQ(query_parameter("alt&key=", "alt"), "");
  EXPECT_EQ(query_parameter("alt&key=", "key"), "");
  EXPECT_EQ(query_parameter("alt=sse", "al"), std::nullopt);
  EXPECT_EQ(query_parameter("", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("a=%zz", "a"), std::nullopt);
}

TEST(Query, loses_a_parameter_and_nothing_else) {
  EXPECT_EQ(without_query_parameter("alt=sse&key=s&x=%20", "key"), "alt=sse&x=%20");
  EXPECT_EQ(without_query_parameter("key=s", "key"), "");
  EXPECT_EQ(without_query_parameter("key=s&key=t&a", "key"), "a");
  EXPECT_EQ(without_query_parameter("a=b", "key"), "a=b");
}

struct UrlRow {
  std::string_view text;
  bool tls;
  std::string_view host;
  unsigned short port;
  std::string_view path;
  std::string_view authority;
};

TEST(Url, is_taken_apart) {
  for (const auto& row : {
           UrlRow{"https://api.example.com", true, "api.example.com", 443, "", "api.example.com"},
           UrlRow{"HTTPS://API.Example.com/v1/", true, "api.example.com", 443, "/v1", "api.example.com"},
           UrlRow{"http://127.0.0.1:8080/a/b", false, "127.0.0.1", 8080, "/a/b", "127.0.0.1:8080"},
           UrlRow{"http://[::1]:80/", false, "::1", 80, "", "[::1]"},
           UrlRow{"https://[2001:db8::2]:444", true, "2001:db8::2", 444, "", "[2001:db8::2]:444"},
       }) {
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url.has_value()) << row.text;
    EXPECT_EQ(url->tls, row.tls) << row.text;
    EXPECT_EQ(url->host, row.host) << row.text;
    EXPECT_EQ(url->port, row.port) << row.text;
    EXPECT_EQ(url->path, row.path) << row.text;
    EXPECT_EQ(url->authority(), row.authority) << row.text;
  }
}

TEST(Url, is_refused_when_it_is_not_plain) {
  for (const auto text : {"", "api.example.com", "ftp://a", "http://", "http://a:0", "http://a:65536",
                          "http://a:", "http://a:8x", "http://u@a", "http://u:p@a", "http://a/b#c", "http://a?b",
                          "http://a/b?c", "http://a b", "http://a/\r\nx", "http://[::1", "http://[a]", "http://::1"})
    EXPECT_FALSE(parse_url(text).has_value()) << text;
}

TEST(Url, knows_loopback) {
  EXPECT_TRUE(parse_url("http://localhost:1")->loopback());
  EXPECT_TRUE(parse_url("http://127.8.9.1:1")->loopback());
  EXPECT_TRUE(parse_url("http://[::1]:1")->loopback());
  EXPECT_FALSE(parse_url("http://127.example.com")->loopback());
  EXPECT_FALSE(parse_url("http://10.0.0.1")->loopback());
}

TEST(Proxy, is_parsed) {
  const auto plain = parse_proxy("http://proxy.corp:3128");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->kind, Proxy::Kind::http_connect);
  EXPECT_EQ(plain->host, "proxy.corp");
  EXPECT_EQ(plain->port, 3128);
  const auto socks = parse_proxy("socks5://us%40er:pa%3Ass@[::1]:1080/");
  ASSERT_TRUE(socks.has_value());
  EXPECT_EQ(socks->kind, Proxy::Kind::socks5);
  EXPECT_EQ(socks->user, "us@er");
  EXPECT_EQ(socks->password.reveal(), "pa:ss");
  EXPECT_EQ(socks->host, "::1");
}

TEST(Proxy, names_what_is_wrong) {
  EXPECT_TRUE(parse_proxy("proxy:3128").error().message.contains("scheme"));
  EXPECT_TRUE(parse_proxy("ftp://proxy:3128").error().message.contains("ftp"));
  EXPECT_TRUE(parse_proxy("http://proxy").error().message.contains("no port"));
  EXPECT_TRUE(parse_proxy("http://u@proxy:1").error().message.contains("user:password"));
  EXPECT_TRUE(parse_proxy("http://proxy:1/path").error().message.contains("path"));
  EXPECT_TRUE(parse_proxy("http://pro xy:1").error().message.contains("malformed"));
  EXPECT_EQ(parse_proxy("x").error().code, Code::config);
}

}  // namespace
}  // namespace agt::net

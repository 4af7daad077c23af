#include "relay/admit.h"

#include <gtest/gtest.h>

namespace agt::relay {
namespace {

Admission rules() {
  return {.primary_key = Secret("sk-primary-0123456789"),
          .hosts = {"127.0.0.1:8045", "localhost:8045", "[::1]:8045"},
          .port = 8045};
}

net::RequestHead head(net::Headers headers) {
  return {.method = "POST", .target = "/", .path = "/", .headers = std::move(headers)};
}

struct HostCase {
  std::string_view host;
  bool local;  // admitted on loopback
  bool lan;    // admitted when the port is open to the LAN
};
class Hosts : public testing::TestWithParam<HostCase> {};
TEST_P(Hosts, are_admitted_by_exact_name_and_port) {
  auto admission = rules();
  const auto request = head({{"host", std::string(GetParam().host)}});
  EXPECT_EQ(admit_page(request, admission).has_value(), GetParam().local);
  admission.lan = true;
  EXPECT_EQ(admit_page(request, admission).has_value(), GetParam().lan);
}
INSTANTIATE_TEST_SUITE_P(
    Admission, Hosts,
    testing::Values(HostCase{"127.0.0.1:8045", true, true}, HostCase{"LOCALHOST:8045", true, true},
                    HostCase{"[::1]:8045", true, true}, HostCase{"192.168.1.7:8045", false, true},
                    HostCase{"[fe80::1]:8045", false, true}, HostCase{"", false, false},
                    HostCase{"127.0.0.1", false, false}, HostCase{"127.0.0.1:80", false, false},
                    HostCase{"evil.example:8045", false, false}, HostCase{"localhost.:8045", false, false},
                    HostCase{"localhost:8045@evil", false, false}, HostCase{"127.1:8045", false, false},
                    HostCase{"0x7f.0.0.1:8045", false, false}, HostCase{"127.0.0.01:8045", false, false},
                    HostCase{"localhost.evil.example:8045", false, false}, HostCase{"1.2.3.4.5:8045", false, false}));

TEST(Admission, refuses_web_pages) {
  const auto with = [](std::string name, std::string value) {
    return head({{"host", "127.0.0.1:8045"}, {std::move(name), std::move(value)}});
  };
  for (const auto* origin :
       {"https://evil.example", "null", "http://localhost:3000", "http://localhost.evil", "http://127.0.0.1"})
    EXPECT_EQ(admit_page(with("origin", origin), rules()).error().code, Code::origin_refused) << origin;
  for (const auto* site : {"cross-site", "same-site"})
    EXPECT_EQ(admit_page(with("sec-fetch-site", site), rules()).error().code, Code::origin_refused);
  EXPECT_TRUE(admit_page(with("origin", "http://127.0.0.1:8045"), rules()).has_value());
  EXPECT_TRUE(admit_page(with("sec-fetch-site", "same-origin"), rules()).has_value());
  auto open = rules();
  open.origins = {"https://mine.example"};
  EXPECT_TRUE(admit_page(with("origin", "https://Mine.example"), open).has_value());
}

TEST(Admission, wants_plain_json_bodies) {
  const auto with = [](std::string type, std::string encoding) {
    return head({{"host", "127.0.0.1:8045"},
                 {"content-length", "2"},
                 {"content-type", std::move(type)},
                 {"content-encoding", std::move(encoding)}});
  };
  EXPECT_TRUE(admit_page(with("application/json; charset=utf-8", "identity"), rules()).has_value());
  EXPECT_EQ(admit_page(with("text/plain", "identity"), rules()).error().code, Code::content_type);
  EXPECT_EQ(admit_page(with("", "identity"), rules()).error().code, Code::content_type);
  EXPECT_EQ(admit_page(with("application/json", "gzip"), rules()).error().code, Code::content_encoding);
}

TEST(Admission, demands_keys_as_the_mode_says) {
  auto admission = rules();
  EXPECT_EQ(admit_key(Secret(), admission).value(), nullptr);
  EXPECT_EQ(admit_key(Secret("wrong"), admission).value(), nullptr);
  admission.keys_demanded = true;
  EXPECT_EQ(admit_key(Secret(), admission).error().code, Code::key_missing);
  EXPECT_EQ(admit_key(Secret("wrong"), admission).error().code, Code::key_unknown);
  EXPECT_EQ(admit_key(Secret("sk-primary-0123456789"), admission).value()->name, "primary");
}

TEST(Admission, knows_named_keys_by_digest) {
  auto admission = rules();
  admission.keys_demanded = true;
  admission.keys = {{"<k1>", {.name = "laptop"}}};
  admission.digest = [](std::string_view key) { return "<" + std::string(key) + ">"; };
  EXPECT_EQ(admit_key(Secret("k1"), admission).value()->name, "laptop");
  EXPECT_FALSE(admit_key(Secret("k2"), admission).has_value());
}

TEST(Admission, takes_requests_only_from_where_the_port_is_open_to) {
  const net::Peer here{.address = "127.0.0.1", .loopback = true};
  const net::Peer neighbour{.address = "192.168.1.7"};
  auto admission = rules();
  EXPECT_TRUE(admit_peer(here, admission).has_value());
  EXPECT_EQ(admit_peer(neighbour, admission).error().code, Code::peer_refused);
  admission.lan = true;
  EXPECT_TRUE(admit_peer(neighbour, admission).has_value());
  admission.networks = {net::Network::parse("10.0.0.0/8").value()};
  EXPECT_FALSE(admit_peer(neighbour, admission).has_value());
  EXPECT_TRUE(admit_peer(here, admission).has_value());
  EXPECT_TRUE(admit_peer({.address = "::ffff:10.1.2.3"}, admission).has_value());
}

TEST(Admission, holds_a_key_to_its_time_its_networks_and_its_models) {
  const WallTime now{std::chrono::days(20'000)};
  ClientKey key{.name = "k"};
  const net::Peer peer{.address = "192.168.1.7"};
  EXPECT_TRUE(admit_use(key, peer, now).has_value());
  key.limits.expires = now + Seconds(1);
  EXPECT_TRUE(admit_use(key, peer, now).has_value());
  EXPECT_EQ(admit_use(key, peer, now + Seconds(1)).error().code, Code::key_expired);
  key.limits = {.networks = {net::Network::parse("192.168.2.0/24").value()}};
  EXPECT_EQ(admit_use(key, peer, now).error().code, Code::key_elsewhere);
  key.limits = {.models = {"gpt-*", "demo"}};
  EXPECT_TRUE(allows_model(&key, "gpt-5.5"));
  EXPECT_FALSE(allows_model(&key, "claude-opus-5"));
  EXPECT_TRUE(allows_model(nullptr, "claude-opus-5"));
}

TEST(Admission, refuses_another_site_even_when_it_names_our_origin) {
  const auto with = [](std::string_view site) {
    return head({{"host", "localhost:8045"}, {"origin", "http://127.0.0.1:8045"}, {"sec-fetch-site", site}});
  };
  EXPECT_EQ(admit_page(with("cross-site"), rules()).error().code, Code::origin_refused);
  EXPECT_TRUE(admit_page(with("same-origin"), rules()).has_value());
}

}  // namespace
}  // namespace agt::relay

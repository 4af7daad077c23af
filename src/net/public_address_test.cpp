#include "net/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>

namespace agt::net {
namespace {

bool v4(const char* text) {
  in_addr address{};
  EXPECT_EQ(inet_pton(AF_INET, text, &address), 1) << text;
  return is_public_v4(ntohl(address.s_addr));
}

bool v6(const char* text) {
  std::array<std::uint8_t, 16> address{};
  EXPECT_EQ(inet_pton(AF_INET6, text, address.data()), 1) << text;
  return is_public_v6(address);
}

TEST(PublicAddress, of_version_4) {
  for (const auto* text : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.0.1", "100.128.0.1",
                           "169.253.0.1", "192.167.1.1", "223.255.255.255", "198.17.0.1"})
    EXPECT_TRUE(v4(text)) << text;
  for (const auto* text : {"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.9", "169.254.169.254",
                           "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.0.1", "198.19.1.1",
                           "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255"})
    EXPECT_FALSE(v4(text)) << text;
}

TEST(PublicAddress, of_version_6) {
  for (const auto* text : {"2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"})
    EXPECT_TRUE(v6(text)) << text;
  for (const auto* text : {"::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0::1", "2001:db8::1", "3fff::1"})
    EXPECT_FALSE(v6(text)) << text;
}

}  // namespace
}  // namespace agt::net

#include "net/network.h"

#include <gtest/gtest.h>

namespace agt::net {
namespace {

struct Case {
  std::string_view network;
  std::string_view address;
  bool inside;
};
class Networks : public testing::TestWithParam<Case> {};
TEST_P(Networks, hold_the_addresses_that_share_their_prefix) {
  const auto network = Network::parse(GetParam().network);
  ASSERT_TRUE(network.has_value()) << network.error().message;
  EXPECT_EQ(network->contains(GetParam().address), GetParam().inside);
}
INSTANTIATE_TEST_SUITE_P(
    Network, Networks,
    testing::Values(Case{"192.168.1.0/24", "192.168.1.255", true}, Case{"192.168.1.0/24", "192.168.2.0", false},
                    Case{"10.0.0.0/9", "10.127.255.255", true}, Case{"10.0.0.0/9", "10.128.0.0", false},
                    Case{"10.1.2.3", "10.1.2.3", true}, Case{"10.1.2.3", "10.1.2.4", false},
                    Case{"0.0.0.0/0", "8.8.8.8", true}, Case{"0.0.0.0/0", "::1", false},
                    Case{"192.168.1.0/24", "::ffff:192.168.1.9", true}, Case{"fd00::/8", "fdff::1", true},
                    Case{"fd00::/8", "fe80::1", false}, Case{"::/0", "10.0.0.1", true}, Case{"::1", "::1", true},
                    Case{"10.0.0.0/8", "no address", false}, Case{"10.0.0.0/8", "", false}));

TEST(Network, refuses_what_is_no_network) {
  for (const auto* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0", "fd00::/129",
                           "localhost", "010.0.0.1", "10.0.0.1/8", "fe80::1/10", "10.0.0.0/ 8"})
    EXPECT_EQ(Network::parse(text).error().code, Code::schema) << text;
}

}  // namespace
}  // namespace agt::net

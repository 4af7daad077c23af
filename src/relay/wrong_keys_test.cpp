#include "relay/wrong_keys.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "relay/limits.h"

namespace agt::relay {
namespace {

const Instant start{1h};
const Error wrong{.code = Code::key_unknown, .message = "unknown"};
const net::Peer neighbour{.address = "192.168.1.7", .port = 4000, .loopback = false};
const net::Peer here{.address = "127.0.0.1", .port = 4000, .loopback = true};

TEST(WrongKeys, locks_an_address_out_that_shows_too_many) {
  WrongKeys wrong_keys;
  for (int i = 0; i < wrong_keys_at_once_max; ++i) {
    EXPECT_TRUE(wrong_keys.admit(neighbour, start).has_value());
    EXPECT_EQ(wrong_keys.note(neighbour, wrong, start).code, Code::key_unknown);
  }
  const auto refused = wrong_keys.admit(neighbour, start);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::key_guesses);
  EXPECT_EQ(refused.error().retry_after, wrong_key_forgiven_every);
  const net::Peer other_port{.address = "192.168.1.7", .port = 4001};
  EXPECT_FALSE(wrong_keys.admit(other_port, start).has_value());
  EXPECT_TRUE(wrong_keys.admit({.address = "192.168.1.8"}, start).has_value());
  EXPECT_TRUE(wrong_keys.admit(neighbour, start + wrong_key_forgiven_every).has_value());
}

TEST(WrongKeys, refuses_only_the_wrong_ones_of_this_computer) {
  WrongKeys wrong_keys;
  for (int i = 0; i < wrong_keys_at_once_max; ++i)
    EXPECT_EQ(wrong_keys.note(here, wrong, start).code, Code::key_unknown);
  EXPECT_EQ(wrong_keys.note(here, wrong, start).code, Code::key_guesses);
  EXPECT_TRUE(wrong_keys.admit(here, start).has_value());
}

TEST(WrongKeys, remembers_a_bounded_number_of_addresses) {
  WrongKeys wrong_keys;
  for (int i = 0; i < wrong_keys_at_once_max; ++i) static_cast<void>(wrong_keys.note(neighbour, wrong, start));
  EXPECT_FALSE(wrong_keys.admit(neighbour, start).has_value());
  for (std::size_t i = 0; i < wrong_key_addresses_max; ++i)
    static_cast<void>(wrong_keys.note({.address = fmt::format("10.0.{}.{}", i / 256, i % 256)}, wrong, start));
  EXPECT_TRUE(wrong_keys.admit(neighbour, start).has_value());  // the longest ago is forgotten
}

}  // namespace
}  // namespace agt::relay

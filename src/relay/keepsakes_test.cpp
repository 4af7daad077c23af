#include "relay/keepsakes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "relay/limits.h"

namespace agt::relay {
namespace {

const Instant start{std::chrono::hours(1)};

dialect::Keepsake of_size(std::size_t bytes, std::string name = "f") {
  return {.signature = ir::Signature{.blob = std::string(bytes, 's'), .signer = ir::Dialect::gemini},
          .name = std::move(name)};
}

TEST(Keepsakes, are_found_by_their_call) {
  Keepsakes kept;
  kept.keep("key", "call_1", of_size(10), start);
  ASSERT_NE(kept.find("key", "call_1", start), nullptr);
  EXPECT_EQ(*kept.find("key", "call_1", start), of_size(10));
  EXPECT_EQ(kept.find("key", "call_2", start), nullptr);
}

TEST(Keepsakes, belong_to_one_client_key) {
  Keepsakes kept;
  kept.keep("key", "call_1", of_size(10), start);
  EXPECT_EQ(kept.find("other", "call_1", start), nullptr);
  EXPECT_EQ(kept.find("", "call_1", start), nullptr);
}

TEST(Keepsakes, are_forgotten_after_their_time) {
  Keepsakes kept;
  kept.keep("key", "call_1", of_size(10), start);
  EXPECT_NE(kept.find("key", "call_1", start + keepsake_kept_for - std::chrono::seconds(1)), nullptr);
  EXPECT_EQ(kept.find("key", "call_1", start + keepsake_kept_for), nullptr);
  EXPECT_EQ(kept.size(), 0U);
}

TEST(Keepsakes, the_oldest_gives_way_to_the_newest) {
  Keepsakes kept;
  for (std::size_t i = 0; i <= keepsakes_max; ++i) kept.keep("key", fmt::format("call_{}", i), of_size(1), start);
  EXPECT_EQ(kept.size(), keepsakes_max);
  EXPECT_EQ(kept.find("key", "call_0", start), nullptr);
  EXPECT_NE(kept.find("key", fmt::format("call_{}", keepsakes_max), start), nullptr);
}

TEST(Keepsakes, are_bounded_in_bytes) {
  Keepsakes kept;
  const auto bytes = keepsake_bytes_max / 2;
  for (std::size_t i = 0; i < 2 * keepsakes_bytes_max / bytes; ++i)
    kept.keep("key", fmt::format("call_{}", i), of_size(bytes), start);
  EXPECT_LE(kept.size(), keepsakes_bytes_max / bytes);
  EXPECT_GT(kept.size(), 1U);
  kept.keep("key", "large", of_size(keepsake_bytes_max + 1), start);
  EXPECT_EQ(kept.find("key", "large", start), nullptr);
}

TEST(Keepsakes, a_call_that_comes_again_replaces_the_older_one) {
  Keepsakes kept;
  kept.keep("key", "call_0", of_size(1, "old"), start);
  kept.keep("key", "call_0", of_size(1, "new"), start);
  EXPECT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept.find("key", "call_0", start)->name, "new");
}

}  // namespace
}  // namespace agt::relay

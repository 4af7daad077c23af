#include "relay/shelf.h"

#include <gtest/gtest.h>

#include <chrono>

#include "relay/kept.h"

namespace agt::relay {
namespace {

using namespace std::chrono_literals;

constexpr Instant t0{1h};
constexpr ShelfLimits limits{.kept_for = 6h, .things = 10, .bytes = 100, .bytes_of_one = 40};

class Shelves : public ::testing::Test {
 protected:
  [[nodiscard]] std::string found(std::string_view key, std::string_view id, Instant now = t0) {
    const auto thing = shelf.find(key, id, now);
    return thing == nullptr ? "nothing" : *thing;
  }
  Shelf<std::string> shelf{limits};
};

TEST_F(Shelves, give_back_what_was_kept_to_the_same_key_only) {
  shelf.keep("anna", "r1", "said", t0);
  EXPECT_EQ(found("anna", "r1"), "said");
  EXPECT_EQ(found("boris", "r1"), "nothing");
  EXPECT_EQ(found("", "r1"), "nothing");
  EXPECT_EQ(found("anna", "r2"), "nothing");
}

TEST_F(Shelves, forget_after_their_time) {
  shelf.keep("", "r1", "said", t0);
  EXPECT_EQ(found("", "r1", t0 + 6h - 1ms), "said");
  EXPECT_EQ(found("", "r1", t0 + 6h), "nothing");
  EXPECT_EQ(shelf.size(), 0U);
}

TEST_F(Shelves, the_oldest_gives_way_to_the_newest) {
  for (std::size_t i = 0; i <= limits.things; ++i) shelf.keep("", std::to_string(i), "x", t0);
  EXPECT_EQ(shelf.size(), limits.things);
  EXPECT_EQ(found("", "0"), "nothing");
  EXPECT_EQ(found("", "1"), "x");
  EXPECT_EQ(found("", std::to_string(limits.things)), "x");
}

TEST_F(Shelves, are_bounded_in_bytes) {
  shelf.keep("", "huge", std::string(limits.bytes_of_one + 1, 'x'), t0);
  EXPECT_EQ(found("", "huge"), "nothing");
  const std::string large(limits.bytes_of_one, 'x');
  for (std::size_t i = 0; i <= limits.bytes / large.size(); ++i) shelf.keep("", std::to_string(i), large, t0);
  EXPECT_EQ(found("", "0"), "nothing");
  EXPECT_EQ(found("", "1"), large);
}

TEST_F(Shelves, keep_the_newer_of_two_under_one_id) {
  shelf.keep("", "r", "old", t0);
  shelf.keep("", "r", "new", t0);
  EXPECT_EQ(found("", "r"), "new");
  EXPECT_EQ(shelf.size(), 1U);
}

TEST_F(Shelves, what_is_borrowed_outlives_its_place) {
  shelf.keep("", "r", "old", t0);
  const auto borrowed = shelf.find("", "r", t0);
  shelf.keep("", "r", "new", t0);
  EXPECT_EQ(*borrowed, "old");
}

TEST(Kept, keepsakes_count_by_what_they_hold) {
  Kept kept;
  const auto of_size = [](std::size_t bytes) {
    return dialect::Keepsake{.signature = ir::Signature{.blob = std::string(bytes, 's'), .signer = ir::Dialect::gemini},
                             .name = "f"};
  };
  kept.keepsakes.keep("key", "large", of_size(keepsake_bytes_max + 1), t0);
  EXPECT_EQ(kept.keepsakes.find("key", "large", t0), nullptr);
  kept.keepsakes.keep("key", "call", of_size(10), t0);
  ASSERT_NE(kept.keepsakes.find("key", "call", t0), nullptr);
  EXPECT_EQ(*kept.keepsakes.find("key", "call", t0), of_size(10));
}

}  // namespace
}  // namespace agt::relay

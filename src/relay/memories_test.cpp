#include "relay/memories.h"

#include <gtest/gtest.h>

#include "relay/limits.h"

namespace agt::relay {
namespace {

constexpr Instant t0{1h};

TEST(Memories, gives_back_what_was_kept_to_the_same_key_only) {
  Memories memories;
  memories.keep("anna", "r1", "said", t0);
  EXPECT_EQ(memories.find("anna", "r1", t0), "said");
  EXPECT_FALSE(memories.find("boris", "r1", t0));
  EXPECT_FALSE(memories.find("", "r1", t0));
  EXPECT_FALSE(memories.find("anna", "r2", t0));
}

TEST(Memories, forgets_after_its_time) {
  Memories memories;
  memories.keep("", "r1", "said", t0);
  EXPECT_TRUE(memories.find("", "r1", t0 + memory_kept_for - 1ms));
  EXPECT_FALSE(memories.find("", "r1", t0 + memory_kept_for));
}

TEST(Memories, forgets_the_oldest_when_there_are_too_many) {
  Memories memories;
  for (std::size_t i = 0; i <= memories_max; ++i) memories.keep("", std::to_string(i), "x", t0);
  EXPECT_FALSE(memories.find("", "0", t0));
  EXPECT_TRUE(memories.find("", "1", t0));
  EXPECT_TRUE(memories.find("", std::to_string(memories_max), t0));
}

TEST(Memories, is_bounded_in_bytes) {
  Memories memories;
  memories.keep("", "huge", std::string(memory_bytes_max + 1, 'x'), t0);
  EXPECT_FALSE(memories.find("", "huge", t0));
  for (std::size_t i = 0; i <= memories_bytes_max / memory_bytes_max; ++i)
    memories.keep("", std::to_string(i), std::string(memory_bytes_max, 'x'), t0);
  EXPECT_FALSE(memories.find("", "0", t0));
  EXPECT_TRUE(memories.find("", "1", t0));
}

TEST(Memories, keeps_the_newer_of_two_under_one_id) {
  Memories memories;
  memories.keep("", "r", "old", t0);
  memories.keep("", "r", "new", t0);
  EXPECT_EQ(memories.find("", "r", t0), "new");
}

}  // namespace
}  // namespace agt::relay

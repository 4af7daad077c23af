#include "sim/replay.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace agt::sim {
namespace {

std::string bundle(std::string_view end, std::string_view messages) {
  return fmt::format(R"({{"format":"agt-bundle/1","upstream_end":"{}","messages":{{{}}}}})", end, messages);
}

constexpr std::string_view refused =
    R"("upstream_reply":{"first_line":"429","headers":[{"name":"Retry-After","value":"7"},
       {"name":"content-encoding","value":"gzip"},{"name":"x-key","value":"…"}],
       "truncated":false,"left_out":false,"body":"{\"error\":{}}"})";

TEST(Replay, says_what_the_upstream_said) {
  const auto script = replay_of(bundle("whole", refused));
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_EQ(script->raw,
            "HTTP/1.1 429 Recorded\r\nconnection: close\r\nRetry-After: 7\r\ncontent-length: 12\r\n\r\n{\"error\":{}}");
}

TEST(Replay, promises_more_than_it_says_where_the_answer_was_cut) {
  EXPECT_TRUE(replay_of(bundle("cut", refused))->raw->contains("content-length: 13\r\n"));
  EXPECT_GT(replay_of(bundle("silent", refused))->after_raw_ms, 0);
}

TEST(Replay, is_silent_where_the_upstream_was) {
  const auto script = replay_of(bundle("silent", ""));
  ASSERT_TRUE(script);
  EXPECT_EQ(script->stall, Stall::accept);
}

TEST(Replay, refuses_what_it_cannot_say) {
  EXPECT_FALSE(replay_of("{}"));
  EXPECT_FALSE(replay_of("no JSON"));
  EXPECT_FALSE(replay_of(bundle("none", "")));
  EXPECT_FALSE(replay_of(bundle(
      "whole", R"("upstream_reply":{"first_line":"200","headers":[],"truncated":true,"left_out":false,"body":"x"})")));
  EXPECT_FALSE(replay_of(
      bundle("whole",
             R"("upstream_reply":{"first_line":"oops","headers":[],"truncated":false,"left_out":false,"body":"x"})")));
}

}  // namespace
}  // namespace agt::sim

#include "sim/markers.h"

#include <gtest/gtest.h>

namespace agt::sim {
namespace {

TEST(Markers, reads_a_tool_call_anywhere_in_the_text) {
  const auto found = find_markers("Please [[tool Bash {\"command\":\"echo ]] }\"}]] now");
  ASSERT_EQ(found.calls.size(), 1U);
  EXPECT_EQ(found.calls[0], (WantedCall{.name = "Bash", .arguments = R"({"command":"echo ]] }"})"}));
}

TEST(Markers, reads_several_calls_as_parallel_ones) {
  const auto found = find_markers("[[tool a]][[tool b {}]] [[tool c { \"x\" : [1] } ]]");
  ASSERT_EQ(found.calls.size(), 3U);
  EXPECT_EQ(found.calls[0].arguments, "{}");
  EXPECT_EQ(found.calls[2].arguments, "{ \"x\" : [1] }");
}

TEST(Markers, takes_what_is_incomplete_as_ordinary_text) {
  for (const auto* text :
       {"[[tool Bash {\"a\":1]]", "[[tool]]", "[[tool ]]", "[[think", "[[long x]]", "[[json {]]", "[["}) {
    const auto found = find_markers(text);
    EXPECT_TRUE(found.calls.empty() && !found.think && !found.long_chunks && !found.json) << text;
  }
}

TEST(Markers, reads_the_words_and_the_numbers) {
  const auto found = find_markers(
      "a [[think]] b [[length]] [[refuse]] [[long 12]] [[json {\"k\": [\"]]\"]}]] [[usage {\"input\":3}]]");
  EXPECT_TRUE(found.think && found.length && found.refuse);
  EXPECT_EQ(found.long_chunks, 12);
  EXPECT_EQ(found.json, R"({"k": ["]]"]})");
  EXPECT_EQ(found.usage, R"({"input":3})");
}

TEST(Markers, bounds_what_a_prompt_can_ask) { EXPECT_EQ(find_markers("[[long 999999999]]").long_chunks, 200'000); }

}  // namespace
}  // namespace agt::sim

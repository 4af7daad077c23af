#include "relay/pattern.h"

#include <gtest/gtest.h>

#include <string>

#include "relay/limits.h"

namespace agt::relay {
namespace {

TEST(Pattern, is_a_name_a_wildcard_or_a_regular_expression) {
  EXPECT_TRUE(matches("gpt-5", "gpt-5"));
  EXPECT_FALSE(matches("gpt-5", "gpt-50"));
  EXPECT_TRUE(matches("claude-*", "claude-opus-5"));
  EXPECT_TRUE(matches("/gpt-(?!4).*/", "gpt-5-mini"));
  EXPECT_FALSE(matches("/gpt-(?!4).*/", "gpt-4o"));
  EXPECT_FALSE(matches("/gpt/", "gpt-5")) << "the whole name, not a part of it";
}

TEST(Pattern, is_checked_when_the_rule_is_made) {
  EXPECT_TRUE(check_pattern("claude-*").has_value());
  EXPECT_TRUE(check_pattern("/^a|b$/").has_value());
  EXPECT_EQ(check_pattern("/(/").error().field, "match");
  EXPECT_EQ(check_pattern("").error().field, "match");
  EXPECT_EQ(check_pattern(std::string(pattern_bytes_max + 1, 'x')).error().field, "match");
}

TEST(Pattern, takes_no_longer_for_a_name_that_a_client_made_up) {
  const auto name = std::string(model_name_bytes_max - 1, 'a') + "!";
  for (const auto* match : {"/(a+)+/", "/(a|a)*b/", "/((a*)*)*b/", "/(a?){100}a{100}/"}) {
    EXPECT_TRUE(check_pattern(match).has_value()) << match;
    EXPECT_FALSE(matches(match, name)) << match;
  }
}

TEST(Pattern, cannot_refer_back) {
  EXPECT_TRUE(check_pattern("/(a)-\\1/").error().message.contains("refers back"));
  EXPECT_FALSE(matches("/(a)-\\1/", "a-a"));
}

}  // namespace
}  // namespace agt::relay

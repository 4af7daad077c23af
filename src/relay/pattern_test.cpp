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

TEST(Pattern, repeats_only_so_often_and_says_where) {
  EXPECT_TRUE(check_pattern("/m{1000}/").has_value());
  EXPECT_TRUE(check_pattern("/(ab){2,3}[{9999}]\\{x{0,}/").has_value()) << "in a set and escaped it is no repetition";
  const auto said = [](std::string_view match) {
    const auto checked = check_pattern(match);
    return checked ? "good" : checked.error().field + ": " + checked.error().message;
  };
  EXPECT_EQ(said("/gpt-m{1001}/"), "match: \"/gpt-m{1001}/\", character 7: it repeats something more than 1000 times.");
  EXPECT_EQ(said("/m{49999999999999999999999,9}/"),
            "match: \"/m{49999999999999999999999,9}/\", character 3: it repeats something more than 1000 times.");
  EXPECT_EQ(said("/m{1,4999}/"), "match: \"/m{1,4999}/\", character 3: it repeats something more than 1000 times.");
  EXPECT_EQ(said("/((a{99}){99})x/"),
            "match: \"/((a{99}){99})x/\", character 10: its repetitions make more than 5000 characters of it.");
}

TEST(Pattern, as_long_as_they_may_be_are_quick) {
  const auto name = std::string(model_name_bytes_max, 'a');
  for (const auto* match : {"/(a{70}){70}/", "/((a?){50}){90}b/"}) {
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

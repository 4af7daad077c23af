#include "app/args.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/commands.h"

namespace agt::app {
namespace {

using Words = std::vector<std::string>;

Result<Arguments> parse(std::string_view command, const Words& given) {
  const auto* found = find_command(command);
  return parse_arguments({found->name, found->words, found->options}, given);
}

std::string refusal(std::string_view command, const Words& given) {
  const auto parsed = parse(command, given);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().code, Code::schema);
  return parsed.error().message;
}

TEST(Arguments, take_options_before_and_after_words) {
  const auto parsed = parse("account add", {"--label=work", "openai", "--model", "a", "--model", "b", "--disabled"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->word(0), "openai");
  EXPECT_EQ(parsed->get("--label"), "work");
  EXPECT_EQ(parsed->all("--model"), (Words{"a", "b"}));
  EXPECT_TRUE(parsed->has("--disabled"));
  EXPECT_FALSE(parsed->has("--insecure-http"));
}

TEST(Arguments, take_a_negative_number_as_a_value) {
  const auto parsed = parse("account add", {"openai", "--priority", "-5"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(number_in(*parsed, "--priority"), -5);
}

TEST(Arguments, end_options_at_two_dashes) {
  const auto parsed = parse("key add", {"--", "--odd"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->word(0), "--odd");
}

TEST(Arguments, know_home_everywhere) {
  for (const auto& command : commands()) {
    Words given{"--home", "/h"};
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::ranges::count(command.words, ' ')) + 1; ++i)
      if (!command.words.empty()) given.emplace_back("x");
    const auto parsed = parse_arguments({command.name, command.words, command.options}, given);
    ASSERT_TRUE(parsed) << command.name;
    EXPECT_EQ(parsed->get("--home"), "/h");
  }
}

TEST(Arguments, name_the_wrong_option_and_the_nearest_right_one) {
  EXPECT_EQ(refusal("account add", {"openai", "--lable", "x"}),
            "`agt account add` has no option --lable; did you mean --label?");
  EXPECT_EQ(refusal("account list", {"--jsn"}), "`agt account list` has no option --jsn; did you mean --json?");
  EXPECT_EQ(refusal("account list", {"--wibble"}), "`agt account list` has no option --wibble.");
}

TEST(Arguments, explain_why_a_key_is_no_argument) {
  for (const auto* spelled : {"--key", "--key=sk-1", "--api-key"}) {
    const auto message = refusal("account add", {"openai", spelled, "sk-1"});
    EXPECT_TRUE(message.contains("on purpose")) << message;
    EXPECT_TRUE(message.contains("--key-env VARIABLE or --key-stdin")) << message;
    EXPECT_FALSE(message.contains("sk-1")) << message;
  }
}

TEST(Arguments, refuse_what_is_too_much_or_too_little) {
  EXPECT_EQ(refusal("account add", {}), "`agt account add` needs PROVIDER.");
  EXPECT_EQ(refusal("account add", {"openai", "sk-1"}), "`agt account add` does not take \"sk-1\".");
  EXPECT_EQ(refusal("account add", {"openai", "--label"}), "--label needs a value: --label LABEL.");
  EXPECT_EQ(refusal("account add", {"openai", "--label", "a", "--label", "b"}), "--label is given twice.");
  EXPECT_EQ(refusal("account list", {"--json=yes"}), "--json takes no value.");
  EXPECT_EQ(refusal("trace", {}), "");
}

TEST(Commands, all_have_a_page_with_their_options) {
  for (const auto& command : commands()) {
    const auto page = help_of(command);
    EXPECT_TRUE(page.starts_with("agt " + std::string(command.name))) << page;
    for (const auto& option : command.options) EXPECT_TRUE(page.contains(option.name)) << command.name;
    EXPECT_TRUE(help_overview().contains(command.summary)) << command.name;
  }
}

TEST(Commands, fit_into_a_terminal) {
  for (const auto& command : commands())
    for (std::size_t begin = 0; begin < help_of(command).size();) {
      const auto page = help_of(command);
      const auto end = page.find('\n', begin);
      EXPECT_LE(end - begin, 118U) << page.substr(begin, end - begin);
      begin = end + 1;
    }
}

}  // namespace
}  // namespace agt::app

#include <gtest/gtest.h>

#include <set>

#include "core/failure.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/secret.h"
#include "core/text.h"
#include "core/toml_text.h"
#include "core/utf8.h"

namespace agt {
namespace {

TEST(Failure, gives_every_code_a_name_and_a_remedy) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Code::client_gone); ++i) {
    const auto& row = facts(static_cast<Code>(i));
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(row.remedy.ends_with('.')) << row.name;
  }
}

TEST(Secret, matches_only_its_whole_self) {
  const Secret secret("sk-0123456789abcdef");
  EXPECT_TRUE(secret.matches("sk-0123456789abcdef"));
  EXPECT_FALSE(secret.matches("sk-0123456789abcdeF"));
  EXPECT_FALSE(secret.matches("sk-0123456789abcde"));
  EXPECT_FALSE(secret.matches("sk-0123456789abcdefsk-0123456789abcdef"));
  EXPECT_FALSE(secret.matches(""));
  EXPECT_FALSE(Secret("").matches(""));
}

TEST(Secret, hints_at_its_end_only_when_long) {
  EXPECT_EQ(Secret("sk-0123456789abcdef").hint(), "…cdef");
  EXPECT_EQ(Secret("short").hint(), "…");
}

TEST(Secret, is_empty_after_a_move) {
  Secret a("sk-0123456789abcdef");
  const Secret b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(b.reveal(), "sk-0123456789abcdef");
}

TEST(Text, matches_wildcards) {
  EXPECT_TRUE(text::wildcard_match("claude-*", "claude-opus-4"));
  EXPECT_TRUE(text::wildcard_match("*", ""));
  EXPECT_TRUE(text::wildcard_match("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(text::wildcard_match("a*b*c", "a-b-b"));
  EXPECT_FALSE(text::wildcard_match("claude", "claude-opus"));
}

TEST(Text, decodes_percent_escapes_or_refuses) {
  EXPECT_EQ(text::percent_decoded("a%2Fb+c"), "a/b+c");
  EXPECT_EQ(text::percent_decoded("a%2"), std::nullopt);
  EXPECT_EQ(text::percent_decoded("%zz"), std::nullopt);
  EXPECT_EQ(text::percent_encoded("a/b c"), "a%2Fb%20c");
}

TEST(Text, clips_between_characters) {
  EXPECT_EQ(text::clipped("aé", 2), "a");
  EXPECT_EQ(text::clipped("aé", 3), "aé");
}

TEST(Text, quotes_what_is_no_utf_8) {
  EXPECT_EQ(text::quoted("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(text::quoted("\xa0!"), "\\xa0!");
  EXPECT_EQ(text::quoted("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(text::quoted("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(text::quoted("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");  // beyond Unicode
  EXPECT_EQ(text::quoted("\xe2\x82"), "\\xe2\\x82");                    // cut
}
TEST(Text, quotes_control_characters) { EXPECT_EQ(text::quoted("a\x1b[31m\n"), "a\\x1b[31m\\x0a"); }

TEST(Ids, differ_and_have_their_length) {
  auto rng = seeded_rng();
  const auto a = random_id(rng, "req_");
  EXPECT_EQ(a.size(), 28U);
  EXPECT_NE(a, random_id(rng, "req_"));
  EXPECT_EQ(random_secret_text("sk-").size(), 51U);
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Code::schema, "odd", "n");
  return n / 2;
}
Result<int> quarter(int n) {
  TRY(const auto h, half(n));
  TRY(const auto q, half(h));
  return q;
}
TEST(Result, hands_errors_on) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().field, "n");
  EXPECT_EQ(quarter(6).error().failure_class(), FailureClass::client_error);
}

TEST(Text, of_others_becomes_utf8) {
  EXPECT_EQ(text::as_utf8("a\u00e9\u20ac\U0001F600"), "a\u00e9\u20ac\U0001F600");
  EXPECT_EQ(text::as_utf8("cut \xE2\x82"), "cut \uFFFD\uFFFD");
  EXPECT_EQ(text::as_utf8("\xC0\xAF"), "\uFFFD\uFFFD");            // an overlong form
  EXPECT_EQ(text::as_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
}

TEST(Text, is_quoted_as_utf8) { EXPECT_EQ(text::quoted("a\xFF\n"), "a\\xff\\x0a"); }

TEST(TomlText, stands_in_with_question_marks_where_only_strings_and_comments_may_have_them) {
  EXPECT_EQ(text::ascii_of_toml("a = 1"), std::nullopt);
  EXPECT_EQ(text::ascii_of_toml("\uFEFFa = 1"), std::nullopt);
  EXPECT_EQ(text::ascii_of_toml("\u00de\n"), "?c3?9e\n");
  EXPECT_EQ(text::ascii_of_toml("\uFEFF'\u00df' # \xFF"), "'?c3?9f' # ?ff");
  EXPECT_EQ(text::ascii_of_toml("\\\u00de"), "\\?c3?9e") << "nothing like that can be escaped";
  EXPECT_EQ(text::ascii_of_toml("\\\n \u00de"), "\\\n \\?c3?9e") << "nor may it follow a line that goes on";
  EXPECT_EQ(text::ascii_of_toml("\\\\\n \u00de"), "\\\\\n ?c3?9e");
  EXPECT_EQ(text::ascii_of_toml("\\\\\\ \u00de"), "\\\\\\ \\?c3?9e");
}

}  // namespace
}  // namespace agt

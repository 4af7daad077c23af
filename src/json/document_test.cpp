#include "json/document.h"

#include <gtest/gtest.h>

namespace agt::json {
namespace {

Document parsed(std::string text) {
  auto document = Document::parse_owned(std::move(text));
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return *std::move(document);
}

TEST(Document, reads_values_by_key_and_index) {
  const auto document = parsed(R"({"a":{"b":[1,"two",true,null,-2.5e1]}})");
  const auto list = document.root()["a"]["b"];
  EXPECT_EQ(list.size(), 5U);
  EXPECT_EQ(list[0].integer().value(), 1);
  EXPECT_EQ(list[1].text().value(), "two");
  EXPECT_TRUE(list[2].boolean().value());
  EXPECT_EQ(list[3].kind(), Kind::null);
  EXPECT_EQ(list[4].number().value(), -25.0);
  EXPECT_FALSE(list[5].exists());
  EXPECT_FALSE(document.root()["x"]["y"][3].exists());
}

TEST(Document, keeps_slices_verbatim) {
  const auto document = parsed(R"({ "big" : 9007199254740993 , "one": 1.0,"huge":1e400, "s":"\u0041\ud800" })");
  EXPECT_EQ(document.root()["big"].raw(), "9007199254740993");
  EXPECT_EQ(document.root()["one"].raw(), "1.0");
  EXPECT_EQ(document.root()["huge"].raw(), "1e400");
  EXPECT_EQ(document.root()["s"].raw(), R"("\u0041\ud800")");
  EXPECT_EQ(document.root()["big"].integer().value(), 9007199254740993);
}

TEST(Document, unescapes_strings) {
  const auto document = parsed(R"(["\"\\\/\b\f\n\r\t","\u00e9\ud83d\ude00","\ud800x","\u0000"])");
  EXPECT_EQ(document.root()[0].text().value(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(document.root()[1].text().value(), "é😀");
  EXPECT_EQ(document.root()[2].text().value(), "\xEF\xBF\xBDx");
  EXPECT_EQ(document.root()[3].text().value(), std::string(1, '\0'));
}

TEST(Document, compares_keys_after_unescaping) {
  const auto document = parsed(R"({"mo\u0064el":"x"})");
  EXPECT_TRUE(document.root()["model"].is("x"));
}

TEST(Document, takes_the_last_of_equal_keys) {
  const auto document = parsed(R"({"a":1,"a":2})");
  EXPECT_EQ(document.root()["a"].integer().value(), 2);
}

TEST(Document, names_the_path_in_errors) {
  const auto document = parsed(R"({"messages":[{},{"content":[{"text":7}]}]})");
  const auto error = document.root()["messages"][1]["content"][0]["text"].text().error();
  EXPECT_EQ(error.field, "messages[1].content[0].text");
  EXPECT_EQ(error.message, "messages[1].content[0].text: must be a string, not a number.");
}

TEST(Document, reads_whole_doubles_as_integers_only) {
  const auto document = parsed("[3.0,3.5,1e3,99999999999999999999]");
  EXPECT_EQ(document.root()[0].integer().value(), 3);
  EXPECT_FALSE(document.root()[1].integer().has_value());
  EXPECT_EQ(document.root()[2].integer().value(), 1000);
  EXPECT_FALSE(document.root()[3].integer().has_value());
}

class Refused : public testing::TestWithParam<std::string_view> {};
TEST_P(Refused, as_bad_json) {
  const auto document = Document::parse(GetParam());
  ASSERT_FALSE(document.has_value());
  EXPECT_EQ(document.error().code, Code::bad_json);
}
INSTANTIATE_TEST_SUITE_P(Document, Refused,
                         testing::Values("", " ", "{", "[", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "[1,]",
                                         "[,1]", "{,}", "[1 2]", "{\"a\" 1}", "{a:1}", "01", "-", "1.", ".5", "+1",
                                         "1e", "0x1", "NaN", "Infinity", "nul", "truee", "\"\\x\"", "\"\\u12g4\"",
                                         "\"a", "\"\n\"", "[1]]", "{}{}", "1 2", "\"\xff\"", "\"\xc0\x80\"",
                                         "\"\xed\xa0\x80\"", "\xEF\xBB\xBF{}", "[}", "{]", "'a'", "[1,,2]", "{\"a\":}",
                                         "{\"a\"::1}", "]", "}", ":", ",", "{1:2}", "[\"a\":1]", "{\"a\",\"b\"}"));

TEST(Document, limits_its_depth) {
  EXPECT_TRUE(Document::parse_owned(std::string(128, '[') + std::string(128, ']')).has_value());
  EXPECT_FALSE(Document::parse_owned(std::string(129, '[') + std::string(129, ']')).has_value());
  EXPECT_FALSE(Document::parse_owned(std::string(1'000'000, '[')).has_value());
}

TEST(Document, accepts_scalars_at_the_root) {
  EXPECT_EQ(parsed(" 7 ").root().integer().value(), 7);
  EXPECT_EQ(parsed("\"x\"").root().text().value(), "x");
}

TEST(Document, survives_being_moved) {
  auto first = parsed(R"({"k":"v"})");
  const auto second = std::move(first);
  EXPECT_TRUE(second.root()["k"].is("v"));
}

TEST(Document, the_rest_of_a_text_whose_members_were_read) {
  const std::string_view text = R"({"model":"m","messages":[{"a":[1,2,{"b":"c"}]}]})";
  Scratch scratch;
  const auto whole = Document::parse(text);
  const auto members = Document::parse_members(text, scratch);
  ASSERT_TRUE(members);
  EXPECT_EQ(members->root()["messages"].size(), 0U);
  const auto at_once = Document::parse_rest(*members, scratch);
  ASSERT_TRUE(at_once);
  EXPECT_EQ(at_once->root()["messages"][0]["a"][2]["b"].raw(), "\"c\"");
  // Another text came in between: what the scratch knows is no longer about this one.
  ASSERT_TRUE(
      Document::parse(R"([1,2,3,[4],{"x":null},"longer than the other one, and of another structure"])", scratch));
  const auto later = Document::parse_rest(*members, scratch);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->root()["messages"][0]["a"][2]["b"].raw(), "\"c\"");
  Scratch other;
  ASSERT_TRUE(Document::parse("[]", other));
  EXPECT_EQ(Document::parse_rest(*members, other)->root()["model"].raw(), "\"m\"");
  // Members of a text whose nested part is no JSON.
  const auto broken = Document::parse_members(R"({"a":[1 2]})", scratch);
  ASSERT_TRUE(broken);
  EXPECT_FALSE(Document::parse_rest(*broken, scratch));
}

}  // namespace
}  // namespace agt::json

#include "dialect/session.h"

#include <gtest/gtest.h>

#include <map>

namespace agt::dialect {
namespace {

std::string named(std::map<std::string, std::string, std::less<>> headers, std::string_view body = "{}") {
  json::Scratch scratch;
  const auto members = json::Document::parse_members(body, scratch).value();
  const auto lookup = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = headers.find(name);
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  };
  return named_session(lookup, members);
}

std::string words(std::string_view body, std::string_view turns = "messages") {
  json::Scratch scratch;
  const auto members = json::Document::parse_members(body, scratch).value();
  return std::string(first_words(members, turns));
}

TEST(Session, is_named_by_headers_and_bodies_in_order_of_trust) {
  const auto* user = R"({"metadata":{"user_id":"user_a_account_b_session_c0ffee"}})";
  EXPECT_EQ(named({{"x-claude-code-session-id", "h"}, {"session-id", "s"}}, user), "h");
  EXPECT_EQ(named({{"session-id", "s"}}, user), "c0ffee");
  EXPECT_EQ(named({{"session_id", "codex"}}, R"({"prompt_cache_key":"k"})"), "codex");
  EXPECT_EQ(named({}, R"({"prompt_cache_key":"k","metadata":{"user_id":"u"}})"), "k");
  EXPECT_EQ(named({}, R"({"conversation":{"id":"conv_1"}})"), "conv_1");
  EXPECT_EQ(named({}, R"({"metadata":{"user_id":"u"}})"), "u");
  EXPECT_EQ(named({}, R"({"metadata":{"user_id":"{\"device_id\":\"d\",\"session_id\":\"s\"}"}})"), "s");
  EXPECT_EQ(named({}), "");
}

TEST(Session, is_known_by_its_first_user_message_as_it_grows) {
  const auto first = words(R"({"messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi, [\"{"}]})");
  EXPECT_EQ(first, R"("Hi, [\"{")");
  EXPECT_EQ(words(R"({"messages":[{"role":"system","content":"other"},{"role":"user","content":"Hi, [\"{"},)"
                  R"({"role":"assistant","content":"Yes"}]})"),
            first);
  EXPECT_EQ(
      words(R"({"messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"e"}}]}]})"),
      words(R"({"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"user","content":"x"}]})"));
}

TEST(Session, reads_the_turns_of_every_dialect) {
  EXPECT_EQ(words(R"({"contents":[{"role":"user","parts":[{"text":"G"}]}]})", "contents"), R"("G")");
  EXPECT_EQ(words(R"({"contents":[{"parts":[{"text":"G"}]}]})", "contents"), R"("G")");
  EXPECT_EQ(words(R"({"input":"R"})", "input"), R"("R")");
  EXPECT_EQ(
      words(R"({"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"R"}]}]})", "input"),
      R"("R")");
}

TEST(Session, is_the_same_however_the_body_is_laid_out) {
  const auto flat = words(R"({"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]})");
  EXPECT_EQ(flat, R"("Hi")");
  EXPECT_EQ(words("{ \"messages\" : [ { \"content\" : [ { \"text\" : \"Hi\" , \"type\" : \"text\" } ] ,\n \"role\" : "
                  "\"user\" } ] }"),
            flat);
  EXPECT_EQ(words(R"({"messages":[{"role":"user","content":["Hi"]}]})"), flat);
}

TEST(Session, is_unknown_where_nobody_has_spoken) {
  EXPECT_EQ(words(R"({"messages":[]})"), "");
  EXPECT_EQ(words(R"({"messages":[{"role":"assistant","content":"x"}]})"), "");
  EXPECT_EQ(words(R"({"messages":[{}]})"), "{}");
  EXPECT_EQ(words(R"({"messages":{"a":1}})"), "");
  EXPECT_EQ(words(R"({"messages":[[],{},7,"x",{"role":"user"}]})").size() <= 1024, true);
}

TEST(Session, finds_the_end_of_a_turn_behind_any_string) {
  EXPECT_EQ(words(R"({"messages":[{"role":"system","content":"a\\"},{"role":"user","content":"x\"},{"}]})"),
            R"("x\"},{")");
  EXPECT_EQ(words(R"({"messages":[{"role":"system","content":"\\\""},{"role":"user","content":"y"}]})"), R"("y")");
  EXPECT_EQ(words(R"({"messages":[{"role":"system","content":""},{"role":"user","content":"z"}]})"), R"("z")");
}

TEST(Session, looks_at_the_beginning_of_long_words) {
  const auto body = [](std::string_view end) {
    return R"({"messages":[{"role":"user","content":")" + std::string(5000, 'w') + std::string(end) + R"("}]})";
  };
  EXPECT_EQ(words(body("a")).size(), 1024U);
  EXPECT_EQ(words(body("a")), words(body("b")));
}

TEST(Session, is_nothing_without_words_of_a_user) {
  EXPECT_EQ(words(R"({"messages":[{"role":"system","content":"S"}]})"), "");
  EXPECT_EQ(words(R"({"messages":[]})"), "");
  EXPECT_EQ(words(R"({"messages":5})"), "");
  EXPECT_EQ(words("{}"), "");
}

}  // namespace
}  // namespace agt::dialect

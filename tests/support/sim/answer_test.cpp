#include "sim/answer.h"

#include <gtest/gtest.h>

#include "sim/ids.h"
#include "sim/token_desk.h"

namespace agt::sim {
namespace {

Turn asked(std::string text) {
  Turn turn;
  turn.tools = {{.name = "get"}, {.name = "patch", .custom = true}, {.name = "inner", .name_space = "ns"}};
  turn.said.user_text(std::move(text));
  turn.said.close();
  return turn;
}

TEST(Conversation, joins_the_last_turn_of_the_user_and_leaves_reminders_out) {
  Conversation said;
  said.user_text("old");
  said.model_turn();
  said.user_text("<system-reminder>note</system-reminder>");
  said.user_text("new");
  said.user_text("prompt");
  said.close();
  EXPECT_EQ(said.prompt(), "new\nprompt");
}

TEST(Conversation, keeps_the_prompt_while_tools_answer) {
  Conversation said;
  said.user_text("prompt");
  said.model_turn();
  said.tool_result("one");
  said.user_text("<system-reminder>note</system-reminder>");
  said.model_turn();
  said.tool_result("two");
  said.close();
  EXPECT_EQ(said.prompt(), "prompt");
  EXPECT_EQ(said.results(), (std::vector<std::string>{"one", "two"}));
}

TEST(Conversation, starts_anew_when_the_user_types_beside_a_result) {
  Conversation said;
  said.user_text("prompt");
  said.model_turn();
  said.tool_result("one");
  said.user_text("next");
  said.close();
  EXPECT_EQ(said.prompt(), "next");
  EXPECT_TRUE(said.results().empty());
}

TEST(Answer, echoes_a_clipped_prompt) {
  EXPECT_EQ(answer(asked("hi"), {}).text, "Echo: hi");
  const auto long_prompt = std::string(199, 'x') + "é!";
  EXPECT_EQ(answer(asked(long_prompt), {}).text, "Echo: " + std::string(199, 'x'));
}

TEST(Answer, calls_the_tools_that_were_declared) {
  const auto said =
      answer(asked("[[tool get {\"a\":1}]][[tool nope]][[tool patch {\"input\":\"x\"}]][[tool ns__inner]]"), {});
  ASSERT_EQ(said.calls.size(), 3U);
  EXPECT_EQ(said.calls[0].arguments, "{\"a\":1}");
  EXPECT_EQ(said.calls[1].arguments, "x");
  EXPECT_EQ(said.calls[2].name_space, "ns");
  EXPECT_EQ(said.stop, Stop::tools);
  EXPECT_TRUE(said.text.empty());
}

TEST(Answer, echoes_when_no_tool_of_the_prompt_is_declared) {
  EXPECT_EQ(answer(asked("[[tool nope]]"), {}).text, "Echo: [[tool nope]]");
}

TEST(Answer, tells_what_the_tools_said) {
  auto turn = asked("[[tool get]] [[think]]");
  turn.said.tool_result("a");
  turn.said.tool_result("b");
  turn.said.close();
  const auto said = answer(turn, {});
  EXPECT_EQ(said.text, "Tools said: a | b");
  EXPECT_FALSE(said.thinking);
}

TEST(Answer, cuts_words_and_never_a_character) {
  const std::string text = "one two " + std::string(31, 'x') + "é y";
  const auto cuts = word_cuts(text);
  EXPECT_EQ(cuts, (std::vector<std::size_t>{4, 8, 39, 42, 43}));
}

TEST(Answer, follows_the_script_before_the_prompt) {
  Script script{.text = "said", .usage = UsageWords{.input = 9, .cached = 4}, .stop = "length"};
  const auto said = answer(asked("[[long 3]]"), script);
  EXPECT_EQ(said.text, "said");
  EXPECT_EQ(said.usage.input, 9);
  EXPECT_EQ(said.usage.cached, 4);
  EXPECT_EQ(said.stop, Stop::length);
  const auto bench = answer(asked("x"), {.chunks = 3, .chunk_bytes = 5});
  EXPECT_EQ(bench.cuts, (std::vector<std::size_t>{5, 10, 15}));
}

TEST(Answer, stops_at_a_stop_sequence) {
  auto turn = asked("a STOP b");
  turn.stops = {"STOP"};
  const auto said = answer(turn, {});
  EXPECT_EQ(said.text, "Echo: a ");
  EXPECT_EQ(said.stop_sequence, "STOP");
}

TEST(Signer, knows_its_own_signatures_and_for_whom_they_were) {
  const Signer signer("secret");
  const Signer other("another");
  const auto signature = signer.issue(SignatureKind::gemini, "n");
  EXPECT_TRUE(signer.knows(SignatureKind::gemini, signature));
  EXPECT_FALSE(signer.knows(SignatureKind::anthropic, signature));
  EXPECT_FALSE(other.knows(SignatureKind::gemini, signature));
  EXPECT_FALSE(signer.knows(SignatureKind::gemini, ""));
  EXPECT_FALSE(signer.knows(SignatureKind::gemini, signature.substr(4)));
}

TEST(Minter, never_repeats) {
  Minter ids(1);
  EXPECT_NE(ids.mint("a"), ids.mint("a"));
  EXPECT_EQ(ids.mint("call_").size(), 5U + 24U);
}

Request refresh_with(std::string token) {
  return {.body = "grant_type=refresh_token&client_id=c&refresh_token=" + text::percent_encoded(token)};
}

std::string refreshed(TokenDesk& desk, const std::string& token, std::int64_t now_ms) {
  const auto reply = desk.token(refresh_with(token), {}, now_ms);
  const auto document = json::Document::parse(reply.body);
  return document->root()[reply.status == 200 ? "refresh_token" : "error"].text_or("");
}

TEST(TokenDesk, revokes_the_family_when_a_rotated_token_comes_back) {
  Minter ids(1);
  TokenDesk desk(ids);
  const auto second = refreshed(desk, "first", 1000);
  EXPECT_EQ(refreshed(desk, "first", 2000), "invalid_grant");
  EXPECT_EQ(refreshed(desk, second, 3000), "invalid_grant");
  EXPECT_NE(refreshed(desk, "of-another-family", 3000), "invalid_grant");
}

TEST(TokenDesk, forgives_a_retry_within_the_grace_window) {
  Minter ids(1);
  TokenDesk desk(ids);
  ASSERT_TRUE(desk.set_rules(json::Document::parse(R"({"grace_ms":500})")->root()));
  const auto second = refreshed(desk, "first", 1000);
  EXPECT_NE(refreshed(desk, "first", 1499), "invalid_grant");
  EXPECT_NE(refreshed(desk, second, 9000), "invalid_grant");
  EXPECT_EQ(refreshed(desk, "first", 1500), "invalid_grant");
}

TEST(TokenDesk, lets_access_tokens_expire) {
  Minter ids(1);
  TokenDesk desk(ids);
  const auto reply = desk.token(refresh_with("first"), {.expires_in = 10}, 1000);
  const auto access = json::Document::parse(reply.body)->root()["access_token"].text_or("");
  EXPECT_TRUE(desk.accepts(access, 10'999));
  EXPECT_FALSE(desk.accepts(access, 11'000));
  EXPECT_TRUE(desk.accepts("any other key", 11'000));
}

TEST(TokenDesk, checks_the_proof_of_a_code) {
  Minter ids(1);
  TokenDesk desk(ids);
  const auto challenge = base64url(sha256("verifier"));
  const auto code_for = [&] {
    const auto back =
        desk.authorize("redirect_uri=http%3A%2F%2Fl%2Fcb&state=s&code_challenge=" + challenge).headers[0].value;
    return parameter(std::string_view(back).substr(back.find('?') + 1), "code");
  };
  const auto redeem = [&](const std::string& code, std::string_view verifier) {
    const Request request{.body = "grant_type=authorization_code&code=" + text::percent_encoded(code) +
                                  "&code_verifier=" + std::string(verifier)};
    return desk.token(request, {}, 1000).status;
  };
  const auto code = code_for();
  EXPECT_EQ(redeem(code, "verifier"), 200);
  EXPECT_EQ(redeem(code, "verifier"), 400);
  EXPECT_EQ(redeem(code_for(), "wrong"), 400);
}

}  // namespace
}  // namespace agt::sim

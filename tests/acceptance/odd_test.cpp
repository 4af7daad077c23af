// Odd content: nothing in many forms, and values that must not be written anew.
#include "acceptance/journey.h"

namespace agt::acceptance {
namespace {

using ir::StopReason;

TEST(acceptance, 59_nothing_in_many_forms) {
  const std::string history =
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":""},)"
      R"({"role":"user","content":"  "},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
      R"("function":{"name":"f","arguments":""}}]},{"role":"tool","tool_call_id":"a","content":""},)"
      R"({"role":"user","content":"y"}]})";
  for (const auto* upstream : others(chat())) {
    const auto out = sent(chat(), history, *upstream);
    EXPECT_FALSE(out.body.empty()) << upstream->name;
  }
  const std::vector<std::pair<const Side*, std::string>> replies{
      {&gemini(), R"({"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}],"responseId":"r"})"},
      {&gemini(),
       R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]},"finishReason":"MAX_TOKENS"}]})"},
      {&chat(),
       R"({"id":"i","choices":[{"index":0,"message":{"role":"assistant","content":null},"finish_reason":"length"}]})"},
      {&anthropic(), R"({"type":"message","id":"msg_1","content":[],"stop_reason":"max_tokens"})"},
  };
  for (const auto& [upstream, reply] : replies) {
    SCOPED_TRACE(reply);
    const auto on_chat = whole(*upstream, reply, chat());
    EXPECT_EQ(at(on_chat, "choices[0].message.content"), R"("")");
    EXPECT_EQ(text_at(on_chat, "choices[0].finish_reason"), "length");
    EXPECT_EQ(text_at(whole(*upstream, reply, anthropic()), "stop_reason"), "max_tokens");
    EXPECT_EQ(text_at(whole(*upstream, reply, gemini()), "candidates[0].finishReason"), "MAX_TOKENS");
    const auto on_responses = whole(*upstream, reply, responses());
    EXPECT_EQ(text_at(on_responses, "incomplete_details.reason"), "max_output_tokens");
    EXPECT_EQ(words_of(reread_whole(responses(), on_responses).parts), "");
  }
}

// No candidate at all is no answer, and no crash.
TEST(acceptance, 59_an_answer_without_a_candidate) {
  for (const std::string reply : {R"({"responseId":"r"})", R"({"candidates":[],"responseId":"r"})"}) {
    const auto document = json::Document::parse(reply);
    const auto response = gemini().codec->parse_response(*document, {.id_seed = "seed"});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().code, Code::translate_reply);
    for (const auto* client : sides())
      EXPECT_TRUE(streamed(gemini(), "data: " + reply + "\r\n\r\n", *client).contains("error")) << client->name;
  }
}

// What a tool said is a text: it arrives with the characters that it has, however they were escaped on the way.
TEST(acceptance, 63_results_are_not_reencoded) {
  const std::vector<std::string> odd{R"({\"n\":9007199254740993,\"a\":1.0,\"b\":-0,\"c\":1e400,\"a\":2})",
                                     R"(\u0000\u001f \ud83d\ude00 \u00e9 é)", R"(1.0)"};
  for (const auto& text : odd) {
    const auto body = R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[)"
                      R"({"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool",)"
                      R"("tool_call_id":"a","content":")" +
                      text + R"("}]})";
    const auto said = [](const ir::Request& request) {
      for (const auto& message : request.messages)
        for (const auto& one : message.parts)
          if (const auto* result = std::get_if<ir::ToolResult>(&one.body)) return words_of(result->content);
      return std::string("nothing");
    };
    const auto wanted = said(asked(chat(), body));
    for (const auto* upstream : others(chat()))
      EXPECT_EQ(said(asked(*upstream, sent(chat(), body, *upstream).body)), wanted) << upstream->name << " " << text;
  }
}

// Numbers, escapes and odd characters arrive as they were written, in both directions.
TEST(acceptance, 63_arguments_are_not_reencoded) {
  const std::vector<std::string> odd{
      R"({"n":9007199254740993})", R"({"a":1.0,"b":-0,"c":1e400,"d":1E2})", R"({"a":1,"a":2})",
      R"({"s":"\u0000\u001f"})",   R"({"s":"\ud83d\ude00 \u00e9 é"})",      R"({"s":"\ud800"})",
      R"({"z":1,"y":{"x":[]}})",
  };
  for (const auto& arguments : odd) {
    const ir::Response response{.id = "r", .parts = {call("c1", "f", arguments)}, .stop = {StopReason::tool_use}};
    for (const auto* upstream : sides())
      for (const auto* client : sides()) {
        SCOPED_TRACE(upstream->name + " to " + client->name + " " + arguments);
        const auto seen = reread(*client, streamed(*upstream, stream_of(*upstream, response), *client));
        EXPECT_EQ(calls_of(seen.parts).at(0).arguments, arguments);
      }
    // And on the way to the upstream, as history.
    ir::Request request{.model = "m"};
    request.messages = {{.role = ir::Role::user, .parts = {ir::text_part("x")}},
                        {.role = ir::Role::assistant, .parts = {call("c1", "f", arguments)}}};
    for (const auto* upstream : sides()) {
      // Asked by a client of another dialect: at home nothing is rendered anew.
      request.extras.origin = upstream == &chat() ? ir::Dialect::anthropic : ir::Dialect::openai_chat;
      const auto out = sent(request, *upstream);
      const auto parsed = asked(*upstream, out.body);
      EXPECT_EQ(calls_of(parsed.messages.at(1).parts).at(0).arguments, arguments) << upstream->name;
    }
  }
}

}  // namespace
}  // namespace agt::acceptance

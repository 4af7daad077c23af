// Answers of every upstream as every client reads them: streams that the SDKs take, and the same as a whole answer.
#include "acceptance/journey.h"

namespace agt::acceptance {
namespace {

using ir::Dialect;
using ir::StopReason;

// Recorded answers of each provider, without their ending.
const std::vector<std::string>& recorded(const Side& upstream) {
  static const std::vector<std::string> of_chat{"text",        "thinking",  "tool",  "parallel_tools",
                                                "refusal",     "length",    "empty", "content_filter",
                                                "custom_tool", "citations", "cached"};
  static const std::vector<std::string> of_anthropic{
      "text",          "thinking",         "tool",   "parallel_tools", "refusal", "length", "empty",
      "stop_sequence", "thinking_omitted", "cached", "paused"};
  static const std::vector<std::string> of_gemini{"text",  "thinking", "tool",      "parallel",     "safety", "length",
                                                  "empty", "blocked",  "grounding", "partial_args", "cached"};
  static const std::vector<std::string> of_responses{"text",          "reasoning", "tool",          "parallel_tools",
                                                     "refusal",       "length",    "empty",         "content_filter",
                                                     "custom_tool",   "citations", "two_texts",     "cached",
                                                     "reasoning_raw", "image",     "namespace_tool"};
  if (upstream.name == "chat") return of_chat;
  if (upstream.name == "responses") return of_responses;
  return upstream.name == "anthropic" ? of_anthropic : of_gemini;
}
std::string stream_file(const Side& upstream, const std::string& name) {
  if (upstream.name == "anthropic") return golden("anthropic/" + name + ".sse");
  if (upstream.name == "gemini") return golden("gemini/reply_" + name + ".sse");
  return golden("openai_" + upstream.name + "/replies/" + name + ".sse");
}
std::string whole_file(const Side& upstream, const std::string& name) {
  if (upstream.name == "anthropic") return golden("anthropic/" + name + ".reply.json");
  if (upstream.name == "gemini") return golden("gemini/reply_" + name + ".json");
  return golden("openai_" + upstream.name + "/replies/" + name + ".json");
}

// Every recorded stream of every upstream, to one client.
void check_streams(const Side& client, bool usage_wanted) {
  ir::Request request;
  request.stream = true;
  request.usage_in_stream = usage_wanted;
  for (const auto* upstream : sides())
    for (const auto& name : recorded(*upstream)) {
      SCOPED_TRACE(upstream->name + "/" + name);
      const auto sse = streamed(*upstream, stream_file(*upstream, name), client, {.request = &request});
      keeps_stream_rules(client, sse, usage_wanted);
      const auto from_stream = reread(client, sse);
      const auto from_whole =
          reread_whole(client, whole(*upstream, whole_file(*upstream, name), client, {.request = &request}));
      EXPECT_EQ(words_of(from_stream.parts), words_of(from_whole.parts));
      // Where a whole answer wants an object, a call that was cut cannot be the same as its fragments.
      const bool cut = from_whole.stop.reason == StopReason::length;
      if (!cut) {
        EXPECT_EQ(calls_of(from_stream.parts), calls_of(from_whole.parts));
      }
      EXPECT_EQ(from_stream.stop.reason, from_whole.stop.reason);
      if (!usage_wanted) continue;
      EXPECT_EQ(from_stream.usage.input, from_whole.usage.input);
      EXPECT_EQ(from_stream.usage.output, from_whole.usage.output);
    }
}

TEST(acceptance, 01_text_crosses_every_pair) {
  for (const auto* upstream : sides())
    for (const auto* client : sides()) {
      SCOPED_TRACE(upstream->name + " to " + client->name);
      const auto own = reread(*upstream, stream_file(*upstream, "text"));
      ASSERT_FALSE(words_of(own.parts).empty());
      const auto seen = reread(*client, streamed(*upstream, stream_file(*upstream, "text"), *client));
      EXPECT_EQ(words_of(seen.parts), words_of(own.parts));
      EXPECT_EQ(seen.stop.reason, StopReason::end);
      EXPECT_EQ(seen.model, "alias");
    }
}

TEST(acceptance, 05_responses_streams_are_what_the_sdk_takes) { check_streams(responses(), true); }
TEST(acceptance, 06_anthropic_streams_are_what_the_sdk_takes) { check_streams(anthropic(), true); }
TEST(acceptance, 07_chat_streams_are_what_the_sdk_takes) { check_streams(chat(), true); }
TEST(acceptance, 07_chat_streams_without_usage) { check_streams(chat(), false); }
TEST(acceptance, 08_gemini_streams_are_what_genai_takes) { check_streams(gemini(), true); }

ir::Response answer(std::vector<ir::Part> parts, StopReason reason) {
  return {.id = "r1", .model = "m", .parts = std::move(parts), .usage = {.input = 10, .output = 5}, .stop = {reason}};
}

// The kinds of parts, in order: "t" for text, "r" for reasoning, "c" for a call.
std::string shape(const std::vector<ir::Part>& parts) {
  std::string out;
  for (const auto& one : parts) {
    if (std::holds_alternative<ir::Text>(one.body)) out += 't';
    if (std::holds_alternative<ir::Reasoning>(one.body)) out += 'r';
    if (std::holds_alternative<ir::ToolCall>(one.body)) out += 'c';
  }
  return out;
}

// Chat has one content and a list of calls beside it: what follows a call keeps its words, not its place.
TEST(acceptance, 16_order_of_text_thinking_and_tools) {
  struct Case {
    std::vector<ir::Part> parts;
    std::string shape;
    std::string through_chat;
  };
  const std::vector<Case> cases{
      {{ir::text_part("a"), call("c1", "f"), ir::text_part("b")}, "tct", "tct"},
      {{thought("why"), call("c1", "f")}, "rc", "rc"},
      {{thought("why"), ir::text_part("a"), call("c1", "f"), call("c2", "g")}, "rtcc", "rtcc"},
  };
  for (const auto& one : cases)
    for (const auto* upstream : sides())
      for (const auto* client : sides()) {
        SCOPED_TRACE(upstream->name + " to " + client->name + ": " + one.shape);
        const auto sse = stream_of(*upstream, answer(one.parts, StopReason::tool_use));
        const auto seen = reread(*client, streamed(*upstream, sse, *client));
        const bool by_chat = upstream->name == "chat" || client->name == "chat";
        EXPECT_EQ(shape(seen.parts), by_chat ? one.through_chat : one.shape);
        EXPECT_EQ(words_of(seen.parts), words_of(one.parts));
      }
}

struct StopRow {
  const Side& upstream;
  std::string reply;
  std::string on_chat;
  std::string on_anthropic;
  std::string on_gemini;
  std::string on_responses;  // the status, or why it is incomplete
};

const auto chat_reply = [](std::string word, std::string message = R"("content":"x")") {
  return R"({"id":"i","choices":[{"index":0,"message":{"role":"assistant",)" + message + R"(},"finish_reason":")" +
         word + R"("}]})";
};
const auto anthropic_reply = [](std::string word) {
  return R"({"type":"message","id":"msg_1","content":[{"type":"text","text":"x"}],"stop_reason":")" + word +
         R"(","stop_sequence":"END"})";
};
const auto gemini_reply = [](std::string word) {
  return R"({"candidates":[{"content":{"role":"model","parts":[{"text":"x"}]},"finishReason":")" + word +
         R"("}],"responseId":"r"})";
};
const auto responses_reply = [](const std::string& status, const std::string& why = "") {
  return R"({"id":"resp_1","object":"response","status":")" + status +
         R"(","output":[{"type":"message","id":"msg_1",)" +
         R"("role":"assistant","content":[{"type":"output_text","text":"x"}]}])" +
         (why.empty() ? "" : R"(,"incomplete_details":{"reason":")" + why + "\"}") + "}";
};
const std::string called = R"("content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f",)"
                           R"("arguments":"{}"}}])";

std::vector<StopRow> stop_rows() {
  return {
      {gemini(), gemini_reply("STOP"), "stop", "end_turn", "STOP", "completed"},
      {gemini(), gemini_reply("MAX_TOKENS"), "length", "max_tokens", "MAX_TOKENS", "max_output_tokens"},
      {gemini(), gemini_reply("CONTINUATION"), "length", "max_tokens", "MAX_TOKENS", "max_output_tokens"},
      {gemini(), gemini_reply("SAFETY"), "content_filter", "refusal", "SAFETY", "content_filter"},
      {gemini(), gemini_reply("RECITATION"), "content_filter", "refusal", "RECITATION", "content_filter"},
      {gemini(), gemini_reply("BLOCKLIST"), "content_filter", "refusal", "BLOCKLIST", "content_filter"},
      {gemini(), gemini_reply("PROHIBITED_CONTENT"), "content_filter", "refusal", "PROHIBITED_CONTENT",
       "content_filter"},
      {gemini(), gemini_reply("SPII"), "content_filter", "refusal", "SPII", "content_filter"},
      {gemini(), gemini_reply("LANGUAGE"), "content_filter", "refusal", "LANGUAGE", "content_filter"},
      {gemini(), gemini_reply("IMAGE_SAFETY"), "content_filter", "refusal", "IMAGE_SAFETY", "content_filter"},
      {gemini(), gemini_reply("OTHER"), "stop", "end_turn", "STOP", "completed"},
      {anthropic(), anthropic_reply("end_turn"), "stop", "end_turn", "STOP", "completed"},
      {anthropic(), anthropic_reply("stop_sequence"), "stop", "stop_sequence", "STOP", "completed"},
      {anthropic(), anthropic_reply("max_tokens"), "length", "max_tokens", "MAX_TOKENS", "max_output_tokens"},
      {anthropic(), anthropic_reply("pause_turn"), "stop", "pause_turn", "STOP", "completed"},
      {anthropic(), anthropic_reply("refusal"), "content_filter", "refusal", "SAFETY", "content_filter"},
      {anthropic(), anthropic_reply("model_context_window_exceeded"), "length", "model_context_window_exceeded",
       "MAX_TOKENS", "max_output_tokens"},
      {responses(), responses_reply("completed"), "stop", "end_turn", "STOP", "completed"},
      {responses(), responses_reply("incomplete", "max_output_tokens"), "length", "max_tokens", "MAX_TOKENS",
       "max_output_tokens"},
      {responses(), responses_reply("incomplete", "content_filter"), "content_filter", "refusal", "SAFETY",
       "content_filter"},
      {chat(), chat_reply("stop"), "stop", "end_turn", "STOP", "completed"},
      {chat(), chat_reply("length"), "length", "max_tokens", "MAX_TOKENS", "max_output_tokens"},
      {chat(), chat_reply("content_filter"), "content_filter", "refusal", "SAFETY", "content_filter"},
      {chat(), chat_reply("tool_calls", called), "tool_calls", "tool_use", "STOP", "completed"},
      {chat(), chat_reply("stop", called), "tool_calls", "tool_use", "STOP", "completed"},
  };
}

TEST(acceptance, 19_stop_reasons) {
  for (const auto& row : stop_rows()) {
    SCOPED_TRACE(row.reply);
    EXPECT_EQ(text_at(whole(row.upstream, row.reply, chat()), "choices[0].finish_reason"), row.on_chat);
    EXPECT_EQ(text_at(whole(row.upstream, row.reply, anthropic()), "stop_reason"), row.on_anthropic);
    EXPECT_EQ(text_at(whole(row.upstream, row.reply, gemini()), "candidates[0].finishReason"), row.on_gemini);
    const auto on_responses = whole(row.upstream, row.reply, responses());
    const bool complete = row.on_responses == "completed";
    EXPECT_EQ(text_at(on_responses, "status"), complete ? "completed" : "incomplete");
    EXPECT_EQ(text_at(on_responses, "incomplete_details.reason"), complete ? "" : row.on_responses);
    // The stream says the same as the whole answer.
    const auto response = reread_whole(row.upstream, row.reply);
    const auto sse = stream_of(row.upstream, response);
    EXPECT_TRUE(streamed(row.upstream, sse, chat()).contains(R"("finish_reason":")" + row.on_chat + '"'));
    EXPECT_TRUE(streamed(row.upstream, sse, gemini()).contains(R"("finishReason":")" + row.on_gemini + '"'));
    EXPECT_TRUE(
        streamed(row.upstream, sse, responses()).contains(complete ? "event: response.completed" : row.on_responses));
  }
}

TEST(acceptance, 19_an_unusable_call_of_gemini_is_an_error) {
  for (const std::string word :
       {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE", "TOO_MANY_TOOL_CALLS"}) {
    const auto sse = R"(data: {"candidates":[{"content":{"role":"model","parts":[{"text":"x"}]},"finishReason":")" +
                     word + "\"}]}\n\n";
    EXPECT_TRUE(streamed(gemini(), sse, anthropic()).contains("\"type\":\"api_error\"")) << word;
    EXPECT_TRUE(streamed(gemini(), sse, chat()).contains("\"type\":\"server_error\"")) << word;
    const auto on_responses = streamed(gemini(), sse, responses());
    EXPECT_TRUE(on_responses.contains("event: response.failed") && on_responses.contains("server_error")) << word;
  }
}

TEST(acceptance, 19_a_call_cut_by_the_limit_is_not_completed) {
  auto cut = answer({call("c1", "write", R"({"path":"a.txt","te)")}, StopReason::length);
  const auto from_chat = streamed(chat(), stream_of(chat(), cut), anthropic());
  EXPECT_TRUE(from_chat.contains(R"("stop_reason":"max_tokens")")) << from_chat;
  EXPECT_EQ(calls_of(reread(anthropic(), from_chat).parts).at(0).arguments, R"({"path":"a.txt","te)");
  const auto from_anthropic = streamed(anthropic(), stream_of(anthropic(), cut), chat());
  EXPECT_TRUE(from_anthropic.contains(R"("finish_reason":"length")")) << from_anthropic;
  EXPECT_EQ(calls_of(reread(chat(), from_anthropic).parts).at(0).arguments, R"({"path":"a.txt","te)");
}

}  // namespace
}  // namespace agt::acceptance

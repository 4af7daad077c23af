// Streams: what upstreams do to them, and what must arrive all the same.
#include <fmt/format.h>

#include "acceptance/journey.h"
#include "dialect/laws.h"

namespace agt::acceptance {
namespace {

using ir::StopReason;

std::string chat_chunk(const std::string& delta, const std::string& finish = "null") {
  return R"(data: {"id":"c1","model":"m","choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":)" + finish +
         "}]}\n\n";
}
constexpr std::string_view chat_done = "data: [DONE]\n\n";

std::string anthropic_event(const std::string& name, const std::string& members) {
  return "event: " + name + "\ndata: {\"type\":\"" + name + "\"" + (members.empty() ? "" : "," + members) + "}\n\n";
}
const std::string anthropic_start = anthropic_event(
    "message_start",
    R"("message":{"id":"msg_1","model":"m","content":[],"usage":{"input_tokens":9,"output_tokens":1}})");
const std::string anthropic_end =
    anthropic_event("message_delta", R"("delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3})") +
    anthropic_event("message_stop", "");

std::string gemini_chunk(const std::string& parts, const std::string& finish = "") {
  return R"(data: {"candidates":[{"content":{"role":"model","parts":[)" + parts + "]}" +
         (finish.empty() ? "" : R"(,"finishReason":")" + finish + '"') + R"(}],"responseId":"r"})" + "\r\n\r\n";
}

// One event of the Responses API, numbered by its caller.
std::string responses_event(int number, const std::string& type, const std::string& members) {
  return fmt::format("event: {0}\ndata: {{\"type\":\"{0}\",\"sequence_number\":{1},{2}}}\n\n", type, number, members);
}
std::string responses_begin() {
  const std::string response = R"("response":{"id":"resp_1","object":"response","status":"in_progress","output":[]})";
  return responses_event(0, "response.created", response) + responses_event(1, "response.in_progress", response) +
         responses_event(2, "response.output_item.added",
                         R"("output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]})") +
         responses_event(
             3, "response.content_part.added",
             R"("item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""})");
}
std::string responses_delta(int number, const std::string& text) {
  return responses_event(number, "response.output_text.delta",
                         R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":")" + text + '"');
}

// The arguments in pieces, split inside of a character's escape and (by the bytes of the stream) inside of a character.
TEST(acceptance, 14_arguments_in_fragments) {
  const auto sse = chat_chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f",)"
                              R"("arguments":"{\"pa"}}]})") +
                   chat_chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"th\":\"é\\"}}]})") +
                   chat_chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"u00e9\"}"}}]})") +
                   chat_chunk("{}", R"("tool_calls")") + std::string(chat_done);
  for (const auto* client : sides()) {
    const auto bytes = streamed(chat(), sse, *client);
    keeps_stream_rules(*client, bytes, false);
    const auto calls = calls_of(reread(*client, bytes).parts);
    ASSERT_EQ(calls.size(), 1U) << client->name;
    EXPECT_EQ(calls[0].arguments, "{\"path\":\"é\\u00e9\"}") << client->name;
  }
}

TEST(acceptance, 14_a_call_without_arguments) {
  const std::string block = R"("index":0,"content_block":{"type":"tool_use","id":"t1","name":"now","input":{}})";
  const auto from_anthropic =
      anthropic_start + anthropic_event("content_block_start", block) +
      anthropic_event("content_block_delta", R"("index":0,"delta":{"type":"input_json_delta","partial_json":""})") +
      anthropic_event("content_block_stop", R"("index":0)") + anthropic_end;
  const auto from_gemini = gemini_chunk(R"({"functionCall":{"name":"now"}})", "STOP");
  const auto from_chat = chat_chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"now",)"
                                    R"("arguments":""}}]})") +
                         chat_chunk("{}", R"("tool_calls")") + std::string(chat_done);
  const std::vector<std::pair<const Side*, std::string>> streams{
      {&anthropic(), from_anthropic}, {&gemini(), from_gemini}, {&chat(), from_chat}};
  for (const auto& [upstream, sse] : streams)
    for (const auto* client : sides()) {
      SCOPED_TRACE(upstream->name + " to " + client->name);
      const auto calls = calls_of(reread(*client, streamed(*upstream, sse, *client)).parts);
      ASSERT_EQ(calls.size(), 1U);
      const bool empty = client == &chat() && upstream == &chat();  // OpenAI itself sends "" there
      EXPECT_EQ(calls[0].arguments, empty ? "" : "{}");
    }
}

TEST(acceptance, 15_interleaved_calls_become_blocks_in_a_row) {
  const auto call = [](int index, const std::string& head, const std::string& arguments) {
    return chat_chunk(fmt::format(R"({{"tool_calls":[{{"index":{},{}"function":{{{}"arguments":"{}"}}}}]}})", index,
                                  head.empty() ? "" : fmt::format(R"("id":"{}","type":"function",)", head),
                                  head.empty() ? "" : fmt::format(R"("name":"{}",)", head), arguments));
  };
  const auto sse = call(0, "aa", "") + call(1, "bb", "") + call(0, "", R"({\"x\":)") + call(1, "", R"({\"y\":)") +
                   call(0, "", "1}") + call(1, "", "2}") + chat_chunk("{}", R"("tool_calls")") + std::string(chat_done);
  for (const auto* client : sides()) {
    const auto bytes = streamed(chat(), sse, *client);
    keeps_stream_rules(*client, bytes, false);
    const auto calls = calls_of(reread(*client, bytes).parts);
    ASSERT_EQ(calls.size(), 2U) << client->name;
    EXPECT_EQ(calls[0].name + calls[0].arguments, R"(aa{"x":1})") << client->name;
    EXPECT_EQ(calls[1].name + calls[1].arguments, R"(bb{"y":2})") << client->name;
  }
}

// The same stream in every form that the rules of server-sent events allow.
TEST(acceptance, 25_forms_of_server_sent_events) {
  const auto clean = chat_chunk(R"({"content":"é☃"})") + chat_chunk("{}", R"("stop")") + std::string(chat_done);
  const auto replaced = [](std::string text, std::string_view from, std::string_view to) {
    for (auto spot = text.find(from); spot != std::string::npos; spot = text.find(from, spot + to.size()))
      text.replace(spot, from.size(), to);
    return text;
  };
  const std::vector<std::string> forms{
      replaced(clean, "\n", "\r\n"),
      replaced(clean, "\n", "\r"),
      replaced(clean, "data: ", "data:"),
      replaced(clean, "data: ", ": a comment\ndata: "),
      replaced(clean, R"(,"choices")", "\ndata: ,\"choices\""),
      "\xEF\xBB\xBF" + clean,
      clean.substr(0, clean.size() - 1),
      "retry: 5\nid: 7\n" + clean,
  };
  for (const auto* client : sides()) {
    const auto expected = streamed(chat(), clean, *client);
    for (const auto& form : forms) EXPECT_EQ(streamed(chat(), form, *client), expected) << client->name << "\n" << form;
  }
  // The other upstreams' streams in the same forms; what stands between their events is theirs.
  const std::vector<std::pair<const Side*, std::string>> recorded{
      {&anthropic(), golden("anthropic/text.sse")},
      {&gemini(), golden("gemini/reply_text.sse")},
      {&responses(), golden("openai_responses/replies/text.sse")}};
  for (const auto& [upstream, sse] : recorded) {
    const auto lines = replaced(sse, "\r\n", "\n");
    for (const auto* client : sides()) {
      const auto expected = streamed(*upstream, sse, *client);
      for (const auto& form :
           {lines, replaced(lines, "\n", "\r\n"), replaced(lines, "\n", "\r"), replaced(lines, "data: ", "data:"),
            replaced(lines, "data: ", ": a comment\ndata: "), "\xEF\xBB\xBF" + lines, "retry: 5\nid: 7\n" + lines})
        EXPECT_EQ(streamed(*upstream, form, *client), expected) << upstream->name << " to " << client->name;
    }
  }
}

// A stream that just stops never looks finished.
TEST(acceptance, 26_an_end_without_a_finish_is_an_error) {
  const auto text = R"("index":0,"content_block":{"type":"text","text":""})";
  const auto delta = R"("index":0,"delta":{"type":"text_delta","text":"Hel"})";
  const std::vector<std::pair<const Side*, std::string>> cut{
      {&chat(), chat_chunk(R"({"content":"Hel"})")},
      {&chat(), chat_chunk(R"({"content":"Hel"})") + std::string(chat_done)},
      {&anthropic(),
       anthropic_start + anthropic_event("content_block_start", text) + anthropic_event("content_block_delta", delta)},
      {&gemini(), gemini_chunk(R"({"text":"Hel"})")},
      {&responses(), responses_begin() + responses_delta(4, "Hel")},
  };
  for (const auto& [upstream, sse] : cut)
    for (const auto* client : sides()) {
      SCOPED_TRACE(upstream->name + " to " + client->name);
      const auto bytes = streamed(*upstream, sse, *client);
      EXPECT_TRUE(bytes.contains("Hel") && bytes.contains(R"("error")")) << bytes;
      if (client == &responses()) {
        EXPECT_TRUE(bytes.contains("event: response.failed\n")) << "what Codex reads: " << bytes;
      }
      for (const auto* end : {"[DONE]", "event: message_stop", R"("finishReason")", R"("finish_reason":"stop")",
                              "event: response.completed", "event: response.incomplete"})
        EXPECT_FALSE(bytes.contains(end)) << bytes;
    }
}

TEST(acceptance, 27_an_error_in_mid_stream_keeps_its_type) {
  const auto overloaded = R"("error":{"type":"overloaded_error","message":"Overloaded"})";
  const std::vector<std::pair<const Side*, std::string>> broken{
      {&chat(),
       chat_chunk(R"({"content":"Hi"})") +
           "data: "
           "{\"error\":{\"message\":\"Overloaded\",\"type\":\"server_error\",\"code\":\"server_is_overloaded\"}}\n\n"},
      {&anthropic(),
       anthropic_start +
           anthropic_event("content_block_start", R"("index":0,"content_block":{"type":"text","text":"Hi"})") +
           anthropic_event("error", overloaded)},
      {&gemini(), gemini_chunk(R"({"text":"Hi"})") +
                      "data: {\"error\":{\"code\":503,\"message\":\"Overloaded\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n"},
      {&responses(),
       responses_begin() + responses_delta(4, "Hi") +
           responses_event(5, "response.failed",
                           R"("response":{"id":"resp_1","object":"response","status":"failed","output":[],"error":)"
                           R"({"code":"server_is_overloaded","message":"Overloaded"}})")},
  };
  for (const auto& [upstream, sse] : broken) {
    SCOPED_TRACE(upstream->name);
    const auto on_chat = streamed(*upstream, sse, chat());
    EXPECT_TRUE(on_chat.contains(R"("type":"server_error")") && on_chat.contains("Overloaded")) << on_chat;
    const auto on_anthropic = streamed(*upstream, sse, anthropic());
    EXPECT_TRUE(on_anthropic.contains("event: error\n") && on_anthropic.contains("overloaded_error")) << on_anthropic;
    const auto on_gemini = streamed(*upstream, sse, gemini());
    EXPECT_TRUE(on_gemini.contains(R"("status":"UNAVAILABLE")") && on_gemini.contains(R"("code":503)")) << on_gemini;
    const auto on_responses = streamed(*upstream, sse, responses());
    EXPECT_TRUE(on_responses.contains("event: error\n") && on_responses.contains("event: response.failed\n"))
        << on_responses;
    EXPECT_TRUE(on_responses.contains(R"("error":{"code":"server_is_overloaded","message":"Overloaded)"))
        << on_responses;
    for (const auto* end :
         {"[DONE]", "event: message_stop", R"("finishReason")", R"("finish_reason":")", "response.completed"})
      for (const auto* shown : {&on_chat, &on_anthropic, &on_gemini, &on_responses})
        EXPECT_FALSE(shown->contains(end)) << *shown;
  }
}

TEST(acceptance, 29_signs_of_life_change_nothing) {
  const auto response = ir::Response{.id = "r", .parts = {ir::text_part("Hello")}, .stop = {StopReason::end}};
  const dialect::ReplyContext context{.model = "alias", .id = "abc"};
  for (const auto* client : sides()) {
    const auto writer = client->codec->make_writer(context);
    std::string with;
    writer->keep_alive(with);
    for (const auto& event : ir::unfold(response)) {
      writer->write(event, with);
      if (!std::holds_alternative<ir::Finished>(event)) writer->keep_alive(with);
    }
    EXPECT_EQ(words_of(reread(*client, with).parts), "Hello") << with;
    EXPECT_TRUE(with.contains("ping") || with.contains(": keep-alive")) << with;
    EXPECT_TRUE(with.ends_with("\n\n") || with.ends_with("\r\n\r\n"));
  }
}

TEST(acceptance, 31_chat_streams_that_repeat_themselves) {
  const std::string usage = R"({"prompt_tokens":4,"completion_tokens":2,"total_tokens":6})";
  const auto odd = "data: {\"id\":\"c1\",\"usage\":" + usage + "}\n\n" + chat_chunk(R"({"role":"assistant"})") +
                   chat_chunk(R"({"content":"Hi"})") + chat_chunk("{}", R"("stop")") + chat_chunk("{}", R"("stop")") +
                   "data: {\"choices\":[],\"usage\":" + usage + "}\n\n" + std::string(chat_done) +
                   chat_chunk(R"({"content":"late"})") + std::string(chat_done);
  for (const auto* client : sides()) {
    const auto bytes = streamed(chat(), odd, *client);
    keeps_stream_rules(*client, bytes, false);
    const auto seen = reread(*client, bytes);
    EXPECT_EQ(words_of(seen.parts), "Hi") << client->name;
  }
}

TEST(acceptance, 31_anthropic_streams_that_begin_again) {
  const auto block = [](int index, const std::string& text) {
    return anthropic_event("content_block_start",
                           fmt::format(R"("index":{},"content_block":{{"type":"text","text":""}})", index)) +
           anthropic_event("content_block_delta",
                           fmt::format(R"("index":{},"delta":{{"type":"text_delta","text":"{}"}})", index, text)) +
           anthropic_event("content_block_stop", fmt::format(R"("index":{})", index));
  };
  const auto restart = R"("message":{"id":"msg_2","model":"m","content":[],"usage":{"input_tokens":9}})";
  const auto odd = anthropic_start + anthropic_start + block(0, "one ") + anthropic_event("ping", "") +
                   anthropic_event("message_start", restart) + block(0, "two") + anthropic_event("news", "\"x\":1") +
                   anthropic_end;
  for (const auto* client : sides()) {
    const auto bytes = streamed(anthropic(), odd, *client);
    keeps_stream_rules(*client, bytes, false);
    EXPECT_EQ(words_of(reread(*client, bytes).parts), "one two") << client->name;
  }
}

TEST(acceptance, 32_the_first_delta_of_a_new_kind_is_kept) {
  const auto chat_stream = chat_chunk(R"({"reasoning_content":"think"})") + chat_chunk(R"({"content":"Say"})") +
                           chat_chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f",)"
                                      R"("arguments":"{\"a\":1}"}}]})") +
                           chat_chunk("{}", R"("tool_calls")") + std::string(chat_done);
  const auto gemini_stream = gemini_chunk(R"({"text":"think","thought":true},{"text":"Say"})") +
                             gemini_chunk(R"({"functionCall":{"name":"f","args":{"a":1}}})", "STOP");
  // A server that sends thinking into a block it opened as text.
  const auto anthropic_stream =
      anthropic_start +
      anthropic_event("content_block_start", R"("index":0,"content_block":{"type":"text","text":""})") +
      anthropic_event("content_block_delta", R"("index":0,"delta":{"type":"thinking_delta","thinking":"think"})") +
      anthropic_event("content_block_delta", R"("index":0,"delta":{"type":"text_delta","text":"Say"})") +
      anthropic_event("content_block_stop", R"("index":0)") +
      anthropic_event("content_block_start",
                      R"("index":1,"content_block":{"type":"tool_use","id":"a","name":"f","input":{"a":1}})") +
      anthropic_event("content_block_stop", R"("index":1)") + anthropic_end;
  const std::vector<std::pair<const Side*, std::string>> streams{
      {&chat(), chat_stream}, {&gemini(), gemini_stream}, {&anthropic(), anthropic_stream}};
  for (const auto& [upstream, sse] : streams)
    for (const auto* client : sides()) {
      SCOPED_TRACE(upstream->name + " to " + client->name);
      const auto bytes = streamed(*upstream, sse, *client);
      keeps_stream_rules(*client, bytes, false);
      const auto seen = reread(*client, bytes);
      ASSERT_EQ(seen.parts.size(), 3U) << bytes;
      EXPECT_EQ(std::get<ir::Reasoning>(seen.parts[0].body).text, "think");
      EXPECT_EQ(words_of(seen.parts), "Say");
      EXPECT_EQ(calls_of(seen.parts).at(0).arguments, R"({"a":1})");
    }
}

TEST(acceptance, 33_large_and_many_events) {
  const std::string image(10UL * 1024 * 1024, 'A');
  const auto big = gemini_chunk(R"({"inlineData":{"mimeType":"image/png","data":")" + image + R"("}})", "STOP");
  const auto events = dialect::laws::events_of(*gemini().codec, big, 65536);
  const auto shown = dialect::laws::written(*chat().codec, events, {.model = "alias", .id = "a"});
  EXPECT_TRUE(shown.contains("data:image/png;base64," + image));
  std::string many;
  std::string expected;
  for (int i = 0; i < 100'000; ++i) {
    many += chat_chunk(R"({"content":")" + std::string(1, static_cast<char>('a' + i % 26)) + R"("})");
    expected += static_cast<char>('a' + i % 26);
  }
  many += chat_chunk("{}", R"("stop")") + std::string(chat_done);
  const auto read = dialect::laws::events_of(*chat().codec, many, 4096);
  EXPECT_EQ(words_of(reread(anthropic(), dialect::laws::written(*anthropic().codec, read, {})).parts), expected);
}

TEST(acceptance, 36_gemini_without_sse_is_one_array) {
  const auto sse = chat_chunk(R"({"content":"a"})") + chat_chunk(R"({"content":"b"})") + chat_chunk("{}", R"("stop")") +
                   std::string(chat_done);
  const auto array = streamed(chat(), sse, gemini(), {.array_framing = true});
  ASSERT_GT(size_at(array, ""), 1U) << array;
  EXPECT_EQ(text_at(array, "[0].candidates[0].content.parts[0].text"), "a");
  const auto failed = streamed(chat(), chat_chunk(R"({"content":"a"})"), gemini(), {.array_framing = true});
  EXPECT_EQ(at(failed, "[1].error.code"), "502") << failed;
  const auto framed = streamed(chat(), sse, gemini());
  EXPECT_FALSE(framed.contains("[DONE]") || framed.contains("event:")) << framed;
}

TEST(acceptance, 37_arguments_that_vertex_sends_in_pieces) {
  const auto sse =
      gemini_chunk(R"({"functionCall":{"name":"f","willContinue":true}})") +
      gemini_chunk(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.city","stringValue":"Pa","willContinue":true}],)"
                   R"("willContinue":true}})") +
      gemini_chunk(
          R"({"functionCall":{"partialArgs":[{"jsonPath":"$.city","stringValue":"ris"}],"willContinue":true}})") +
      gemini_chunk(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.days","numberValue":3}],"willContinue":true}})") +
      gemini_chunk(R"({"functionCall":{}})", "STOP");
  for (const auto* client : sides()) {
    const auto calls = calls_of(reread(*client, streamed(gemini(), sse, *client)).parts);
    ASSERT_EQ(calls.size(), 1U) << client->name;
    EXPECT_EQ(calls[0].arguments, R"({"city":"Paris","days":3})") << client->name;
  }
}

}  // namespace
}  // namespace agt::acceptance

#include "dialect/laws.h"
#include "dialect/openai_chat/codec.h"

namespace agt::dialect {
namespace {

const std::array golden{"text",   "thinking", "tool",   "parallel_tools", "refusal",   "content_filter",
                        "length", "empty",    "cached", "custom_tool",    "citations", "signed_call"};

std::string reply_file(const std::string& name) { return laws::file("openai_chat/replies/" + name); }

ir::Response parsed(const std::string& body) {
  const auto document = json::Document::parse(body);
  auto response = openai_chat_codec.parse_response(*document, {.id_seed = "seed"});
  EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
  return response.value_or(ir::Response{});
}

class GoldenReply : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] std::string stream() const { return reply_file(std::string(GetParam()) + ".sse"); }
  [[nodiscard]] std::string whole() const { return reply_file(std::string(GetParam()) + ".json"); }
};
INSTANTIATE_TEST_SUITE_P(OpenaiChat, GoldenReply, testing::ValuesIn(golden),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(GoldenReply, says_the_same_streamed_and_whole) {
  laws::stream_equals_whole(openai_chat_codec, stream(), whole());
}

TEST_P(GoldenReply, reads_back_what_it_writes) {
  ir::Request request{.stream = true, .usage_in_stream = true};
  laws::reads_back_what_it_writes(openai_chat_codec, parsed(whole()),
                                  {.model = "m", .id = "x", .created_s = 1, .request = &request});
}

TEST_P(GoldenReply, case_66_the_stream_written_from_the_stream_reads_as_the_same_events) {
  ir::Request request{.stream = true, .usage_in_stream = true};
  const auto events = laws::same_at_any_split(openai_chat_codec, stream());
  const auto again =
      laws::written(openai_chat_codec, events, {.model = "m", .id = "x", .created_s = 1, .request = &request});
  auto first = ir::fold(events);
  auto second = ir::fold(laws::same_at_any_split(openai_chat_codec, again));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->id, second->id);
  EXPECT_TRUE(first->parts == second->parts) << again;
  EXPECT_EQ(first->stop, second->stop);
  EXPECT_EQ(first->usage.cache_read, second->usage.cache_read);
  EXPECT_TRUE(first->extras == second->extras);
}

TEST_P(GoldenReply, is_observed_without_translation) {
  SseDecoder decoder;
  const auto text = stream();
  decoder.feed(text);
  SseEvent event;
  Observation sum;
  while (decoder.next(event).value()) {
    const auto seen = openai_chat_codec.observe(event);
    if (seen.usage) sum.usage = seen.usage;
    if (seen.stop) sum.stop = seen.stop;
    sum.semantic = sum.semantic || seen.semantic;
    sum.last = seen.last;
    EXPECT_FALSE(seen.failed.has_value());
  }
  const auto body = whole();
  const auto owned = json::Document::parse(body);
  const auto once = openai_chat_codec.observe_whole(*owned);
  EXPECT_TRUE(sum.last && once.last);
  EXPECT_EQ(sum.usage->input, once.usage->input);
  EXPECT_EQ(sum.stop->raw, once.stop->raw);
  EXPECT_EQ(sum.semantic, std::string(GetParam()) != "empty");
}

TEST(OpenaiChatReply, case_20_usage_counts_cached_input_and_reasoning_once) {
  const auto cached = parsed(reply_file("cached.json")).usage;
  EXPECT_EQ(cached.input, 2048);
  EXPECT_EQ(cached.output, 2);
  EXPECT_EQ(cached.cache_read, 1920);
  EXPECT_EQ(cached.cache_write, 0);
  const auto thought = parsed(reply_file("thinking.json")).usage;
  EXPECT_EQ(thought.output, 30);
  EXPECT_EQ(thought.reasoning, 25);
}

TEST(OpenaiChatReply, missing_usage_stays_missing) {
  const auto response = parsed(R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]})");
  EXPECT_FALSE(response.usage.input.has_value());
  EXPECT_EQ(
      openai_chat_codec.render_response(response, {.model = "m", .id = "1", .created_s = 2}),
      R"({"id":"chatcmpl-1","object":"chat.completion","created":2,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}]})");
}

TEST(OpenaiChatReply, case_57_citations_count_bytes_here_and_characters_there) {
  const auto response = parsed(reply_file("citations.json"));
  const auto& text = std::get<ir::Text>(response.parts[0].body);
  ASSERT_EQ(text.citations.size(), 1U);
  EXPECT_EQ(text.citations[0].begin, 8U);  // Ö, l, space, an emoji of four bytes
  EXPECT_EQ(text.citations[0].end, 13U);
  EXPECT_EQ(text.citations[0].url, "https://e.com");
}

TEST(OpenaiChatReply, case_19_stop_reasons_both_ways) {
  using R = ir::StopReason;
  const auto reason = [](const std::string& word, const std::string& message = R"({"content":"x"})") {
    return parsed(R"({"choices":[{"message":)" + message + R"(,"finish_reason":)" + word + "}]}").stop.reason;
  };
  const std::string call = R"({"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]})";
  EXPECT_EQ(reason(R"("stop")"), R::end);
  EXPECT_EQ(reason(R"("length")"), R::length);
  EXPECT_EQ(reason(R"("content_filter")"), R::refusal);
  EXPECT_EQ(reason(R"("stop")", call), R::tool_use);
  EXPECT_EQ(reason(R"("function_call")", call), R::tool_use);
  EXPECT_EQ(reason("null", call), R::tool_use);
  EXPECT_EQ(reason("null"), R::end);
  EXPECT_EQ(reason(R"("tool_calls")"), R::end);
  EXPECT_EQ(reason(R"("length")", call), R::length);
  EXPECT_EQ(reason(R"("new_word")"), R::end);
  const auto word = [](R stop) {
    const auto body =
        openai_chat_codec.render_response({.parts = {}, .stop = {.reason = stop}}, {.model = "m", .id = "1"});
    const auto document = json::Document::parse(body);
    return document->root()["choices"][std::size_t{0}]["finish_reason"].text_or("");
  };
  EXPECT_EQ(word(R::end), "stop");
  EXPECT_EQ(word(R::stop_sequence), "stop");
  EXPECT_EQ(word(R::paused), "stop");
  EXPECT_EQ(word(R::length), "length");
  EXPECT_EQ(word(R::context_full), "length");
  EXPECT_EQ(word(R::tool_use), "tool_calls");
  EXPECT_EQ(word(R::refusal), "content_filter");
}

TEST(OpenaiChatReply, odd_whole_replies_are_read) {
  const auto legacy = parsed(
      R"({"choices":[{"message":{"content":null,"function_call":{"name":"f","arguments":"{}"}},"finish_reason":"function_call"}]})");
  EXPECT_EQ(std::get<ir::ToolCall>(legacy.parts[0].body).name, "f");
  EXPECT_FALSE(std::get<ir::ToolCall>(legacy.parts[0].body).id.empty());
  const auto object = parsed(
      R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":{"a":1.0}}},{"function":{"name":"f","arguments":{}}}]},"finish_reason":"stop"}]})");
  ASSERT_EQ(object.parts.size(), 2U);
  EXPECT_EQ(std::get<ir::ToolCall>(object.parts[0].body).arguments, R"({"a":1.0})");
  EXPECT_NE(std::get<ir::ToolCall>(object.parts[0].body).id, std::get<ir::ToolCall>(object.parts[1].body).id);
  const auto mistral = parsed(
      R"({"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"42"}]},"finish_reason":"stop"}]})");
  EXPECT_EQ(std::get<ir::Reasoning>(mistral.parts[0].body).text, "hm");
  EXPECT_EQ(std::get<ir::Text>(mistral.parts[1].body).text, "42");
  const auto image = parsed(
      R"({"choices":[{"message":{"content":"","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]},"finish_reason":"stop"}]})");
  EXPECT_EQ(std::get<ir::Media>(image.parts[0].body).mime, "image/png");
}

TEST(OpenaiChatReply, what_is_no_reply_is_an_error) {
  const auto code = [](std::string_view body) {
    const auto document = json::Document::parse(body);
    const auto response = openai_chat_codec.parse_response(*document, {});
    return response ? Code::internal : response.error().code;
  };
  EXPECT_EQ(code("{}"), Code::translate_reply);
  EXPECT_EQ(code("[]"), Code::translate_reply);
  EXPECT_EQ(code(R"({"choices":[]})"), Code::translate_reply);
  EXPECT_EQ(code(R"({"choices":[{"message":{"tool_calls":[{"id":"a","function":{"arguments":"{}"}}]}}]})"),
            Code::translate_reply);
  EXPECT_EQ(code(R"({"error":{"message":"Slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}})"),
            Code::unknown_429);
  EXPECT_EQ(code(R"({"choices":[{"message":{},"finish_reason":"error"}]})"), Code::internal_5xx);
}

TEST(OpenaiChatReply, an_answer_of_every_kind_is_written_whole) {
  ir::Response response{.id = "msg_1", .stop = {.reason = ir::StopReason::tool_use}};
  const auto add = [&](ir::PartBody body) { response.parts.emplace_back().body = std::move(body); };
  add(ir::Reasoning{.text = "Hm."});
  add(ir::Text{.text = "One."});
  add(ir::ToolCall{.id = "toolu_1", .name = "f", .arguments = R"({"n":9007199254740993})"});
  add(ir::Text{.text = "Two."});
  add(ir::ToolCall{.id = "call 2",
                   .name = "apply_patch",
                   .arguments = R"({"input":"*** a"})",
                   .kind = ir::ToolCall::Kind::custom,
                   .wrapped = true});
  response.parts[2].signature = ir::Signature{.blob = "c2ln", .signer = ir::Dialect::gemini};
  response.usage = {.input = 10, .output = 5, .cache_read = 4, .reasoning = 2};
  EXPECT_EQ(
      openai_chat_codec.render_response(response, {.model = "m", .id = "1", .created_s = 2}),
      R"({"id":"msg_1","object":"chat.completion","created":2,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"One.Two.","refusal":null,"reasoning_content":"Hm.","annotations":[],"tool_calls":[)"
      R"({"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"n\":9007199254740993}"},"extra_content":{"google":{"thought_signature":"c2ln"}}},)"
      R"({"id":")" +
          legal_tool_id("call 2") +
          R"(","type":"custom","custom":{"name":"apply_patch","input":"*** a"}}]},"logprobs":null,"finish_reason":"tool_calls"}],)"
          R"("usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}})");
}

TEST(OpenaiChatReply, case_53_hidden_reasoning_is_not_shown) {
  ir::Request request;
  request.thinking.display = ir::Thinking::Display::hidden;
  ir::Response response{.stop = {.reason = ir::StopReason::end}};
  response.parts.emplace_back().body = ir::Reasoning{.text = "secret"};
  const ReplyContext context{.model = "m", .id = "1", .request = &request};
  EXPECT_FALSE(openai_chat_codec.render_response(response, context).contains("secret"));
  EXPECT_FALSE(laws::written(openai_chat_codec, ir::unfold(response), context).contains("secret"));
}

TEST(OpenaiChatReply, case_22_models_have_openais_shape) {
  const std::array models{ModelFacts{.id = "a"}, ModelFacts{.id = "b/c"}};
  EXPECT_EQ(
      openai_chat_codec.render_models({.models = models}),
      R"({"object":"list","data":[{"id":"a","object":"model","created":0,"owned_by":"gateway"},{"id":"b/c","object":"model","created":0,"owned_by":"gateway"}]})");
  EXPECT_EQ(openai_chat_codec.render_model(models[0]),
            R"({"id":"a","object":"model","created":0,"owned_by":"gateway"})");
  EXPECT_EQ(openai_chat_codec.render_models({}), R"({"object":"list","data":[]})");
  EXPECT_EQ(openai_chat_codec.render_token_count(42), R"({"object":"token_count","input_tokens":42})");
}

}  // namespace
}  // namespace agt::dialect

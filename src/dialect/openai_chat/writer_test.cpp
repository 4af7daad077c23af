#include "dialect/laws.h"
#include "dialect/openai_chat/codec.h"

namespace agt::dialect {
namespace {

using Events = std::vector<ir::Event>;

constexpr std::string_view head =
    R"(data: {"id":"chatcmpl-r1","object":"chat.completion.chunk","created":7,"model":"m","choices":)";

// The chunk with this delta, as it stands on the wire.
std::string chunk(std::string_view delta, std::string_view finish = "null", std::string_view tail = "") {
  return std::string(head) + R"([{"index":0,"delta":)" + std::string(delta) + R"(,"logprobs":null,"finish_reason":)" +
         std::string(finish) + "}]" + std::string(tail) + "}\n\n";
}
const std::string role = chunk(R"({"role":"assistant","content":"","refusal":null})");
const std::string role_before_call = chunk(R"({"role":"assistant","content":null,"refusal":null})");
const std::string done = "data: [DONE]\n\n";

ir::Request asked(bool usage = false) { return {.stream = true, .usage_in_stream = usage}; }

std::string written(const Events& events, const ir::Request& request = asked()) {
  EXPECT_EQ(ir::grammar_violation(events), "");
  return laws::written(openai_chat_codec, events, {.model = "m", .id = "r1", .created_s = 7, .request = &request});
}

ir::Opened opened(int index, ir::PartBody body) {
  ir::Opened event{.index = index};
  event.part.body = std::move(body);
  return event;
}

const ir::Finished finished{.stop = {.reason = ir::StopReason::end}};
const ir::Finished called{.stop = {.reason = ir::StopReason::tool_use}};

TEST(OpenaiChatWriter, text) {
  EXPECT_EQ(written({ir::Started{}, opened(0, ir::Text{}), ir::TextGrew{.index = 0, .text = "a\n"},
                     ir::TextGrew{.index = 0, .text = "b"}, ir::Closed{.index = 0}, finished}),
            role + chunk(R"({"content":"a\n"})") + chunk(R"({"content":"b"})") + chunk("{}", R"("stop")") + done);
}

TEST(OpenaiChatWriter, case_20_usage_comes_in_a_chunk_of_its_own_only_when_asked_for) {
  const Events events{
      ir::Started{},
      opened(0, ir::Text{}),
      ir::TextGrew{.index = 0, .text = "a"},
      ir::Closed{.index = 0},
      ir::Metered{.usage = {.input = 10, .output = 2, .cache_read = 8, .cache_write = 1, .reasoning = 1}},
      finished};
  EXPECT_FALSE(written(events).contains("usage"));
  EXPECT_EQ(
      written(events, asked(true)),
      chunk(R"({"role":"assistant","content":"","refusal":null})", "null", R"(,"usage":null)") +
          chunk(R"({"content":"a"})", "null", R"(,"usage":null)") + chunk("{}", R"("stop")", R"(,"usage":null)") +
          std::string(head) +
          R"([],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":1},"completion_tokens_details":{"reasoning_tokens":1}}})" +
          "\n\n" + done);
}

TEST(OpenaiChatWriter, usage_that_nobody_knows_is_not_made_up) {
  EXPECT_EQ(written({ir::Started{}, finished}, asked(true)),
            chunk(R"({"role":"assistant","content":"","refusal":null})", "null", R"(,"usage":null)") +
                chunk("{}", R"("stop")", R"(,"usage":null)") + done);
}

TEST(OpenaiChatWriter, thoughts_are_never_content) {
  EXPECT_EQ(
      written({ir::Started{}, opened(0, ir::Reasoning{}), ir::ThoughtGrew{.index = 0, .text = "hm"},
               ir::Signed{.index = 0, .signature = {.blob = "x", .signer = ir::Dialect::anthropic}},
               ir::Closed{.index = 0}, opened(1, ir::Text{}), ir::TextGrew{.index = 1, .text = "a"},
               ir::Closed{.index = 1}, finished}),
      role + chunk(R"({"reasoning_content":"hm"})") + chunk(R"({"content":"a"})") + chunk("{}", R"("stop")") + done);
}

TEST(OpenaiChatWriter, parallel_calls_have_dense_indexes_and_ids_on_the_first_delta_only) {
  EXPECT_EQ(
      written({ir::Started{}, opened(0, ir::Reasoning{}), ir::Closed{.index = 0},
               opened(1, ir::ToolCall{.id = "toolu_1", .name = "f"}), ir::ArgumentsGrew{.index = 1, .text = "{"},
               opened(2, ir::ToolCall{.id = "x|y", .name = "g"}), ir::ArgumentsGrew{.index = 2, .text = "{}"},
               ir::ArgumentsGrew{.index = 1, .text = "}"}, ir::Closed{.index = 1}, ir::Closed{.index = 2}, called}),
      role_before_call +
          chunk(
              R"({"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"f","arguments":""}}]})") +
          chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{"}}]})") +
          chunk(R"({"tool_calls":[{"index":1,"id":")" + legal_tool_id("x|y") +
                R"(","type":"function","function":{"name":"g","arguments":""}}]})") +
          chunk(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})") +
          chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"}"}}]})") + chunk("{}", R"("tool_calls")") +
          done);
}

TEST(OpenaiChatWriter, case_61_a_custom_call_is_written_whole_and_unwrapped) {
  const auto custom = [](std::string_view first, std::string_view second, bool wrapped) {
    return written(
        {ir::Started{},
         opened(0,
                ir::ToolCall{.id = "a", .name = "apply_patch", .kind = ir::ToolCall::Kind::custom, .wrapped = wrapped}),
         ir::ArgumentsGrew{.index = 0, .text = std::string(first)},
         ir::ArgumentsGrew{.index = 0, .text = std::string(second)}, ir::Closed{.index = 0}, called});
  };
  const auto expected =
      role_before_call +
      chunk(
          R"({"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"apply_patch","input":"*** x\n"}}]})") +
      chunk("{}", R"("tool_calls")") + done;
  EXPECT_EQ(custom(R"({"input":"***)", R"( x\n"})", true), expected);
  EXPECT_EQ(custom("***", " x\n", false), expected);
}

TEST(OpenaiChatWriter, case_10_geminis_signature_rides_on_its_call) {
  EXPECT_EQ(
      written({ir::Started{}, opened(0, ir::ToolCall{.id = "a", .name = "f"}),
               ir::ArgumentsGrew{.index = 0, .text = "{}"},
               ir::Signed{.index = 0, .signature = {.blob = "c2ln", .signer = ir::Dialect::gemini}},
               ir::Closed{.index = 0}, called}),
      role_before_call +
          chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]})") +
          chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})") +
          chunk(
              R"({"tool_calls":[{"index":0,"function":{"arguments":""},"extra_content":{"google":{"thought_signature":"c2ln"}}}]})") +
          chunk("{}", R"("tool_calls")") + done);
}

TEST(OpenaiChatWriter, case_58_refusals) {
  EXPECT_EQ(written({ir::Started{}, opened(0, ir::Refusal{}), ir::RefusalGrew{.index = 0, .text = "no"},
                     ir::Closed{.index = 0}, ir::Finished{.stop = {.reason = ir::StopReason::refusal}}}),
            role + chunk(R"({"refusal":"no"})") + chunk("{}", R"("stop")") + done);
  EXPECT_EQ(written({ir::Started{}, ir::Finished{.stop = {.reason = ir::StopReason::refusal}}}),
            role + chunk("{}", R"("content_filter")") + done);
}

TEST(OpenaiChatWriter, case_26_27_a_failure_is_one_error_chunk_and_nothing_after_it) {
  const Error cut{.code = Code::stream_cut, .message = "cut"};
  const std::string error =
      "data: {\"error\":{\"message\":\"cut\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n";
  EXPECT_EQ(written({ir::Failed{.error = cut}}), error);
  EXPECT_EQ(
      written({ir::Started{}, opened(0, ir::Text{}), ir::TextGrew{.index = 0, .text = "a"}, ir::Failed{.error = cut}}),
      role + chunk(R"({"content":"a"})") + error);
  const auto request = asked();
  const auto writer = openai_chat_codec.make_writer({.model = "m", .id = "r1", .created_s = 7, .request = &request});
  std::string out;
  writer->write(ir::Failed{.error = cut}, out);
  writer->write(finished, out);
  EXPECT_EQ(out, error);
}

TEST(OpenaiChatWriter, case_29_keep_alives_are_comments) {
  const auto writer = openai_chat_codec.make_writer({});
  std::string out;
  writer->keep_alive(out);
  EXPECT_EQ(out, ": keep-alive\n\n");
  EXPECT_EQ(writer->content_type(), "text/event-stream");
}

TEST(OpenaiChatWriter, the_upstreams_id_and_own_extras_are_kept) {
  const auto out = written({ir::Started{.id = "chatcmpl-up",
                                        .extras = {.origin = ir::Dialect::openai_chat,
                                                   .fields = {{.key = "system_fingerprint", .value = {R"("fp")"}}}}},
                            finished});
  EXPECT_TRUE(out.starts_with(
      R"(data: {"id":"chatcmpl-up","object":"chat.completion.chunk","created":7,"model":"m","system_fingerprint":"fp","choices":[)"))
      << out;
}

TEST(OpenaiChatWriter, citations_count_characters_of_the_whole_content) {
  const auto out = written({ir::Started{}, opened(0, ir::Text{}), ir::TextGrew{.index = 0, .text = "ä😀"},
                            ir::Closed{.index = 0}, opened(1, ir::Text{}), ir::TextGrew{.index = 1, .text = "öb"},
                            ir::Cited{.index = 1, .citation = {.begin = 2, .end = 3, .url = "u", .title = "t"}},
                            ir::Closed{.index = 1}, finished});
  EXPECT_TRUE(out.contains(
      R"({"annotations":[{"type":"url_citation","url_citation":{"start_index":3,"end_index":4,"title":"t","url":"u"}}]})"))
      << out;
}

TEST(OpenaiChatWriter, a_client_of_the_old_functions_api_reads_function_call) {
  const auto document = json::Document::parse(
      R"({"model":"m","messages":[{"role":"user","content":"x"}],"functions":[{"name":"f"}],"stream":true})");
  const auto request = openai_chat_codec.parse_request(*document, {});
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(written({ir::Started{}, opened(0, ir::ToolCall{.id = "a", .name = "f"}),
                     ir::ArgumentsGrew{.index = 0, .text = "{}"}, ir::Closed{.index = 0}, called},
                    *request),
            role_before_call + chunk(R"({"function_call":{"name":"f","arguments":""}})") +
                chunk(R"({"function_call":{"arguments":"{}"}})") + chunk("{}", R"("function_call")") + done);
}

TEST(OpenaiChatWriter, images_are_given_and_what_cannot_be_shown_is_a_loss) {
  const auto request = asked();
  const auto writer = openai_chat_codec.make_writer({.model = "m", .id = "r1", .created_s = 7, .request = &request});
  std::string out;
  writer->write(ir::Started{}, out);
  writer->write(
      opened(0,
             ir::Media{.kind = ir::MediaKind::image, .mime = "image/png", .source = ir::InlineData{.base64 = "AA=="}}),
      out);
  EXPECT_EQ(out, role + chunk(R"({"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]})"));
  EXPECT_TRUE(writer->losses().empty());
  writer->write(opened(1, ir::Opaque{.origin = ir::Dialect::anthropic, .raw = {"{}"}}), out);
  EXPECT_EQ(writer->losses().all().size(), 1U);
}

}  // namespace
}  // namespace agt::dialect

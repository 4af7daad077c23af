#include <gtest/gtest.h>

#include "dialect/gemini/codec.h"
#include "dialect/laws.h"

namespace agt::dialect {
namespace {

const ReplyContext to_client{.model = "alias", .id = "r1"};

ir::Opened opened(int index, ir::PartBody body) {
  ir::Opened out{.index = index};
  out.part.body = std::move(body);
  return out;
}
ir::Opened call(int index, std::string id, std::string name) {
  return opened(index, ir::ToolCall{.id = std::move(id), .name = std::move(name)});
}
std::string chunk(const std::string& part, const std::string& usage = "", const std::string& finish = "") {
  return R"(data: {"candidates":[{"content":{"parts":[)" + part + R"(],"role":"model"},)" + finish + R"("index":0}],)" +
         usage + R"("modelVersion":"alias","responseId":"r1"})" + "\r\n\r\n";
}
const std::string stopped = R"("finishReason":"STOP",)";
const std::string blank = R"({"text":""})";

TEST(GeminiWriter, case_36_writes_sse_as_google_does) {
  const auto out =
      laws::written(gemini_codec,
                    {ir::Started{}, opened(0, ir::Text{}), ir::TextGrew{.index = 0, .text = "a\r\n"},
                     ir::Metered{.usage = {.input = 9}}, ir::TextGrew{.index = 0, .text = "b"}, ir::Closed{.index = 0},
                     ir::Metered{.usage = {.output = 5, .cache_read = 4, .reasoning = 3}}, ir::Finished{}},
                    to_client);
  EXPECT_EQ(
      out,
      chunk(R"({"text":"a\r\n"})") +
          chunk(R"({"text":"b"})", R"("usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},)") +
          chunk(
              blank,
              R"("usageMetadata":{"promptTokenCount":9,"cachedContentTokenCount":4,"candidatesTokenCount":2,"thoughtsTokenCount":3,"totalTokenCount":14},)",
              stopped));
}

TEST(GeminiWriter, case_32_thinking_is_marked_and_foreign_signatures_stay_away) {
  const auto writer = gemini_codec.make_writer(to_client);
  std::string out;
  const std::vector<ir::Event> events{
      ir::Started{},
      opened(0, ir::Reasoning{}),
      ir::ThoughtGrew{.index = 0, .text = "hm"},
      ir::Signed{.index = 0, .signature = {.blob = "anthropic", .signer = ir::Dialect::anthropic}},
      ir::Closed{.index = 0},
      opened(1, ir::Text{}),
      ir::TextGrew{.index = 1, .text = "ok"},
      ir::Signed{.index = 1, .signature = {.blob = "google", .signer = ir::Dialect::gemini}},
      ir::Closed{.index = 1},
      ir::Finished{}};
  for (const auto& event : events) writer->write(event, out);
  EXPECT_EQ(out, chunk(R"({"text":"hm","thought":true})") + chunk(R"({"text":"ok"})") +
                     chunk(R"({"text":"","thoughtSignature":"google"})") + chunk(blank, "", stopped));
  ASSERT_EQ(writer->losses().all().size(), 1U);
  EXPECT_EQ(writer->losses().all()[0].weight, ir::Loss::Weight::harmless);
}

TEST(GeminiWriter, hides_thoughts_from_who_did_not_want_them) {
  ir::Request request;
  request.thinking.display = ir::Thinking::Display::hidden;
  auto context = to_client;
  context.request = &request;
  EXPECT_EQ(laws::written(gemini_codec,
                          {ir::Started{}, opened(0, ir::Reasoning{}), ir::ThoughtGrew{.index = 0, .text = "hm"},
                           ir::Closed{.index = 0}, ir::Finished{}},
                          context),
            chunk(blank, "", stopped));
}

TEST(GeminiWriter, case_15_writes_interleaved_calls_whole_and_in_order) {
  const auto out = laws::written(
      gemini_codec,
      {ir::Started{}, call(0, "c0", "f"), call(1, "c1", "g"), ir::ArgumentsGrew{.index = 0, .text = "{\"a\":"},
       ir::ArgumentsGrew{.index = 1, .text = "{"}, opened(2, ir::Text{}), ir::TextGrew{.index = 2, .text = "later"},
       ir::ArgumentsGrew{.index = 1, .text = "}"}, ir::Closed{.index = 1},
       ir::ArgumentsGrew{.index = 0, .text = "\n 1}"}, ir::Closed{.index = 0}, ir::TextGrew{.index = 2, .text = "!"},
       ir::Closed{.index = 2}, ir::Finished{.stop = {.reason = ir::StopReason::tool_use}}},
      to_client);
  EXPECT_EQ(out, chunk(R"({"functionCall":{"id":"c0","name":"f","args":{"a":1}}})") +
                     chunk(R"({"functionCall":{"id":"c1","name":"g","args":{}}})") + chunk(R"({"text":"later"})") +
                     chunk(R"({"text":"!"})") + chunk(blank, "", stopped));
}

TEST(GeminiWriter, case_63_wraps_arguments_that_are_no_object) {
  const auto writer = gemini_codec.make_writer(to_client);
  std::string out;
  for (const auto& event : std::vector<ir::Event>{
           ir::Started{}, call(0, "c", "f"), ir::ArgumentsGrew{.index = 0, .text = "{\"a\":"}, ir::Closed{.index = 0},
           call(1, "d", "g"), ir::Closed{.index = 1}, ir::Finished{.stop = {.reason = ir::StopReason::length}}})
    writer->write(event, out);
  EXPECT_EQ(out, chunk(R"({"functionCall":{"id":"c","name":"f","args":{"_raw":"{\"a\":"}}})") +
                     chunk(R"({"functionCall":{"id":"d","name":"g","args":{}}})") +
                     chunk(blank, "", R"("finishReason":"MAX_TOKENS",)"));
  EXPECT_EQ(writer->losses().all().size(), 1U);
}

TEST(GeminiWriter, case_27_ends_a_failed_stream_with_the_error_and_no_reason) {
  const std::vector<ir::Event> events{ir::Started{},
                                      opened(0, ir::Text{}),
                                      ir::TextGrew{.index = 0, .text = "a"},
                                      call(1, "c", "f"),
                                      ir::Failed{{.code = Code::overloaded, .message = "busy"}},
                                      ir::Finished{}};
  const std::string error =
      R"({"error":{"code":503,"message":"busy","status":"UNAVAILABLE","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"OVERLOADED","domain":"antigravity-tools","metadata":{"trace":"r1"}}]}})";
  EXPECT_EQ(laws::written(gemini_codec, events, to_client), chunk(R"({"text":"a"})") + "data: " + error + "\r\n\r\n");
  auto array = to_client;
  array.array_framing = true;
  EXPECT_EQ(laws::written(gemini_codec, {ir::Failed{{.code = Code::overloaded, .message = "busy"}}}, array),
            "[" + error + "]");
}

TEST(GeminiWriter, case_36_frames_an_array_without_sse) {
  auto array = to_client;
  array.array_framing = true;
  const auto writer = gemini_codec.make_writer(array);
  std::string out;
  writer->keep_alive(out);
  writer->write(ir::Started{}, out);
  writer->write(opened(0, ir::Text{}), out);
  writer->write(ir::TextGrew{.index = 0, .text = "a"}, out);
  writer->keep_alive(out);
  writer->write(ir::Closed{.index = 0}, out);
  writer->write(ir::Finished{}, out);
  EXPECT_EQ(
      out,
      "\n["
      R"({"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],"modelVersion":"alias","responseId":"r1"})"
      "\n,\r\n"
      R"({"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"modelVersion":"alias","responseId":"r1"}])");
  EXPECT_EQ(writer->content_type(), "application/json");
}

TEST(GeminiWriter, case_29_keeps_a_stream_alive_with_a_comment_of_its_own) {
  const auto writer = gemini_codec.make_writer(to_client);
  std::string out;
  writer->keep_alive(out);
  EXPECT_EQ(out, ": keep-alive\r\n\r\n");
  EXPECT_EQ(writer->content_type(), "text/event-stream");
}

TEST(GeminiWriter, wrong_offsets_of_citations_cut_no_character) {
  ir::Response response;
  ir::Part cited = ir::text_part("aß");
  std::get<ir::Text>(cited.body).citations = {{.begin = 2, .end = 99, .url = "u"}, {.begin = 0, .end = 2, .url = "v"}};
  response.parts = {cited};
  const auto body = gemini_codec.render_response(response, to_client);
  EXPECT_TRUE(body.contains(R"({"startIndex":1,"endIndex":3,"text":"ß"})")) << body;
  EXPECT_TRUE(body.contains(R"({"startIndex":0,"endIndex":1,"text":"a"})")) << body;
}

TEST(GeminiWriter, case_58_tells_a_refusal) {
  const auto out = laws::written(
      gemini_codec,
      {ir::Started{},
       ir::Finished{.stop = {.reason = ir::StopReason::refusal, .detail = "no", .raw = "content_filter"}}},
      to_client);
  EXPECT_EQ(out, chunk(blank, "", R"("finishReason":"SAFETY","finishMessage":"no",)"));
}

TEST(GeminiWriter, says_every_stop_reason_in_its_own_word) {
  const auto reason = [](ir::StopReason why) {
    ir::Response response;
    response.stop.reason = why;
    const auto body = gemini_codec.render_response(response, to_client);
    return std::string(json::Document::parse(body).value().root()["candidates"][0]["finishReason"].text_or(""));
  };
  EXPECT_EQ(reason(ir::StopReason::end), "STOP");
  EXPECT_EQ(reason(ir::StopReason::stop_sequence), "STOP");
  EXPECT_EQ(reason(ir::StopReason::tool_use), "STOP");
  EXPECT_EQ(reason(ir::StopReason::paused), "STOP");
  EXPECT_EQ(reason(ir::StopReason::length), "MAX_TOKENS");
  EXPECT_EQ(reason(ir::StopReason::context_full), "MAX_TOKENS");
  EXPECT_EQ(reason(ir::StopReason::refusal), "SAFETY");
}

TEST(GeminiWriter, whole_replies_hold_all_parts) {
  ir::Response response;
  response.id = "up";
  ir::Part opaque;
  opaque.body = ir::Opaque{.origin = ir::Dialect::anthropic, .raw = {R"({"type":"server_tool_use"})"}};
  ir::Part refusal;
  refusal.body = ir::Refusal{.text = "I will not."};
  response.parts = {ir::text_part("a"), opaque, refusal};
  response.usage = {.input = 1};
  EXPECT_EQ(
      gemini_codec.render_response(response, to_client),
      R"({"candidates":[{"content":{"parts":[{"text":"a"},{"text":"I will not."}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"totalTokenCount":1},"modelVersion":"alias","responseId":"up"})");
}

}  // namespace
}  // namespace agt::dialect

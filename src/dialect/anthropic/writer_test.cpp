// The exact bytes that clients get.
#include <gtest/gtest.h>

#include "dialect/anthropic/codec.h"
#include "dialect/laws.h"

namespace agt::dialect {
namespace {

using ir::Dialect;

const ReplyContext context{.model = "claude-opus-5", .id = "42", .input_estimate = 17};

ir::Opened opened(int index, ir::PartBody body) {
  ir::Opened out{.index = index};
  out.part.body = std::move(body);
  return out;
}

const std::string start_estimated =
    "event: message_start\n"
    R"(data: {"type":"message_start","message":{"id":"msg_42","type":"message","role":"assistant","model":"claude-opus-5","content":[],)"
    R"("stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":{"input_tokens":17,"cache_creation_input_tokens":0,)"
    R"("cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":1,"service_tier":"standard"}}})"
    "\n\n";
const std::string stop_event = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

std::string block_start(int index, const std::string& block) {
  return "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":" + std::to_string(index) +
         ",\"content_block\":" + block + "}\n\n";
}
std::string delta(int index, const std::string& members) {
  return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":" + std::to_string(index) +
         ",\"delta\":{" + members + "}}\n\n";
}
std::string block_stop(int index) {
  return "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":" + std::to_string(index) +
         "}\n\n";
}
std::string end(const std::string& reason, const std::string& usage) {
  return "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + reason +
         "\",\"stop_sequence\":null,\"stop_details\":null},\"usage\":" + usage + "}\n\n" + stop_event;
}

const std::string text_block = R"({"type":"text","text":""})";
const std::string thinking_block = R"({"type":"thinking","thinking":"","signature":""})";

TEST(AnthropicWriter, case_20_an_estimate_at_the_start_is_corrected_at_the_end) {
  const auto out = laws::written(
      anthropic_codec,
      {ir::Started{.id = "chatcmpl-1", .model = "gpt"}, opened(0, ir::Text{}), ir::TextGrew{.text = "Hi \"you\"\n"},
       ir::Closed{}, ir::Metered{.usage = {.input = 30, .output = 5, .cache_read = 20, .reasoning = 2}},
       ir::Finished{}},
      context);
  EXPECT_EQ(
      out,
      start_estimated + block_start(0, text_block) + delta(0, R"("type":"text_delta","text":"Hi \"you\"\n")") +
          block_stop(0) +
          end("end_turn",
              R"({"input_tokens":10,"cache_read_input_tokens":20,"output_tokens":5,"output_tokens_details":{"thinking_tokens":2}})"));
}

TEST(AnthropicWriter, unknown_counts_are_not_told_as_zero) {
  const auto out = laws::written(
      anthropic_codec,
      {ir::Started{}, opened(0, ir::Text{}), ir::TextGrew{.text = "12345678"}, ir::Closed{}, ir::Finished{}}, context);
  EXPECT_TRUE(out.ends_with(end("end_turn", R"({"output_tokens":2})"))) << out;
}

TEST(AnthropicWriter, case_16_thinking_then_tool_keeps_its_order_and_signs_right_before_the_stop) {
  const auto out = laws::written(
      anthropic_codec,
      {ir::Started{.id = "msg_up"}, opened(0, ir::Reasoning{}), ir::ThoughtGrew{.text = "hm"},
       ir::Signed{.signature = {.blob = "S", .signer = Dialect::anthropic}}, ir::Closed{},
       opened(1, ir::ToolCall{.id = "call|1", .name = "Bash"}), ir::ArgumentsGrew{.index = 1, .text = "{\"a\""},
       ir::ArgumentsGrew{.index = 1, .text = ":1}"}, ir::Closed{.index = 1}, ir::Metered{.usage = {.output = 9}},
       ir::Finished{.stop = {.reason = ir::StopReason::end}}},
      context);
  auto start = start_estimated;
  start.replace(start.find("msg_42"), 6, "msg_up");
  EXPECT_EQ(out, start + block_start(0, thinking_block) + delta(0, R"("type":"thinking_delta","thinking":"hm")") +
                     delta(0, R"("type":"signature_delta","signature":"S")") + block_stop(0) +
                     block_start(1, R"({"type":"tool_use","id":")" + legal_tool_id("call|1") +
                                        R"(","name":"Bash","input":{}})") +
                     delta(1, R"("type":"input_json_delta","partial_json":"")") +
                     delta(1, R"("type":"input_json_delta","partial_json":"{\"a\"")") +
                     delta(1, R"("type":"input_json_delta","partial_json":":1}")") + block_stop(1) +
                     end("tool_use", R"({"output_tokens":9})"));
}

TEST(AnthropicWriter, case_15_interleaved_parts_become_blocks_one_after_another) {
  const auto call = [](std::string id) { return ir::ToolCall{.id = std::move(id), .name = "n"}; };
  const std::vector<ir::Event> events{ir::Started{},
                                      opened(0, call("a")),
                                      opened(1, call("b")),
                                      ir::ArgumentsGrew{.index = 0, .text = "{\"x\""},
                                      ir::ArgumentsGrew{.index = 1, .text = "{\"y\""},
                                      opened(2, call("c")),
                                      ir::ArgumentsGrew{.index = 1, .text = ":2}"},
                                      ir::Closed{.index = 1},
                                      ir::ArgumentsGrew{.index = 2, .text = "{}"},
                                      ir::ArgumentsGrew{.index = 0, .text = ":1}"},
                                      ir::Closed{.index = 0},
                                      ir::Closed{.index = 2},
                                      ir::Metered{.usage = {.input = 1, .output = 1}},
                                      ir::Finished{.stop = {.reason = ir::StopReason::tool_use}}};
  const auto out = laws::written(anthropic_codec, events, context);
  EXPECT_TRUE(*ir::fold(laws::same_at_any_split(anthropic_codec, out)) ==
              *ir::fold(laws::events_of(anthropic_codec, out, 7)));
  const auto response = *ir::fold(laws::same_at_any_split(anthropic_codec, out));
  ASSERT_EQ(response.parts.size(), 3U);
  EXPECT_EQ(std::get<ir::ToolCall>(response.parts[0].body).arguments, R"({"x":1})");
  EXPECT_EQ(std::get<ir::ToolCall>(response.parts[1].body).arguments, R"({"y":2})");
  EXPECT_EQ(std::get<ir::ToolCall>(response.parts[2].body).arguments, "{}");
  for (const auto& [before, after] : {std::pair{block_stop(0), R"("index":1,"content_block")"},
                                      std::pair{block_stop(1), R"("index":2,"content_block")"}})
    EXPECT_LT(out.find(before), out.find(after));
}

TEST(AnthropicWriter, a_part_that_waits_goes_on_when_it_becomes_the_current) {
  const auto out = laws::written(anthropic_codec,
                                 {ir::Started{}, opened(0, ir::Reasoning{}), ir::ThoughtGrew{.text = "a"},
                                  opened(1, ir::Text{}), ir::TextGrew{.index = 1, .text = "x"}, ir::Closed{},
                                  ir::TextGrew{.index = 1, .text = "y"}, ir::Closed{.index = 1}, ir::Finished{}},
                                 context);
  EXPECT_EQ(out, start_estimated + block_start(0, thinking_block) +
                     delta(0, R"("type":"thinking_delta","thinking":"a")") + block_stop(0) +
                     block_start(1, text_block) + delta(1, R"("type":"text_delta","text":"x")") +
                     delta(1, R"("type":"text_delta","text":"y")") + block_stop(1) +
                     end("end_turn", R"({"output_tokens":1})"));
}

TEST(AnthropicWriter, parts_without_content_make_no_block) {
  const auto out = laws::written(anthropic_codec,
                                 {ir::Started{}, opened(0, ir::Text{}), ir::TextGrew{.text = ""}, ir::Closed{},
                                  opened(1, ir::Reasoning{}), ir::Closed{.index = 1}, ir::Finished{}},
                                 context);
  EXPECT_EQ(out, start_estimated + end("end_turn", R"({"output_tokens":1})"));
}

TEST(AnthropicWriter, case_53_thinking_is_hidden_when_the_client_asked_so) {
  const std::vector<ir::Event> events{ir::Started{},
                                      opened(0, ir::Reasoning{}),
                                      ir::ThoughtGrew{.text = "secret"},
                                      ir::Signed{.signature = {.blob = "S", .signer = Dialect::anthropic}},
                                      ir::Closed{},
                                      ir::Finished{}};
  ir::Request request;
  request.thinking = {.mode = ir::Thinking::Mode::adaptive, .display = ir::Thinking::Display::hidden};
  auto asked = context;
  asked.request = &request;
  EXPECT_EQ(laws::written(anthropic_codec, events, asked),
            start_estimated + block_start(0, thinking_block) + delta(0, R"("type":"signature_delta","signature":"S")") +
                block_stop(0) + end("end_turn", R"({"output_tokens":1})"));
  request.thinking.mode = ir::Thinking::Mode::off;
  EXPECT_EQ(laws::written(anthropic_codec, events, asked), start_estimated + end("end_turn", R"({"output_tokens":1})"));
}

TEST(AnthropicWriter, another_providers_signature_travels_in_an_envelope) {
  ir::Response response;
  ir::Part part;
  part.body = ir::Reasoning{.text = "t"};
  part.signature = ir::Signature{.blob = "QUJD", .signer = Dialect::gemini};
  response.parts.push_back(part);
  part.body = ir::Reasoning{.redacted = true};
  part.signature = ir::Signature{.blob = "gAAA=", .signer = Dialect::openai_responses};
  response.parts.push_back(part);
  response.usage = {.input = 3, .output = 2, .cache_read = 0, .cache_write = 0};
  EXPECT_TRUE(
      laws::written(anthropic_codec, ir::unfold(response), context).contains(R"("signature":"agt1.gemini.QUJD")"));
  laws::reads_back_what_it_writes(anthropic_codec, response, context);
}

TEST(AnthropicWriter, case_58_a_refusal_is_text_with_its_stop_reason) {
  const auto out = laws::written(anthropic_codec,
                                 {ir::Started{}, opened(0, ir::Refusal{}), ir::RefusalGrew{.text = "No."}, ir::Closed{},
                                  ir::Finished{.stop = {.reason = ir::StopReason::end}}},
                                 context);
  EXPECT_TRUE(out.contains(R"("type":"text_delta","text":"No.")"));
  EXPECT_TRUE(out.contains(
      R"("stop_reason":"refusal","stop_sequence":null,"stop_details":{"type":"refusal","category":null,"explanation":null})"));
  const auto blocked = laws::written(
      anthropic_codec,
      {ir::Started{}, ir::Finished{.stop = {.reason = ir::StopReason::refusal, .detail = "PROHIBITED_CONTENT"}}},
      context);
  EXPECT_TRUE(
      blocked.contains(R"("stop_details":{"type":"refusal","category":null,"explanation":"PROHIBITED_CONTENT"})"));
}

TEST(AnthropicWriter, case_19_stop_reasons_are_told) {
  struct Row {
    ir::Stop stop;
    std::string words;
  };
  const Row table[] = {
      {{.reason = ir::StopReason::end}, R"("stop_reason":"end_turn","stop_sequence":null)"},
      {{.reason = ir::StopReason::stop_sequence, .sequence = "END"},
       R"("stop_reason":"stop_sequence","stop_sequence":"END")"},
      {{.reason = ir::StopReason::stop_sequence}, R"("stop_reason":"end_turn","stop_sequence":null)"},
      {{.reason = ir::StopReason::length}, R"("stop_reason":"max_tokens")"},
      {{.reason = ir::StopReason::tool_use}, R"("stop_reason":"tool_use")"},
      {{.reason = ir::StopReason::refusal}, R"("stop_reason":"refusal")"},
      {{.reason = ir::StopReason::paused}, R"("stop_reason":"pause_turn")"},
      {{.reason = ir::StopReason::context_full}, R"("stop_reason":"model_context_window_exceeded")"},
  };
  for (const auto& row : table) {
    EXPECT_TRUE(
        laws::written(anthropic_codec, {ir::Started{}, ir::Finished{.stop = row.stop}}, context).contains(row.words))
        << row.words;
    ir::Response response;
    response.stop = row.stop;
    EXPECT_TRUE(anthropic_codec.render_response(response, context).contains(row.words)) << row.words;
  }
}

TEST(AnthropicWriter, case_27_a_failure_is_an_error_event_and_never_an_end) {
  const auto out = laws::written(anthropic_codec,
                                 {ir::Started{}, opened(0, ir::Text{}), ir::TextGrew{.text = "a"},
                                  ir::Failed{.error = {.code = Code::overloaded, .message = "busy"}}},
                                 context);
  EXPECT_EQ(out, start_estimated + block_start(0, text_block) + delta(0, R"("type":"text_delta","text":"a")") +
                     "event: error\ndata: "
                     "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n");
  EXPECT_EQ(
      laws::written(anthropic_codec, {ir::Failed{.error = {.code = Code::stream_cut, .message = "cut"}}}, context),
      "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"cut\"}}\n\n");
}

TEST(AnthropicWriter, case_29_keep_alives_are_pings_once_the_message_started) {
  const auto writer = anthropic_codec.make_writer(context);
  std::string out;
  writer->keep_alive(out);
  EXPECT_EQ(out, ": keep-alive\n\n");
  out.clear();
  writer->write(ir::Started{}, out);
  out.clear();
  writer->keep_alive(out);
  EXPECT_EQ(out, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
  EXPECT_EQ(writer->content_type(), "text/event-stream");
}

TEST(AnthropicWriter, what_cannot_be_shown_is_a_loss) {
  const auto writer = anthropic_codec.make_writer(context);
  std::string out;
  writer->write(ir::Started{}, out);
  writer->write(opened(0, ir::Media{.kind = ir::MediaKind::image}), out);
  writer->write(ir::Closed{}, out);
  writer->write(opened(1, ir::Opaque{.origin = Dialect::gemini, .raw = {"{}"}}), out);
  writer->write(ir::Closed{.index = 1}, out);
  writer->write(opened(2, ir::Text{}), out);
  writer->write(ir::TextGrew{.index = 2, .text = "a"}, out);
  writer->write(ir::Cited{.index = 2, .citation = {.url = "https://e.com"}}, out);
  writer->write(ir::Closed{.index = 2}, out);
  EXPECT_EQ(out, start_estimated + block_start(0, text_block) + delta(0, R"("type":"text_delta","text":"a")") +
                     block_stop(0));
  EXPECT_EQ(writer->losses().all().size(), 3U);
}

TEST(AnthropicWriter, a_whole_reply_has_its_exact_body) {
  ir::Response response{.id = "chatcmpl-1", .model = "gpt"};
  response.parts.push_back(ir::text_part("Hi"));
  ir::Part call;
  call.body = ir::ToolCall{.id = "call_1", .name = "f", .arguments = "not json"};
  response.parts.push_back(call);
  response.usage = {.input = 10, .output = 4, .cache_read = 3};
  EXPECT_EQ(
      anthropic_codec.render_response(response, context),
      R"({"id":"msg_42","type":"message","role":"assistant","model":"claude-opus-5","content":[{"type":"text","text":"Hi"},)"
      R"({"type":"tool_use","id":"call_1","name":"f","input":{"_raw":"not json"}}],"stop_reason":"tool_use","stop_sequence":null,)"
      R"("stop_details":null,"usage":{"input_tokens":7,"cache_creation_input_tokens":null,"cache_read_input_tokens":3,"output_tokens":4}})");
}

}  // namespace
}  // namespace agt::dialect

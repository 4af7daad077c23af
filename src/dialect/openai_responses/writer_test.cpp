// What clients are sent. The order of events and the shapes are those that the official SDKs and Codex accept.
#include <gtest/gtest.h>

#include <algorithm>

#include "dialect/laws.h"
#include "dialect/openai_responses/codec.h"

namespace agt::dialect {
namespace {

using ir::Dialect;
using Events = std::vector<ir::Event>;

ir::Part part_of(ir::PartBody body) {
  ir::Part part;
  part.body = std::move(body);
  return part;
}
ir::Part signed_part(ir::PartBody body, std::string blob, Dialect signer) {
  auto part = part_of(std::move(body));
  part.signature = ir::Signature{.blob = std::move(blob), .signer = signer};
  return part;
}
ir::Response answer(std::vector<ir::Part> parts, ir::StopReason reason = ir::StopReason::end) {
  return {.id = "up", .parts = std::move(parts), .usage = {.input = 7, .output = 3}, .stop = {.reason = reason}};
}

ir::Request asked(const std::string& members) {
  const auto document = json::Document::parse_owned(R"({"model":"m","input":"x")" + members + "}");
  return openai_responses_codec.parse_request(*document, {}).value_or(ir::Request{});
}

struct Written {
  std::vector<std::string> types{};
  std::vector<json::Document> events{};

  [[nodiscard]] json::Value last() const { return events.back().root(); }
  [[nodiscard]] json::Value response() const { return last()["response"]; }
  [[nodiscard]] json::Value output(std::size_t at) const { return response()["output"][at]; }
};

Written read(const std::string& sse) {
  Written out;
  SseDecoder decoder;
  decoder.feed(sse);
  SseEvent event;
  while (decoder.next(event).value()) {
    out.events.push_back(*json::Document::parse_owned(std::string(event.data)));
    out.types.emplace_back(event.name);
    EXPECT_TRUE(out.last()["type"].is(event.name));
    EXPECT_EQ(out.last()["sequence_number"].integer_or(-1), static_cast<std::int64_t>(out.events.size()) - 1);
  }
  return out;
}
Written written(const Events& events, const ir::Request* request = nullptr) {
  return read(
      laws::written(openai_responses_codec, events, {.model = "m", .id = "id", .created_s = 9, .request = request}));
}
Written written(const ir::Response& response, const ir::Request* request = nullptr) {
  return written(ir::unfold(response), request);
}
ir::Losses losses_of(const ir::Response& response) {
  const auto writer = openai_responses_codec.make_writer({.model = "m", .id = "id"});
  std::string out;
  for (const auto& event : ir::unfold(response)) writer->write(event, out);
  return writer->losses();
}

TEST(ResponsesWriter, case_05_the_whole_order_of_events) {
  const auto out = written(answer({part_of(ir::Reasoning{.text = "hm"}), ir::text_part("hello"),
                                   part_of(ir::ToolCall{.id = "c1", .name = "f", .arguments = R"({"a":1})"})},
                                  ir::StopReason::tool_use));
  EXPECT_EQ(out.types,
            (std::vector<std::string>{
                "response.created", "response.in_progress", "response.output_item.added",
                "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
                "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
                "response.output_item.done", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed"}));
  EXPECT_EQ(
      out.response()["output"].raw(),
      R"([{"id":"rs_id_0","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},)"
      R"({"id":"msg_id_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"hello","annotations":[],"logprobs":[]}]},)"
      R"({"id":"fc_id_2","type":"function_call","status":"completed","call_id":"c1","name":"f","arguments":"{\"a\":1}"}])");
  EXPECT_EQ(out.response()["id"].text_or(""), "resp_id");
}

TEST(ResponsesWriter, ids_are_the_same_from_the_first_to_the_last_event) {
  const auto out = written(answer({ir::text_part("a"), part_of(ir::ToolCall{.id = "c", .name = "f"})}));
  std::vector<std::string> ids;
  for (const auto& event : out.events) {
    const auto index = event.root()["output_index"];
    if (!index.exists()) continue;
    const auto at = static_cast<std::size_t>(index.integer_or(0));
    const auto item = event.root()["item"]["id"];
    const auto id = item.exists() ? item : event.root()["item_id"];
    EXPECT_EQ(id.text_or(""), out.output(at)["id"].text_or("-"));
  }
  for (const auto& event : out.events)
    if (const auto response = event.root()["response"]; response.exists()) {
      EXPECT_EQ(response["id"].text_or(""), "resp_id");
    }
}

TEST(ResponsesWriter, case_65_every_key_of_the_response_has_a_value_of_its_type) {
  const auto out = written(answer({ir::text_part("a")}));
  for (const auto& event : {out.events.front().root()["response"], out.response()}) {
    for (const char* key :
         {"temperature", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs", "created_at"})
      EXPECT_EQ(event[key].kind(), json::Kind::number) << key;
    for (const char* key : {"store", "background", "parallel_tool_calls"})
      EXPECT_EQ(event[key].kind(), json::Kind::boolean) << key;
    for (const char* key : {"id", "object", "status", "model", "service_tier", "truncation", "tool_choice"})
      EXPECT_TRUE(event[key].is_string()) << key;
    for (const char* key : {"output", "tools"}) EXPECT_TRUE(event[key].is_array()) << key;
    for (const char* key : {"text", "reasoning", "metadata"}) EXPECT_TRUE(event[key].is_object()) << key;
    for (const char* key :
         {"completed_at", "previous_response_id", "instructions", "error", "incomplete_details", "usage",
          "max_output_tokens", "max_tool_calls", "safety_identifier", "prompt_cache_key", "user"})
      EXPECT_TRUE(event[key].exists()) << key;
  }
  EXPECT_EQ(
      out.response()["usage"].raw(),
      R"({"input_tokens":7,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":10})");
  EXPECT_EQ(out.events.front().root()["response"]["usage"].kind(), json::Kind::null);
}

TEST(ResponsesWriter, the_request_is_echoed) {
  const auto request = asked(
      R"(,"instructions":"i","temperature":0.5,"metadata":{"a":"b"},"tools":[{"type":"web_search"}],"tool_choice":"required",
      "parallel_tool_calls":false,"text":{"verbosity":"low"},"reasoning":{"effort":"high"},"max_output_tokens":99,"store":true)");
  const auto out = written(answer({}), &request);
  const auto response = out.response();
  EXPECT_EQ(response["instructions"].text_or(""), "i");
  EXPECT_EQ(response["temperature"].raw(), "0.5");
  EXPECT_EQ(response["metadata"].raw(), R"({"a":"b"})");
  EXPECT_EQ(response["tools"].raw(), R"([{"type":"web_search"}])");
  EXPECT_EQ(response["tool_choice"].raw(), R"("required")");
  EXPECT_EQ(response["parallel_tool_calls"].raw(), "false");
  EXPECT_EQ(response["text"].raw(), R"({"format":{"type":"text"},"verbosity":"low"})");
  EXPECT_EQ(response["reasoning"].raw(), R"({"summary":null,"effort":"high"})");
  EXPECT_EQ(response["max_output_tokens"].raw(), "99");
  EXPECT_EQ(response["store"].raw(), "false") << "nothing is kept, whatever was asked for";
  EXPECT_EQ(response["output"].raw(), "[]");
}

TEST(ResponsesWriter, case_60_an_exchange_that_is_kept_says_so) {
  const auto body = openai_responses_codec.render_response(answer({}), {.model = "m", .id = "id", .remembered = true});
  EXPECT_TRUE(body.contains(R"("store":true)"));
}

TEST(ResponsesWriter, case_19_how_a_response_ends) {
  const auto ending = [](ir::StopReason reason, std::vector<ir::Part> parts = {}) {
    const auto out = written(answer(std::move(parts), reason));
    return out.types.back() + " " + out.response()["incomplete_details"]["reason"].text_or("-");
  };
  EXPECT_EQ(ending(ir::StopReason::end), "response.completed -");
  EXPECT_EQ(ending(ir::StopReason::stop_sequence), "response.completed -");
  EXPECT_EQ(ending(ir::StopReason::tool_use), "response.completed -");
  EXPECT_EQ(ending(ir::StopReason::paused), "response.completed -");
  EXPECT_EQ(ending(ir::StopReason::length), "response.incomplete max_output_tokens");
  EXPECT_EQ(ending(ir::StopReason::context_full), "response.incomplete max_output_tokens");
  EXPECT_EQ(ending(ir::StopReason::refusal), "response.incomplete content_filter");
  EXPECT_EQ(ending(ir::StopReason::refusal, {part_of(ir::Refusal{.text = "no"})}), "response.completed -");
}

TEST(ResponsesWriter, case_58_refusals_have_their_own_events) {
  const auto out = written(answer({part_of(ir::Refusal{.text = "no"})}, ir::StopReason::refusal));
  EXPECT_NE(std::ranges::find(out.types, "response.refusal.delta"), out.types.end());
  EXPECT_EQ(out.output(0)["content"].raw(), R"([{"type":"refusal","refusal":"no"}])");
}

TEST(ResponsesWriter, a_cut_message_is_incomplete) {
  const auto out = written(answer({ir::text_part("a")}, ir::StopReason::length));
  EXPECT_EQ(out.output(0)["status"].text_or(""), "incomplete");
}

TEST(ResponsesWriter, texts_in_a_row_are_one_message) {
  const auto out = written(answer(
      {ir::text_part("a"), ir::text_part("b"), part_of(ir::ToolCall{.id = "c", .name = "f"}), ir::text_part("d")}));
  ASSERT_EQ(out.response()["output"].size(), 3U);
  EXPECT_EQ(out.output(0)["content"].size(), 2U);
  EXPECT_EQ(out.output(2)["content"].size(), 1U);
}

TEST(ResponsesWriter, case_15_what_interleaves_is_written_one_after_the_other) {
  Events events{ir::Started{}};
  for (int i = 0; i < 2; ++i)
    events.emplace_back(
        ir::Opened{.index = i, .part = part_of(ir::ToolCall{.id = "c" + std::to_string(i), .name = "f"})});
  for (const char* text : {"{\"a\":", "\"é\"", "}"})
    for (int i = 0; i < 2; ++i) events.emplace_back(ir::ArgumentsGrew{.index = i, .text = text});
  for (int i : {1, 0}) events.emplace_back(ir::Closed{.index = i});
  events.emplace_back(ir::Finished{.stop = {.reason = ir::StopReason::tool_use}});
  const auto out = written(events);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(out.output(i)["call_id"].text_or(""), "c" + std::to_string(i));
    EXPECT_EQ(out.output(i)["arguments"].text_or(""), R"({"a":"é"})");
  }
  std::string deltas;
  std::int64_t highest = 0;
  for (const auto& event : out.events) {
    const auto index = event.root()["output_index"].integer_or(highest);
    EXPECT_GE(index, highest);
    highest = index;
    if (index == 1) deltas += event.root()["delta"].text_or("");
  }
  EXPECT_EQ(deltas, R"({"a":"é"})");
}

TEST(ResponsesWriter, case_19_a_cut_call_does_not_look_like_one_that_can_be_made) {
  const auto out = written(
      answer({part_of(ir::ToolCall{.id = "c", .name = "f", .arguments = R"({"a":"b)"})}, ir::StopReason::length));
  EXPECT_EQ(out.output(0)["status"].text_or(""), "incomplete");
  EXPECT_EQ(out.output(0)["arguments"].text_or(""), R"({"a":"b)");
}

TEST(ResponsesWriter, a_call_without_arguments_has_an_empty_object) {
  const auto out = written(answer({part_of(ir::ToolCall{.id = "c", .name = "f"})}));
  EXPECT_EQ(out.output(0)["arguments"].text_or(""), "{}");
}

TEST(ResponsesWriter, case_61_custom_tools_and_namespaces_are_the_clients_own) {
  const auto out = written(
      answer({part_of(ir::ToolCall{.id = "c1",
                                   .name = "patch",
                                   .arguments = R"({"input":"***\n"})",
                                   .kind = ir::ToolCall::Kind::custom,
                                   .wrapped = true}),
              part_of(ir::ToolCall{.id = "c2", .name = "exec", .arguments = "{}", .name_space = "functions"})}));
  EXPECT_EQ(
      out.output(0).raw(),
      R"({"id":"ctc_id_0","type":"custom_tool_call","status":"completed","call_id":"c1","name":"patch","input":"***\n"})");
  EXPECT_EQ(out.output(1)["namespace"].text_or(""), "functions");
  EXPECT_NE(std::ranges::find(out.types, "response.custom_tool_call_input.delta"), out.types.end());
  EXPECT_NE(std::ranges::find(out.types, "response.custom_tool_call_input.done"), out.types.end());
}

TEST(ResponsesWriter, case_10_a_signature_over_a_call_goes_before_it) {
  Events events{
      ir::Started{},
      ir::Opened{.index = 0, .part = part_of(ir::ToolCall{.id = "c", .name = "f"})},
      ir::ArgumentsGrew{.index = 0, .text = "{}"},
      ir::Signed{.index = 0, .signature = {.blob = "c2ln", .signer = Dialect::gemini}},
      ir::Closed{.index = 0},
      ir::Finished{.stop = {.reason = ir::StopReason::tool_use}},
  };
  const auto out = written(events);
  EXPECT_EQ(out.output(0).raw(),
            R"({"id":"rs_id_0","type":"reasoning","summary":[],"encrypted_content":"agt1.gemini.c2ln"})");
  EXPECT_EQ(out.output(1)["type"].text_or(""), "function_call");
  EXPECT_EQ(out.output(1)["arguments"].text_or(""), "{}");
}

TEST(ResponsesWriter, case_11_signatures_of_others_travel_in_an_envelope) {
  const auto response =
      answer({signed_part(ir::Reasoning{.text = "t"}, "RXFR", Dialect::anthropic),
              signed_part(ir::Reasoning{.redacted = true}, "ZGF0YQ", Dialect::anthropic), ir::text_part("a")});
  const auto out = written(response);
  EXPECT_EQ(out.output(0)["encrypted_content"].text_or(""), "agt1.anthropic.RXFR");
  EXPECT_EQ(out.output(1)["encrypted_content"].text_or(""), "agt1.anthropic.redacted.ZGF0YQ");
  const auto body = openai_responses_codec.render_response(response, {.model = "m", .id = "id"});
  const auto document = json::Document::parse(body);
  const auto back = openai_responses_codec.parse_response(*document, {});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(back->parts[i].signature, response.parts[i].signature);
    EXPECT_EQ(back->parts[i].body, response.parts[i].body);
  }
}

TEST(ResponsesWriter, case_53_reasoning_is_shown_when_a_summary_was_asked_for) {
  const auto shown = [](const std::string& members, std::vector<ir::Part> parts) {
    const auto request = asked(members);
    const auto out = written(answer(std::move(parts)), &request);
    return std::string(out.response()["output"].raw());
  };
  const auto plain = part_of(ir::Reasoning{.text = "t"});
  EXPECT_EQ(shown("", {plain}), "[]");
  EXPECT_EQ(shown(R"(,"reasoning":{"effort":"high"})", {plain}), "[]");
  EXPECT_TRUE(shown(R"(,"reasoning":{"summary":"auto"})", {plain}).contains(R"("text":"t")"));
  const auto sealed = shown("", {signed_part(ir::Reasoning{.text = "t"}, "x", Dialect::openai_responses)});
  EXPECT_TRUE(sealed.contains(R"("summary":[],"encrypted_content":"x")")) << sealed;
}

TEST(ResponsesWriter, case_57_citations_count_characters) {
  ir::Part text = ir::text_part("Größe é");
  std::get<ir::Text>(text.body).citations = {{.begin = 8, .end = 10, .url = "https://e.com", .title = "T"},
                                             {.title = "no address"}};
  const auto response = answer({text});
  const auto out = written(response);
  EXPECT_EQ(out.output(0)["content"][std::size_t{0}]["annotations"].raw(),
            R"([{"type":"url_citation","start_index":6,"end_index":7,"title":"T","url":"https://e.com"}])");
  EXPECT_NE(std::ranges::find(out.types, "response.output_text.annotation.added"), out.types.end());
  EXPECT_EQ(losses_of(response).all().size(), 1U);
}

TEST(ResponsesWriter, images_are_image_generation_calls) {
  const auto out = written(answer({part_of(
      ir::Media{.kind = ir::MediaKind::image, .mime = "image/webp", .source = ir::InlineData{.base64 = "AAAA"}})}));
  EXPECT_EQ(
      out.output(0).raw(),
      R"({"id":"ig_id_0","type":"image_generation_call","status":"completed","output_format":"webp","result":"AAAA"})");
}

TEST(ResponsesWriter, what_has_no_place_is_a_loss) {
  const auto lost = [](ir::PartBody body) { return losses_of(answer({part_of(std::move(body))})).all().size(); };
  EXPECT_EQ(lost(ir::Opaque{.origin = Dialect::gemini, .raw = {"{}"}}), 1U);
  EXPECT_EQ(lost(ir::ToolResult{.content = {}}), 1U);
  EXPECT_EQ(lost(ir::Media{.kind = ir::MediaKind::audio, .source = ir::InlineData{}}), 1U);
  EXPECT_EQ(lost(ir::Text{.text = "a"}), 0U);
}

TEST(ResponsesWriter, case_27_a_failure_is_an_error_and_a_failed_response) {
  const Error error{.code = Code::rpm, .message = "Too fast.", .retry_after = std::chrono::milliseconds(1500)};
  const auto out = written(Events{ir::Started{}, ir::Opened{.index = 0, .part = {}},
                                  ir::TextGrew{.index = 0, .text = "a"}, ir::Failed{.error = error}, ir::Finished{}});
  ASSERT_GE(out.types.size(), 2U);
  EXPECT_EQ(out.types[out.types.size() - 2], "error");
  EXPECT_EQ(out.types.back(), "response.failed");
  EXPECT_EQ(out.events[out.events.size() - 2].root()["error"].raw(),
            R"({"message":"Too fast.","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"})");
  EXPECT_EQ(out.response()["error"].raw(),
            R"({"code":"rate_limit_exceeded","message":"Too fast. Please try again in 1.500s."})");
  EXPECT_EQ(out.response()["status"].text_or(""), "failed");
}

TEST(ResponsesWriter, a_failure_before_the_start_still_starts) {
  const auto out = written(Events{ir::Failed{.error = {.code = Code::internal_5xx, .message = "x"}}});
  EXPECT_EQ(out.types,
            (std::vector<std::string>{"response.created", "response.in_progress", "error", "response.failed"}));
  EXPECT_EQ(out.response()["error"]["code"].text_or(""), "server_error");
}

TEST(ResponsesWriter, keep_alives_are_comments) {
  std::string out;
  openai_responses_codec.make_writer({})->keep_alive(out);
  EXPECT_EQ(out, ": keep-alive\n\n");
}

}  // namespace
}  // namespace agt::dialect

// Tolerance towards what real and compatible upstreams send.
#include <gtest/gtest.h>

#include "dialect/laws.h"
#include "dialect/openai_responses/codec.h"

namespace agt::dialect {
namespace {

using Data = std::vector<std::string>;

const std::string created =
    R"({"type":"response.created","response":{"id":"resp_1","model":"m","status":"in_progress"}})";
const std::string message_added =
    R"({"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message"}})";
const std::string hello =
    R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"hello"})";
const std::string call_added =
    R"({"type":"response.output_item.added","output_index":1,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":""}})";
const std::string arguments =
    R"({"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\"a\""})";
const std::string more_arguments =
    R"({"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":":1}"})";

std::string completed(const std::string& output = "", const std::string& more = "") {
  return R"({"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[)" + output +
         R"(],"usage":{"input_tokens":5,"output_tokens":3})" + more + "}}";
}

// Data-only events: the type in the data is enough.
std::string stream(const Data& events) {
  std::string out;
  for (const auto& event : events) append_sse(out, "", event);
  return out;
}
ir::Response folded(const Data& events) {
  auto response = ir::fold(laws::same_at_any_split(openai_responses_codec, stream(events)));
  EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
  return response.value_or(ir::Response{});
}
Error failure(const Data& events) {
  const auto all = laws::same_at_any_split(openai_responses_codec, stream(events));
  const auto* failed = all.empty() ? nullptr : std::get_if<ir::Failed>(&all.back());
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? Error{} : failed->error;
}
std::string text_of(const ir::Response& response) {
  std::string out;
  for (const auto& part : response.parts)
    if (const auto* text = std::get_if<ir::Text>(&part.body)) out += text->text;
  return out;
}
const ir::ToolCall& call_at(const ir::Response& response, std::size_t at) {
  return std::get<ir::ToolCall>(response.parts.at(at).body);
}
ir::Response whole(const std::string& body, const ReadContext& context = {.id_seed = "seed"}) {
  const auto document = json::Document::parse(body);
  const auto response = openai_responses_codec.parse_response(*document, context);
  EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
  return response.value_or(ir::Response{});
}

TEST(ResponsesReader, without_any_done_event_deltas_are_enough) {
  const auto response = folded({created, message_added, hello, call_added, arguments, more_arguments, completed()});
  EXPECT_EQ(response.id, "resp_1");
  EXPECT_EQ(text_of(response), "hello");
  EXPECT_EQ(call_at(response, 1).arguments, R"({"a":1})");
  EXPECT_EQ(response.stop.reason, ir::StopReason::tool_use);
  EXPECT_EQ(response.usage.input, 5);
}

TEST(ResponsesReader, deltas_that_nobody_announced_are_read) {
  EXPECT_EQ(text_of(folded({hello, hello, completed()})), "hellohello");
}

TEST(ResponsesReader, done_events_make_up_for_missing_deltas) {
  const auto response = folded(
      {created, call_added, arguments,
       R"({"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"hi"}]}})",
       R"({"type":"response.output_item.done","output_index":1,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"}})",
       completed()});
  EXPECT_EQ(call_at(response, 0).arguments, R"({"a":1})");
  EXPECT_EQ(text_of(response), "hi");
}

TEST(ResponsesReader, the_last_event_alone_is_an_answer) {
  const auto response = folded({completed(
      R"({"id":"msg_1","type":"message","content":[{"type":"output_text","text":"hi"}]},{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"{}"})")});
  EXPECT_EQ(text_of(response), "hi");
  EXPECT_EQ(call_at(response, 1).id, "c");
}

TEST(ResponsesReader, nothing_is_said_twice_when_the_end_repeats_it) {
  const auto item = R"({"id":"msg_1","type":"message","content":[{"type":"output_text","text":"hello"}]})";
  EXPECT_EQ(text_of(folded({created, message_added, hello, completed(item)})), "hello");
  const auto renamed = R"({"id":"msg_other","type":"message","content":[{"type":"output_text","text":"hello"}]})";
  EXPECT_EQ(text_of(folded({created, message_added, hello, completed(renamed)})), "hello");
}

TEST(ResponsesReader, case_31_unknown_events_say_nothing) {
  const auto response = folded({R"({"type":"keepalive","sequence_number":3})", created, created, message_added,
                                R"({"type":"response.from_the_future","output_index":7,"x":[]})", hello, "[DONE]",
                                R"({"type":"response.web_search_call.searching","item_id":"ws","output_index":4})",
                                completed(), hello, completed()});
  EXPECT_EQ(text_of(response), "hello");
  EXPECT_EQ(response.parts.size(), 1U);
}

TEST(ResponsesReader, types_may_stand_in_the_event_line_alone) {
  std::string sse;
  append_sse(sse, "response.output_text.delta", R"({"item_id":"m","output_index":0,"content_index":0,"delta":"x"})");
  append_sse(sse, "response.completed", R"({"response":{"id":"resp_1","status":"completed","output":[]}})");
  const auto response = ir::fold(laws::same_at_any_split(openai_responses_codec, sse));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(text_of(*response), "x");
}

TEST(ResponsesReader, case_15_interleaved_calls_are_kept_apart) {
  const auto added = [](const std::string& n) {
    return R"({"type":"response.output_item.added","output_index":)" + n + R"(,"item":{"id":"fc_)" + n +
           R"(","type":"function_call","call_id":"c)" + n + R"(","name":"f","arguments":""}})";
  };
  const auto delta = [](const std::string& n, const std::string& text) {
    return R"({"type":"response.function_call_arguments.delta","item_id":"fc_)" + n + R"(","output_index":)" + n +
           R"(,"delta":")" + text + "\"}";
  };
  const auto response = folded({created, added("0"), added("1"), delta("0", "a"), delta("1", "b"), delta("0", "a"),
                                delta("1", "b"), completed()});
  EXPECT_EQ(call_at(response, 0).arguments, "aa");
  EXPECT_EQ(call_at(response, 1).arguments, "bb");
}

TEST(ResponsesReader, items_with_one_index_but_their_own_ids_are_several) {
  auto second = hello;
  second.replace(second.find("msg_1"), 5, "msg_2");
  EXPECT_EQ(folded({created, message_added, hello, second, completed()}).parts.size(), 2U);
}

TEST(ResponsesReader, case_27_errors_inside_the_stream) {
  EXPECT_EQ(failure({created,
                     R"({"type":"error","error":{"type":"server_error","code":"server_is_overloaded","message":"x"}})"})
                .code,
            Code::overloaded);
  EXPECT_EQ(
      failure({created, R"({"type":"error","code":"rate_limit_exceeded","message":"try again in 2s","param":null})"})
          .retry_after,
      std::chrono::milliseconds(2000));
  const auto error = failure(
      {created, message_added, hello,
       R"({"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"boom"}}})"});
  EXPECT_EQ(error.code, Code::internal_5xx);
  EXPECT_EQ(error.message, "boom");
  EXPECT_EQ(failure({R"({"error":{"message":"no","type":"invalid_request_error"}})"}).code, Code::upstream_refused);
  EXPECT_EQ(failure({created, "not json"}).code, Code::translate_reply);
  EXPECT_EQ(failure({created, hello}).code, Code::stream_cut);
  EXPECT_EQ(failure({}).code, Code::stream_cut);
}

TEST(ResponsesReader, case_19_why_it_stopped) {
  const auto stop = [](const std::string& status, const std::string& reason) {
    return whole(R"({"id":"r","status":")" + status + R"(","incomplete_details":)" + reason + R"(,"output":[]})").stop;
  };
  EXPECT_EQ(stop("completed", "null").reason, ir::StopReason::end);
  EXPECT_EQ(stop("incomplete", R"({"reason":"max_output_tokens"})").reason, ir::StopReason::length);
  EXPECT_EQ(stop("incomplete", R"({"reason":"content_filter"})").reason, ir::StopReason::refusal);
  EXPECT_EQ(stop("incomplete", R"({"reason":"steered"})"),
            (ir::Stop{.reason = ir::StopReason::length, .raw = "steered"}));
}

TEST(ResponsesReader, whole_replies_that_are_no_answer) {
  const auto code = [](const std::string& body) {
    const auto document = json::Document::parse(body);
    const auto response = openai_responses_codec.parse_response(*document, {});
    EXPECT_FALSE(response.has_value()) << body;
    return response ? Code::internal : response.error().code;
  };
  EXPECT_EQ(code(R"({"status":"failed","error":{"code":"server_error","message":"x"},"output":[]})"),
            Code::internal_5xx);
  EXPECT_EQ(code(R"({"error":{"message":"x","code":"insufficient_quota"}})"), Code::credits);
  EXPECT_EQ(code(R"({"status":"cancelled","output":[]})"), Code::stream_cut);
  EXPECT_EQ(code(R"({"status":"queued","output":[]})"), Code::translate_reply);
  EXPECT_EQ(code("{}"), Code::translate_reply);
  EXPECT_EQ(code("7"), Code::translate_reply);
}

TEST(ResponsesReader, case_20_usage) {
  const auto usage = whole(laws::file("openai_responses/replies/cached.json")).usage;
  EXPECT_EQ(usage.input, 2006);
  EXPECT_EQ(usage.cache_read, 1920);
  EXPECT_EQ(usage.cache_write, 40);
  EXPECT_EQ(usage.output, 300);
  EXPECT_EQ(usage.reasoning, 64);
  EXPECT_EQ(whole(R"({"status":"completed","output":[],"usage":null})").usage, ir::Usage{});
}

TEST(ResponsesReader, case_57_citations_count_bytes) {
  const auto response = whole(laws::file("openai_responses/replies/citations.json"));
  EXPECT_TRUE(std::holds_alternative<ir::Opaque>(response.parts.at(0).body));
  const auto& text = std::get<ir::Text>(response.parts.at(1).body);
  ASSERT_EQ(text.citations.size(), 1U);
  EXPECT_EQ(text.text.plain().substr(*text.citations[0].begin, *text.citations[0].end - *text.citations[0].begin), "5 (src)");
}

TEST(ResponsesReader, case_61_names_are_put_back) {
  ir::Request request;
  request.tools.emplace_back(ir::Tool{.name = "exec", .name_space = "functions"});
  request.tools.emplace_back(ir::Tool{.kind = ir::ToolCall::Kind::custom, .name = "patch"});
  const ReadContext context{.id_seed = "seed", .names = ToolNames(request, {.extra_characters = "-"})};
  const auto response = whole(
      R"({"status":"completed","output":[{"type":"function_call","call_id":"a","name":"functions__exec","arguments":"{}"},
      {"type":"function_call","call_id":"","name":"patch","arguments":"{\"input\":\"***\"}"}]})",
      context);
  EXPECT_EQ(call_at(response, 0).name, "exec");
  EXPECT_EQ(call_at(response, 0).name_space, "functions");
  EXPECT_EQ(call_at(response, 1).kind, ir::ToolCall::Kind::custom);
  EXPECT_EQ(call_at(response, 1).id, minted_tool_id("seed", 1));
}

TEST(ResponsesReader, sealed_reasoning_is_signed_by_this_provider) {
  const auto response = whole(laws::file("openai_responses/replies/reasoning.json"));
  EXPECT_EQ(response.parts.at(0).signature,
            (ir::Signature{.blob = "gAAAAABsealed+/=", .signer = ir::Dialect::openai_responses}));
  EXPECT_EQ(
      std::get<ir::Reasoning>(whole(laws::file("openai_responses/replies/reasoning_parts.json")).parts[0].body).text,
      "One.\n\nTwo.");
}

TEST(ResponsesReader, observers_see_failures) {
  const std::string failed =
      R"({"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"x"}}})";
  const auto seen = openai_responses_codec.observe({.name = "", .data = failed});
  ASSERT_TRUE(seen.failed.has_value());
  EXPECT_TRUE(seen.last);
  EXPECT_FALSE(seen.semantic);
  EXPECT_FALSE(openai_responses_codec.observe({.name = "", .data = created}).semantic);
  EXPECT_TRUE(openai_responses_codec.observe({.name = "", .data = hello}).semantic);
  EXPECT_FALSE(openai_responses_codec.observe({.name = "", .data = "junk"}).semantic);
}

}  // namespace
}  // namespace agt::dialect

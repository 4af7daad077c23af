// Tolerance towards what real and compatible upstreams send (traffic seen 2026-08 and public trackers).
#include <gtest/gtest.h>

#include <algorithm>

#include "dialect/anthropic/codec.h"
#include "dialect/laws.h"

namespace agt::dialect {
namespace {

constexpr std::string_view begin =
    R"({"type":"message_start","message":{"id":"msg_1","model":"m","usage":{"input_tokens":5,"output_tokens":1}}})";
constexpr std::string_view text_start =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})";
constexpr std::string_view thinking_start =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}})";
constexpr std::string_view hello =
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}})";
constexpr std::string_view hm =
    R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})";
constexpr std::string_view stop_0 = R"({"type":"content_block_stop","index":0})";
constexpr std::string_view ended =
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}})";
constexpr std::string_view stop = R"({"type":"message_stop"})";
constexpr std::string_view ping = R"({"type":"ping"})";

// Data-only events: the type in the data is enough.
std::string stream(const std::vector<std::string_view>& events) {
  std::string out;
  for (const auto& event : events) append_sse(out, "", event);
  return out;
}

ir::Response folded(const std::vector<std::string_view>& events) {
  const auto all = laws::same_at_any_split(anthropic_codec, stream(events));
  auto response = ir::fold(all);
  EXPECT_TRUE(response.has_value()) << response.error().message;
  return response ? *response : ir::Response{};
}

Error failure(const std::vector<std::string_view>& events) {
  const auto all = laws::same_at_any_split(anthropic_codec, stream(events));
  const auto* failed = std::get_if<ir::Failed>(&all.back());
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? Error{} : failed->error;
}

std::string text_of(const ir::Response& response) {
  std::string out;
  for (const auto& part : response.parts)
    if (const auto* text = std::get_if<ir::Text>(&part.body)) out += text->text;
  return out;
}

std::string thought_of(const ir::Response& response) {
  std::string out;
  for (const auto& part : response.parts)
    if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.body)) out += reasoning->text;
  return out;
}

TEST(AnthropicReader, pings_and_unknown_events_say_nothing) {
  const auto response = folded({ping, begin, ping, text_start, ping, R"({"type":"from_the_future","x":[]})", hello,
                                ping, stop_0, ping, ended, ping, stop});
  EXPECT_EQ(text_of(response), "hello");
  EXPECT_EQ(response.usage.input, 5);
  EXPECT_EQ(response.usage.output, 3);
}

TEST(AnthropicReader, case_31_a_repeated_message_start_starts_nothing) {
  EXPECT_EQ(folded({begin, begin, text_start, begin, hello, stop_0, ended, stop}).parts.size(), 1U);
}

TEST(AnthropicReader, case_31_a_spliced_restart_continues_with_new_parts) {
  const auto again = R"({"type":"message_start","message":{"id":"msg_2","model":"m","usage":{"input_tokens":6}}})";
  const auto response = folded({begin, text_start, hello, again, text_start, hello, stop_0, ended, stop});
  EXPECT_EQ(response.parts.size(), 2U);
  EXPECT_EQ(response.id, "msg_1");
  EXPECT_EQ(response.usage.input, 6);
}

TEST(AnthropicReader, nothing_comes_after_the_end) {
  const auto events = laws::events_of(anthropic_codec, stream({begin, ended, stop, text_start, hello, stop, ended}), 9);
  EXPECT_EQ(ir::grammar_violation(events), "");
  EXPECT_TRUE(std::holds_alternative<ir::Finished>(events.back()));
}

TEST(AnthropicReader, a_block_without_a_start_opens_by_its_first_delta) {
  EXPECT_EQ(text_of(folded({begin, hello, stop_0, ended, stop})), "hello");
  EXPECT_EQ(thought_of(folded({begin, hm, ended, stop})), "hm");
}

TEST(AnthropicReader, case_32_thinking_never_becomes_text) {
  const auto response = folded({begin, text_start, hm, hello, stop_0, ended, stop});
  EXPECT_EQ(thought_of(response), "hm");
  EXPECT_EQ(text_of(response), "hello");
  EXPECT_EQ(text_of(folded({begin, thinking_start, hm, hello, stop_0, ended, stop})), "hello");
}

TEST(AnthropicReader, a_missing_block_stop_is_made_up) {
  const auto next = R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":"more"}})";
  EXPECT_EQ(text_of(folded({begin, text_start, hello, next, ended, stop})), "hellomore");
}

TEST(AnthropicReader, a_start_may_be_missing_and_indexes_may_have_gaps) {
  const auto seven = R"({"type":"content_block_start","index":7,"content_block":{"type":"text","text":"a"}})";
  EXPECT_EQ(text_of(folded({seven, R"({"type":"content_block_stop","index":7})", ended, stop})), "a");
  const auto none = R"({"type":"content_block_start","content_block":{"type":"text","text":"a"}})";
  EXPECT_EQ(text_of(folded({begin, none, R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"b"}})",
                            R"({"type":"content_block_stop"})", ended, stop})),
            "ab");
}

TEST(AnthropicReader, case_14_tool_argument_fragments_are_joined_exactly) {
  const auto tool =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}})";
  const auto a =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"pa"}})";
  const auto b =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"th\":\"é\\"}})";
  const auto c =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"u00e9\"}"}})";
  const auto response = folded({begin, tool, a, b, c, stop_0, ended, stop});
  EXPECT_EQ(std::get<ir::ToolCall>(response.parts[0].body).arguments, R"({"path":"é\u00e9"})");
  EXPECT_EQ(response.stop.reason, ir::StopReason::tool_use);  // although the flag says end_turn
}

TEST(AnthropicReader, case_14_a_call_without_arguments_has_an_empty_object) {
  const auto tool =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n"}})";
  const auto empty =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}})";
  EXPECT_EQ(std::get<ir::ToolCall>(folded({begin, tool, empty, stop_0, ended, stop}).parts[0].body).arguments, "{}");
}

TEST(AnthropicReader, input_that_stands_in_the_start_counts_when_no_delta_comes) {
  const auto tool =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","name":"n","input":{"a":1}}})";
  const auto response = folded({begin, tool, stop_0, ended, stop});
  const auto& call = std::get<ir::ToolCall>(response.parts[0].body);
  EXPECT_EQ(call.arguments, R"({"a":1})");
  EXPECT_EQ(call.id, minted_tool_id("seed", 0));
}

TEST(AnthropicReader, a_cut_tool_call_keeps_the_length) {
  const auto tool =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}})";
  const auto half =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":\"b"}})";
  const auto response =
      folded({begin, tool, half, stop_0,
              R"({"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":3}})", stop});
  EXPECT_EQ(std::get<ir::ToolCall>(response.parts[0].body).arguments, R"({"a":"b)");
  EXPECT_EQ(response.stop.reason, ir::StopReason::length);
}

TEST(AnthropicReader, tools_get_their_names_back) {
  ir::Request request;
  request.tools.emplace_back(ir::Tool{.name = "read", .name_space = "fs"});
  const ReadContext context{.id_seed = "s", .names = ToolNames(request, {.extra_characters = "-", .bytes_max = 128})};
  const auto tool =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"fs__read","input":{}}})";
  const auto response =
      ir::fold(laws::events_of(anthropic_codec, stream({begin, tool, stop_0, ended, stop}), 50, context));
  EXPECT_EQ(std::get<ir::ToolCall>(response->parts[0].body).name, "read");
  EXPECT_EQ(std::get<ir::ToolCall>(response->parts[0].body).name_space, "fs");
}

TEST(AnthropicReader, a_later_signature_replaces_the_earlier) {
  const auto sign = [](std::string_view s) {
    return R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":")" +
           std::string(s) + "\"}}";
  };
  const auto one = sign("one");
  const auto two = sign("two");
  EXPECT_EQ(folded({begin, thinking_start, hm, one, two, stop_0, ended, stop}).parts[0].signature->blob, "two");
}

TEST(AnthropicReader, usage_may_come_only_at_the_start_or_only_at_the_end_or_never) {
  const auto quiet = R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})";
  auto response = folded({begin, quiet, stop});
  EXPECT_EQ(response.usage.input, 5);
  EXPECT_EQ(response.usage.output, 1);
  const auto bare = R"({"type":"message_start","message":{}})";
  response = folded(
      {bare,
       R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":9,"cache_read_input_tokens":1,"output_tokens":2}})",
       stop});
  EXPECT_EQ(response.usage.input, 10);
  EXPECT_EQ(response.usage.cache_read, 1);
  response = folded({bare, R"({"type":"message_delta","delta":{"stop_reason":null},"usage":null})", stop});
  EXPECT_EQ(response.usage.input, std::nullopt);
  EXPECT_EQ(response.usage.output, std::nullopt);
  EXPECT_EQ(response.stop.reason, ir::StopReason::end);
}

TEST(AnthropicReader, case_26_an_end_without_message_stop_is_a_failure) {
  EXPECT_EQ(failure({}).code, Code::stream_cut);
  EXPECT_EQ(failure({begin, text_start, hello}).code, Code::stream_cut);
  EXPECT_EQ(failure({begin, text_start, hello, stop_0, ended}).code, Code::stream_cut);
}

TEST(AnthropicReader, case_27_an_error_event_is_a_failure_of_its_kind) {
  EXPECT_EQ(
      failure({begin, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", hello}).code,
      Code::overloaded);
  EXPECT_EQ(failure({R"({"error":{"type":"rate_limit_error","message":"slow"}})"}).code, Code::unknown_429);
  EXPECT_EQ(failure({begin, text_start, "<html>", hello}).code, Code::translate_reply);
  EXPECT_EQ(failure({begin, "[1]"}).code, Code::translate_reply);
}

TEST(AnthropicReader, garbage_of_every_type_is_survived) {
  const char* const junk[] = {"null",
                              "7",
                              R"("x")",
                              "[]",
                              "{}",
                              R"({"type":7})",
                              "-1",
                              "1e999",
                              R"({"type":"text_delta","text":7})",
                              R"({"type":"tool_use","id":7,"name":[],"input":7})"};
  for (const std::string type : {"message_start", "content_block_start", "content_block_delta", "content_block_stop",
                                 "message_delta", "message_stop", "error", "ping"})
    for (const std::string key : {"message", "index", "content_block", "delta", "usage", "error"})
      for (const auto* value : junk) {
        const auto event = R"({"type":")" + type + R"(",")" + key + "\":" + value + "}";
        const auto events = laws::events_of(
            anthropic_codec, stream({begin, text_start, hello, event, stop_0, event, ended, stop}), 1000);
        EXPECT_EQ(ir::grammar_violation(events), "") << event;
      }
}

TEST(AnthropicReader, case_25_any_spelling_of_sse_is_the_same) {
  auto clean = laws::file("anthropic/parallel_tools.sse");
  const auto expected = laws::events_of(anthropic_codec, clean, 1000);
  std::string crlf = "\xEF\xBB\xBF: hello\r\n\r\n";
  for (const char c : clean) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_TRUE(laws::same_at_any_split(anthropic_codec, crlf) == expected);
  std::string cr = clean;
  std::ranges::replace(cr, '\n', '\r');
  EXPECT_TRUE(laws::same_at_any_split(anthropic_codec, cr) == expected);
  while (clean.ends_with('\n')) clean.pop_back();
  EXPECT_TRUE(laws::same_at_any_split(anthropic_codec, clean) == expected);
}

TEST(AnthropicReader, blocks_that_only_anthropic_knows_stay_whole) {
  const auto open = R"({"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}})";
  const auto grow =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"sum\"mary"}})";
  const auto response = folded({begin, open, grow, stop_0, ended, stop});
  EXPECT_EQ(std::get<ir::Opaque>(response.parts[0].body).raw.text, R"({"type":"compaction","content":"sum\"mary"})");
}

TEST(AnthropicReader, whole_replies_that_are_none_are_errors) {
  const auto code = [](std::string_view body) {
    const auto document = json::Document::parse(body);
    const auto response = anthropic_codec.parse_response(*document, {});
    return response ? Code::internal : response.error().code;
  };
  EXPECT_EQ(code("{}"), Code::translate_reply);
  EXPECT_EQ(code("[]"), Code::translate_reply);
  EXPECT_EQ(code("7"), Code::translate_reply);
  EXPECT_EQ(code(R"({"type":"error","error":{"type":"overloaded_error","message":"x"}})"), Code::overloaded);
  EXPECT_EQ(code(R"({"error":{"message":"x"}})"), Code::translate_reply);
  EXPECT_EQ(code(R"({"type":"message","stop_reason":"refusal"})"),
            Code::internal);  // no error: a refusal without content
}

TEST(AnthropicReader, case_19_stop_reasons_are_understood) {
  struct Row {
    std::string word;
    ir::StopReason reason;
  };
  const Row table[] = {{"end_turn", ir::StopReason::end},
                       {"max_tokens", ir::StopReason::length},
                       {"stop_sequence", ir::StopReason::stop_sequence},
                       {"tool_use", ir::StopReason::tool_use},
                       {"pause_turn", ir::StopReason::paused},
                       {"refusal", ir::StopReason::refusal},
                       {"compaction", ir::StopReason::paused},
                       {"model_context_window_exceeded", ir::StopReason::context_full},
                       {"news", ir::StopReason::end}};
  for (const auto& row : table) {
    const auto body = R"({"content":[],"stop_reason":")" + row.word + "\"}";
    const auto document = json::Document::parse(body);
    EXPECT_EQ(anthropic_codec.parse_response(*document, {})->stop.reason, row.reason) << row.word;
  }
}

}  // namespace
}  // namespace agt::dialect

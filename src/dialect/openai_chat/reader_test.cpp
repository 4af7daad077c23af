#include "dialect/laws.h"
#include "dialect/openai_chat/codec.h"

namespace agt::dialect {
namespace {

// A stream of choices[0] members, each line one chunk; lines that start with '{"' are whole chunks.
std::string stream(const std::vector<std::string>& deltas,
                   std::string_view end = R"("delta":{},"finish_reason":"stop")", bool with_done = true) {
  std::string out;
  const auto chunk = [&](std::string_view choice) {
    append_sse(out, "", R"({"id":"c1","model":"up","choices":[{"index":0,)" + std::string(choice) + "}]}");
  };
  for (const auto& delta : deltas) {
    if (delta.starts_with("{\"")) {
      append_sse(out, "", delta);
    } else {
      chunk(R"("delta":{)" + delta + "}");
    }
  }
  if (!end.empty()) chunk(end);
  if (with_done) append_sse(out, "", "[DONE]");
  return out;
}

ir::Response answer(const std::string& sse) {
  auto folded = ir::fold(laws::same_at_any_split(openai_chat_codec, sse));
  EXPECT_TRUE(folded.has_value()) << (folded ? "" : folded.error().message);
  return folded.value_or(ir::Response{});
}

Error failure(const std::string& sse) {
  const auto events = laws::same_at_any_split(openai_chat_codec, sse);
  const auto* failed = events.empty() ? nullptr : std::get_if<ir::Failed>(&events.back());
  EXPECT_NE(failed, nullptr);
  return failed != nullptr ? failed->error : Error{};
}

const ir::ToolCall& call(const ir::Response& response, std::size_t part) {
  return std::get<ir::ToolCall>(response.parts.at(part).body);
}

constexpr std::string_view called = R"("delta":{},"finish_reason":"tool_calls")";

TEST(OpenaiChatReader, text_is_read_event_by_event) {
  const auto events = laws::same_at_any_split(
      openai_chat_codec, stream({R"("role":"assistant","content":"")", R"("content":"a")", R"("content":"b")"}));
  const std::vector<ir::Event> expected{
      ir::Started{.id = "c1", .model = "up", .extras = {.origin = ir::Dialect::openai_chat}},
      ir::Opened{.index = 0, .part = ir::text_part("")},
      ir::TextGrew{.index = 0, .text = "a"},
      ir::TextGrew{.index = 0, .text = "b"},
      ir::Closed{.index = 0},
      ir::Finished{.stop = {.reason = ir::StopReason::end, .raw = "stop"}}};
  EXPECT_TRUE(events == expected);
}

TEST(OpenaiChatReader, case_14_tool_argument_fragments_are_joined_exactly) {
  const auto response =
      answer(stream({R"("tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}])",
                     R"("tool_calls":[{"index":0,"function":{"arguments":"{\"pa"}}])",
                     R"("tool_calls":[{"index":0,"function":{"arguments":"th\":\"é\\u00"}}])",
                     R"("tool_calls":[{"index":0,"function":{"arguments":"e9\"}"}}])"},
                    called));
  EXPECT_EQ(call(response, 0).arguments, R"({"path":"é\u00e9"})");
}

TEST(OpenaiChatReader, case_15_interleaved_calls_lose_nothing) {
  const auto response = answer(laws::file("openai_chat/replies/parallel_tools.sse"));
  EXPECT_EQ(call(response, 1), (ir::ToolCall{.id = "call_B1", .name = "bash", .arguments = R"({"command":"ls"})"}));
  EXPECT_EQ(call(response, 2), (ir::ToolCall{.id = "call_B2", .name = "read", .arguments = R"({"path":"é.txt"})"}));
}

TEST(OpenaiChatReader, case_16_text_after_a_call_is_a_part_of_its_own) {
  const auto response = answer(stream(
      {R"("content":"before")", R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])",
       R"("content":"after")", R"("reasoning_content":"hm")", R"("content":"end")"},
      called));
  ASSERT_EQ(response.parts.size(), 5U);
  EXPECT_EQ(std::get<ir::Text>(response.parts[0].body).text, "before");
  EXPECT_EQ(std::get<ir::Text>(response.parts[2].body).text, "after");
  EXPECT_EQ(std::get<ir::Reasoning>(response.parts[3].body).text, "hm");
  EXPECT_EQ(std::get<ir::Text>(response.parts[4].body).text, "end");
}

TEST(OpenaiChatReader, case_32_the_delta_that_switches_is_not_lost) {
  const auto response =
      answer(stream({R"("reasoning_content":"th","content":"te")",
                     R"("content":"xt","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}])",
                     R"("tool_calls":[{"index":0,"function":{"arguments":"}"}}])"},
                    called));
  EXPECT_EQ(std::get<ir::Reasoning>(response.parts[0].body).text, "th");
  EXPECT_EQ(std::get<ir::Text>(response.parts[1].body).text, "text");
  EXPECT_EQ(call(response, 2).arguments, "{}");
}

TEST(OpenaiChatReader, reasoning_has_two_names_and_is_not_doubled) {
  EXPECT_EQ(std::get<ir::Reasoning>(
                answer(stream({R"("reasoning":"a")", R"("reasoning":"b","reasoning_content":"b")"})).parts[0].body)
                .text,
            "ab");
}

TEST(OpenaiChatReader, a_call_without_id_gets_one_and_repeated_ids_are_told_apart) {
  const auto response =
      answer(stream({R"("tool_calls":[{"index":1,"function":{"name":"f","arguments":"{}"}}])",
                     R"("tool_calls":[{"index":2,"id":"same","function":{"name":"f","arguments":"{}"}}])",
                     R"("tool_calls":[{"index":3,"id":"same","function":{"name":"f","arguments":"{}"}}])"},
                    called));
  ASSERT_EQ(response.parts.size(), 3U);
  EXPECT_EQ(call(response, 0).id, minted_tool_id("seed", 0));
  EXPECT_EQ(call(response, 1).id, "same");
  EXPECT_EQ(call(response, 2).id, minted_tool_id("seed", 2));
}

TEST(OpenaiChatReader, calls_without_index_are_told_apart_by_id_or_name) {
  const auto response = answer(stream(
      {R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}])",
       R"("tool_calls":[{"function":{"arguments":"}"}}])",
       R"("tool_calls":[{"id":"b","function":{"name":"f","arguments":"{}"}},{"id":"c","function":{"name":"g","arguments":"{}"}}])"},
      called));
  ASSERT_EQ(response.parts.size(), 3U);
  EXPECT_EQ(call(response, 0).arguments, "{}");
  EXPECT_EQ(call(response, 1).id, "b");
  EXPECT_EQ(call(response, 2).name, "g");
  const auto nameless = answer(stream({R"("tool_calls":[{"function":{"name":"f","arguments":"{\"a\":1}"}}])",
                                       R"("tool_calls":[{"function":{"name":"f","arguments":"{\"a\":2}"}}])",
                                       R"("tool_calls":[{"function":{"name":"g","arguments":"{\"b"}}])",
                                       R"("tool_calls":[{"function":{"name":"g","arguments":"\":3}"}}])"},
                                      called));
  ASSERT_EQ(nameless.parts.size(), 3U);
  EXPECT_EQ(call(nameless, 1).arguments, R"({"a":2})");
  EXPECT_EQ(call(nameless, 2).arguments, R"({"b":3})");
}

TEST(OpenaiChatReader, an_index_that_is_always_zero_with_new_ids_is_several_calls) {
  const auto response =
      answer(stream({R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])",
                     R"("tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}])"},
                    called));
  ASSERT_EQ(response.parts.size(), 2U);
  EXPECT_EQ(call(response, 1).id, "b");
}

TEST(OpenaiChatReader, ids_and_names_repeated_on_every_delta_are_one_call) {
  const auto response = answer(
      stream({R"("tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\""}}])",
              R"("tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":":1}"}}])",
              R"("tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":""}}])"},
             called));
  ASSERT_EQ(response.parts.size(), 1U);
  EXPECT_EQ(call(response, 0), (ir::ToolCall{.id = "a", .name = "f", .arguments = R"({"x":1})"}));
}

TEST(OpenaiChatReader, a_call_whose_name_comes_late_keeps_its_arguments) {
  const auto response = answer(stream({R"("tool_calls":[{"index":0,"id":"a","function":{"arguments":"{\"x\""}}])",
                                       R"("tool_calls":[{"index":0,"function":{"name":"f","arguments":":1}"}}])"},
                                      called));
  EXPECT_EQ(call(response, 0), (ir::ToolCall{.id = "a", .name = "f", .arguments = R"({"x":1})"}));
}

TEST(OpenaiChatReader, a_call_that_is_never_named_is_a_failure_and_an_empty_one_is_nothing) {
  EXPECT_EQ(failure(stream({R"("tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}])"}, called)).code,
            Code::translate_reply);
  EXPECT_TRUE(answer(stream({R"("content":"x","tool_calls":[{"index":0,"function":{}}])"})).parts.size() == 1);
}

TEST(OpenaiChatReader, the_old_function_call_deltas_are_a_call) {
  const auto response =
      answer(stream({R"("function_call":{"name":"f","arguments":"{"})", R"("function_call":{"arguments":"}"})"},
                    R"("delta":{},"finish_reason":"function_call")"));
  EXPECT_EQ(call(response, 0).arguments, "{}");
  EXPECT_EQ(response.stop.reason, ir::StopReason::tool_use);
}

TEST(OpenaiChatReader, tool_names_are_put_back) {
  ir::Request request;
  request.tools.emplace_back(ir::Tool{.name = "list", .name_space = "mcp"});
  request.tools.emplace_back(ir::Tool{.kind = ir::ToolCall::Kind::custom, .name = "apply_patch"});
  const ReadContext context{.id_seed = "seed", .names = ToolNames(request, {.extra_characters = "-"})};
  const auto events = laws::events_of(
      openai_chat_codec,
      stream(
          {R"("tool_calls":[{"index":0,"id":"a","function":{"name":"mcp__list","arguments":"{}"}},{"index":1,"id":"b","function":{"name":"apply_patch","arguments":"{\"input\":\"x\"}"}}])"},
          called),
      64, context);
  const auto response = ir::fold(events);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(call(*response, 0), (ir::ToolCall{.id = "a", .name = "list", .arguments = "{}", .name_space = "mcp"}));
  EXPECT_EQ(call(*response, 1).kind, ir::ToolCall::Kind::custom);
}

TEST(OpenaiChatReader, case_19_stop_with_calls_is_tool_use_and_length_stays_length) {
  const std::string delta = R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x"}}])";
  EXPECT_EQ(answer(stream({delta})).stop.reason, ir::StopReason::tool_use);
  EXPECT_EQ(answer(stream({delta}, R"("delta":{},"finish_reason":"length")")).stop.reason, ir::StopReason::length);
}

TEST(OpenaiChatReader, case_31_odd_streams_read_as_one_answer) {
  const std::string usage = R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})";
  const std::string text = R"("content":"a")";
  EXPECT_EQ(answer(stream({R"({"id":"c1","usage":null})", text, usage})).usage.input,
            3);  // no choices; usage before the finish
  EXPECT_EQ(answer(stream({text}) + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"late\"}}]}\n\n").parts,
            std::vector{ir::text_part("a")});  // after [DONE]
  EXPECT_EQ(
      answer(stream({text}, R"("delta":{},"finish_reason":"stop")", false) + "data: " + usage + "\n\n").usage.output,
      2);  // after it, without [DONE]
  EXPECT_EQ(answer(stream({text, R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}]})"})).stop.raw,
            "length");  // finish twice
  EXPECT_EQ(answer(stream({text, R"({"choices":[{"index":1,"delta":{"content":"other"}}]})"})).parts,
            std::vector{ir::text_part("a")});
  EXPECT_EQ(answer(stream({R"({"choices":[{"delta":{"content":"a"}}]})"})).parts,
            std::vector{ir::text_part("a")});  // no index
  EXPECT_EQ(answer(stream({R"({"choices":[{"index":0,"delta":null,"message":{"content":"whole"}}]})"})).parts,
            std::vector{ir::text_part("whole")});
  EXPECT_EQ(
      answer(stream({text, R"({"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]})"}, "")).parts,
      std::vector{ir::text_part("a")});
  EXPECT_EQ(
      answer(stream({text}, R"("delta":{},"finish_reason":"stop","usage":{"prompt_tokens":9,"completion_tokens":1})"))
          .usage.input,
      9);
}

TEST(OpenaiChatReader, usage_on_every_chunk_counts_the_last) {
  const auto response = answer(stream(
      {R"({"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}})",
       R"({"choices":[{"index":0,"delta":{"content":"b"}}],"usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_cache_hit_tokens":4}})"}));
  EXPECT_EQ(response.usage.output, 2);
  EXPECT_EQ(response.usage.cache_read, 4);
}

TEST(OpenaiChatReader, case_26_an_end_without_finish_reason_is_a_cut) {
  EXPECT_EQ(failure(stream({R"("content":"a")"}, "", false)).code, Code::stream_cut);
  EXPECT_EQ(failure(stream({R"("content":"a")"}, "", true)).code, Code::stream_cut);
  EXPECT_EQ(failure("").code, Code::stream_cut);
  EXPECT_EQ(failure(": keep-alive\n\n").code, Code::stream_cut);
}

TEST(OpenaiChatReader, case_27_an_error_inside_the_stream_fails_it) {
  EXPECT_EQ(
      failure(stream({R"("content":"a")",
                      R"({"error":{"message":"Overloaded","type":"server_error","code":"server_is_overloaded"}})"}))
          .code,
      Code::overloaded);
  const auto early = laws::same_at_any_split(openai_chat_codec,
                                             "data: {\"error\":{\"message\":\"no\",\"type\":\"server_error\"}}\n\n");
  ASSERT_EQ(early.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ir::Failed>(early[0]));
  EXPECT_EQ(failure("event: error\ndata: {\"message\":\"bad\",\"type\":\"invalid_request_error\"}\n\n").code,
            Code::upstream_refused);
  EXPECT_EQ(
      failure(
          stream(
              {R"({"id":"x","error":{"code":429,"message":"Rate limited","metadata":{"raw":"more"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})"}))
          .code,
      Code::unknown_429);
  EXPECT_EQ(failure(stream({R"({"object":"error","message":"CUDA","code":500})"})).code, Code::internal_5xx);
  EXPECT_EQ(failure(stream({R"("content":"a")"}, R"("delta":{},"finish_reason":"error")")).code, Code::internal_5xx);
}

TEST(OpenaiChatReader, garbage_fails_and_never_crashes) {
  EXPECT_EQ(failure("data: {\"choices\":[{\"delta\":\n\n").code, Code::translate_reply);
  EXPECT_EQ(failure("data: <html>\n\n").code, Code::translate_reply);
  for (const std::string_view odd :
       {"null", "5", "[]", "{}", R"({"choices":{}})", R"({"choices":[5,null,{"delta":5}]})",
        R"({"choices":[{"delta":{"tool_calls":[5,null,{}],"content":{}}}]})",
        R"({"choices":[{"index":"a","delta":{"tool_calls":{"a":1},"annotations":[5],"images":[{}]}}],"usage":"x"})",
        R"({"usage":{"prompt_tokens":-1,"completion_tokens":"x"}})"}) {
    std::string sse;
    append_sse(sse, "", odd);
    EXPECT_EQ(failure(sse).code, Code::stream_cut) << odd;
  }
}

TEST(OpenaiChatReader, case_25_line_ends_comments_and_a_missing_last_blank_line_change_nothing) {
  const std::string clean = laws::file("openai_chat/replies/text.sse");
  std::string odd = "\xEF\xBB\xBF: hi\r\n\r\n";
  for (const char c : clean) odd += c == '\n' ? std::string("\r\n") : std::string(1, c);
  odd.resize(odd.size() - 4);
  EXPECT_TRUE(laws::same_at_any_split(openai_chat_codec, odd) == laws::same_at_any_split(openai_chat_codec, clean));
}

}  // namespace
}  // namespace agt::dialect

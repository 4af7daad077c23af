#include <gtest/gtest.h>

#include "dialect/gemini/codec.h"
#include "dialect/laws.h"

namespace agt::dialect {
namespace {

using Events = std::vector<ir::Event>;

std::string sse(const std::vector<std::string>& chunks) {
  std::string out;
  for (const auto& one : chunks) out += "data: " + one + "\r\n\r\n";
  return out;
}
std::string candidate(const std::string& parts, const std::string& finish = "") {
  return R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" +
         (finish.empty() ? "" : R"(,"finishReason":")" + finish + "\"") + "}]}";
}
const std::string finish = candidate(R"({"text":""})", "STOP");

Events events_of(const std::vector<std::string>& chunks) { return laws::same_at_any_split(gemini_codec, sse(chunks)); }
ir::Response folded(const std::vector<std::string>& chunks) {
  auto response = ir::fold(events_of(chunks));
  EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
  return response.value_or(ir::Response{});
}
Error failed(const std::vector<std::string>& chunks) {
  const auto events = events_of(chunks);
  const auto* last = events.empty() ? nullptr : std::get_if<ir::Failed>(&events.back());
  EXPECT_NE(last, nullptr);
  return last == nullptr ? Error{} : last->error;
}
const ir::ToolCall& call_at(const ir::Response& response, std::size_t at) {
  return std::get<ir::ToolCall>(response.parts.at(at).body);
}

TEST(GeminiReader, gives_each_kind_of_growth_its_own_event) {
  const auto events = events_of({candidate(R"({"text":"hm","thought":true})"), candidate(R"({"text":"a"})"),
                                 candidate(R"({"text":"b"})"), finish});
  ir::Part thought;
  thought.body = ir::Reasoning{};
  EXPECT_TRUE(events ==
              (Events{ir::Started{}, ir::Opened{.index = 0, .part = thought}, ir::ThoughtGrew{.index = 0, .text = "hm"},
                      ir::Closed{.index = 0}, ir::Opened{.index = 1, .part = {}}, ir::TextGrew{.index = 1, .text = "a"},
                      ir::TextGrew{.index = 1, .text = "b"}, ir::Closed{.index = 1},
                      ir::Finished{.stop = {.reason = ir::StopReason::end, .raw = "STOP"}}}));
}

TEST(GeminiReader, case_12_mints_distinct_ids_for_two_calls_of_one_tool) {
  const auto response = folded({candidate(
      R"({"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"f","id":"own"}})",
      "STOP")});
  EXPECT_EQ(call_at(response, 0).id, minted_tool_id("seed", 0));
  EXPECT_EQ(call_at(response, 1).id, minted_tool_id("seed", 1));
  EXPECT_EQ(call_at(response, 2).id, "own");
  EXPECT_EQ(call_at(response, 2).arguments, "{}");
  EXPECT_EQ(response.stop.reason, ir::StopReason::tool_use);
}

TEST(GeminiReader, gives_tools_their_own_names_back) {
  ir::Request request;
  request.tools.emplace_back(ir::Tool{.name = "exec", .name_space = "functions"});
  const ReadContext context{.id_seed = "s", .names = ToolNames(request, {})};
  const auto events = laws::events_of(
      gemini_codec, sse({candidate(R"({"functionCall":{"name":"functions__exec"}})", "STOP")}), 1000, context);
  EXPECT_EQ(call_at(ir::fold(events).value(), 0).name_space, "functions");
}

TEST(GeminiReader, case_10_attaches_a_late_signature_to_the_text_it_follows) {
  const auto response = folded({candidate(R"({"text":"t","thought":true})"), candidate(R"({"text":"a"})"),
                                candidate(R"({"text":"","thoughtSignature":"S"})", "STOP")});
  ASSERT_EQ(response.parts.size(), 2U);
  EXPECT_FALSE(response.parts[0].signature);
  EXPECT_EQ(response.parts[1].signature->blob, "S");
}

TEST(GeminiReader, gives_a_late_signature_after_a_call_a_part_of_its_own) {
  const auto response = folded({candidate(R"({"functionCall":{"name":"f"},"thoughtSignature":"A"})"),
                                candidate(R"({"text":"","thoughtSignature":"B"})", "STOP")});
  ASSERT_EQ(response.parts.size(), 2U);
  EXPECT_EQ(response.parts[0].signature->blob, "A");
  EXPECT_EQ(response.parts[1].signature->blob, "B");
  EXPECT_EQ(response.stop.reason, ir::StopReason::tool_use);
}

TEST(GeminiReader, never_merges_signed_text_with_what_follows) {
  const auto response =
      folded({candidate(R"({"text":"a","thoughtSignature":"A"})"), candidate(R"({"text":"b"})", "STOP")});
  ASSERT_EQ(response.parts.size(), 2U);
  EXPECT_EQ(std::get<ir::Text>(response.parts[0].body).text, "a");
  EXPECT_FALSE(response.parts[1].signature);
}

TEST(GeminiReader, case_20_counts_by_the_formulas) {
  const auto response = folded(
      {R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"toolUsePromptTokenCount":7,"candidatesTokenCount":5,"thoughtsTokenCount":11,"cachedContentTokenCount":60,"totalTokenCount":123}})"});
  EXPECT_EQ(response.usage.input, 107);
  EXPECT_EQ(response.usage.output, 16);
  EXPECT_EQ(response.usage.reasoning, 11);
  EXPECT_EQ(response.usage.cache_read, 60);
  EXPECT_FALSE(response.usage.cache_write);
}

TEST(GeminiReader, never_reports_a_missing_count_as_zero) {
  const auto response = folded(
      {R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}})"});
  EXPECT_EQ(response.usage.input, 4);
  EXPECT_FALSE(response.usage.output);
  EXPECT_FALSE(response.usage.reasoning);
}

struct Reason {
  std::string word;
  ir::StopReason reason;
};
class GeminiFinishReasons : public testing::TestWithParam<Reason> {};
TEST_P(GeminiFinishReasons, case_19_are_mapped) {
  const auto response = folded({candidate(R"({"text":"a"})", GetParam().word)});
  EXPECT_EQ(response.stop.reason, GetParam().reason);
  EXPECT_EQ(response.stop.raw, GetParam().word);
}
using enum ir::StopReason;
INSTANTIATE_TEST_SUITE_P(Gemini, GeminiFinishReasons,
                         testing::Values(Reason{"STOP", end}, Reason{"MAX_TOKENS", length},
                                         Reason{"CONTINUATION", length}, Reason{"SAFETY", refusal},
                                         Reason{"RECITATION", refusal}, Reason{"LANGUAGE", refusal},
                                         Reason{"BLOCKLIST", refusal}, Reason{"PROHIBITED_CONTENT", refusal},
                                         Reason{"SPII", refusal}, Reason{"MODEL_ARMOR", refusal},
                                         Reason{"IMAGE_SAFETY", refusal}, Reason{"IMAGE_RECITATION", refusal},
                                         Reason{"IMAGE_PROHIBITED_CONTENT", refusal}, Reason{"IMAGE_OTHER", refusal},
                                         Reason{"NO_IMAGE", end}, Reason{"OTHER", end}, Reason{"SOMETHING_NEW", end}));

TEST(GeminiReader, case_19_an_unusable_answer_is_the_upstreams_failure) {
  for (const std::string word :
       {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"})
    EXPECT_EQ(failed({candidate("", word)}).code, Code::internal_5xx);
}

TEST(GeminiReader, case_58_a_blocked_prompt_is_a_refusal) {
  const auto response = folded(
      {R"({"promptFeedback":{"blockReason":"JAILBREAK","blockReasonMessage":"no"},"usageMetadata":{"promptTokenCount":3}})"});
  EXPECT_EQ(response.stop, (ir::Stop{.reason = refusal, .detail = "no", .raw = "JAILBREAK"}));
  EXPECT_TRUE(response.parts.empty());
}

TEST(GeminiReader, case_26_an_end_without_a_reason_is_a_failure) {
  EXPECT_EQ(failed({candidate(R"({"text":"a"})")}).code, Code::stream_cut);
  EXPECT_EQ(failed({}).code, Code::stream_cut);
  EXPECT_EQ(failed({R"({"usageMetadata":{"promptTokenCount":3}})"}).code, Code::stream_cut);
}

TEST(GeminiReader, case_27_an_error_in_the_stream_is_diagnosed) {
  const auto error =
      failed({candidate(R"({"text":"a"})"),
              R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})", finish});
  EXPECT_EQ(error.code, Code::overloaded);
  EXPECT_EQ(error.message, "The model is overloaded.");
  EXPECT_EQ(
      failed(
          {R"([{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"2s"}]}}])"})
          .retry_after,
      std::chrono::seconds(2));
}

TEST(GeminiReader, garbage_is_a_failure_and_never_more) {
  for (const std::string chunk : {"<html>", "{\"candidates\":", "3", "\"x\"", "null"})
    EXPECT_EQ(failed({chunk, finish}).code, Code::translate_reply) << chunk;
  for (
      const std::string chunk :
      {R"({"candidates":3})", R"({"candidates":[3]})", R"({"candidates":[{"content":{"parts":7}}]})",
       R"({"candidates":[{"content":{"parts":[1,{"text":5},{"functionCall":3},{"functionCall":{"name":{}}},{"inlineData":null}]}}]})",
       R"({"usageMetadata":{"promptTokenCount":"x"}})",
       R"({"candidates":[{"groundingMetadata":{"groundingSupports":[{"groundingChunkIndices":[99,-1]}]}}]})"})
    EXPECT_EQ(folded({chunk, finish}).stop.reason, end) << chunk;
}

TEST(GeminiReader, case_31_odd_streams_give_one_sane_answer) {
  EXPECT_EQ(std::get<ir::Text>(folded({candidate(R"({"text":"a"})", "STOP"), candidate(R"({"text":"b"})", "STOP"),
                                       R"({"usageMetadata":{"promptTokenCount":1}})", "[DONE]"})
                                   .parts.at(0)
                                   .body)
                .text,
            "ab");
  EXPECT_EQ(
      folded(
          {R"({"candidates":[{"index":1,"content":{"parts":[{"text":"other"}]}},{"index":0,"content":{"parts":[{"text":"first"}]},"finishReason":"STOP"}]})"})
          .parts.size(),
      1U);
}

TEST(GeminiReader, case_37_arguments_in_pieces_are_put_together_even_when_cut) {
  const auto response = folded(
      {candidate(
           R"({"functionCall":{"name":"f","willContinue":true,"partialArgs":[{"jsonPath":"$.a","stringValue":"x","willContinue":true}]}})"),
       candidate(
           R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"y"},{"jsonPath":"no path","numberValue":1},{"jsonPath":"$.a.b","numberValue":1},{"jsonPath":"$.l[99999999]","numberValue":1}],"willContinue":true}})"),
       candidate("", "MAX_TOKENS")});
  EXPECT_EQ(call_at(response, 0).arguments, R"({"a":"xy"})");
  EXPECT_EQ(response.stop.reason, length);
}

TEST(GeminiReader, images_made_while_thinking_are_no_answer) {
  const auto response = folded({candidate(
      R"({"inlineData":{"mimeType":"image/png","data":"AA"},"thought":true},{"inlineData":{"mimeType":"image/png","data":"BB"}})",
      "STOP")});
  EXPECT_TRUE(std::holds_alternative<ir::Opaque>(response.parts.at(0).body));
  EXPECT_TRUE(std::holds_alternative<ir::Media>(response.parts.at(1).body));
}

TEST(GeminiReader, case_57_citations_are_bytes_of_the_text) {
  const auto response = folded(
      {candidate(R"({"text":"Grüße"})"),
       R"({"candidates":[{"finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}},{"web":{"uri":"v"}}],"groundingSupports":[{"segment":{"endIndex":7},"groundingChunkIndices":[0]}]}}]})"});
  const auto& cited = std::get<ir::Text>(response.parts.at(0).body).citations;
  ASSERT_EQ(cited.size(), 2U);
  EXPECT_EQ(cited[0].begin, 0U);
  EXPECT_EQ(cited[0].end, 7U);
  EXPECT_EQ(cited[0].title, "t");
  EXPECT_FALSE(cited[1].begin);
}

TEST(GeminiWhole, accepts_a_reply_without_a_reason_and_refuses_one_without_an_answer) {
  const auto parsed = [](const std::string& body) {
    const auto document = json::Document::parse(body).value();
    return gemini_codec.parse_response(document, {.id_seed = "s"});
  };
  EXPECT_EQ(parsed(candidate(R"({"text":"a"})")).value().stop.reason, end);
  EXPECT_EQ(parsed(candidate(R"({"functionCall":{"name":"f"}})")).value().stop.reason, tool_use);
  EXPECT_EQ(parsed("{}").error().code, Code::translate_reply);
  EXPECT_EQ(parsed("[]").error().code, Code::translate_reply);
  EXPECT_EQ(parsed(R"({"error":{"code":500,"status":"INTERNAL"}})").error().code, Code::internal_5xx);
}

TEST(GeminiObserve, tells_what_a_chunk_says) {
  const auto seen = [](const std::string& data) { return gemini_codec.observe({.name = "", .data = data}); };
  EXPECT_TRUE(seen(candidate(R"({"text":"a"})")).semantic);
  EXPECT_FALSE(seen(candidate(R"({"text":""})")).semantic);
  EXPECT_FALSE(seen(R"({"usageMetadata":{"promptTokenCount":3}})").semantic);
  EXPECT_EQ(seen(R"({"usageMetadata":{"promptTokenCount":3}})").usage->input, 3);
  EXPECT_TRUE(seen(finish).last);
  EXPECT_EQ(seen(candidate(R"({"functionCall":{"name":"f"}})", "STOP")).stop->reason, tool_use);
  EXPECT_EQ(seen(R"({"error":{"code":503}})").failed->code, Code::overloaded);
  EXPECT_EQ(seen(candidate("", "MALFORMED_FUNCTION_CALL")).failed->code, Code::internal_5xx);
  EXPECT_EQ(seen(R"({"promptFeedback":{"blockReason":"SAFETY"}})").stop->reason, refusal);
  EXPECT_FALSE(seen("garbage").last);
  const auto whole = json::Document::parse(finish).value();
  EXPECT_TRUE(gemini_codec.observe_whole(whole).last);
}

}  // namespace
}  // namespace agt::dialect

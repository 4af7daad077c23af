// The five laws over every golden file.
#include "dialect/laws.h"

#include <algorithm>

#include "dialect/openai_responses/codec.h"
#include "ir/turns.h"

namespace agt::dialect {
namespace {

const char* const requests[] = {"additional_tools", "choices",    "codex",        "codex_loop",
                                "every_field",      "multimodal", "server_items", "string_input"};
const char* const replies[] = {
    "cached",           "citations",      "content_filter", "custom_tool", "empty",           "image",
    "length",           "namespace_tool", "parallel_tools", "reasoning",   "reasoning_parts", "reasoning_raw",
    "reasoning_sealed", "refusal",        "text",           "tool",        "two_texts"};

std::string request_file(const std::string& name) { return laws::file("openai_responses/requests/" + name + ".json"); }
std::string sse_file(const std::string& name) { return laws::file("openai_responses/replies/" + name + ".sse"); }
std::string reply_file(const std::string& name) { return laws::file("openai_responses/replies/" + name + ".json"); }

std::string model_of(const std::string& body) {
  const auto document = json::Document::parse(body);
  return document->root()["model"].text_or("");
}

class ResponsesRequestLaws : public testing::TestWithParam<const char*> {};
class ResponsesReplyLaws : public testing::TestWithParam<const char*> {};

TEST_P(ResponsesRequestLaws, goes_home_unchanged) {
  const auto body = request_file(GetParam());
  laws::request_round_trips(openai_responses_codec, body, {}, {.model = model_of(body)});
}

TEST_P(ResponsesRequestLaws, goes_home_unchanged_with_an_unknown_field_anywhere) {
  const auto body = request_file(GetParam());
  for (std::size_t n = 0;; ++n) {
    const auto more = laws::with_unknown_field(body, n);
    if (more == body) break;
    laws::request_round_trips(openai_responses_codec, more, {}, {.model = model_of(body)});
    if (HasFailure()) FAIL() << "unknown field in object " << n;
  }
}

TEST_P(ResponsesRequestLaws, case_62_the_same_conversation_is_written_the_same_on_every_turn) {
  const auto body = request_file(GetParam());
  const auto document = json::Document::parse(body);
  const auto request = openai_responses_codec.parse_request(*document, {});
  ASSERT_TRUE(request.has_value()) << request.error().message;
  const RenderTarget target{.model = "m"};
  const auto first = openai_responses_codec.render_request(*request, target);
  const auto again = json::Document::parse(first->body);
  const auto request_again = openai_responses_codec.parse_request(*again, {});
  EXPECT_EQ(openai_responses_codec.render_request(*request_again, target)->body, first->body);
  EXPECT_GT(ir::estimated_tokens(*request), 0);
}

TEST_P(ResponsesReplyLaws, stream_folded_equals_the_whole_reply) {
  laws::stream_equals_whole(openai_responses_codec, sse_file(GetParam()), reply_file(GetParam()));
}

TEST_P(ResponsesReplyLaws, what_is_written_reads_back) {
  const auto body = reply_file(GetParam());
  const auto document = json::Document::parse(body);
  const auto response = openai_responses_codec.parse_response(*document, {.id_seed = "seed"});
  ASSERT_TRUE(response.has_value()) << response.error().message;
  laws::reads_back_what_it_writes(openai_responses_codec, *response, {.model = "gpt-5.5", .id = "x"});
}

TEST_P(ResponsesReplyLaws, case_26_a_cut_at_any_event_is_a_failure) {
  const auto sse = sse_file(GetParam());
  for (auto at = sse.find("\n\n"); at + 2 < sse.size(); at = sse.find("\n\n", at + 2)) {
    const auto events = laws::events_of(openai_responses_codec, std::string_view(sse).substr(0, at + 2), 64);
    EXPECT_EQ(ir::grammar_violation(events), "");
    const auto* failed = std::get_if<ir::Failed>(&events.back());
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->error.code, Code::stream_cut);
  }
}

TEST_P(ResponsesReplyLaws, observers_see_what_readers_see) {
  const auto body = reply_file(GetParam());
  const auto document = json::Document::parse(body);
  const auto response = openai_responses_codec.parse_response(*document, {});
  const auto whole = openai_responses_codec.observe_whole(*document);
  ASSERT_TRUE(whole.usage && whole.stop);
  EXPECT_EQ(whole.usage->input, response->usage.input);
  EXPECT_EQ(whole.stop->reason, response->stop.reason);
  const auto sse = sse_file(GetParam());
  SseDecoder decoder;
  decoder.feed(sse);
  SseEvent event;
  Observation last;
  bool semantic = false;
  while (decoder.next(event).value()) {
    EXPECT_FALSE(last.last);
    last = openai_responses_codec.observe(event);
    semantic = semantic || last.semantic;
  }
  ASSERT_TRUE(last.last && last.usage && last.stop);
  EXPECT_EQ(last.usage->output, response->usage.output);
  EXPECT_EQ(last.stop->reason, response->stop.reason);
  EXPECT_EQ(semantic, !response->parts.empty());
}

INSTANTIATE_TEST_SUITE_P(Golden, ResponsesRequestLaws, testing::ValuesIn(requests),
                         [](const auto& one) { return std::string(one.param); });
INSTANTIATE_TEST_SUITE_P(Golden, ResponsesReplyLaws, testing::ValuesIn(replies),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace agt::dialect

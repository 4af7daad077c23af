// The five laws over every golden file.
#include <algorithm>

#include "dialect/laws.h"

#include "dialect/anthropic/codec.h"
#include "ir/turns.h"

namespace agt::dialect {
namespace {

const std::string folder = "anthropic/";

struct RequestCase {
  std::string name;
  std::string model;
  Asked::Operation operation = Asked::Operation::generate;
};

const RequestCase requests[] = {
    {"claude_code", "claude-opus-5"},
    {"claude_code_budget", "claude-sonnet-4-5"},
    {"count_tokens", "claude-opus-5", Asked::Operation::count_tokens},
    {"everything", "claude-opus-4-6"},
    {"sdk_beta", "claude-opus-5"},
    {"minimal", "claude-haiku-4-5"},
};

const char* const replies[] = {"text",           "thinking", "thinking_omitted", "tool",
                               "parallel_tools", "refusal",  "length",           "stop_sequence",
                               "empty",          "paused",   "cached",           "web_search"};

RenderTarget target_for(const RequestCase& one) {
  return {.model = one.model, .facts = {.system_mid_conversation = true}, .operation = one.operation};
}

class AnthropicRequestLaws : public testing::TestWithParam<RequestCase> {};
class AnthropicReplyLaws : public testing::TestWithParam<const char*> {};

TEST_P(AnthropicRequestLaws, render_after_parse_is_the_identity) {
  const auto body = laws::file(folder + GetParam().name + ".request.json");
  laws::request_round_trips(anthropic_codec, body, {.operation = GetParam().operation}, target_for(GetParam()));
}

TEST_P(AnthropicRequestLaws, an_unknown_field_survives_in_every_object) {
  const auto body = laws::file(folder + GetParam().name + ".request.json");
  const auto objects = static_cast<std::size_t>(std::ranges::count(body, '{'));
  for (std::size_t n = 0; n < objects; ++n)
    laws::request_round_trips(anthropic_codec, laws::with_unknown_field(body, n), {.operation = GetParam().operation},
                              target_for(GetParam()));
}

TEST_P(AnthropicRequestLaws, rendering_is_stable) {
  const auto body = laws::file(folder + GetParam().name + ".request.json");
  const auto document = json::Document::parse(body);
  const auto request = anthropic_codec.parse_request(*document, {.operation = GetParam().operation});
  const auto first = anthropic_codec.render_request(*request, target_for(GetParam()));
  const auto again = json::Document::parse(first->body);
  const auto request_again = anthropic_codec.parse_request(*again, {.operation = GetParam().operation});
  EXPECT_EQ(anthropic_codec.render_request(*request_again, target_for(GetParam()))->body, first->body);
  EXPECT_GT(ir::estimated_tokens(*request), 0);
}

TEST_P(AnthropicReplyLaws, stream_folded_equals_the_whole_reply) {
  laws::stream_equals_whole(anthropic_codec, laws::file(folder + GetParam() + std::string(".sse")),
                            laws::file(folder + GetParam() + std::string(".reply.json")));
}

TEST_P(AnthropicReplyLaws, what_is_written_reads_back) {
  const auto body = laws::file(folder + GetParam() + std::string(".reply.json"));
  const auto document = json::Document::parse(body);
  auto response = anthropic_codec.parse_response(*document, {.id_seed = "seed"});
  ASSERT_TRUE(response.has_value()) << response.error().message;
  laws::reads_back_what_it_writes(anthropic_codec, *response, {.model = "claude-opus-5", .id = "x"});
}

TEST_P(AnthropicReplyLaws, a_cut_at_any_event_is_a_failure) {
  const auto sse = laws::file(folder + GetParam() + std::string(".sse"));
  for (auto at = sse.find("\n\n"); at + 2 < sse.size(); at = sse.find("\n\n", at + 2)) {
    const auto events = laws::events_of(anthropic_codec, std::string_view(sse).substr(0, at + 2), 64);
    EXPECT_EQ(ir::grammar_violation(events), "");
    const auto* failed = std::get_if<ir::Failed>(&events.back());
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->error.code, Code::stream_cut);
  }
}

TEST_P(AnthropicReplyLaws, observers_see_what_readers_see) {
  const auto sse = laws::file(folder + GetParam() + std::string(".sse"));
  const auto body = laws::file(folder + GetParam() + std::string(".reply.json"));
  const auto document = json::Document::parse(body);
  const auto response = anthropic_codec.parse_response(*document, {});
  const auto whole = anthropic_codec.observe_whole(*document);
  ASSERT_TRUE(whole.usage && whole.stop);
  EXPECT_EQ(whole.usage->input, response->usage.input);
  EXPECT_EQ(whole.stop->reason, response->stop.reason);
  SseDecoder decoder;
  decoder.feed(sse);
  SseEvent event;
  ir::Usage usage;
  bool last = false;
  while (decoder.next(event).value()) {
    const auto seen = anthropic_codec.observe(event);
    if (seen.usage) usage.update(*seen.usage);
    last = seen.last;
  }
  EXPECT_TRUE(last);
  EXPECT_EQ(usage.input, response->usage.input);
  EXPECT_EQ(usage.output, response->usage.output);
}

INSTANTIATE_TEST_SUITE_P(Golden, AnthropicRequestLaws, testing::ValuesIn(requests),
                         [](const auto& one) { return one.param.name; });
INSTANTIATE_TEST_SUITE_P(Golden, AnthropicReplyLaws, testing::ValuesIn(replies),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace agt::dialect

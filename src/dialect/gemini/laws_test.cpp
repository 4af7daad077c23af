// The laws of dialect/laws.h over all golden files of this dialect.
#include "dialect/laws.h"

#include <algorithm>

#include "dialect/gemini/codec.h"

namespace agt::dialect {
namespace {

const RenderTarget flash{.model = "gemini-2.5-flash"};

class GeminiRequests : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] Asked asked() const {
    const bool counts = GetParam().starts_with("count_");
    return {.operation = counts ? Asked::Operation::count_tokens : Asked::Operation::generate,
            .model = "gemini-2.5-flash"};
  }
  [[nodiscard]] std::string body() const { return laws::file("gemini/" + GetParam() + ".json"); }
};

TEST_P(GeminiRequests, round_trip) { laws::request_round_trips(gemini_codec, body(), asked(), flash); }

TEST_P(GeminiRequests, round_trip_with_an_unknown_field_anywhere) {
  const auto plain = body();
  const auto objects = static_cast<std::size_t>(std::ranges::count(plain, '{'));
  for (std::size_t n = 0; n < objects; ++n)
    laws::request_round_trips(gemini_codec, laws::with_unknown_field(plain, n), asked(), flash);
}

INSTANTIATE_TEST_SUITE_P(Gemini, GeminiRequests,
                         testing::Values("request_cli_tools", "request_cli_level", "request_router", "request_sdk_v1",
                                         "request_langchain", "request_odd", "count_contents", "count_wrapped"),
                         [](const auto& one) { return one.param; });

TEST(Gemini, snake_case_is_understood_and_written_as_camel_case) {
  const auto body = laws::file("gemini/request_snake.json");
  const auto document = json::Document::parse(body).value();
  const auto request = gemini_codec.parse_request(document, {.model = "m"}).value();
  const auto rendered = gemini_codec.render_request(request, flash).value();
  const auto wanted_text = laws::file("gemini/request_snake.camel.json");
  const auto wanted = json::Document::parse(wanted_text).value();
  const auto after = json::Document::parse(rendered.body).value();
  EXPECT_TRUE(laws::same_json(wanted.root(), after.root())) << rendered.body;
  EXPECT_EQ(request.sampling.top_p, 0.5);
  EXPECT_EQ(request.thinking.mode, ir::Thinking::Mode::off);
  EXPECT_EQ(request.tool_choice.mode, ir::ToolChoice::Mode::named);
}

class GeminiReplies : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] std::string sse() const { return laws::file("gemini/reply_" + GetParam() + ".sse"); }
  [[nodiscard]] std::string whole() const { return laws::file("gemini/reply_" + GetParam() + ".json"); }
};

TEST_P(GeminiReplies, case_66_stream_equals_whole) { laws::stream_equals_whole(gemini_codec, sse(), whole()); }

TEST_P(GeminiReplies, read_back_what_is_written) {
  const auto body = whole();
  const auto document = json::Document::parse(body).value();
  const auto response = gemini_codec.parse_response(document, {.id_seed = "seed"}).value();
  laws::reads_back_what_it_writes(gemini_codec, response, {.model = "m", .id = "r"});
}

TEST_P(GeminiReplies, read_back_what_is_written_as_an_array) {
  const auto body = whole();
  const auto document = json::Document::parse(body).value();
  const auto response = gemini_codec.parse_response(document, {.id_seed = "seed"}).value();
  const auto array =
      laws::written(gemini_codec, ir::unfold(response), {.model = "m", .id = "r", .array_framing = true});
  const auto parsed = json::Document::parse(array);
  ASSERT_TRUE(parsed.has_value()) << array;
  const auto again = gemini_codec.parse_response(*parsed, {.id_seed = "seed"});
  ASSERT_TRUE(again.has_value()) << again.error().message << array;
  EXPECT_TRUE(again->parts == response.parts) << array;
  EXPECT_EQ(again->stop.reason, response.stop.reason);
}

TEST_P(GeminiReplies, case_25_survive_other_line_ends) {
  const auto clean = sse();
  const auto events = laws::same_at_any_split(gemini_codec, clean);
  std::string lf = clean;
  std::erase(lf, '\r');
  std::string cr = clean;
  std::erase(cr, '\n');
  EXPECT_TRUE(laws::same_at_any_split(gemini_codec, lf) == events);
  EXPECT_TRUE(laws::same_at_any_split(gemini_codec, cr) == events);
  EXPECT_TRUE(laws::same_at_any_split(gemini_codec, "\xEF\xBB\xBF: hello\n\n" + lf.substr(0, lf.size() - 2)) == events);
}

INSTANTIATE_TEST_SUITE_P(Gemini, GeminiReplies,
                         testing::Values("text", "thinking", "tool", "parallel", "safety", "blocked", "length", "empty",
                                         "cached", "image", "code", "grounding", "partial_args"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace agt::dialect

#include <gtest/gtest.h>

#include "dialect/openai_chat/embeddings.h"
#include "ir/fold.h"

namespace agt::dialect::openai_chat {
namespace {

const Questions& questions() { return *completions_codec.questions; }

Result<std::vector<std::string>> split(std::string_view body) {
  const auto document = json::Document::parse(body);
  return questions().split(*document);
}

ir::Response said(std::string text, std::int64_t input, std::int64_t output) {
  ir::Response response{.stop = {.reason = ir::StopReason::length}};
  response.parts.push_back(ir::text_part(std::move(text)));
  response.usage = {.input = input, .output = output};
  return response;
}

TEST(Completions, several_prompts_are_one_request_each) {
  EXPECT_EQ(split(R"({"model":"m","prompt":["a","b\n"],"stop":"x"})").value(),
            (std::vector<std::string>{R"({"model":"m","prompt":"a","stop":"x"})",
                                      R"({"model":"m","prompt":"b\n","stop":"x"})"}));
  EXPECT_EQ(split(R"({"prompt":"a"})")->size(), 1U);
  EXPECT_EQ(split(R"({"prompt":["a"]})")->size(), 1U);
}

TEST(Completions, what_is_no_prompt_is_refused_by_its_name) {
  std::string many = R"({"prompt":["x")";
  for (int i = 0; i < 16; ++i) many += R"(,"x")";
  for (const auto& body :
       {std::string(R"({"model":"m"})"), std::string(R"({"prompt":[]})"), std::string(R"({"prompt":7})"),
        std::string(R"({"prompt":[1,2]})"), std::string(R"({"prompt":["a",[1]]})"), many + "]}"}) {
    const auto bodies = split(body);
    ASSERT_FALSE(bodies) << body;
    EXPECT_TRUE(bodies.error().field.starts_with("prompt")) << bodies.error().field;
  }
}

TEST(Completions, the_answers_stand_in_the_order_of_the_prompts_and_the_usage_is_their_sum) {
  const std::vector responses{said("one", 3, 4), said("two", 5, 6)};
  const auto body = questions().render_responses(responses, {.model = "m", .id = "x", .created_s = 7});
  EXPECT_EQ(body, R"({"id":"cmpl-x","object":"text_completion","created":7,"model":"m","choices":[)"
                  R"({"text":"one","index":0,"logprobs":null,"finish_reason":"length"},)"
                  R"({"text":"two","index":1,"logprobs":null,"finish_reason":"length"}],)"
                  R"("usage":{"prompt_tokens":8,"completion_tokens":10,"total_tokens":18}})");
}

TEST(Completions, streams_of_one_answer_have_one_end) {
  ir::Request request{.usage_in_stream = true};
  std::string out;
  for (std::size_t i = 0; i < 2; ++i) {
    ReplyContext context{.model = "m", .id = "x", .request = &request, .question = i, .more_follow = i == 0};
    if (i == 1) context.spent = {.input = 3, .output = 4};
    const auto writer = completions_codec.make_writer(context);
    for (const auto& event : ir::unfold(said("hi", 3, 4))) writer->write(event, out);
  }
  EXPECT_TRUE(out.contains(R"("choices":[{"text":"hi","index":0,)"));
  EXPECT_TRUE(out.contains(R"("choices":[{"text":"hi","index":1,)"));
  EXPECT_TRUE(out.contains(R"("usage":{"prompt_tokens":6,"completion_tokens":8,"total_tokens":14})"));
  EXPECT_EQ(out.find("[DONE]"), out.rfind("[DONE]"));
  EXPECT_TRUE(out.ends_with("data: [DONE]\n\n"));
}

TEST(Completions, what_is_no_text_is_told_as_lost) {
  auto response = said("x", 1, 1);
  response.parts.push_back({.body = ir::Reasoning{.text = "hm"}});
  response.parts.push_back({.body = ir::ToolCall{.id = "a", .name = "f", .arguments = "{}"}});
  ir::Losses losses;
  EXPECT_TRUE(
      completions_codec.render_response(response, {.model = "m", .id = "x", .losses = &losses}).contains(R"("x")"));
  ASSERT_EQ(losses.all().size(), 2U);
  EXPECT_EQ(losses.all()[0].weight, ir::Loss::Weight::harmless);
  EXPECT_EQ(losses.all()[1].weight, ir::Loss::Weight::dropped);
}

}  // namespace
}  // namespace agt::dialect::openai_chat

// Embeddings and the older completions.
#include <gtest/gtest.h>

#include "dialect/gemini/codec.h"
#include "dialect/openai_chat/codec.h"

namespace agt::dialect {
namespace {

const Embedder& chat() { return *openai_chat_codec.embedder; }
const Embedder& gemini() { return *gemini_codec.embedder; }

template <class Parse>
auto parsed(Parse parse, std::string_view text, const Asked& asked = {}) {
  return parse(json::Document::parse(text).value(), asked);
}

TEST(Embeddings, from_openai_to_gemini) {
  const auto request =
      parsed(chat().parse_request,
             R"({"model":"m","input":["a","b"],"dimensions":3,"encoding_format":"base64","user":"u","x":1})");
  ASSERT_TRUE(request);
  EXPECT_EQ(gemini().render_request(*request, "e"),
            R"({"requests":[{"model":"models/e","content":{"parts":[{"text":"a"}]},"outputDimensionality":3},)"
            R"({"model":"models/e","content":{"parts":[{"text":"b"}]},"outputDimensionality":3}]})");
  ASSERT_EQ(request->losses.all().size(), 2U);
  EXPECT_EQ(request->losses.all()[0].weight, ir::Loss::Weight::harmless);
  EXPECT_EQ(request->losses.all()[1].path, "x");

  const auto reply = gemini().parse_reply(json::Document::parse(R"({"embeddings":[{"values":[1,-0.5]}]})").value());
  ASSERT_TRUE(reply);
  // 1.0f and -0.5f, little-endian
  EXPECT_EQ(chat().render_reply(*reply, *request),
            R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAL8="}],"model":"m"})");
}

TEST(Embeddings, from_gemini_to_openai) {
  const auto request =
      parsed(gemini().parse_request,
             R"({"content":{"parts":[{"text":"a"},{"text":"b"}]},"output_dimensionality":3,"taskType":"X"})",
             {.model = "asked"});
  ASSERT_TRUE(request);
  EXPECT_EQ(chat().render_request(*request, "e"),
            R"({"model":"e","input":["a\nb"],"dimensions":3,"encoding_format":"float"})");
  EXPECT_EQ(request->losses.all()[0].path, "taskType");
  const auto reply = chat().parse_reply(
      json::Document::parse(R"({"data":[{"embedding":[1,2.5]}],"usage":{"prompt_tokens":4,"total_tokens":4}})")
          .value());
  EXPECT_EQ(reply->input_tokens, 4);
  EXPECT_EQ(gemini().render_reply(*reply, *request), R"({"embedding":{"values":[1,2.5]}})");
}

TEST(Embeddings, bad_input_names_the_field) {
  for (const auto& [text, field] :
       {std::pair(R"({"model":"m"})", "input"), std::pair(R"({"model":"m","input":[]})", "input"),
        std::pair(R"({"model":"m","input":[1,2]})", "input"),
        std::pair(R"({"model":"m","input":"x","dimensions":0})", "dimensions"),
        std::pair(R"({"model":"m","input":"x","encoding_format":"hex"})", "encoding_format")})
    EXPECT_EQ(parsed(chat().parse_request, text).error().field, field) << text;
  EXPECT_EQ(parsed(gemini().parse_request, R"({"content":{}})").error().field, "content.parts");
  EXPECT_EQ(parsed(gemini().parse_request, R"({"requests":[]})").error().field, "requests");
  EXPECT_EQ(chat().parse_reply(json::Document::parse("{}").value()).error().code, Code::translate_reply);
}

TEST(Completions, case_56_the_prompt_is_a_message) {
  const auto& codec = *openai_chat_codec.completions;
  const auto request =
      parsed(codec.parse_request, R"({"model":"m","prompt":["Hi"],"max_tokens":5,"stop":"x","echo":false})");
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->messages.size(), 1U);
  EXPECT_EQ(std::get<ir::Text>(request->messages[0].parts[0].body).text, "Hi");
  EXPECT_EQ(request->sampling.max_tokens, 5);
  EXPECT_EQ(request->sampling.stop, std::vector<std::string>{"x"});

  ir::Response response{.parts = {ir::text_part("Ho")}, .usage = {.input = 1, .output = 2}};
  response.stop.reason = ir::StopReason::length;
  EXPECT_EQ(codec.render_response(response, {.model = "m", .id = "1", .created_s = 7}),
            R"({"id":"cmpl-1","object":"text_completion","created":7,"model":"m","choices":[{"text":"Ho","index":0,)"
            R"("logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2,)"
            R"("total_tokens":3}})");
}

TEST(Completions, case_56_what_cannot_be_carried_is_refused) {
  const auto& codec = *openai_chat_codec.completions;
  for (const auto& [text, field] :
       {std::pair(R"({"model":"m"})", "prompt"), std::pair(R"({"model":"m","prompt":[[1]]})", "prompt"),
        std::pair(R"({"model":"m","prompt":"x","echo":true})", "echo"),
        std::pair(R"({"model":"m","prompt":"x","best_of":2})", "best_of"),
        std::pair(R"({"model":"m","prompt":"x","suffix":"y"})", "suffix"),
        std::pair(R"({"model":"m","prompt":"x","logprobs":1})", "logprobs"),
        std::pair(R"({"model":"m","prompt":"x","temperature":"hot"})", "temperature")})
    EXPECT_EQ(parsed(codec.parse_request, text).error().field, field) << text;
}

}  // namespace
}  // namespace agt::dialect

#include <gtest/gtest.h>

#include "dialect/anthropic/codec.h"

namespace agt::dialect {
namespace {

TEST(Anthropic, case_21_a_token_count_has_its_exact_body) {
  EXPECT_EQ(anthropic_codec.render_token_count(42), R"({"input_tokens":42})");
}

TEST(Anthropic, case_22_models_are_listed_in_its_shape) {
  const std::vector<ModelFacts> models{
      {.id = "a", .display_name = "A", .context_tokens = 200000, .output_tokens = 64000, .estimated = true},
      {.id = "b", .estimated = true}};
  EXPECT_EQ(
      anthropic_codec.render_models({.models = models}),
      R"({"data":[{"type":"model","id":"a","display_name":"A","created_at":"1970-01-01T00:00:00Z","max_input_tokens":200000,)"
      R"("max_tokens":64000,"lifecycle":"active","line":null,"deprecated_at":null,"retires_at":null,"capabilities":null},)"
      R"({"type":"model","id":"b","display_name":"b","created_at":"1970-01-01T00:00:00Z","max_input_tokens":null,)"
      R"("max_tokens":null,"lifecycle":"active","line":null,"deprecated_at":null,"retires_at":null,"capabilities":null}],)"
      R"("first_id":"a","last_id":"b","has_more":false})");
  EXPECT_EQ(anthropic_codec.render_models({}), R"({"data":[],"first_id":null,"last_id":null,"has_more":false})");
}

TEST(Anthropic, a_known_model_tells_its_capabilities) {
  const auto body = anthropic_codec.render_model(
      {.id = "a", .thinking = ThinkingStyle::effort, .effort_xhigh = false, .documents = false});
  const auto document = json::Document::parse(body);
  ASSERT_TRUE(document.has_value()) << body;
  const auto capabilities = document->root()["capabilities"];
  EXPECT_TRUE(capabilities["thinking"]["types"]["adaptive"]["supported"].boolean_or(false));
  EXPECT_TRUE(capabilities["effort"]["max"]["supported"].boolean_or(false));
  EXPECT_FALSE(capabilities["effort"]["xhigh"]["supported"].boolean_or(true));
  EXPECT_TRUE(capabilities["image_input"]["supported"].boolean_or(false));
  EXPECT_FALSE(capabilities["pdf_input"]["supported"].boolean_or(true));
}

}  // namespace
}  // namespace agt::dialect

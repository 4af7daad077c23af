#include <gtest/gtest.h>

#include "dialect/openai_responses/codec.h"

namespace agt::dialect {
namespace {

TEST(ResponsesErrors, are_in_openais_envelope) {
  const auto reply = openai_responses_codec.render_error(
      {.code = Code::schema, .message = "input[0].role: is missing.", .field = "input[0].role"}, "trace");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      reply.body,
      R"({"error":{"message":"input[0].role: is missing.","type":"invalid_request_error","param":"input[0].role","code":null}})");
}

struct Diagnosis {
  int status;
  const char* body;
  Code code;
  std::int64_t retry_ms = -1;
};
class ResponsesDiagnoses : public testing::TestWithParam<Diagnosis> {};
INSTANTIATE_TEST_SUITE_P(
    Responses, ResponsesDiagnoses,
    testing::Values(
        Diagnosis{
            400, R"({"error":{"message":"x","type":"invalid_request_error","param":"model","code":"model_not_found"}})",
            Code::model_unknown},
        Diagnosis{
            400,
            R"({"error":{"message":"Previous response with id 'resp_1' not found.","type":"invalid_request_error","param":"previous_response_id","code":"previous_response_not_found"}})",
            Code::upstream_refused},
        Diagnosis{
            400,
            R"({"error":{"message":"Your input exceeds the context window of this model.","type":"invalid_request_error","code":"context_length_exceeded"}})",
            Code::context_too_long},
        // case 41: Codex tells these two apart.
        Diagnosis{
            429,
            R"({"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","code":"insufficient_quota"}})",
            Code::credits},
        Diagnosis{
            200,
            R"({"status":"failed","error":{"code":"rate_limit_exceeded","message":"Rate limit reached on tokens per min (TPM). Please try again in 6.482s."}})",
            Code::tpm, 6482},
        Diagnosis{200, R"({"type":"error","code":"server_error","message":"boom","param":null})", Code::internal_5xx},
        Diagnosis{200, R"({"type":"error","error":{"type":"invalid_request_error","code":null,"message":"no"}})",
                  Code::upstream_refused},
        Diagnosis{200, R"({"error":{"code":"invalid_prompt","message":"x"}})", Code::upstream_refused},
        Diagnosis{200, R"({"error":{"code":"failed_to_download_image","message":"x"}})", Code::upstream_refused},
        Diagnosis{503, "<html>", Code::overloaded}));

TEST_P(ResponsesDiagnoses, what_the_upstream_says) {
  const auto error = openai_responses_codec.diagnose(GetParam().status, GetParam().body);
  EXPECT_EQ(name(error.code), name(GetParam().code));
  EXPECT_FALSE(error.message.empty());
  EXPECT_EQ(error.retry_after ? error.retry_after->count() : -1, GetParam().retry_ms);
}

TEST(Responses, case_21_a_token_count_has_its_own_shape) {
  EXPECT_EQ(openai_responses_codec.render_token_count(7), R"({"object":"response.input_tokens","input_tokens":7})");
}

TEST(Responses, case_22_models_are_listed_as_in_chat) {
  const ModelFacts model{.id = "a"};
  EXPECT_EQ(openai_responses_codec.render_models({.models = {&model, 1}}),
            R"({"object":"list","data":[{"id":"a","object":"model","created":0,"owned_by":"gateway"}]})");
  EXPECT_EQ(openai_responses_codec.render_model(model),
            R"({"id":"a","object":"model","created":0,"owned_by":"gateway"})");
}

}  // namespace
}  // namespace agt::dialect

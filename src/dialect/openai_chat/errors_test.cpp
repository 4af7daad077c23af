#include <gtest/gtest.h>

#include "dialect/openai_chat/codec.h"

namespace agt::dialect {
namespace {

struct Rendering {
  Code code;
  int status;
  const char* type;
  const char* openai_code;  // JSON
};
class RendersError : public testing::TestWithParam<Rendering> {};
INSTANTIATE_TEST_SUITE_P(
    OpenaiChat, RendersError,
    testing::Values(Rendering{Code::schema, 400, "invalid_request_error", "null"},
                    Rendering{Code::bad_json, 400, "invalid_request_error", "null"},
                    Rendering{Code::upstream_refused, 400, "invalid_request_error", "null"},
                    Rendering{Code::feature_unsupported, 400, "invalid_request_error", R"("unsupported_parameter")"},
                    Rendering{Code::content_blocked, 400, "invalid_request_error", R"("content_policy_violation")"},
                    Rendering{Code::context_too_long, 400, "invalid_request_error", R"("context_length_exceeded")"},
                    Rendering{Code::key_unknown, 401, "invalid_request_error", R"("invalid_api_key")"},
                    Rendering{Code::key_rejected, 502, "server_error", R"("upstream_auth")"},
                    Rendering{Code::credits, 429, "insufficient_quota", R"("insufficient_quota")"},
                    Rendering{Code::weekly, 429, "insufficient_quota", R"("insufficient_quota")"},
                    Rendering{Code::model_blocked_by_rule, 403, "permission", "null"},
                    Rendering{Code::path_unknown, 404, "invalid_request_error", "null"},
                    Rendering{Code::model_unknown, 404, "invalid_request_error", R"("model_not_found")"},
                    Rendering{Code::method, 405, "invalid_request_error", R"("method_not_supported")"},
                    Rendering{Code::body_too_large, 413, "invalid_request_error", "null"},
                    Rendering{Code::content_type, 415, "invalid_request_error", "null"},
                    Rendering{Code::upgrade_unsupported, 426, "invalid_request_error", "null"},
                    Rendering{Code::rpm, 429, "rate_limit_error", R"("rate_limit_exceeded")"},
                    Rendering{Code::model_capacity, 503, "server_error", R"("server_is_overloaded")"},
                    Rendering{Code::no_account, 503, "server_error", "null"},
                    Rendering{Code::idle_timeout, 504, "server_error", R"("timeout")"},
                    Rendering{Code::stream_cut, 502, "server_error", "null"},
                    Rendering{Code::internal, 500, "server_error", "null"},
                    Rendering{Code::client_gone, 499, "invalid_request_error", "null"}));

TEST_P(RendersError, in_openais_envelope) {
  const auto reply = openai_chat_codec.render_error({.code = GetParam().code, .message = "Say \"why\"."}, "trace");
  EXPECT_EQ(reply.status, GetParam().status);
  EXPECT_EQ(reply.body, std::string(R"({"error":{"message":"Say \"why\".","type":")") + GetParam().type +
                            R"(","param":null,"code":)" + GetParam().openai_code + "}}");
}

TEST(OpenaiChatErrors, the_field_at_fault_is_the_param) {
  EXPECT_EQ(
      openai_chat_codec.render_error({.code = Code::schema, .message = "m", .field = "messages[2].role"}, "").body,
      R"({"error":{"message":"m","type":"invalid_request_error","param":"messages[2].role","code":null}})");
}

struct Diagnosis {
  int status;
  const char* body;
  Code code;
  std::int64_t retry_ms = -1;
  const char* field = "";
};
class Diagnoses : public testing::TestWithParam<Diagnosis> {};
INSTANTIATE_TEST_SUITE_P(
    OpenaiChat, Diagnoses,
    testing::Values(
        Diagnosis{
            429,
            R"({"error":{"message":"Rate limit reached for gpt-5.5 in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 6.482s. Visit x.","type":"tokens","param":null,"code":"rate_limit_exceeded"}})",
            Code::tpm, 6482},
        Diagnosis{
            429,
            R"({"error":{"message":"Rate limit reached on requests per min (RPM): Limit 3. Please try again in 20ms.","type":"requests","param":null,"code":"rate_limit_exceeded"}})",
            Code::rpm, 20},
        Diagnosis{
            429,
            R"({"error":{"message":"Rate limit reached on requests per day (RPD): Limit 200. Please try again in 7m12s.","type":"requests","code":"rate_limit_exceeded"}})",
            Code::daily, 432000},
        Diagnosis{429, R"({"error":{"message":"Please try again in 1m30.5s","type":"rate_limit_error"}})",
                  Code::unknown_429, 90500},
        Diagnosis{429, R"({"error":{"message":"Too many concurrent requests","type":"rate_limit_error"}})",
                  Code::concurrency},
        Diagnosis{
            429,
            R"({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})",
            Code::credits},
        Diagnosis{
            429,
            R"({"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","plan_type":"plus","resets_in_seconds":5160}})",
            Code::window_5h, 5160000},
        Diagnosis{429, R"({"error":{"type":"usage_limit_reached","message":"x","resets_in_seconds":300000}})",
                  Code::weekly, 300000000},
        Diagnosis{429, "", Code::unknown_429}, Diagnosis{429, "Too Many Requests", Code::unknown_429},
        Diagnosis{429, R"({"error":{"message":"try again in 99999999999999999999999s"}})", Code::unknown_429},
        Diagnosis{429, R"({"error":{"message":"try again in 300 milliseconds"}})", Code::unknown_429, 300},
        Diagnosis{429, R"({"error":{"message":"try again in 2 minutes"}})", Code::unknown_429, 120000},
        Diagnosis{429, R"({"error":{"message":"try again in later"}})", Code::unknown_429},
        Diagnosis{
            402,
            R"({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})",
            Code::credits},
        Diagnosis{
            503,
            R"({"error":{"message":"Selected model is at capacity. Please try a different model.","type":"server_error"}})",
            Code::model_capacity},
        Diagnosis{503, R"({"error":{"message":"The server is overloaded","type":"server_error","code":"slow_down"}})",
                  Code::overloaded},
        Diagnosis{503, "<html>503</html>", Code::overloaded}, Diagnosis{529, "{}", Code::overloaded},
        Diagnosis{500,
                  R"({"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}})",
                  Code::internal_5xx},
        Diagnosis{502, "<html>Bad Gateway</html>", Code::internal_5xx}, Diagnosis{504, "", Code::first_byte_timeout},
        Diagnosis{
            401,
            R"({"error":{"message":"Incorrect API key provided: sk-x","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})",
            Code::key_rejected},
        Diagnosis{401,
                  R"({"error":{"message":"Your OpenAI account has been deactivated","code":"account_deactivated"}})",
                  Code::suspended},
        Diagnosis{401, "", Code::key_rejected},
        Diagnosis{
            403,
            R"({"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","param":null,"code":"unsupported_country_region_territory"}})",
            Code::forbidden},
        Diagnosis{403, R"({"error":{"message":"Your organization must be verified to use the model `o3`."}})",
                  Code::verification_required},
        Diagnosis{
            404,
            R"({"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})",
            Code::model_unknown},
        Diagnosis{
            400,
            R"({"error":{"message":"The requested model 'x' does not exist.","type":"invalid_request_error","param":"model","code":"model_not_found"}})",
            Code::model_unknown, -1, "model"},
        Diagnosis{404, "Not Found", Code::upstream_refused},
        Diagnosis{
            400,
            R"({"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})",
            Code::context_too_long, -1, "messages"},
        Diagnosis{
            400,
            R"({"error":{"message":"Your input exceeds the context window of this model.","type":"invalid_request_error"}})",
            Code::context_too_long},
        Diagnosis{400, R"({"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}})",
                  Code::context_too_long},
        Diagnosis{
            400,
            R"([{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}])",
            Code::context_too_long},
        Diagnosis{
            400,
            R"({"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}})",
            Code::context_too_long},
        Diagnosis{
            400,
            R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}})",
            Code::upstream_refused, -1, "max_tokens"},
        Diagnosis{
            400,
            R"({"error":{"message":"x","type":"invalid_request_error","param":null,"code":"content_policy_violation"}})",
            Code::content_blocked},
        Diagnosis{
            400,
            R"({"object":"error","message":"max_tokens is too large","type":"BadRequestError","param":null,"code":400})",
            Code::upstream_refused},
        Diagnosis{422, R"({"detail":[{"loc":["body","messages",0,"role"],"msg":"Field required","type":"missing"}]})",
                  Code::upstream_refused, -1, "messages[0].role"},
        Diagnosis{404, R"({"error":"model 'llama9' not found, try pulling it first"})", Code::upstream_refused},
        Diagnosis{409, "{}", Code::conflict}, Diagnosis{413, "{}", Code::body_too_large},
        Diagnosis{408, "{}", Code::first_byte_timeout},
        Diagnosis{200, R"({"error":{"message":"x","type":"server_error"}})", Code::internal_5xx},
        Diagnosis{200, R"({"error":{"message":"x","type":"invalid_request_error"}})", Code::upstream_refused}));

TEST_P(Diagnoses, what_the_provider_says) {
  const auto error = openai_chat_codec.diagnose(GetParam().status, GetParam().body);
  EXPECT_EQ(name(error.code), name(GetParam().code)) << GetParam().body;
  EXPECT_EQ(error.retry_after ? error.retry_after->count() : -1, GetParam().retry_ms);
  EXPECT_EQ(error.field, GetParam().field);
  EXPECT_FALSE(error.message.empty());
}

TEST(OpenaiChatErrors, case_42_the_providers_message_is_kept) {
  EXPECT_EQ(openai_chat_codec.diagnose(400, R"({"error":{"message":"Invalid 'stop': array too long."}})").message,
            "Invalid 'stop': array too long.");
  EXPECT_EQ(openai_chat_codec.diagnose(502, "<html>\n").message, "<html>\\x0a");
  EXPECT_EQ(openai_chat_codec.diagnose(500, "").message, "The upstream answered with status 500 and no explanation.");
  EXPECT_EQ(
      openai_chat_codec
          .diagnose(400, R"({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"bad tool"}}})")
          .message,
      "Provider returned error (bad tool)");
}

}  // namespace
}  // namespace agt::dialect

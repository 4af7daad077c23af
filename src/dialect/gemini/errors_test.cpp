#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "dialect/gemini/codec.h"

namespace agt::dialect {
namespace {

using std::chrono::milliseconds;

struct Told {
  Code code;
  int http;
  std::string status;
};
class GeminiErrorShapes : public testing::TestWithParam<Told> {};
TEST_P(GeminiErrorShapes, follow_the_table) {
  const auto reply = gemini_codec.render_error({.code = GetParam().code, .message = "m"}, "t1");
  EXPECT_EQ(reply.status, GetParam().http);
  const auto document = json::Document::parse(reply.body).value();
  const auto error = document.root()["error"];
  EXPECT_EQ(error["code"].integer_or(0), GetParam().http);
  EXPECT_EQ(error["status"].text_or(""), GetParam().status);
  EXPECT_EQ(error["details"][0]["metadata"]["trace"].text_or(""), "t1");
}
INSTANTIATE_TEST_SUITE_P(
    Gemini, GeminiErrorShapes,
    testing::Values(
        Told{Code::schema, 400, "INVALID_ARGUMENT"}, Told{Code::context_too_long, 400, "INVALID_ARGUMENT"},
        Told{Code::key_unknown, 401, "UNAUTHENTICATED"}, Told{Code::token_revoked, 502, "UNAVAILABLE"},
        Told{Code::credits, 429, "RESOURCE_EXHAUSTED"}, Told{Code::key_not_allowed_model, 403, "PERMISSION_DENIED"},
        Told{Code::path_unknown, 404, "NOT_FOUND"}, Told{Code::model_unknown, 404, "NOT_FOUND"},
        Told{Code::method, 405, "UNIMPLEMENTED"}, Told{Code::conflict, 409, "ABORTED"},
        Told{Code::body_too_large, 413, "INVALID_ARGUMENT"}, Told{Code::content_type, 415, "INVALID_ARGUMENT"},
        Told{Code::upgrade_unsupported, 426, "UNIMPLEMENTED"}, Told{Code::slow_client, 408, "DEADLINE_EXCEEDED"},
        Told{Code::rpm, 429, "RESOURCE_EXHAUSTED"}, Told{Code::daily, 429, "RESOURCE_EXHAUSTED"},
        Told{Code::overloaded, 503, "UNAVAILABLE"}, Told{Code::no_account, 503, "UNAVAILABLE"},
        Told{Code::first_byte_timeout, 504, "DEADLINE_EXCEEDED"}, Told{Code::internal_5xx, 502, "INTERNAL"},
        Told{Code::stream_cut, 502, "INTERNAL"}, Told{Code::internal, 500, "INTERNAL"},
        Told{Code::client_gone, 499, "CANCELLED"}));

TEST(GeminiErrors, case_40_carry_the_details_that_clients_read) {
  const auto reply = gemini_codec.render_error(
      {.code = Code::rpm, .message = "Slow \"down\".", .field = "contents[0]", .retry_after = milliseconds(34400)},
      "t1");
  EXPECT_EQ(
      reply.body,
      R"({"error":{"code":429,"message":"Slow \"down\".","status":"RESOURCE_EXHAUSTED","details":[)"
      R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RPM","domain":"antigravity-tools","metadata":{"trace":"t1"}},)"
      R"({"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents[0]","description":"Slow \"down\"."}]},)"
      R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}})");
}

TEST(GeminiErrors, write_delays_with_as_many_decimals_as_needed) {
  const auto delay = [](int ms) {
    const auto body = gemini_codec.render_error({.code = Code::rpm, .retry_after = milliseconds(ms)}, "").body;
    const auto at = body.find("retryDelay") + 13;
    return body.substr(at, body.find('"', at) - at);
  };
  EXPECT_EQ(delay(900), "0.9s");
  EXPECT_EQ(delay(1000), "1s");
  EXPECT_EQ(delay(0), "0s");
  EXPECT_EQ(delay(1234), "1.234s");
  EXPECT_EQ(delay(120000), "120s");
}

struct Seen {
  int status;
  std::string body;
  Code code;
  std::optional<long> delay_ms{};
};
class GeminiDiagnoses : public testing::TestWithParam<Seen> {};
TEST_P(GeminiDiagnoses, what_google_sends) {
  const auto error = gemini_codec.diagnose(GetParam().status, GetParam().body);
  EXPECT_EQ(name(error.code), name(GetParam().code)) << GetParam().body;
  EXPECT_EQ(error.retry_after.has_value(), GetParam().delay_ms.has_value()) << GetParam().body;
  EXPECT_EQ(error.retry_after.value_or(milliseconds(0)).count(), GetParam().delay_ms.value_or(0));
  EXPECT_NE(error.message, "");
}

std::string google(int code, const std::string& status, const std::string& message, const std::string& details = "") {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + message + R"(","status":")" + status +
         R"(","details":[)" + details + "]}}";
}
std::string reason(const std::string& word, const std::string& metadata = "{}") {
  return R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":")" + word +
         R"(","domain":"googleapis.com","metadata":)" + metadata + "}";
}
std::string retry(const std::string& delay) {
  return R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" + delay + "\"}";
}
std::string quota(const std::string& id, const std::string& metric = "") {
  return R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":")" + metric +
         R"(","quotaId":")" + id + "\"}]}";
}
const std::string exhausted = "RESOURCE_EXHAUSTED";

INSTANTIATE_TEST_SUITE_P(
    Gemini, GeminiDiagnoses,
    testing::Values(
        Seen{429, google(429, exhausted, "Quota.", retry("34.4s")), Code::unknown_429, 34400},
        Seen{429, "[" + google(429, exhausted, "Quota.", retry("900ms")) + "]", Code::unknown_429, 900},
        Seen{429,
             google(429, exhausted, "q",
                    quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier") + "," + retry("38s")),
             Code::daily, 38000},
        Seen{429, google(429, exhausted, "q", quota("GenerateRequestsPerMinutePerProjectPerModel") + "," + retry("5s")),
             Code::rpm, 5000},
        Seen{429, google(429, exhausted, "q", quota("GenerateContentInputTokensPerModelPerMinute")), Code::tpm},
        Seen{429, google(429, exhausted, "q", reason("RATE_LIMIT_EXCEEDED", R"({"quotaResetDelay":"1h2m3.5s"})")),
             Code::rpm, 3723500},
        Seen{429, google(429, exhausted, "q", reason("QUOTA_EXHAUSTED") + "," + retry("391609.79s")), Code::daily,
             391609790},
        Seen{429, google(429, exhausted, "No capacity available.", reason("MODEL_CAPACITY_EXHAUSTED")),
             Code::model_capacity},
        Seen{429, google(429, exhausted, "q", reason("INSUFFICIENT_G1_CREDITS_BALANCE")), Code::credits},
        Seen{429, google(429, exhausted, "Quota exceeded, limit: 0, model: x"), Code::credits},
        Seen{429, google(429, exhausted, "Quota exceeded, limit: 05"), Code::unknown_429},
        Seen{429, google(429, exhausted, "Please retry in 34.4s."), Code::unknown_429, 34400},
        Seen{429, google(429, exhausted, "Your quota will reset after 1h2m3s."), Code::unknown_429, 3723000},
        Seen{429, google(429, exhausted, "Resource has been exhausted (e.g. check quota)."), Code::unknown_429},
        Seen{429, google(429, exhausted, "q", retry("999999999999999s")), Code::unknown_429},
        Seen{429, google(429, exhausted, "q", retry("-3s")), Code::unknown_429},
        Seen{429, google(429, exhausted, "q", retry("soon")), Code::unknown_429}, Seen{429, "", Code::unknown_429},
        Seen{429, "slow down", Code::unknown_429},
        Seen{400, google(400, "INVALID_ARGUMENT", "API key not valid.", reason("API_KEY_INVALID")), Code::key_rejected},
        Seen{400, google(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."), Code::key_rejected},
        Seen{400,
             google(400, "INVALID_ARGUMENT",
                    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
             Code::context_too_long},
        Seen{400, google(400, "INVALID_ARGUMENT", "Unknown name x"), Code::upstream_refused},
        Seen{400, google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
             Code::forbidden},
        Seen{400, google(400, "FAILED_PRECONDITION", "Enable billing."), Code::credits},
        Seen{401, google(401, "UNAUTHENTICATED", "Expected OAuth 2 access token"), Code::token_revoked},
        Seen{401, google(401, "UNAUTHENTICATED", "x", reason("ACCESS_TOKEN_EXPIRED")), Code::token_revoked},
        Seen{401, google(401, "UNAUTHENTICATED", "no"), Code::key_rejected},
        Seen{403, google(403, "PERMISSION_DENIED", "Verify.", reason("VALIDATION_REQUIRED")),
             Code::verification_required},
        Seen{403, google(403, "PERMISSION_DENIED", "Gemini API has not been used", reason("SERVICE_DISABLED")),
             Code::project_missing},
        Seen{403, google(403, "PERMISSION_DENIED", "Consumer has been suspended.", reason("CONSUMER_SUSPENDED")),
             Code::suspended},
        Seen{403, google(403, "PERMISSION_DENIED", "Your API key was reported as leaked."), Code::key_rejected},
        Seen{403, google(403, "PERMISSION_DENIED", "no"), Code::forbidden},
        Seen{404, google(404, "NOT_FOUND", "models/x is not found"), Code::model_unknown},
        Seen{413, "too large", Code::body_too_large},
        Seen{500, google(500, "INTERNAL", "An internal error."), Code::internal_5xx},
        Seen{502, "<html>Bad Gateway</html>", Code::internal_5xx},
        Seen{503, google(503, "UNAVAILABLE", "The model is overloaded."), Code::overloaded},
        Seen{503, google(503, "UNAVAILABLE", "x", reason("MODEL_CAPACITY_EXHAUSTED")), Code::model_capacity},
        Seen{504, google(504, "DEADLINE_EXCEEDED", "x"), Code::first_byte_timeout},
        Seen{499, google(499, "CANCELLED", "x"), Code::internal_5xx},
        Seen{501, google(501, "UNIMPLEMENTED", "x"), Code::upstream_refused},
        Seen{200, google(429, exhausted, "q"), Code::unknown_429}, Seen{503, R"({"error":"text"})", Code::overloaded},
        Seen{500, R"({"error":{"details":[1,{"violations":3}]}})", Code::internal_5xx},
        Seen{500, "\xff\x00", Code::internal_5xx}));

TEST(GeminiErrors, case_42_keep_the_message_and_the_field) {
  const auto error = gemini_codec.diagnose(
      400,
      google(
          400, "INVALID_ARGUMENT", "Invalid value.",
          R"({"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents[1].parts","description":"d"}]})"));
  EXPECT_EQ(error.message, "Invalid value.");
  EXPECT_EQ(error.field, "contents[1].parts");
}

TEST(GeminiCounts, case_21_are_an_object_with_the_total) {
  EXPECT_EQ(gemini_codec.render_token_count(42), R"({"totalTokens":42})");
}

TEST(GeminiModels, case_22_are_named_as_resources) {
  const ModelFacts model{.id = "gemini-x",
                         .display_name = "Gemini X",
                         .context_tokens = 1048576,
                         .output_tokens = 65536,
                         .thinking = ThinkingStyle::level};
  const std::string one =
      R"({"name":"models/gemini-x","version":"001","displayName":"Gemini X","description":"Gemini X","inputTokenLimit":1048576,"outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"],"maxTemperature":2,"thinking":true})";
  EXPECT_EQ(gemini_codec.render_model(model), one);
  EXPECT_EQ(gemini_codec.render_models({.models = std::vector{model}}), R"({"models":[)" + one + "]}");
  EXPECT_EQ(gemini_codec.render_models({}), R"({"models":[]})");
}

}  // namespace
}  // namespace agt::dialect

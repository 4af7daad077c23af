#include <gtest/gtest.h>

#include "dialect/anthropic/codec.h"
#include "json/writer.h"

namespace agt::dialect {
namespace {

TEST(Anthropic, errors_are_told_in_its_words) {
  struct Row {
    Code code;
    int status;
    std::string_view type;
  };
  const Row table[] = {
      {Code::schema, 400, "invalid_request_error"},
      {Code::bad_json, 400, "invalid_request_error"},
      {Code::feature_unsupported, 400, "invalid_request_error"},
      {Code::upstream_refused, 400, "invalid_request_error"},
      {Code::context_too_long, 400, "invalid_request_error"},
      {Code::key_unknown, 401, "authentication_error"},
      {Code::key_rejected, 502, "api_error"},
      {Code::token_revoked, 502, "api_error"},
      {Code::credits, 402, "billing_error"},
      {Code::key_not_allowed_model, 403, "permission_error"},
      {Code::path_unknown, 404, "not_found_error"},
      {Code::model_unknown, 404, "not_found_error"},
      {Code::method, 405, "invalid_request_error"},
      {Code::slow_client, 408, "timeout_error"},
      {Code::conflict, 409, "conflict_error"},
      {Code::body_too_large, 413, "request_too_large"},
      {Code::content_type, 415, "invalid_request_error"},
      {Code::upgrade_unsupported, 426, "invalid_request_error"},
      {Code::rpm, 429, "rate_limit_error"},
      {Code::weekly, 429, "rate_limit_error"},
      {Code::overloaded, 529, "overloaded_error"},
      {Code::model_capacity, 529, "overloaded_error"},
      {Code::no_account, 503, "api_error"},
      {Code::first_byte_timeout, 504, "timeout_error"},
      {Code::stream_cut, 502, "api_error"},
      {Code::internal_5xx, 502, "api_error"},
      {Code::translate_reply, 502, "api_error"},
      {Code::internal, 500, "api_error"},
  };
  for (const auto& row : table) {
    const auto reply = anthropic_codec.render_error({.code = row.code, .message = "m"}, "req_1");
    EXPECT_EQ(reply.status, row.status) << name(row.code);
    const auto document = json::Document::parse(reply.body);
    ASSERT_TRUE(document.has_value()) << reply.body;
    EXPECT_TRUE(document->root()["error"]["type"].is(row.type)) << reply.body;
  }
}

TEST(Anthropic, an_error_has_its_exact_body) {
  EXPECT_EQ(anthropic_codec.render_error({.code = Code::rpm, .message = "Too \"fast\"."}, "req_1").body,
            R"({"type":"error","error":{"type":"rate_limit_error","message":"Too \"fast\"."},"request_id":"req_1"})");
  EXPECT_EQ(
      anthropic_codec.render_error({.code = Code::key_missing}, "r").body,
      R"({"type":"error","error":{"type":"authentication_error","message":"Send the gateway's key; `agt key list` shows the keys there are."},"request_id":"r"})");
}

TEST(Anthropic, case_43_a_full_context_has_the_words_that_clients_look_for) {
  EXPECT_TRUE(anthropic_codec.render_error({.code = Code::context_too_long, .message = "too many"}, "r")
                  .body.contains("prompt is too long: too many"));
  EXPECT_FALSE(
      anthropic_codec.render_error({.code = Code::context_too_long, .message = "Prompt is too long: 3 > 2"}, "r")
          .body.contains("long: Prompt"));
}

TEST(Anthropic, a_thread_is_refused_so_that_the_sdk_sends_everything) {
  const auto document = json::Document::parse(
      R"({"model":"m","max_tokens":1,"messages":[],"thread":{"type":"continue","previous_message_id":"msg_1"}})");
  const auto request = anthropic_codec.parse_request(*document, {});
  const auto reply = anthropic_codec.render_error(request.error(), "r");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      reply.body,
      R"({"type":"error","error":{"type":"invalid_request_error","message":"thread: This gateway keeps no threads; send the whole conversation.",)"
      R"("details":{"error_code":"thread_unsupported_request","unsupported":["thread"]}},"request_id":"r"})");
}

struct Said {
  int status;
  std::string type;
  std::string message;
  Code code;
  std::string field{};
};

const Said sayings[] = {
    {400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", Code::context_too_long},
    {400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000",
     Code::context_too_long},
    {400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", Code::credits},
    {400, "invalid_request_error",
     "You have reached your specified API usage limits. You will regain access on 2026-12-01.", Code::credits},
    {400, "invalid_request_error", "This organization has been disabled.", Code::suspended},
    {400, "invalid_request_error", "Output blocked by content filtering policy", Code::content_blocked},
    {400, "invalid_request_error", "messages.3.content.0.thinking: Invalid `signature` in `thinking` block",
     Code::upstream_refused, "messages[3].content[0].thinking"},
    {400, "invalid_request_error", "tools.0.custom.input_schema: bad", Code::upstream_refused,
     "tools[0].custom.input_schema"},
    {400, "invalid_request_error", "max_tokens: Field required", Code::upstream_refused, "max_tokens"},
    {400, "invalid_request_error", "Something went wrong here: yes", Code::upstream_refused, ""},
    {401, "authentication_error", "invalid x-api-key", Code::key_rejected},
    {401, "authentication_error", "OAuth token has expired. Please obtain a new token.", Code::token_refresh_failed},
    {401, "authentication_error", "OAuth token has been revoked.", Code::token_revoked},
    {402, "billing_error", "Payment required", Code::credits},
    {403, "permission_error", "Your account does not have access to this model.", Code::forbidden},
    {403, "permission_error", "OAuth token has been revoked.", Code::token_revoked},
    {403, "permission_error", "This organization has been disabled.", Code::suspended},
    {404, "not_found_error", "model: claude-zero", Code::model_unknown},
    {404, "not_found_error", "Not found", Code::upstream_refused},
    {409, "conflict_error", "conflict", Code::conflict},
    {413, "request_too_large", "Request exceeds the maximum size", Code::body_too_large},
    {429, "rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute",
     Code::rpm},
    {429, "rate_limit_error", "This request would exceed the rate limit of 40,000 input tokens per minute.", Code::tpm},
    {429, "rate_limit_error", "Number of request tokens has exceeded your per-minute rate limit", Code::tpm},
    {429, "rate_limit_error", "Number of concurrent connections has exceeded your rate limit.", Code::concurrency},
    {429, "rate_limit_error", "Number of requests has exceeded your daily rate limit", Code::daily},
    {429, "rate_limit_error", "This request would exceed your account's rate limit. Please try again later.",
     Code::unknown_429},
    {429, "rate_limit_error", "Claude AI usage limit reached|1790000000", Code::window_5h},
    {500, "api_error", "Internal server error", Code::internal_5xx},
    {504, "timeout_error", "Request timed out", Code::first_byte_timeout},
    {529, "overloaded_error", "Overloaded", Code::overloaded},
    {200, "overloaded_error", "Overloaded", Code::overloaded},
    {429, "new_type", "?", Code::unknown_429},
    {529, "", "Overloaded", Code::overloaded},
    {503, "", "busy", Code::overloaded},
    {200, "", "strange", Code::translate_reply},
};

TEST(Anthropic, its_errors_are_understood) {
  for (const auto& row : sayings) {
    const auto body = R"({"type":"error","error":{"type":)" + json::quoted(row.type) + R"(,"message":)" +
                      json::quoted(row.message) + R"(},"request_id":"req_9"})";
    const auto error = anthropic_codec.diagnose(row.status, body);
    EXPECT_EQ(error.code, row.code) << body << " gave " << name(error.code);
    EXPECT_EQ(error.message, row.message);
    EXPECT_EQ(error.field, row.field);
  }
}

TEST(Anthropic, other_bodies_of_errors_are_understood) {
  EXPECT_EQ(anthropic_codec.diagnose(502, "<html>\n<h1>Bad Gateway</h1>").code, Code::internal_5xx);
  EXPECT_EQ(anthropic_codec.diagnose(502, "<html>").message, "<html>");
  EXPECT_EQ(anthropic_codec.diagnose(500, "").message, "The provider answered with status 500 and no text.");
  EXPECT_EQ(anthropic_codec.diagnose(401, R"({"error":"no key"})").message, "no key");
  EXPECT_EQ(anthropic_codec.diagnose(401, R"({"error":"no key"})").code, Code::key_rejected);
  EXPECT_EQ(anthropic_codec.diagnose(403, R"({"message":"denied"})").message, "denied");
  EXPECT_EQ(anthropic_codec.diagnose(422, R"({"detail":"bad"})").code, Code::upstream_refused);
  EXPECT_EQ(anthropic_codec.diagnose(413, "").code, Code::body_too_large);
  EXPECT_EQ(anthropic_codec.diagnose(408, "").code, Code::first_byte_timeout);
  EXPECT_EQ(anthropic_codec.diagnose(400, R"([{"error":{"type":"invalid_request_error","message":"x"}}])").code,
            Code::upstream_refused);
  EXPECT_EQ(anthropic_codec.diagnose(400, R"({"error":{"type":7,"message":[]}})").code, Code::upstream_refused);
  EXPECT_EQ(anthropic_codec.diagnose(400, std::string("\0\xff\xfe", 3)).code, Code::upstream_refused);
}

TEST(Anthropic, details_say_more_than_the_message) {
  const auto spend = anthropic_codec.diagnose(
      429,
      R"({"error":{"type":"rate_limit_error","message":"no","details":{"error_code":"enforced_spend_limit_reached"}}})");
  EXPECT_EQ(spend.code, Code::credits);
  const auto ramp = anthropic_codec.diagnose(
      429, R"({"error":{"type":"rate_limit_error","message":"no","details":{"error_code":"ramp_limit_exceeded"}}})");
  EXPECT_EQ(ramp.code, Code::rpm);
  const auto thread = anthropic_codec.diagnose(
      400,
      R"({"error":{"type":"invalid_request_error","message":"no","details":{"error_code":"thread_unsupported_request"}}})");
  EXPECT_EQ(thread.field, "thread");
}

TEST(Anthropic, a_hint_when_to_try_again_is_read) {
  using namespace std::chrono_literals;
  const auto hint = [](std::string_view message) {
    return anthropic_codec
        .diagnose(429, R"({"error":{"type":"rate_limit_error","message":)" + json::quoted(message) + "}}")
        .retry_after;
  };
  EXPECT_EQ(hint("Please try again in 12 seconds."), 12s);
  EXPECT_EQ(hint("retry after 3s"), 3s);
  EXPECT_EQ(hint("Try again in 2 minutes"), 2min);
  EXPECT_EQ(hint("retry in 250ms"), 250ms);
  EXPECT_EQ(hint("Please try again in 999999999999 seconds"), std::nullopt);
  EXPECT_EQ(hint("Please try again later"), std::nullopt);
}

}  // namespace
}  // namespace agt::dialect

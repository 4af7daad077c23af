#include "sim/errors.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "json/writer.h"
#include "sim/replies.h"

namespace agt::sim {
namespace {

struct Row {
  int status;
  std::string_view word;
};

std::string_view word_for(int status, std::span<const Row> rows, std::string_view otherwise) {
  for (const auto& row : rows)
    if (row.status == status) return row.word;
  return otherwise;
}

constexpr std::array<Row, 9> anthropic_types{{{401, "authentication_error"},
                                              {402, "billing_error"},
                                              {403, "permission_error"},
                                              {404, "not_found_error"},
                                              {409, "conflict_error"},
                                              {413, "request_too_large"},
                                              {429, "rate_limit_error"},
                                              {504, "timeout_error"},
                                              {529, "overloaded_error"}}};
constexpr std::array<Row, 10> google_statuses{{{401, "UNAUTHENTICATED"},
                                               {403, "PERMISSION_DENIED"},
                                               {404, "NOT_FOUND"},
                                               {409, "ABORTED"},
                                               {429, "RESOURCE_EXHAUSTED"},
                                               {499, "CANCELLED"},
                                               {500, "INTERNAL"},
                                               {501, "UNIMPLEMENTED"},
                                               {503, "UNAVAILABLE"},
                                               {504, "DEADLINE_EXCEEDED"}}};
constexpr std::array<Row, 2> openai_types{{{429, "requests"}, {401, "invalid_request_error"}}};

std::string openai_body(const Problem& problem) {
  json::Writer w;
  w.begin_object();
  w.key("error");
  w.begin_object();
  w.field("message", problem.message);
  const auto type =
      word_for(problem.status, openai_types, problem.status >= 500 ? "server_error" : "invalid_request_error");
  w.field("type", problem.type.empty() ? type : std::string_view(problem.type));
  w.key("param");
  if (problem.param.empty())
    w.null();
  else
    w.value(problem.param);
  w.key("code");
  if (problem.code.empty())
    w.null();
  else
    w.value(problem.code);
  w.end_object();
  w.end_object();
  return std::move(w).take();
}

std::string anthropic_body(const Problem& problem, Minter& ids) {
  json::Writer w;
  w.begin_object();
  w.field("type", "error");
  w.key("error");
  w.begin_object();
  const auto type =
      word_for(problem.status, anthropic_types, problem.status >= 500 ? "api_error" : "invalid_request_error");
  w.field("type", problem.type.empty() ? type : std::string_view(problem.type));
  w.field("message", problem.message);
  if (!problem.details.empty()) w.field("details", problem.details);
  w.end_object();
  w.field("request_id", ids.mint("req_011"));
  w.end_object();
  return std::move(w).take();
}

std::string google_body(const Problem& problem) {
  json::Writer w;
  w.begin_object();
  w.key("error");
  w.begin_object();
  w.field("code", problem.status);
  w.field("message", problem.message);
  const auto status =
      word_for(problem.status, google_statuses, problem.status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT");
  w.field("status", problem.type.empty() ? status : std::string_view(problem.type));
  if (!problem.details.empty()) w.field("details", problem.details);
  w.end_object();
  w.end_object();
  return std::move(w).take();
}

struct Named {
  std::string_view name;
  Dialect dialect;  // the provider whose failure it is; `own` names take the request's
  bool own;
  Problem problem;
  std::vector<Header> headers;
};

constexpr auto openai = Dialect::chat;
constexpr auto anthropic = Dialect::anthropic;
constexpr auto google = Dialect::gemini;

json::Raw retry_info(std::string_view delay) {
  return {fmt::format(
      R"([{{"@type":"type.googleapis.com/google.rpc.Help","links":[{{"description":"Learn more about Gemini API quotas","url":"https://ai.google.dev/gemini-api/docs/rate-limits"}}]}},{{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{{"quotaMetric":"generativelanguage.googleapis.com/generate_content_requests","quotaId":"GenerateRequestsPerMinutePerProjectPerModel","quotaDimensions":{{"location":"global"}},"quotaValue":"10"}}]}},{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{}"}}])",
      delay)};
}

std::vector<Named> anthropic_failures() {
  return {
      {"anthropic_429",
       anthropic,
       false,
       {.status = 429,
        .message = "This request would exceed your organization's rate limit of 50 requests per minute."},
       {{"retry-after", "7"},
        {"anthropic-ratelimit-requests-limit", "50"},
        {"anthropic-ratelimit-requests-remaining", "0"},
        {"anthropic-ratelimit-requests-reset", "2030-01-01T00:00:00Z"}}},
      {"anthropic_429_unified",
       anthropic,
       false,
       {.status = 429, .message = "This request would exceed your account's rate limit. Please try again later."},
       {{"anthropic-ratelimit-unified-status", "rejected"},
        {"anthropic-ratelimit-unified-5h-status", "rejected"},
        {"anthropic-ratelimit-unified-5h-reset", "1893456000"},
        {"anthropic-ratelimit-unified-7d-status", "allowed"},
        {"anthropic-ratelimit-unified-7d-reset", "1893888000"}}},
      {"anthropic_529", anthropic, false, {.status = 529, .message = "Overloaded"}, {{"x-should-retry", "true"}}},
      {"anthropic_402",
       anthropic,
       false,
       {.status = 402, .message = "Your credit balance is too low to access the Anthropic API."},
       {}},
  };
}

std::vector<Named> openai_failures() {
  return {
      {"openai_429_rate",
       openai,
       false,
       {.status = 429,
        .message = "Rate limit reached for the model in organization org-simulated on requests per min (RPM): Limit 3, "
                   "Used 3, Requested 1. Please try again in 20s.",
        .type = "requests",
        .code = "rate_limit_exceeded"},
       {{"retry-after", "20"},
        {"retry-after-ms", "20000"},
        {"x-ratelimit-remaining-requests", "0"},
        {"x-ratelimit-reset-requests", "20s"},
        {"x-ratelimit-reset-tokens", "6m0s"}}},
      {"openai_429_quota",
       openai,
       false,
       {.status = 429,
        .message =
            "You exceeded your current quota, please check your plan and billing details. For more information on "
            "this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
        .type = "insufficient_quota",
        .code = "insufficient_quota"},
       {}},
      {"openai_503",
       openai,
       false,
       {.status = 503,
        .message = "The engine is currently overloaded, please try again later",
        .type = "server_error",
        .code = "overloaded"},
       {}},
  };
}

std::vector<Named> google_failures() {
  constexpr std::string_view daily =
      R"([{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaDimensions":{"location":"global"},"quotaValue":"250"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"39s"}])";
  constexpr std::string_view capacity =
      R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"MODEL_CAPACITY_EXHAUSTED","domain":"cloudcode-pa.googleapis.com","metadata":{"model":"simulated"}}])";
  constexpr std::string_view exhausted =
      R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"QUOTA_EXHAUSTED","domain":"cloudcode-pa.googleapis.com","metadata":{"quotaResetDelay":"1h2m3.5s","quotaResetTimeStamp":"2030-01-01T00:00:00Z"}},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3723.5s"}])";
  return {
      {"gemini_429_retryinfo",
       google,
       false,
       {.status = 429,
        .message =
            "You exceeded your current quota, please check your plan and billing details. Please retry in 34.4s.",
        .details = retry_info("34.4s")},
       {}},
      {"gemini_429_short",
       google,
       false,
       {.status = 429, .message = "Resource exhausted. Please retry in 900ms.", .details = retry_info("900ms")},
       {}},
      {"gemini_429_daily",
       google,
       false,
       {.status = 429,
        .message = "You exceeded your current quota, please check your plan and billing details.",
        .details = {std::string(daily)}},
       {}},
      {"gemini_429_bare",
       google,
       false,
       {.status = 429, .message = "Resource has been exhausted (e.g. check quota)."},
       {}},
      {"gemini_429_quota",
       google,
       false,
       {.status = 429,
        .message = "You have exhausted your capacity on this model. Your quota will reset after 1h2m3s.",
        .details = {std::string(exhausted)}},
       {}},
      {"gemini_503", google, false, {.status = 503, .message = "The model is overloaded. Please try again later."}, {}},
      {"gemini_capacity",
       google,
       false,
       {.status = 429, .message = "No capacity available for model on the server", .details = {std::string(capacity)}},
       {}},
  };
}

std::vector<Named> own_failures(Dialect dialect, std::string_view model) {
  const bool is_google = dialect == google;
  const bool is_anthropic = dialect == anthropic;
  const bool on_responses = dialect == Dialect::responses;
  const std::string bad_key = is_google ? "Request had invalid authentication credentials. Expected OAuth 2 access "
                                          "token, login cookie or other valid authentication credential."
                              : is_anthropic ? "invalid x-api-key"
                                             : "Incorrect API key provided.";
  const std::string too_long = is_google ? "The input token count (1200000) exceeds the maximum number of tokens "
                                           "allowed (1048576)."
                               : is_anthropic
                                   ? "prompt is too long: 212345 tokens > 200000 maximum"
                                   : "Your input exceeds the context window of this model. Please adjust your "
                                     "input and try again.";
  const std::string signature = is_google      ? "Corrupted thought signature."
                                : is_anthropic ? "messages.1.content.0: Invalid `signature` in `thinking` block"
                                               : "The encrypted content for item rs_simulated could not be verified. "
                                                 "Reason: Encrypted content could not be decrypted or parsed.";
  const auto unknown = is_google ? fmt::format(
                                       "models/{} is not found for API version v1beta, or is not supported "
                                       "for generateContent.",
                                       model)
                       : is_anthropic
                           ? fmt::format("model: {}", model)
                           : fmt::format("The model `{}` does not exist or you do not have access to it.", model);
  return {
      {"401", dialect, true, {.status = 401, .message = bad_key, .code = "invalid_api_key"}, {}},
      {"403", dialect, true, {.status = 403, .message = "The caller does not have permission"}, {}},
      {"404_model",
       dialect,
       true,
       {.status = on_responses ? 400 : 404,
        .message = unknown,
        .code = "model_not_found",
        .param = is_google || is_anthropic ? "" : "model"},
       {}},
      {"context_length",
       dialect,
       true,
       {.status = 400,
        .message = too_long,
        .code = "context_length_exceeded",
        .param = on_responses ? "input" : "messages"},
       {}},
      {"signature", dialect, true, {.status = 400, .message = signature, .code = "invalid_encrypted_content"}, {}},
  };
}

}  // namespace

std::string error_body(Dialect dialect, const Problem& problem, Minter& ids) {
  switch (dialect) {
    case Dialect::chat:
    case Dialect::completions:
    case Dialect::responses: return openai_body(problem);
    case Dialect::anthropic: return anthropic_body(problem, ids);
    case Dialect::gemini: return google_body(problem);
  }
  std::unreachable();
}

Reply error_reply(Dialect dialect, const Problem& problem, Minter& ids) {
  Reply reply{.status = problem.status, .headers = usual_headers(dialect, ids)};
  reply.body = error_body(dialect, problem, ids);
  return reply;
}

Reply named_error(std::string_view name, Dialect dialect, std::string_view model, Minter& ids) {
  if (name == "invalid_grant") {
    Reply reply{.status = 400};
    reply.body = R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})";
    return reply;
  }
  for (const auto& failures :
       {anthropic_failures(), openai_failures(), google_failures(), own_failures(dialect, model)})
    for (const auto& failure : failures) {
      if (failure.name != name) continue;
      auto reply = error_reply(failure.own ? dialect : failure.dialect, failure.problem, ids);
      for (const auto& header : failure.headers) {
        std::erase_if(reply.headers, [&](const Header& h) { return h.name == header.name; });
        reply.headers.push_back(header);
      }
      return reply;
    }
  return error_reply(dialect, {.status = 500, .message = fmt::format("the simulator knows no error \"{}\"", name)},
                     ids);
}

bool replaces_answer(const Script& script) {
  return script.body || !script.error.empty() || script.status.value_or(200) >= 300;
}

Reply scripted_reply(const Script& script, Dialect dialect, std::string_view model, Minter& ids) {
  Reply reply;
  if (!script.error.empty()) {
    reply = named_error(script.error, dialect, model, ids);
    if (script.status) reply.status = *script.status;
  } else {
    const int status = script.status.value_or(200);
    reply = error_reply(dialect, {.status = status, .message = fmt::format("Simulated {}", status)}, ids);
  }
  if (script.body) {
    reply.body = *script.body;
    if (!script.body_is_json) reply.content_type = reply.body.starts_with('<') ? "text/html" : "text/plain";
  }
  return reply;
}

}  // namespace agt::sim

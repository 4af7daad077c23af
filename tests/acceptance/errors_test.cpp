// Errors of every upstream in the envelope of every client, and the client's own mistakes.
#include "acceptance/journey.h"

namespace agt::acceptance {
namespace {

using std::chrono::milliseconds;

struct Said {
  const Side& upstream;
  int status = 0;
  std::string body;
};

struct Envelope {
  int status = 0;
  std::string kind;  // Chat: type/code; Anthropic: type; Gemini: status
};

Envelope shown(const Error& error, const Side& client) {
  const auto reply = client.codec->render_error(error, "trace");
  if (&client == &chat() || &client == &responses())
    return {reply.status, text_at(reply.body, "error.type") + "/" + text_at(reply.body, "error.code")};
  if (&client == &anthropic()) return {reply.status, text_at(reply.body, "error.type")};
  EXPECT_EQ(at(reply.body, "error.code"), std::to_string(reply.status));
  return {reply.status, text_at(reply.body, "error.status")};
}

struct Row {
  Said said;
  Envelope on_chat;
  Envelope on_anthropic;
  Envelope on_gemini;
};

Said gemini_says(int status, const std::string& word, const std::string& message, const std::string& details = "") {
  return {gemini(), status,
          R"({"error":{"code":)" + std::to_string(status) + R"(,"message":")" + message + R"(","status":")" + word +
              R"(","details":[)" + details + "]}}"};
}
Said anthropic_says(int status, const std::string& type, const std::string& message) {
  return {anthropic(), status,
          R"({"type":"error","error":{"type":")" + type + R"(","message":")" + message + R"("},"request_id":"r"})"};
}
Said chat_says(int status, const std::string& type, const std::string& code, const std::string& message,
               const std::string& param = "null") {
  return {chat(), status,
          R"({"error":{"message":")" + message + R"(","type":")" + type + R"(","param":)" + param + R"(,"code":")" +
              code + R"("}})"};
}

Said responses_says(int status, const std::string& type, const std::string& code, const std::string& message) {
  auto said = chat_says(status, type, code, message);
  return {responses(), said.status, std::move(said.body)};
}

void check(const std::vector<Row>& rows) {
  for (const auto& [said, on_chat, on_anthropic, on_gemini] : rows) {
    SCOPED_TRACE(said.body);
    const auto error = said.upstream.codec->diagnose(said.status, said.body);
    const std::vector<std::pair<const Side*, Envelope>> expected{
        {&chat(), on_chat}, {&anthropic(), on_anthropic}, {&gemini(), on_gemini}, {&responses(), on_chat}};
    for (const auto& [client, envelope] : expected) {
      const auto is = shown(error, *client);
      EXPECT_EQ(is.status, envelope.status) << client->name;
      EXPECT_EQ(is.kind, envelope.kind) << client->name;
    }
  }
}

const Envelope limited_chat{429, "rate_limit_error/rate_limit_exceeded"};
const Envelope limited_anthropic{429, "rate_limit_error"};
const Envelope limited_gemini{429, "RESOURCE_EXHAUSTED"};
const Envelope busy_chat{503, "server_error/server_is_overloaded"};
const Envelope busy_anthropic{529, "overloaded_error"};
const Envelope busy_gemini{503, "UNAVAILABLE"};

TEST(acceptance, 39_gemini_says_when_to_come_back) {
  const auto delay = R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"})";
  const auto said = gemini_says(429, "RESOURCE_EXHAUSTED", "Quota exceeded", delay);
  const auto error = said.upstream.codec->diagnose(said.status, said.body);
  EXPECT_EQ(error.retry_after, milliseconds(34'400));
  EXPECT_TRUE(gemini().codec->render_error(error, "t").body.contains(R"("retryDelay":"34.4s")"));
  const auto day = R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[)"
                   R"({"quotaId":"GenerateRequestsPerDayPerProject"}]})";
  const auto daily = gemini_says(429, "RESOURCE_EXHAUSTED", "Quota exceeded", day);
  EXPECT_EQ(gemini().codec->diagnose(429, daily.body).failure_class(), FailureClass::quota_exhausted);
}

TEST(acceptance, 40_limits_and_overloads_keep_their_kind) {
  check({
      {anthropic_says(429, "rate_limit_error", "slow"), limited_chat, limited_anthropic, limited_gemini},
      {anthropic_says(529, "overloaded_error", "Overloaded"), busy_chat, busy_anthropic, busy_gemini},
      {gemini_says(429, "RESOURCE_EXHAUSTED", "slow"), limited_chat, limited_anthropic, limited_gemini},
      {gemini_says(503, "UNAVAILABLE", "The model is overloaded."), busy_chat, busy_anthropic, busy_gemini},
      {chat_says(429, "requests", "rate_limit_exceeded", "slow"), limited_chat, limited_anthropic, limited_gemini},
      {chat_says(503, "server_error", "server_is_overloaded", "busy"), busy_chat, busy_anthropic, busy_gemini},
      {responses_says(429, "tokens", "rate_limit_exceeded", "slow"), limited_chat, limited_anthropic, limited_gemini},
      {responses_says(503, "server_error", "server_is_overloaded", "busy"), busy_chat, busy_anthropic, busy_gemini},
  });
}

TEST(acceptance, 41_a_used_up_quota_is_no_rate_limit) {
  const auto out_of_credit = chat_says(429, "insufficient_quota", "insufficient_quota", "You exceeded your quota");
  check({{out_of_credit, {429, "insufficient_quota/insufficient_quota"}, {402, "billing_error"}, limited_gemini},
         {anthropic_says(402, "billing_error", "pay"),
          {429, "insufficient_quota/insufficient_quota"},
          {402, "billing_error"},
          limited_gemini}});
  const auto later = chat_says(429, "tokens", "rate_limit_exceeded", "Please try again in 1.5s.");
  EXPECT_EQ(chat().codec->diagnose(429, later.body).retry_after, milliseconds(1500));
}

TEST(acceptance, 42_a_refused_request_stays_one) {
  const Envelope on_chat{400, "invalid_request_error/"};
  const Envelope on_anthropic{400, "invalid_request_error"};
  const Envelope on_gemini{400, "INVALID_ARGUMENT"};
  check({
      {anthropic_says(400, "invalid_request_error", "messages.0.role: bad"), on_chat, on_anthropic, on_gemini},
      {gemini_says(400, "INVALID_ARGUMENT", "Unknown name"), on_chat, on_anthropic, on_gemini},
      {chat_says(400, "invalid_request_error", "invalid_value", "No", R"("tools[0]")"), on_chat, on_anthropic,
       on_gemini},
  });
  // The words and the field of the upstream arrive.
  const auto field = chat_says(400, "invalid_request_error", "invalid_value", "Not so.", R"("tools[0]")");
  const auto error = chat().codec->diagnose(400, field.body);
  EXPECT_EQ(error.failure_class(), FailureClass::client_error);
  EXPECT_EQ(text_at(chat().codec->render_error(error, "").body, "error.param"), "tools[0]");
  EXPECT_EQ(text_at(anthropic().codec->render_error(error, "").body, "error.message"), "Not so.");
  const auto named = anthropic_says(400, "invalid_request_error", "messages.0.content.1: is bad");
  EXPECT_EQ(anthropic().codec->diagnose(400, named.body).field, "messages[0].content[1]");
}

TEST(acceptance, 43_a_prompt_that_is_too_long) {
  const Envelope on_chat{400, "invalid_request_error/context_length_exceeded"};
  const Envelope on_anthropic{400, "invalid_request_error"};
  const Envelope on_gemini{400, "INVALID_ARGUMENT"};
  const std::vector<Said> texts{
      chat_says(400, "invalid_request_error", "context_length_exceeded",
                "This model's maximum context length is 128000 tokens."),
      responses_says(400, "invalid_request_error", "context_length_exceeded",
                     "Your input exceeds the context window of this model."),
      anthropic_says(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
      gemini_says(400, "INVALID_ARGUMENT",
                  "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576)."),
  };
  for (const auto& said : texts) {
    check({{said, on_chat, on_anthropic, on_gemini}});
    const auto error = said.upstream.codec->diagnose(said.status, said.body);
    const auto told = text_at(anthropic().codec->render_error(error, "").body, "error.message");
    EXPECT_TRUE(told.starts_with("prompt is too long")) << told;
  }
}

TEST(acceptance, 44_an_upstream_key_is_not_the_clients) {
  const Envelope on_chat{502, "server_error/upstream_auth"};
  const Envelope on_anthropic{502, "api_error"};
  const Envelope on_gemini{502, "UNAVAILABLE"};
  const auto reason = R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"})";
  check({
      {chat_says(401, "invalid_request_error", "invalid_api_key", "Wrong key"), on_chat, on_anthropic, on_gemini},
      {anthropic_says(401, "authentication_error", "invalid x-api-key"), on_chat, on_anthropic, on_gemini},
      {gemini_says(400, "INVALID_ARGUMENT", "API key not valid.", reason), on_chat, on_anthropic, on_gemini},
      {gemini_says(401, "UNAUTHENTICATED", "no"), on_chat, on_anthropic, on_gemini},
  });
  const Error own{.code = Code::key_unknown, .message = "Unknown key."};
  EXPECT_EQ(shown(own, chat()).kind, "invalid_request_error/invalid_api_key");
  EXPECT_EQ(shown(own, anthropic()).kind, "authentication_error");
  EXPECT_EQ(shown(own, gemini()).kind, "UNAUTHENTICATED");
  for (const auto* client : sides()) EXPECT_EQ(shown(own, *client).status, 401);
}

TEST(acceptance, 44_timeouts_and_broken_answers) {
  const std::vector<std::pair<Code, std::vector<Envelope>>> rows{
      {Code::first_byte_timeout, {{504, "server_error/timeout"}, {504, "timeout_error"}, {504, "DEADLINE_EXCEEDED"}}},
      {Code::translate_reply, {{502, "server_error/"}, {502, "api_error"}, {502, "INTERNAL"}}},
      {Code::body_too_large, {{413, "invalid_request_error/"}, {413, "request_too_large"}, {413, "INVALID_ARGUMENT"}}},
      {Code::model_unknown,
       {{404, "invalid_request_error/model_not_found"}, {404, "not_found_error"}, {404, "NOT_FOUND"}}},
      {Code::key_not_allowed_model, {{403, "permission/"}, {403, "permission_error"}, {403, "PERMISSION_DENIED"}}},
  };
  for (const auto& [code, envelopes] : rows) {
    const Error error{.code = code, .message = "x"};
    for (std::size_t i = 0; i < envelopes.size(); ++i) {
      EXPECT_EQ(shown(error, *sides()[i]).status, envelopes[i].status) << name(code) << " " << sides()[i]->name;
      EXPECT_EQ(shown(error, *sides()[i]).kind, envelopes[i].kind) << name(code) << " " << sides()[i]->name;
    }
  }
}

TEST(acceptance, 45_wrong_types_are_named) {
  struct Mistake {
    const Side& client;
    std::string body;
    std::string field;
  };
  const std::vector<Mistake> mistakes{
      {chat(), R"({"model":1,"messages":[{"role":"user","content":"x"}]})", "model"},
      {chat(), R"({"model":"m","messages":[{"role":"robot","content":"x"}]})", "messages[0].role"},
      {chat(), R"({"model":"m","messages":[{"role":"user","content":7}]})", "messages[0].content"},
      {chat(), R"({"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"hot"})", "temperature"},
      {anthropic(), R"({"model":"m","messages":[{"role":"user","content":"x"}]})", "max_tokens"},
      {anthropic(), R"({"model":"m","max_tokens":9,"messages":[{"role":"user"}]})", "messages[0].content"},
      {anthropic(), R"({"model":"m","max_tokens":"9","messages":[]})", "max_tokens"},
      {responses(), R"({"model":"m","input":7})", "input"},
      {responses(), R"({"model":"m","input":[{"role":"robot","content":"x"}]})", "input[0].role"},
      {responses(), R"({"model":"m","input":"x","max_output_tokens":"9"})", "max_output_tokens"},
      {gemini(), R"({"contents":[{"parts":[{"text":5}]}]})", "contents[0].parts[0].text"},
      {gemini(), R"({"contents":[],"generationConfig":{"topK":"x"}})", "generationConfig.topK"},
  };
  for (const auto& one : mistakes) {
    const auto document = json::Document::parse(one.body);
    ASSERT_TRUE(document.has_value());
    const auto request = one.client.codec->parse_request(*document, {.model = "alias"});
    ASSERT_FALSE(request.has_value()) << one.body;
    EXPECT_EQ(request.error().field, one.field);
    EXPECT_EQ(shown(request.error(), one.client).status, 400);
  }
}

TEST(acceptance, 45_unknown_fields_are_left_out_with_a_warning) {
  const std::vector<std::pair<const Side*, std::string>> requests{
      {&chat(), R"({"model":"m","messages":[{"role":"user","content":"x","zz":1}],"yy":{"a":[1]}})"},
      {&anthropic(), R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x","zz":1}],"yy":1})"},
      {&gemini(), R"({"contents":[{"role":"user","parts":[{"text":"x"}],"zz":1}],"yy":1})"},
      {&responses(), R"({"model":"m","input":[{"role":"user","content":"x","zz":1}],"yy":1})"},
  };
  for (const auto& [client, body] : requests)
    for (const auto* upstream : others(*client)) {
      const auto out = sent(*client, body, *upstream);
      EXPECT_FALSE(out.body.contains("yy") || out.body.contains("zz")) << out.body;
      EXPECT_TRUE(lost(out.losses, "yy", Weight::dropped)) << told(out.losses);
      EXPECT_TRUE(lost(out.losses, "zz", Weight::dropped)) << told(out.losses);
    }
}

}  // namespace
}  // namespace agt::acceptance

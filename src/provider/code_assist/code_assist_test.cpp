#include <gtest/gtest.h>

#include "json/document.h"
#include "provider/exchange.h"
#include "provider/families.h"

namespace agt::provider {
namespace {

const Envelope& envelope() { return *code_assist_family.envelope; }

TEST(CodeAssist, the_envelope_is_exact) {
  const Want want{.operation = dialect::Operation::generate,
                  .model = "models/gemini-2.5-pro",
                  .request_id = "tr_1",
                  .project = "p-1"};
  EXPECT_EQ(envelope().wrap(R"({"contents":[ {"parts":[{"text":"x"}]}], "n":1.0})", want).value(),
            R"({"model":"gemini-2.5-pro","project":"p-1","user_prompt_id":"tr_1",)"
            R"("request":{"contents":[ {"parts":[{"text":"x"}]}], "n":1.0}})");
  EXPECT_FALSE(envelope().wrap("{", want));
}

TEST(CodeAssist, counting_has_its_own_form_and_no_thoughts) {
  const Want want{.operation = dialect::Operation::count_tokens, .model = "m", .project = "p"};
  constexpr std::string_view contents =
      R"([{"role":"model","parts":[{"text":"a","thought":true},{"functionCall":{"name":"f","args":{"thought":true}}}]}])";
  constexpr std::string_view clean =
      R"([{"role":"model","parts":[{"text":"a"},{"functionCall":{"name":"f","args":{"thought":true}}}]}])";
  const auto wanted = R"({"request":{"model":"models/m","contents":)" + std::string(clean) + "}}";
  EXPECT_EQ(envelope().wrap(R"({"contents":)" + std::string(contents) + "}", want).value(), wanted);
  EXPECT_EQ(envelope().wrap(R"({"generateContentRequest":{"contents":)" + std::string(contents) + "}}", want).value(),
            wanted);
  EXPECT_EQ(envelope().wrap("{}", want).error().field, "contents");
}

TEST(CodeAssist, replies_lose_their_envelope) {
  EXPECT_EQ(envelope().unwrap(R"({"response":{"candidates":[],"responseId":"r"},"traceId":"t"})"),
            R"({"candidates":[],"responseId":"r"})");
  const auto named = envelope().unwrap(R"({"response":{"candidates":[]},"traceId":"t"})");
  EXPECT_EQ(json::Document::parse(named)->root()["responseId"].text_or(""), "t");
  for (const auto* other : {R"({"error":{"code":429}})", R"({"totalTokens":3})", "not json"})
    EXPECT_EQ(envelope().unwrap(other), other);
}

TEST(CodeAssist, verbs) {
  const auto target = [](dialect::Operation operation, bool stream = false) {
    return code_assist_family.target("", {.operation = operation, .stream = stream});
  };
  EXPECT_EQ(target(dialect::Operation::generate), "/v1internal:generateContent");
  EXPECT_EQ(target(dialect::Operation::generate, true), "/v1internal:streamGenerateContent?alt=sse");
  EXPECT_EQ(target(dialect::Operation::count_tokens), "/v1internal:countTokens");
  EXPECT_EQ(target(dialect::Operation::list_models), "/v1internal:retrieveUserQuota");
}

TEST(CodeAssist, the_project_is_asked_for_once_it_is_not_known) {
  const auto& exchange = *code_assist_family.exchange;
  Upstream upstream{.family = &code_assist_family, .base = *net::parse_url("https://a.example"), .key = Secret("tok")};
  EXPECT_TRUE(exchange.wanted(upstream));
  const auto asked = exchange.ask(upstream, WallTime{}).value();
  EXPECT_EQ(asked.first.target, "/v1internal:loadCodeAssist");
  EXPECT_EQ(asked.first.headers.get("authorization"), "Bearer tok");
  const auto got = exchange.read(200, R"({"cloudaicompanionProject":"p-9"})", WallTime{});
  exchange.apply(upstream, got.value().value);
  EXPECT_EQ(upstream.project, "p-9");
  EXPECT_FALSE(exchange.wanted(upstream));
  EXPECT_EQ(exchange.read(200, R"({"allowedTiers":[]})", WallTime{}).error().code, Code::project_missing);
  EXPECT_EQ(exchange.read(401, "{}", WallTime{}).error().code, Code::key_rejected);
  EXPECT_EQ(exchange.read(500, "{}", WallTime{}).error().code, Code::internal_5xx);
}

}  // namespace
}  // namespace agt::provider

#include <gtest/gtest.h>

#include "ir/fold.h"
#include "ir/grammar.h"
#include "provider/classify.h"
#include "provider/families.h"
#include "provider/hints.h"
#include "provider/upstream_clock.h"

namespace agt::provider {
namespace {

using dialect::Operation;

TEST(Target, joins_base_and_endpoint_as_each_sdk_does) {
  const auto at = [](const Family& family, std::string_view base, Want want) { return family.target(base, want); };
  const Want generate{.operation = Operation::generate, .model = "m"};
  const Want streamed{.operation = Operation::generate, .model = "a/b", .stream = true};
  const Want listed{.operation = Operation::list_models};
  EXPECT_EQ(at(openai_family, "/v1", generate), "/v1/chat/completions");
  EXPECT_EQ(at(openai_compatible_family, "", generate), "/v1/chat/completions");
  EXPECT_EQ(at(openai_compatible_family, "/api/v4", listed), "/api/v4/models");
  EXPECT_EQ(at(anthropic_family, "", generate), "/v1/messages");
  EXPECT_EQ(at(anthropic_compatible_family, "/anthropic/v1", generate), "/anthropic/v1/messages");
  EXPECT_EQ(at(gemini_family, "", generate), "/v1beta/models/m:generateContent");
  EXPECT_EQ(at(gemini_family, "", streamed), "/v1beta/models/a%2Fb:streamGenerateContent?alt=sse");
  EXPECT_EQ(at(gemini_family, "/v1", listed), "/v1/models?pageSize=1000");
}

TEST(Target, keeps_version_and_query_of_a_pass_through_client) {
  const Want want{.operation = Operation::generate,
                  .model = "m",
                  .stream = true,
                  .client_path = "/v1/models/x:streamGenerateContent",
                  .client_query = "alt=sse&key=secret",
                  .passthrough = true};
  EXPECT_EQ(gemini_family.target("", want), "/v1/models/m:streamGenerateContent?alt=sse");
  const Want beta{.operation = Operation::generate, .client_query = "beta=true", .passthrough = true};
  EXPECT_EQ(anthropic_family.target("", beta), "/v1/messages?beta=true");
}

TEST(Prepare, swaps_credentials_and_says_who_we_are) {
  const Upstream upstream{.family = &anthropic_family,
                          .base = *net::parse_url("https://api.anthropic.com"),
                          .key = Secret("sk-upstream"),
                          .key_style = KeyStyle::x_api_key};
  const net::Headers client{{"Host", "127.0.0.1:8045"},
                            {"Authorization", "Bearer client"},
                            {"x-api-key", "client"},
                            {"X-Goog-Api-Key", "client"},
                            {"Cookie", "c"},
                            {"anthropic-beta", "b1,b2"},
                            {"anthropic-version", "2026-10-21"},
                            {"User-Agent", "someone/1"},
                            {"Accept-Encoding", "gzip"},
                            {"Connection", "close"},
                            {"Sec-Fetch-Site", "none"},
                            {"x-stainless-lang", "js"},
                            {"Content-Type", "application/json"}};
  const auto call = prepare(upstream, {.operation = Operation::generate, .passthrough = true}, "{}", &client, {});
  EXPECT_EQ(call.headers.get("x-api-key"), "sk-upstream");
  EXPECT_EQ(call.headers.count("x-api-key"), 1U);
  EXPECT_EQ(call.headers.get("anthropic-beta"), "b1,b2");
  EXPECT_EQ(call.headers.get("anthropic-version"), "2026-10-21");
  EXPECT_EQ(call.headers.count("anthropic-version"), 1U);
  EXPECT_TRUE(call.headers.get("user-agent")->starts_with("antigravity-tools/"));
  EXPECT_EQ(call.headers.get("accept-encoding"), "identity");
  EXPECT_EQ(call.headers.get("x-stainless-lang"), "js");
  for (const auto* gone : {"host", "authorization", "cookie", "connection", "x-goog-api-key", "sec-fetch-site"})
    EXPECT_FALSE(call.headers.has(gone)) << gone;
}

TEST(Prepare, adds_what_a_foreign_client_does_not_send) {
  const Upstream upstream{
      .family = &anthropic_family, .base = {}, .key = Secret("k"), .key_style = KeyStyle::x_api_key};
  const auto call = prepare(upstream, {.operation = Operation::generate, .stream = true}, "{}", nullptr, {});
  EXPECT_EQ(call.headers.get("anthropic-version"), "2023-06-01");
  EXPECT_EQ(call.headers.get("accept"), "text/event-stream");
  EXPECT_EQ(call.method, "POST");
}

TEST(Returned, keeps_only_headers_that_are_the_clients_business) {
  const net::Headers upstream{{"Content-Type", "application/json"},
                              {"Set-Cookie", "x"},
                              {"Server", "y"},
                              {"Access-Control-Allow-Origin", "*"},
                              {"x-ratelimit-remaining-requests", "5"},
                              {"anthropic-ratelimit-tokens-reset", "z"},
                              {"Retry-After", "7"},
                              {"Transfer-Encoding", "chunked"}};
  const auto kept = returned_headers(upstream);
  EXPECT_EQ(kept.size(), 4U);
  for (const auto* name :
       {"content-type", "x-ratelimit-remaining-requests", "anthropic-ratelimit-tokens-reset", "retry-after"})
    EXPECT_TRUE(kept.has(name)) << name;
}

const WallTime wall = from_unix_ms(1'790'000'000'000);  // 2026-09-21T14:13:20Z

std::optional<Milliseconds> after(std::string name, std::string value) {
  return retry_after({{std::move(name), std::move(value)}}, wall);
}

TEST(RetryAfter, reads_its_spellings) {
  EXPECT_EQ(after("Retry-After", "7"), Milliseconds(7000));
  EXPECT_EQ(after("retry-after", " 0.25 "), Milliseconds(250));
  EXPECT_EQ(after("retry-after-ms", "1500"), Milliseconds(1500));
  EXPECT_EQ(after("retry-after", "Mon, 21 Sep 2026 14:13:30 GMT"), Milliseconds(10000));
  EXPECT_EQ(after("retry-after", "Mon, 21 Sep 2020 14:13:30 GMT"), Milliseconds(0));
  EXPECT_EQ(after("retry-after", "-5"), Milliseconds(0));
  EXPECT_EQ(after("retry-after", "soon"), std::nullopt);
  EXPECT_EQ(after("retry-after", "nan"), Milliseconds(0));
  EXPECT_EQ(after("retry-after", "1e30"), Milliseconds(std::chrono::hours(24 * 31)));
}

const dialect::Codec plain{.diagnose = [](int, std::string_view) {
  return Error{.code = Code::unknown_429, .retry_after = Milliseconds(1000)};
}};

TEST(Hints, read_moments_by_the_clock_of_the_upstream) {
  const net::Headers headers{{"date", "Mon, 21 Sep 2026 14:13:20 GMT"},
                             {"retry-after", "Mon, 21 Sep 2026 14:13:28 GMT"}};
  for (const auto off : {Seconds(0), Seconds(7200), Seconds(-7200)}) {
    const auto own = from_unix_ms(1'790'000'000'000) + off;
    EXPECT_EQ(retry_after(headers, upstream_wall(headers, own)), Milliseconds(8000));
  }
  EXPECT_EQ(upstream_wall({}, from_unix_ms(7)), from_unix_ms(7));
  EXPECT_EQ(upstream_wall({{"date", "yesterday"}}, from_unix_ms(7)), from_unix_ms(7));
}

TEST(Hints, of_the_far_future_and_the_far_past_are_held_within_the_longest_wait) {
  const Milliseconds longest = std::chrono::hours(24 * 31);
  const std::string beyond = "9223372036854775807";
  EXPECT_EQ(after("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"), longest);
  EXPECT_EQ(after("retry-after", "Mon, 01 Jan 0001 00:00:00 GMT"), Milliseconds(0));
  EXPECT_EQ(reset_in_body(R"({"error":{"resets_at":)" + beyond + "}}", wall), longest);
  EXPECT_EQ(spelled_time("9999-12-31T23:59:59Z"), spelled_time("2300-01-01T00:00:00Z"));
  EXPECT_EQ(spelled_time("0001-01-01T00:00:00Z"), WallTime());
  const net::Headers headers{{"anthropic-ratelimit-unified-5h-status", "rejected"},
                             {"anthropic-ratelimit-unified-5h-reset", beyond}};
  EXPECT_EQ(exhausted(headers, wall)->wait, longest);
}

TEST(Classify, lets_the_header_win_over_the_body) {
  const auto diagnosis = classify(plain, 429, {{"retry-after", "7"}}, "", wall);
  EXPECT_EQ(diagnosis.error.retry_after, Milliseconds(7000));
  EXPECT_EQ(diagnosis.hint, HintSource::header);
  EXPECT_EQ(diagnosis.scope, Scope::account_model);
  EXPECT_EQ(classify(plain, 429, {}, "", wall).hint, HintSource::body);
}

TEST(Classify, reads_the_reset_of_the_limit_that_is_used_up) {
  const net::Headers headers{{"anthropic-ratelimit-requests-remaining", "3"},
                             {"anthropic-ratelimit-requests-reset", "2026-09-21T15:00:00Z"},
                             {"anthropic-ratelimit-tokens-remaining", "0"},
                             {"anthropic-ratelimit-tokens-reset", "2026-09-21T14:13:50Z"}};
  EXPECT_EQ(classify(plain, 429, headers, "", wall).error.retry_after, Milliseconds(30000));
}

TEST(Classify, takes_the_latest_reset_of_a_subscriptions_rejected_windows) {
  const net::Headers headers{{"anthropic-ratelimit-unified-status", "rejected"},
                             {"anthropic-ratelimit-unified-5h-status", "allowed"},
                             {"anthropic-ratelimit-unified-5h-reset", "1790009999"},
                             {"anthropic-ratelimit-unified-7d-status", "rejected"},
                             {"anthropic-ratelimit-unified-7d-reset", "1790000600"}};
  const auto diagnosis = classify(plain, 429, headers, "", wall);
  EXPECT_EQ(diagnosis.error.code, Code::weekly);
  EXPECT_EQ(diagnosis.error.retry_after, Milliseconds(600'000));
  EXPECT_EQ(diagnosis.scope, Scope::account);
}

TEST(Classify, reads_openais_durations_of_what_is_used_up) {
  const net::Headers headers{{"x-ratelimit-remaining-requests", "0"},
                             {"x-ratelimit-reset-requests", "20s"},
                             {"x-ratelimit-remaining-tokens", "9"},
                             {"x-ratelimit-reset-tokens", "6m0s"}};
  EXPECT_EQ(classify(plain, 429, headers, "", wall).error.retry_after, Milliseconds(20'000));
  EXPECT_EQ(spelled_duration("6m0s"), Milliseconds(360'000));
  EXPECT_EQ(spelled_duration("120ms"), Milliseconds(120));
  EXPECT_EQ(spelled_duration("1h2m3.5s"), Milliseconds(3'723'500));
  EXPECT_EQ(spelled_duration("soon"), std::nullopt);
  EXPECT_EQ(spelled_duration("5"), std::nullopt);
}

TEST(Classify, reads_a_moment_in_the_body_also_inside_an_array) {
  EXPECT_EQ(reset_in_body(R"({"error":{"type":"usage_limit_reached","resets_at":1790000060}})", wall),
            Milliseconds(60'000));
  EXPECT_EQ(
      reset_in_body(R"([{"error":{"details":[{"metadata":{"quotaResetTimeStamp":"2026-09-21T14:14:20Z"}}]}}])", wall),
      Milliseconds(60'000));
  EXPECT_EQ(reset_in_body(R"({"error":{"resets_at":1}})", wall), Milliseconds(0));
  EXPECT_EQ(reset_in_body("<html>", wall), std::nullopt);
}

TEST(Classify, says_how_sure_it_is) {
  EXPECT_EQ(classify(plain, 429, {}, "", wall).confidence, Confidence::guess);
  const dialect::Codec sure{.diagnose = [](int, std::string_view) { return Error{.code = Code::overloaded}; }};
  EXPECT_EQ(classify(sure, 503, {}, "<html>", wall).confidence, Confidence::likely);
  EXPECT_EQ(classify(sure, 503, {}, "{}", wall).confidence, Confidence::certain);
}

TEST(Scope, follows_from_the_failure_alone) {
  EXPECT_EQ(scope_of({.code = Code::refused}), Scope::provider);
  EXPECT_EQ(scope_of({.code = Code::stream_cut}), Scope::provider_model);
  EXPECT_EQ(scope_of({.code = Code::client_gone}), Scope::request);
}

ir::Request asked(std::string text) {
  ir::Request request{.model = "demo"};
  request.messages.push_back({.role = ir::Role::user, .parts = {ir::text_part(std::move(text))}});
  return request;
}

TEST(Demo, answers_with_what_was_said) {
  const auto events = demo_family.answer(asked("Привет"), "seed");
  EXPECT_EQ(ir::grammar_violation(events), "");
  EXPECT_EQ(std::get<ir::Text>(ir::fold(events)->parts.at(0).body).text,
            "Hello from the demo model of Antigravity Tools. You said: Привет");
  EXPECT_EQ(events, demo_family.answer(asked("Привет"), "seed"));
}

TEST(Demo, thinks_when_asked_to) {
  auto request = asked("hi");
  request.thinking.effort = ir::Effort::low;
  EXPECT_TRUE(std::holds_alternative<ir::Reasoning>(ir::fold(demo_family.answer(request, "s"))->parts.at(0).body));
}

TEST(Demo, calls_a_tool_and_reports_its_result) {
  auto request = asked(R"(please call weather {"city":"Oslo"} now)");
  request.tools.emplace_back(ir::Tool{.name = "weather"});
  const auto response = ir::fold(demo_family.answer(request, "s")).value();
  const auto& call = std::get<ir::ToolCall>(response.parts.at(0).body);
  EXPECT_EQ(call.arguments, R"({"city":"Oslo"})");
  EXPECT_EQ(response.stop.reason, ir::StopReason::tool_use);
  request.messages.push_back({.role = ir::Role::assistant, .parts = response.parts});
  ir::ToolResult result{.call_id = call.id, .content = {}};
  result.content.push_back(ir::text_part("rain"));
  ir::Part part;
  part.body = std::move(result);
  request.messages.push_back({.role = ir::Role::user, .parts = {part}});
  EXPECT_EQ(std::get<ir::Text>(ir::fold(demo_family.answer(request, "s"))->parts.at(0).body).text,
            "The tool said: rain");
}

}  // namespace
}  // namespace agt::provider

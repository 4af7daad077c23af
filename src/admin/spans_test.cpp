#include "admin/spans.h"

#include <gtest/gtest.h>

#include "json/document.h"

namespace agt::admin {
namespace {

constexpr std::string_view failed_then_served =
    R"({"method":"POST","operation":"generate",
        "traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "attempts":[
          {"provider":"gemini","model":"gemini-2.5-flash","account_id":"acc_1","account":"jane@example.com",
           "lane":"translate","begun_ms":1.5,"ended_ms":10,"status":429,"timings":{},
           "error":{"class":"rate_limited","code":"rpm","message":"jane@example.com asks too often"}},
          {"provider":"openai","model":"gpt-5.5","account_id":"acc_2","account":"joe","lane":"passthrough",
           "begun_ms":11,"ended_ms":50,"status":200,"timings":{"reused_connection":true,"first_byte_ms":30}}],
        "stop_reason":"end_turn","total_ms":60})";

store::LedgerEntry row_with(std::string_view trace) {
  return {.id = "r1",
          .started_ms = 1'700'000'000'000,
          .client_dialect = "anthropic",
          .path = "/v1/messages",
          .client_model = "claude",
          .upstream_model = "gpt-5.5",
          .status = 200,
          .input_tokens = 12,
          .attempts = 2,
          .trace = trace};
}

json::Document parsed(const Spans& spans) { return json::Document::parse_owned("[" + spans.json + "]").value(); }

std::string attribute(const json::Value& span, std::string_view key) {
  for (const auto one : span["attributes"].children())
    if (one["key"].is(key)) return std::string((*one["value"].children().begin()).raw());
  return {};
}

TEST(Spans, are_a_server_with_its_calls_below_it) {
  Rng rng(1);
  const auto spans = spans_of(row_with(failed_then_served), rng);
  ASSERT_TRUE(spans);
  EXPECT_EQ(spans->count, 3);
  const auto document = parsed(*spans);
  const auto server = document.root()[0];
  EXPECT_EQ(server["traceId"].text_or(""), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(server["parentSpanId"].text_or(""), "b7ad6b7169203331");
  EXPECT_EQ(server["name"].text_or(""), "POST /v1/messages");
  EXPECT_EQ(server["kind"].integer_or(0), 2);
  EXPECT_EQ(server["startTimeUnixNano"].text_or(""), "1700000000000000000");
  EXPECT_EQ(server["endTimeUnixNano"].text_or(""), "1700000000060000000");
  EXPECT_FALSE(server["status"].exists());
  for (const auto index : {1UL, 2UL}) {
    EXPECT_EQ(document.root()[index]["traceId"].text_or(""), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(document.root()[index]["parentSpanId"].text_or(""), server["spanId"].text_or("?"));
  }
}

TEST(Spans, of_calls_have_the_words_for_generative_ai) {
  Rng rng(1);
  const auto document = parsed(*spans_of(row_with(failed_then_served), rng));
  const auto failed = document.root()[1];
  EXPECT_EQ(failed["name"].text_or(""), "chat gemini-2.5-flash");
  EXPECT_EQ(attribute(failed, "gen_ai.provider.name"), "\"gcp.gemini\"");
  EXPECT_EQ(attribute(failed, "error.type"), "\"rpm\"");
  EXPECT_EQ(failed["status"]["code"].integer_or(0), 2);
  EXPECT_EQ(attribute(failed, "gen_ai.usage.input_tokens"), "");
  const auto served = document.root()[2];
  EXPECT_EQ(attribute(served, "gen_ai.provider.name"), "\"openai\"");
  EXPECT_EQ(attribute(served, "gen_ai.request.model"), "\"gpt-5.5\"");
  EXPECT_EQ(attribute(served, "gen_ai.usage.input_tokens"), "\"12\"");
  EXPECT_EQ(attribute(served, "gen_ai.response.time_to_first_chunk"), "0.03");
  EXPECT_EQ(served["endTimeUnixNano"].text_or(""), "1700000000060000000");
}

TEST(Spans, name_nobody) {
  Rng rng(1);
  const auto spans = spans_of(row_with(failed_then_served), rng);
  EXPECT_EQ(spans->json.find("jane"), std::string::npos);
  EXPECT_EQ(spans->json.find("joe"), std::string::npos);
}

TEST(Spans, begin_a_trace_where_the_client_has_none) {
  Rng rng(1);
  const auto one = parsed(*spans_of(row_with(R"({"method":"POST","attempts":[],"total_ms":1})"), rng));
  const auto two = parsed(*spans_of(row_with(R"({"method":"POST","attempts":[],"total_ms":1})"), rng));
  EXPECT_EQ(one.root()[0]["traceId"].text_or("").size(), 32);
  EXPECT_EQ(one.root()[0]["spanId"].text_or("").size(), 16);
  EXPECT_NE(one.root()[0]["traceId"].text_or(""), two.root()[0]["traceId"].text_or(""));
  EXPECT_FALSE(one.root()[0]["parentSpanId"].exists());
}

TEST(Spans, are_not_made_where_the_client_does_not_record) {
  Rng rng(1);
  constexpr std::string_view unsampled =
      R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00","attempts":[],"total_ms":1})";
  EXPECT_FALSE(spans_of(row_with(unsampled), rng));
  EXPECT_FALSE(spans_of(row_with("damaged"), rng));
}

TEST(Spans, of_a_refusal_by_the_gateway_are_errors_of_the_server_from_500_on) {
  Rng rng(1);
  auto row = row_with(R"({"method":"POST","attempts":[],"total_ms":1})");
  row.status = 503;
  row.code = "no_account";
  EXPECT_EQ(parsed(*spans_of(row, rng)).root()[0]["status"]["code"].integer_or(0), 2);
  row.status = 400;
  EXPECT_FALSE(parsed(*spans_of(row, rng)).root()[0]["status"].exists());
}

TEST(Spans, stand_in_an_export_with_who_sends_them) {
  const auto document = json::Document::parse_owned(export_body(R"({"name":"a"},{"name":"b"})", "i1")).value();
  const auto resource = document.root()["resourceSpans"][0];
  EXPECT_EQ(resource["resource"]["attributes"][0]["value"]["stringValue"].text_or(""), "antigravity-tools");
  EXPECT_EQ(resource["scopeSpans"][0]["spans"].size(), 2);
}

}  // namespace
}  // namespace agt::admin

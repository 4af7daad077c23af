#include "admin/metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "admin/limits.h"

namespace agt::admin {
namespace {

std::string shown(const Metrics& metrics) {
  Exposition out;
  metrics.write(out);
  return std::move(out).take();
}

store::LedgerEntry good_row() {
  return {.id = "r1",
          .client_dialect = "anthropic",
          .provider = "openai",
          .upstream_model = "gpt-5.5",
          .account_id = "acc_1",
          .status = 200,
          .lane = "translate",
          .input_tokens = 100,
          .output_tokens = 7,
          .latency_ms = 40,
          .first_byte_ms = 20,
          .attempts = 1,
          .bytes_in = 11,
          .bytes_out = 22,
          .cost = 1'500'000'000,
          .overhead_us = 300,
          .waited_us = 2'000'000};
}

void expect_line(const std::string& text, const std::string& line) {
  EXPECT_NE(text.find("\n" + line + "\n"), std::string::npos) << line << "\nis not in\n" << text;
}

TEST(Metrics, counts_a_request_under_words_of_ours) {
  Metrics metrics;
  metrics.observe(good_row());
  metrics.observe(good_row());
  const auto text = shown(metrics);
  expect_line(text,
              R"(agt_requests_total{dialect="anthropic",provider="openai",lane="translate",class="ok",code="ok"} 2)");
  expect_line(text, R"(agt_tokens_total{provider="openai",model="gpt-5.5",kind="input"} 200)");
  expect_line(text, R"(agt_cost_dollars_total{provider="openai",model="gpt-5.5"} 3)");
  expect_line(text, R"(agt_client_bytes_total{direction="out"} 44)");
}

TEST(Metrics, sorts_times_into_buckets_that_hold_those_below) {
  Metrics metrics;
  metrics.observe(good_row());
  const auto text = shown(metrics);
  expect_line(text, R"(agt_gateway_overhead_seconds_bucket{lane="translate",le="0.00025"} 0)");
  expect_line(text, R"(agt_gateway_overhead_seconds_bucket{lane="translate",le="0.0005"} 1)");
  expect_line(text, R"(agt_gateway_overhead_seconds_bucket{lane="translate",le="+Inf"} 1)");
  expect_line(text, R"(agt_gateway_overhead_seconds_sum{lane="translate"} 0.0003)");
  expect_line(text, R"(agt_account_wait_seconds_bucket{le="1"} 0)");
  expect_line(text, R"(agt_account_wait_seconds_bucket{le="2.5"} 1)");
  expect_line(text, R"(agt_time_to_first_byte_seconds_sum{dialect="anthropic",provider="openai"} 0.02)");
}

TEST(Metrics, says_nothing_that_a_client_has_written) {
  Metrics metrics;
  auto row = good_row();
  row.provider = "evil\"provider";  // the client asked for it, and nobody has it
  row.account_id = "";
  row.upstream_model = "my secret model";
  row.client_model = "my secret model";
  row.failure_class = "client_error";
  row.code = "no_account";
  metrics.observe(row);
  const auto text = shown(metrics);
  EXPECT_EQ(text.find("evil"), std::string::npos);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  expect_line(
      text,
      R"(agt_requests_total{dialect="anthropic",provider="none",lane="translate",class="client_error",code="no_account"} 1)");
  expect_line(text, R"(agt_tokens_total{provider="none",model="other",kind="input"} 100)");
}

TEST(Metrics, leaves_refusals_out_of_the_times_of_answers) {
  Metrics metrics;
  auto row = good_row();
  row.failure_class = "rate_limited";
  row.code = "rpm";
  metrics.observe(row);
  EXPECT_EQ(shown(metrics).find("agt_time_to_first_byte_seconds_bucket"), std::string::npos);
}

TEST(Metrics, counts_attempts_and_the_rests_that_follow) {
  Metrics metrics;
  metrics.attempt_failed("openai", Code::rpm, true);
  metrics.attempt_failed("openai", Code::rpm, false);
  const auto text = shown(metrics);
  expect_line(text, R"(agt_attempts_failed_total{provider="openai",class="rate_limited",code="rpm"} 2)");
  expect_line(text, R"(agt_cooldowns_total{provider="openai",class="rate_limited",code="rpm"} 1)");
}

TEST(Metrics, have_a_bound) {
  Metrics metrics;
  for (std::size_t i = 0; i <= metric_series_max; ++i)
    metrics.attempt_failed(fmt::format("provider-{}", i), Code::rpm, false);
  expect_line(shown(metrics), "agt_metric_series_refused_total 1");
}

TEST(Labels, escape_what_the_format_wants_escaped) {
  EXPECT_EQ(labels({{"a", "x\"y\\z\nw"}, {"b", ""}}), "a=\"x\\\"y\\\\z\\nw\",b=\"\"");
}

}  // namespace
}  // namespace agt::admin

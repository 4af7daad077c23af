#include "admin/span_exporter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "admin/limits.h"

namespace agt::admin {
namespace {

store::Settings settings_with(std::string endpoint, std::string headers = {}) {
  store::Settings settings;
  settings.telemetry = {.otlp_endpoint = std::move(endpoint), .otlp_headers = Secret(std::move(headers))};
  return settings;
}

TEST(Collector, is_off_without_an_endpoint) { EXPECT_FALSE(collector_in(settings_with("")).value()); }

TEST(Collector, is_told_by_its_base_or_its_whole_address) {
  EXPECT_EQ(collector_in(settings_with("http://127.0.0.1:4318")).value()->target, "/v1/traces");
  EXPECT_EQ(collector_in(settings_with("https://otel.example.com/base")).value()->target, "/base/v1/traces");
  EXPECT_EQ(collector_in(settings_with("https://otel.example.com/v1/traces")).value()->target, "/v1/traces");
}

TEST(Collector, gets_the_headers_it_wants) {
  const auto collector = collector_in(settings_with("https://otel.example.com", "api-key = abc=, x-team=7")).value();
  EXPECT_EQ(collector->headers.get_or("api-key", ""), "abc=");
  EXPECT_EQ(collector->headers.get_or("x-team", ""), "7");
  EXPECT_EQ(collector->headers.get_or("content-type", ""), "application/json");
}

TEST(Collector, with_a_mistake_is_refused_by_the_name_of_the_setting) {
  EXPECT_EQ(collector_in(settings_with("localhost:4318")).error().field, "telemetry.otlp_endpoint");
  EXPECT_EQ(collector_in(settings_with("http://otel.example.com", "api-key=abc")).error().field,
            "telemetry.otlp_endpoint");
  const auto bad = collector_in(settings_with("https://otel.example.com", "a secret without a name"));
  EXPECT_EQ(bad.error().field, "telemetry.otlp_headers");
  EXPECT_EQ(bad.error().message.find("secret"), std::string::npos);
}

store::LedgerEntry some_row() {
  return {.id = "r1", .status = 200, .trace = R"({"method":"POST","attempts":[],"total_ms":1})"};
}

TEST(SpanExporter, makes_nothing_while_it_is_off_and_drops_what_is_too_much) {
  const Clock clock;
  const Log log(LogLevel::off, STDERR_FILENO, clock);
  SpanExporter exporter(log);
  exporter.observe(some_row());
  exporter.send_to(std::nullopt);
  EXPECT_EQ(exporter.counts().dropped, 0);
  exporter.send_to(collector_in(settings_with("http://127.0.0.1:4318")).value());
  for (std::size_t i = 0; i < spans_queue_max + 3; ++i) exporter.observe(some_row());
  EXPECT_EQ(exporter.counts().dropped, 3);
  exporter.send_to(std::nullopt);
  EXPECT_EQ(exporter.counts().dropped, spans_queue_max + 3);
}

}  // namespace
}  // namespace agt::admin

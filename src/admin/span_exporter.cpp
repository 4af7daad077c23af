#include "admin/span_exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "admin/limits.h"
#include "core/text.h"
#include "core/version.h"
#include "json/document.h"

namespace agt::admin {
namespace {

constexpr std::string_view traces_path = "/v1/traces";
constexpr std::string_view endpoint_setting = "telemetry.otlp_endpoint";
constexpr std::string_view headers_setting = "telemetry.otlp_headers";

// Which answers ask for another try (OTLP/HTTP, "retryable response codes").
bool is_retryable(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

bool is_header_name(std::string_view name) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
  });
}

Result<net::Headers> headers_in(const Secret& text) {
  net::Headers headers{{"content-type", "application/json"}, {"user-agent", user_agent}};
  for (const auto part : text::split(text.reveal(), ',')) {
    const auto one = text::trimmed(part);
    if (one.empty()) continue;
    const auto equals = one.find('=');
    const auto name = text::trimmed(one.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::string_view() : text::trimmed(one.substr(equals + 1));
    const bool is_clean = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; });
    // What is wrong is not quoted: it may be a part of a key.
    if (equals == std::string_view::npos || !is_header_name(name) || value.empty() || !is_clean)
      return fail(Code::schema, "telemetry.otlp_headers: must be NAME=VALUE, separated by commas.",
                  std::string(headers_setting));
    headers.set(name, value);
  }
  return headers;
}

std::optional<Milliseconds> told_wait(const net::Headers& headers) {
  const auto seconds = text::parse_number<std::int64_t>(headers.get_or("retry-after", ""));
  if (!seconds || *seconds < 0) return std::nullopt;
  return std::min<Milliseconds>(Seconds(std::min<std::int64_t>(*seconds, 3600)), spans_pause_max);
}

// A collector may take a part of what it was sent.
std::size_t rejected_in(const std::string& body) {
  const auto document = json::Document::parse(body);
  if (!document) return 0;
  const auto rejected = document->root()["partialSuccess"]["rejectedSpans"];
  const auto number = rejected.integer_or(text::parse_number<std::int64_t>(rejected.text_or("")).value_or(0));
  return static_cast<std::size_t>(std::max<std::int64_t>(number, 0));
}

}  // namespace

Result<std::optional<Collector>> collector_in(const store::Settings& settings) {
  const auto& telemetry = settings.telemetry;
  TRY(auto headers, headers_in(telemetry.otlp_headers));
  if (telemetry.otlp_endpoint.empty()) return std::nullopt;
  auto url = net::parse_url(telemetry.otlp_endpoint);
  if (!url)
    return fail(Code::schema,
                fmt::format("telemetry.otlp_endpoint: \"{}\" is not an address like http://HOST:4318.",
                            text::quoted(telemetry.otlp_endpoint, 120)),
                std::string(endpoint_setting));
  if (!url->tls && !url->loopback() && !telemetry.otlp_headers.empty())
    return fail(Code::schema,
                "telemetry.otlp_endpoint: is plain http to another computer, where telemetry.otlp_headers would travel "
                "in the clear; use https.",
                std::string(endpoint_setting));
  Collector collector{.url = *std::move(url), .headers = std::move(headers)};
  // The base address, as OTEL_EXPORTER_OTLP_ENDPOINT has it, or the whole one.
  collector.target = collector.url.path.ends_with(traces_path) ? collector.url.path
                                                               : fmt::format("{}{}", collector.url.path, traces_path);
  return collector;
}

void SpanExporter::send_to(std::optional<Collector> collector) {
  const std::scoped_lock held(mutex_);
  on_ = collector.has_value();
  collector_ = collector ? std::make_shared<const Collector>(*std::move(collector)) : nullptr;
  if (on_) return;
  counts_.dropped += queued_;
  queue_.clear();
  queued_ = bytes_ = 0;
}

void SpanExporter::observe(const store::LedgerEntry& row) {
  if (!on_.load(std::memory_order_relaxed)) return;
  auto spans = spans_of(row, rng_);
  if (!spans) return;
  const std::scoped_lock held(mutex_);
  if (queued_ + spans->count > spans_queue_max || bytes_ + spans->json.size() > spans_queue_bytes_max) {
    counts_.dropped += spans->count;
    return;
  }
  queued_ += spans->count;
  bytes_ += spans->json.size();
  queue_.push_back(*std::move(spans));
}

SpanExporter::Counts SpanExporter::counts() const {
  const std::scoped_lock held(mutex_);
  return counts_;
}

void SpanExporter::take_batch() {
  const std::scoped_lock held(mutex_);
  while (!queue_.empty() && (batch_.count == 0 || batch_.count + queue_.front().count <= spans_batch_max)) {
    auto& first = queue_.front();
    if (!batch_.json.empty()) batch_.json += ',';
    batch_.json += first.json;
    batch_.count += first.count;
    queued_ -= first.count;
    bytes_ -= first.json.size();
    queue_.pop_front();
  }
}

Task<SpanExporter::Outcome> SpanExporter::send(net::Worker& worker) {
  std::shared_ptr<const Collector> collector;
  {
    const std::scoped_lock held(mutex_);
    collector = collector_;
  }
  Outcome outcome;
  if (collector == nullptr) {
    outcome.why = "It was switched off.";
    co_return outcome;
  }
  const auto body = export_body(batch_.json, instance_);
  net::Call call{.url = collector->url, .target = collector->target, .headers = collector->headers, .body = body};
  call.timeouts.first_byte = spans_first_byte_deadline;
  auto reply = co_await worker.client().send(std::move(call));
  if (!reply) {
    outcome.again = true;
    outcome.why = reply.error().message;
    co_return outcome;
  }
  const int status = (*reply)->head().status;
  outcome.told = told_wait((*reply)->head().headers);
  const auto said = co_await (*reply)->whole(spans_reply_bytes_max);
  if (status >= 200 && status < 300) {
    if (said) outcome.refused = std::min(rejected_in(*said), batch_.count);
    co_return outcome;
  }
  outcome.again = is_retryable(status);
  outcome.why = fmt::format("The collector answered {}.", status);
  co_return outcome;
}

Milliseconds SpanExporter::settle(const Outcome& outcome) {
  const bool is_trouble = !outcome.why.empty();
  if (is_trouble && !in_trouble_) log_.write(LogLevel::warn, "traces_not_sent", {{"why", outcome.why}});
  if (!is_trouble && in_trouble_) log_.write(LogLevel::info, "traces_sent_again");
  in_trouble_ = is_trouble;
  const bool tries_again = outcome.again && ++batch_.failures < spans_attempts_max;
  if (tries_again) {
    const auto doubled = spans_pause * (1 << batch_.failures);
    return std::min<Milliseconds>(outcome.told.value_or(doubled), spans_pause_max);
  }
  const std::scoped_lock held(mutex_);
  if (!is_trouble) {
    counts_.exported += batch_.count - outcome.refused;
    counts_.refused += outcome.refused;
  } else if (outcome.again || collector_ == nullptr) {
    counts_.dropped += batch_.count;
  } else {
    counts_.refused += batch_.count;
  }
  batch_ = {};
  return queued_ >= spans_batch_max ? Milliseconds(0) : spans_pause;
}

Task<> SpanExporter::run(net::Worker& worker) {
  Milliseconds pause = spans_pause;
  while (true) {
    const auto slept = co_await worker.sleep(pause);
    if (!slept) break;
    pause = spans_pause;
    if (batch_.count == 0) take_batch();
    if (batch_.count == 0) continue;
    const auto outcome = co_await send(worker);
    pause = settle(outcome);
  }
  worker.spawn_lasting([this, &worker] { return last_words(worker); });
}

// What was seen since the last export: one try, as the user waits for the gateway to end.
Task<> SpanExporter::last_words(net::Worker& worker) {
  if (batch_.count == 0) take_batch();
  if (batch_.count == 0) co_return;
  batch_.failures = spans_attempts_max;
  const auto outcome = co_await send(worker);
  static_cast<void>(settle(outcome));
}

}  // namespace agt::admin

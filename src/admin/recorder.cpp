#include "admin/recorder.h"

#include <algorithm>

#include "admin/request_rows.h"
#include "json/writer.h"

namespace agt::admin {
namespace {

store::BodyKind kind_of(relay::KeptMessage::Kind kind) {
  switch (kind) {
    case relay::KeptMessage::Kind::client: return store::BodyKind::client;
    case relay::KeptMessage::Kind::upstream: return store::BodyKind::upstream;
    case relay::KeptMessage::Kind::upstream_reply: return store::BodyKind::upstream_reply;
    case relay::KeptMessage::Kind::reply: return store::BodyKind::reply;
  }
  std::unreachable();
}

constexpr long long ms(Microseconds t) { return t.count() / 1000; }

// What the client waited for us: until its first byte, without the time in which somebody else was at work.
std::optional<std::int64_t> overhead_us(const relay::Trace& trace) {
  if (!trace.first_byte || trace.error) return std::nullopt;
  auto own = *trace.first_byte;
  for (const auto& attempt : trace.attempts) {
    own -= attempt.waited;
    const bool is_last = &attempt == &trace.attempts.back();
    own -= is_last ? attempt.timings.first_byte.value_or(Microseconds{}) : attempt.ended - attempt.begun;
  }
  return std::max(own, Microseconds{}).count();
}

std::int64_t waited_us(const relay::Trace& trace) {
  Microseconds waited{};
  for (const auto& attempt : trace.attempts) waited += attempt.waited;
  return waited.count();
}

// Borrows from both.
store::LedgerEntry entry_of(const relay::Trace& trace, std::string_view text) {
  const auto* served = trace.served();
  const auto* last = served != nullptr || trace.attempts.empty() ? served : &trace.attempts.back();
  store::LedgerEntry entry{.id = trace.id,
                           .started_ms = unix_ms(trace.started),
                           .client_dialect = trace.dialect,
                           .path = trace.path,
                           .client_key = trace.client_key,
                           .client_model = trace.client_model,
                           .status = trace.status,
                           .stream = trace.stream,
                           .usage_estimated = trace.usage_estimated,
                           .input_tokens = trace.usage.input,
                           .output_tokens = trace.usage.output,
                           .cache_read_tokens = trace.usage.cache_read,
                           .cache_write_tokens = trace.usage.cache_write,
                           .reasoning_tokens = trace.usage.reasoning,
                           .latency_ms = ms(trace.total),
                           .bytes_in = static_cast<std::int64_t>(trace.bytes_in),
                           .bytes_out = static_cast<std::int64_t>(trace.bytes_out),
                           .user_agent = trace.user_agent,
                           .trace = text,
                           .overhead_us = overhead_us(trace),
                           .waited_us = waited_us(trace)};
  const auto reached_somebody = [](const relay::Attempt& attempt) { return attempt.account != nullptr; };
  entry.attempts = static_cast<int>(std::ranges::count_if(trace.attempts, reached_somebody));
  if (trace.first_byte) entry.first_byte_ms = ms(*trace.first_byte);
  if (last != nullptr) {
    entry.provider = last->provider();
    entry.upstream_model = last->model();
    entry.account_id = last->account_id();
    entry.lane = relay::name(last->lane);
  }
  for (const auto& message : trace.messages)
    entry.bodies.push_back({.kind = kind_of(message.kind),
                            .content_type = message.content_type,
                            .bytes = message.text,
                            .truncated = message.truncated});
  if (trace.error) {
    entry.failure_class = name(trace.error->failure_class());
    entry.code = name(trace.error->code);
  }
  return entry;
}

std::string started_event(const relay::Trace& trace) {
  json::Writer w;
  w.begin_object();
  w.field("id", trace.id);
  w.field("started_ms", unix_ms(trace.started));
  w.field("dialect", trace.dialect);
  w.field("path", trace.path);
  w.field("client_key", trace.client_key);
  w.field("model", trace.client_model);
  w.field("stream", trace.stream);
  w.field("bytes_in", trace.bytes_in);
  w.field("user_agent", trace.user_agent);
  w.end_object();
  return std::move(w).take();
}

std::string rest_event(const relay::Trace& trace, const relay::Attempt& attempt) {
  json::Writer w;
  w.begin_object();
  w.field("account_id", attempt.account_id());
  w.field("account", attempt.account_label());
  w.field("why", "rests");
  w.field("model", attempt.model());
  if (attempt.error) w.field("code", name(attempt.error->code));
  if (*attempt.rest != Milliseconds::max()) w.field("rest_ms", attempt.rest->count());
  w.field("request", trace.id);
  w.end_object();
  return std::move(w).take();
}

}  // namespace

void LedgerRecorder::started(const relay::Trace& trace) {
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  if (trace.stream) streams_.fetch_add(1, std::memory_order_relaxed);
  events_.publish("request.started", events_.wanted() ? started_event(trace) : std::string());
}

void LedgerRecorder::record(const relay::Trace& trace, std::string& text) {
  if (trace.announced) in_flight_.fetch_sub(1, std::memory_order_relaxed);
  if (trace.announced && trace.stream) streams_.fetch_sub(1, std::memory_order_relaxed);
  for (const auto& attempt : trace.attempts)
    if (attempt.error && attempt.account != nullptr)
      metrics_.attempt_failed(attempt.provider(), attempt.error->code, attempt.rest.has_value());
  relay::append_packed(text, trace);
  const auto entry = entry_of(trace, text);
  writer_.push(entry);
  if (!events_.wanted()) {
    events_.publish("request.finished", {});
    return;
  }
  const auto* served = trace.served();
  const auto* last = served != nullptr || trace.attempts.empty() ? served : &trace.attempts.back();
  json::Writer w;
  write_row(w, entry, last == nullptr ? std::string_view() : last->account_label());
  events_.publish("request.finished", w.text());
  for (const auto& attempt : trace.attempts)
    if (attempt.rest) events_.publish("account", rest_event(trace, attempt));
}

}  // namespace agt::admin

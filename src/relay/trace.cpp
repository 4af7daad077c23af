#include "relay/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "json/writer.h"

namespace agt::relay {
namespace {

using json::Writer;

double in_ms(Microseconds t) { return static_cast<double>(t.count()) / 1000.0; }

void optional_ms(Writer& w, std::string_view key, const std::optional<Microseconds>& t) {
  if (t) w.field(key, in_ms(*t));
}

void write_error(Writer& w, const Error& error) {
  w.begin_object();
  w.field("class", name(error.failure_class()));
  w.field("code", name(error.code));
  w.field("message", error.message);
  if (!error.field.empty()) w.field("field", error.field);
  if (error.retry_after) w.field("retry_after_ms", error.retry_after->count());
  w.field("remedy", error.remedy());
  w.end_object();
}

void write_skips(Writer& w, const std::vector<pool::Skip>& skips) {
  w.begin_array();
  for (const auto& skip : skips) {
    w.begin_object();
    w.field("account_id", skip.account_id);
    w.field("account", skip.label);
    w.field("reason", name(skip.reason));
    if (skip.remaining) w.field("remaining_ms", skip.remaining->count());
    if (skip.code) w.field("code", name(*skip.code));
    if (!skip.set_by.empty()) w.field("set_by", skip.set_by);
    w.end_object();
  }
  w.end_array();
}

void write_timings(Writer& w, const net::CallTimings& timings) {
  w.begin_object();
  w.field("reused_connection", timings.reused);
  optional_ms(w, "dns_ms", timings.dns);
  optional_ms(w, "connect_ms", timings.connect);
  optional_ms(w, "tls_ms", timings.tls);
  optional_ms(w, "sent_ms", timings.sent);
  optional_ms(w, "first_byte_ms", timings.first_byte);
  w.end_object();
}

void write_attempt(Writer& w, const Attempt& attempt) {
  w.begin_object();
  w.field("provider", attempt.provider);
  w.field("model", attempt.model);
  w.field("account_id", attempt.account_id);
  w.field("account", attempt.account_label);
  w.field("lane", name(attempt.lane));
  w.field("begun_ms", in_ms(attempt.begun));
  w.field("ended_ms", in_ms(attempt.ended));
  w.field("status", attempt.status);
  w.key("timings");
  write_timings(w, attempt.timings);
  w.key("skipped");
  write_skips(w, attempt.skipped);
  if (attempt.error) {
    w.key("error");
    write_error(w, *attempt.error);
    w.field("scope", name(attempt.scope));
    w.field("retry_hint", name(attempt.hint));
  }
  if (attempt.rest) w.field("rest_ms", attempt.rest->count());
  if (attempt.next) w.field("next", name(*attempt.next));
  w.end_object();
}

void write_usage(Writer& w, const Trace& trace) {
  const auto count = [&](std::string_view key, const std::optional<std::int64_t>& n) {
    if (n) w.field(key, *n);
  };
  w.begin_object();
  count("input", trace.usage.input);
  count("output", trace.usage.output);
  count("cache_read", trace.usage.cache_read);
  count("cache_write", trace.usage.cache_write);
  count("reasoning", trace.usage.reasoning);
  w.field("estimated", trace.usage_estimated);
  w.end_object();
}

void write_losses(Writer& w, const std::vector<ir::Loss>& losses) {
  const auto word = [](ir::Loss::Weight weight) {
    switch (weight) {
      case ir::Loss::Weight::harmless: return "harmless";
      case ir::Loss::Weight::approximated: return "approximated";
      case ir::Loss::Weight::dropped: return "dropped";
    }
    std::unreachable();
  };
  w.begin_array();
  for (const auto& loss : losses) {
    w.begin_object();
    w.field("path", loss.path);
    w.field("why", loss.why);
    w.field("weight", word(loss.weight));
    w.end_object();
  }
  w.end_array();
}

void write_ask(Writer& w, const Trace& trace) {
  w.field("id", trace.id);
  w.field("started_ms", unix_ms(trace.started));
  w.field("method", trace.method);
  w.field("path", trace.path);
  w.field("dialect", trace.dialect);
  w.field("operation", trace.operation);
  w.field("model", trace.client_model);
  w.field("stream", trace.stream);
  w.field("user_agent", trace.user_agent);
  if (!trace.client_key.empty()) w.field("client_key", trace.client_key);
  if (!trace.correction.empty()) w.field("correction", trace.correction);
  w.field("rule", trace.rule);
}

std::string attempts_sentence(const Trace& trace) {
  std::string out;
  for (const auto& attempt : trace.attempts) {
    if (attempt.account_id.empty() || !attempt.error) continue;
    if (!out.empty()) out += ' ';
    out += fmt::format("{} answered {} ({}).", attempt.account_label,
                       attempt.status == 0 ? "nothing" : std::to_string(attempt.status), name(attempt.error->code));
  }
  return out;
}

}  // namespace

std::string_view name(Lane lane) {
  switch (lane) {
    case Lane::none: return "none";
    case Lane::passthrough: return "passthrough";
    case Lane::translate: return "translate";
    case Lane::local: return "local";
  }
  std::unreachable();
}

std::string_view name(Next next) {
  switch (next) {
    case Next::next_account: return "next_account";
    case Next::next_target: return "next_target";
    case Next::stop: return "stop";
  }
  std::unreachable();
}

const Attempt* Trace::served() const {
  if (attempts.empty() || attempts.back().error || attempts.back().account_id.empty()) return nullptr;
  return &attempts.back();
}

std::size_t counted_losses(const std::vector<ir::Loss>& losses) {
  return static_cast<std::size_t>(
      std::ranges::count_if(losses, [](const ir::Loss& loss) { return loss.weight != ir::Loss::Weight::harmless; }));
}

std::string to_json(const Trace& trace) {
  Writer w;
  w.begin_object();
  write_ask(w, trace);
  w.key("targets");
  w.begin_array();
  for (const auto& target : trace.targets) w.value(target);
  w.end_array();
  w.key("attempts");
  w.begin_array();
  for (const auto& attempt : trace.attempts) write_attempt(w, attempt);
  w.end_array();
  w.key("losses");
  write_losses(w, trace.losses);
  w.field("status", trace.status);
  if (trace.error) {
    w.key("error");
    write_error(w, *trace.error);
  }
  w.key("usage");
  write_usage(w, trace);
  if (trace.stop) w.field("stop_reason", name(trace.stop->reason));
  optional_ms(w, "first_byte_ms", trace.first_byte);
  w.field("total_ms", in_ms(trace.total));
  w.field("bytes_in", trace.bytes_in);
  w.field("bytes_out", trace.bytes_out);
  w.field("sentence", sentence(trace));
  w.end_object();
  return std::move(w).take();
}

std::string sentence(const Trace& trace) {
  const auto tried = attempts_sentence(trace);
  if (trace.error)
    return fmt::format("{}{}{} {}", tried, tried.empty() ? "" : " ", trace.error->message, trace.error->remedy());
  const auto* served = trace.served();
  if (served == nullptr) return fmt::format("Answered by the gateway itself in {:.1f} ms.", in_ms(trace.total));
  const auto number = std::ranges::count_if(trace.attempts, [](const Attempt& a) { return !a.account_id.empty(); });
  if (number > 1) return fmt::format("{} Recovered on attempt {} with {}.", tried, number, served->account_label);
  return fmt::format("Served by {} ({}/{}) in {:.1f} ms.", served->account_label, served->provider, served->model,
                     in_ms(trace.total));
}

}  // namespace agt::relay

#include "relay/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "json/packed.h"
#include "relay/explain.h"

namespace agt::relay {
namespace {

// Append only: the numbers of these names lie on disk.
constexpr auto names = std::to_array<std::string_view>({
    "method",
    "operation",
    "correction",
    "rule",
    "targets",
    "attempts",
    "losses",
    "error",
    "usage_estimated",
    "stop_reason",
    "first_byte_ms",
    "total_ms",
    "sentence",
    "class",
    "code",
    "message",
    "field",
    "retry_after_ms",
    "remedy",
    "account_id",
    "account",
    "reason",
    "remaining_ms",
    "set_by",
    "dns_ms",
    "connect_ms",
    "tls_ms",
    "sent_ms",
    "reused_connection",
    "provider",
    "model",
    "lane",
    "begun_ms",
    "ended_ms",
    "status",
    "timings",
    "skipped",
    "skipped_more",
    "waited_ms",
    "scope",
    "retry_hint",
    "confidence",
    "rests_until",
    "rest_ms",
    "next",
    "path",
    "why",
    "weight",
    "traceparent",
});
using Writer = json::PackedWriter<names>;

void ms_field(Writer& w, Writer::Name key, Microseconds t) {
  w.key(key);
  w.thousandths(t.count());
}

void ms_field(Writer& w, Writer::Name key, const std::optional<Microseconds>& t) {
  if (t) ms_field(w, key, *t);
}

// "1.2 ms"
std::string shown_ms(Microseconds t) {
  const auto tenths = (t.count() + 50) / 100;
  const fmt::format_int whole(tenths / 10);
  std::string out(whole.data(), whole.size());
  out += '.';
  out += static_cast<char>('0' + tenths % 10);
  return out += " ms";
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

void write_skips(Writer& w, const pool::Skips& skips) {
  w.begin_array();
  for (const auto& skip : skips.listed) {
    w.begin_object();
    w.field("account_id", skip.account->id);
    w.field("account", skip.account->label);
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
  if (timings.reused) w.field("reused_connection", true);
  ms_field(w, "dns_ms", timings.dns);
  ms_field(w, "connect_ms", timings.connect);
  ms_field(w, "tls_ms", timings.tls);
  ms_field(w, "sent_ms", timings.sent);
  ms_field(w, "first_byte_ms", timings.first_byte);
  w.end_object();
}

void write_attempt(Writer& w, const Attempt& attempt) {
  w.begin_object();
  w.field("provider", attempt.provider());
  w.field("model", attempt.model());
  w.field("account_id", attempt.account_id());
  w.field("account", attempt.account_label());
  w.field("lane", name(attempt.lane));
  ms_field(w, "begun_ms", attempt.begun);
  ms_field(w, "ended_ms", attempt.ended);
  w.field("status", attempt.status);
  w.key("timings");
  write_timings(w, attempt.timings);
  if (!attempt.skipped.listed.empty()) {
    w.key("skipped");
    write_skips(w, attempt.skipped);
    const auto total = attempt.skipped.total();
    if (total > attempt.skipped.listed.size()) w.field("skipped_more", total - attempt.skipped.listed.size());
  }
  if (attempt.waited > Microseconds{}) ms_field(w, "waited_ms", attempt.waited);
  if (attempt.error) {
    w.key("error");
    write_error(w, *attempt.error);
    w.field("scope", name(attempt.scope));
    w.field("retry_hint", name(attempt.hint));
    w.field("confidence", name(attempt.confidence));
  }
  if (attempt.rest && *attempt.rest == Milliseconds::max()) w.field("rests_until", "somebody_acts");
  if (attempt.rest && *attempt.rest != Milliseconds::max()) w.field("rest_ms", attempt.rest->count());
  if (attempt.next) w.field("next", name(*attempt.next));
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
  w.field("method", trace.method);
  w.field("operation", trace.operation);
  if (!trace.correction.empty()) w.field("correction", trace.correction);
  if (!trace.traceparent.empty()) w.field("traceparent", trace.traceparent);
  if (trace.route == nullptr) return;
  w.field("rule", trace.route->why);
  w.key("targets");
  w.begin_array();
  for (const auto& target : trace.route->targets) w.value(to_text(target));
  w.end_array();
}

std::string outcome_words(const Attempt& attempt) {
  return fmt::format("{} answered {} ({})", attempt.account_label(),
                     attempt.status == 0 ? "nothing" : std::to_string(attempt.status), name(attempt.error->code));
}

// One account asked again with the same outcome is one statement.
std::string attempts_sentence(const Trace& trace) {
  std::vector<std::pair<std::string, int>> told;
  for (const auto& attempt : trace.attempts) {
    if (attempt.account == nullptr || !attempt.error) continue;
    auto words = outcome_words(attempt);
    if (told.empty() || told.back().first != words) told.emplace_back(std::move(words), 0);
    ++told.back().second;
  }
  std::string out;
  for (const auto& [words, times] : told)
    out += fmt::format("{}{}{}.", out.empty() ? "" : " ", words, times > 1 ? fmt::format(", {} times", times) : "");
  return out;
}

}  // namespace

std::string_view name(Lane lane) {
  switch (lane) {
    case Lane::none: return "none";
    case Lane::passthrough: return "passthrough";
    case Lane::envelope: return "envelope";
    case Lane::translate: return "translate";
    case Lane::local: return "local";
  }
  std::unreachable();
}

std::string_view name(Next next) {
  switch (next) {
    case Next::same_account: return "same_account";
    case Next::next_account: return "next_account";
    case Next::next_target: return "next_target";
    case Next::stop: return "stop";
  }
  std::unreachable();
}

std::string_view Attempt::provider() const { return account == nullptr ? target->who : account->provider; }

std::string_view Attempt::account_id() const { return account == nullptr ? std::string_view() : account->id; }

std::string_view Attempt::account_label() const { return account == nullptr ? std::string_view() : account->label; }

const Attempt* Trace::served() const {
  if (attempts.empty() || attempts.back().error || attempts.back().account == nullptr) return nullptr;
  return &attempts.back();
}

std::size_t counted_losses(const std::vector<ir::Loss>& losses) {
  return static_cast<std::size_t>(
      std::ranges::count_if(losses, [](const ir::Loss& loss) { return loss.weight != ir::Loss::Weight::harmless; }));
}

std::optional<std::string> trace_json(std::string_view kept) {
  // Ledgers of version 0.1 have texts.
  return kept.starts_with('{') ? std::string(kept) : json::unpacked(kept, names);
}

void append_packed(std::string& out, const Trace& trace) {
  Writer w(out);
  w.begin_object();
  write_ask(w, trace);
  w.key("attempts");
  w.begin_array();
  for (const auto& attempt : trace.attempts) write_attempt(w, attempt);
  w.end_array();
  if (!trace.losses.empty()) {
    w.key("losses");
    write_losses(w, trace.losses);
  }
  if (trace.error) {
    w.key("error");
    write_error(w, *trace.error);
  }
  if (trace.usage_estimated) w.field("usage_estimated", true);
  if (trace.stop) w.field("stop_reason", name(trace.stop->reason));
  ms_field(w, "first_byte_ms", trace.first_byte);
  ms_field(w, "total_ms", trace.total);
  w.field("sentence", sentence(trace));
  w.end_object();
}

std::string sentence(const Trace& trace) {
  const auto tried = attempts_sentence(trace);
  if (trace.error) return fmt::format("{}{}{}", tried, tried.empty() ? "" : " ", with_remedy(*trace.error));
  const auto* served = trace.served();
  if (served == nullptr) return fmt::format("Answered by the gateway itself in {}.", shown_ms(trace.total));
  const auto number = std::ranges::count_if(trace.attempts, [](const Attempt& a) { return a.account != nullptr; });
  if (number > 1) return fmt::format("{} Recovered on attempt {} with {}.", tried, number, served->account_label());
  // The usual sentence, said of almost every request: put together without a format.
  std::string out("Served by ");
  for (const std::string_view part : {served->account_label(), std::string_view(" ("), served->provider(),
                                      std::string_view("/"), served->model(), std::string_view(") in ")})
    out += part;
  out += shown_ms(trace.total);
  return out += '.';
}

}  // namespace agt::relay

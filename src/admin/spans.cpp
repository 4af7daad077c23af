#include "admin/spans.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/version.h"
#include "json/document.h"
#include "json/writer.h"
#include "relay/trace.h"
#include "relay/traceparent.h"

namespace agt::admin {
namespace {

constexpr int kind_server = 2;
constexpr int kind_client = 3;
constexpr int status_error = 2;
constexpr int server_error = 500;
constexpr double ns_per_ms = 1e6;

// Where the conventions have a word of their own for a provider; others go by ours.
constexpr auto provider_words = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"gemini", "gcp.gemini"},
    {"vertex", "gcp.vertex_ai"},
    {"code-assist", "gcp.gemini"},
    {"openai-responses", "openai"},
    {"mistral", "mistral_ai"},
    {"xai", "x_ai"},
});
constexpr auto operation_words = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"generate", "chat"},
    {"complete", "text_completion"},
    {"embed", "embeddings"},
});

template <std::size_t n>
std::string_view word_for(const std::array<std::pair<std::string_view, std::string_view>, n>& words,
                          std::string_view ours) {
  const auto found = std::ranges::find(words, ours, &std::pair<std::string_view, std::string_view>::first);
  return found == words.end() ? ours : found->second;
}

class Span {
 public:
  Span(json::Writer& w, std::string_view trace_id, std::string_view span_id, std::string_view parent_id) : w_(w) {
    w_.begin_object();
    w_.field("traceId", trace_id);
    w_.field("spanId", span_id);
    if (!parent_id.empty()) w_.field("parentSpanId", parent_id);
  }
  void is(std::string_view name, int kind, std::int64_t begin_ns, std::int64_t end_ns) {
    w_.field("name", name);
    w_.field("kind", kind);
    // 64-bit numbers are strings in the JSON of Protobuf.
    w_.field("startTimeUnixNano", fmt::format("{}", begin_ns));
    w_.field("endTimeUnixNano", fmt::format("{}", std::max(begin_ns, end_ns)));
    w_.key("attributes");
    w_.begin_array();
  }
  void attribute(std::string_view name, std::string_view value) {
    if (!value.empty()) one(name, "stringValue", value);
  }
  void attribute(std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) one(name, "intValue", fmt::format("{}", *value));
  }
  void attribute(std::string_view name, bool value) { one(name, "boolValue", value); }
  void seconds(std::string_view name, double value) { one(name, "doubleValue", value); }
  void list(std::string_view name, std::string_view value) {
    w_.begin_object();
    w_.field("key", name);
    w_.key("value");
    w_.begin_object();
    w_.key("arrayValue");
    w_.begin_object();
    w_.key("values");
    w_.begin_array();
    w_.begin_object();
    w_.field("stringValue", value);
    w_.end_object();
    w_.end_array();
    w_.end_object();
    w_.end_object();
    w_.end_object();
  }
  // The words of an error may quote what a client or a provider said: only its code goes out.
  void end(bool failed, std::string_view code) {
    w_.end_array();
    if (failed) {
      w_.key("status");
      w_.begin_object();
      w_.field("code", status_error);
      w_.field("message", code);
      w_.end_object();
    }
    w_.end_object();
  }

 private:
  template <class T>
  void one(std::string_view name, std::string_view type, const T& value) {
    w_.begin_object();
    w_.field("key", name);
    w_.key("value");
    w_.begin_object();
    w_.field(type, value);
    w_.end_object();
    w_.end_object();
  }
  json::Writer& w_;
};

std::string random_hex(Rng& rng, int words) {
  std::string out;
  for (int i = 0; i < words; ++i) out += fmt::format("{:016x}", rng() | 1U);  // all zeros would be invalid
  return out;
}

std::int64_t ns_after(const store::LedgerEntry& row, const json::Value& ms) {
  const auto begun = static_cast<double>(row.started_ms) * ns_per_ms;
  return static_cast<std::int64_t>(begun) + static_cast<std::int64_t>(ms.number_or(0) * ns_per_ms);
}

void add_usage(Span& span, const store::LedgerEntry& row, const json::Value& trace) {
  span.attribute("gen_ai.usage.input_tokens", row.input_tokens);
  span.attribute("gen_ai.usage.output_tokens", row.output_tokens);
  span.attribute("gen_ai.usage.cache_read.input_tokens", row.cache_read_tokens);
  span.attribute("gen_ai.usage.cache_creation.input_tokens", row.cache_write_tokens);
  span.attribute("gen_ai.response.model", row.upstream_model);
  if (const auto stop = trace["stop_reason"].text_or(""); !stop.empty())
    span.list("gen_ai.response.finish_reasons", stop);
}

void add_attempt(json::Writer& w, const store::LedgerEntry& row, const json::Value& trace, const json::Value& attempt,
                 bool served, std::string_view trace_id, std::string_view parent_id, Rng& rng) {
  const auto operation = trace["operation"].text_or("");
  const auto model = attempt["model"].text_or("");
  const auto code = attempt["error"]["code"].text_or("");
  Span span(w, trace_id, random_hex(rng, 1), parent_id);
  span.is(fmt::format("{} {}", word_for(operation_words, operation), model), kind_client,
          ns_after(row, attempt["begun_ms"]), ns_after(row, served ? trace["total_ms"] : attempt["ended_ms"]));
  const auto provider = attempt["provider"].text_or("");
  span.attribute("gen_ai.operation.name", word_for(operation_words, operation));
  span.attribute("gen_ai.provider.name", word_for(provider_words, provider));
  span.attribute("gen_ai.request.model", model);
  const auto status = attempt["status"].integer_or(0);
  if (status != 0) span.attribute("http.response.status_code", std::optional(status));
  span.attribute("error.type", code);
  span.attribute("agt.account.id", attempt["account_id"].text_or(""));
  span.attribute("agt.lane", attempt["lane"].text_or(""));
  span.attribute("agt.connection.reused", attempt["timings"]["reused_connection"].boolean_or(false));
  if (const auto first = attempt["timings"]["first_byte_ms"]; first.exists())
    span.seconds("gen_ai.response.time_to_first_chunk", first.number_or(0) / 1000);
  if (served) add_usage(span, row, trace);
  span.end(!code.empty(), code);
}

void add_request(json::Writer& w, const store::LedgerEntry& row, const json::Value& trace, std::string_view trace_id,
                 std::string_view span_id, std::string_view parent_id) {
  Span span(w, trace_id, span_id, parent_id);
  const auto method = trace["method"].text_or("");
  span.is(fmt::format("{} {}", method, row.path), kind_server, ns_after(row, {}), ns_after(row, trace["total_ms"]));
  span.attribute("http.request.method", method);
  span.attribute("url.path", row.path);
  span.attribute("user_agent.original", row.user_agent);
  if (row.status != 0) span.attribute("http.response.status_code", std::optional<std::int64_t>(row.status));
  span.attribute("error.type", row.code);
  span.attribute("gen_ai.request.model", row.client_model);
  span.attribute("agt.trace", row.id);
  span.attribute("agt.dialect", row.client_dialect);
  span.attribute("agt.stream", row.stream);
  span.attribute("agt.failure_class", row.failure_class);
  span.attribute("agt.attempts", std::optional<std::int64_t>(row.attempts));
  if (row.first_byte_ms) span.seconds("agt.time_to_first_byte", static_cast<double>(*row.first_byte_ms) / 1000);
  // A request that is the client's fault is no error of the server (conventions for HTTP).
  span.end(row.status >= server_error, row.code);
}

void write_text_attribute(json::Writer& w, std::string_view key, std::string_view value) {
  w.begin_object();
  w.field("key", key);
  w.key("value");
  w.begin_object();
  w.field("stringValue", value);
  w.end_object();
  w.end_object();
}

}  // namespace

std::optional<Spans> spans_of(const store::LedgerEntry& row, Rng& rng) {
  auto text = relay::trace_json(row.trace);
  if (!text) return std::nullopt;
  const auto document = json::Document::parse_owned(*std::move(text));
  if (!document) return std::nullopt;
  const auto trace = document->root();
  const auto header = trace["traceparent"].text_or("");
  const auto parent = relay::parse_traceparent(header);
  if (parent && !parent->sampled) return std::nullopt;
  const auto trace_id = parent ? std::string(parent->trace_id) : random_hex(rng, 2);
  const auto span_id = random_hex(rng, 1);
  json::Writer w;
  Spans out;
  w.begin_array();
  add_request(w, row, trace, trace_id, span_id, parent ? parent->parent_id : std::string_view());
  ++out.count;
  const auto attempts = trace["attempts"];
  std::size_t number = 0;
  for (const auto attempt : attempts.children()) {
    const bool is_last = ++number == attempts.size();
    if (attempt["account_id"].text_or("").empty()) continue;  // nobody was free: nobody was called
    add_attempt(w, row, trace, attempt, is_last && !attempt["error"].exists(), trace_id, span_id, rng);
    ++out.count;
  }
  w.end_array();
  const auto array = std::move(w).take();
  out.json = array.substr(1, array.size() - 2);
  return out;
}

std::string export_body(std::string_view spans, std::string_view instance) {
  json::Writer w;
  w.begin_object();
  w.key("resourceSpans");
  w.begin_array();
  w.begin_object();
  w.key("resource");
  w.begin_object();
  w.key("attributes");
  w.begin_array();
  write_text_attribute(w, "service.name", "antigravity-tools");
  write_text_attribute(w, "service.version", version);
  write_text_attribute(w, "service.instance.id", instance);
  w.end_array();
  w.end_object();
  w.key("scopeSpans");
  w.begin_array();
  w.begin_object();
  w.key("scope");
  w.begin_object();
  w.field("name", "antigravity-tools");
  w.field("version", version);
  w.end_object();
  w.key("spans");
  w.raw(fmt::format("[{}]", spans));
  w.end_object();
  w.end_array();
  w.end_object();
  w.end_array();
  w.end_object();
  return std::move(w).take();
}

}  // namespace agt::admin

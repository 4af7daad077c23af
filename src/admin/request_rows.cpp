#include "admin/request_rows.h"

namespace agt::admin {
namespace {

void write_count(json::Writer& w, std::string_view name, const std::optional<std::int64_t>& count) {
  if (count)
    w.field(name, *count);
  else
    w.field_null(name);
}

template <class Text>
void write_members(json::Writer& w, const store::BasicLedgerRow<Text>& row, std::string_view account) {
  w.field("id", row.id);
  if (row.sequence > 0) w.field("sequence", row.sequence);
  w.field("started_ms", row.started_ms);
  w.field("dialect", row.client_dialect);
  w.field("path", row.path);
  w.field("client_key", row.client_key);
  w.field("model", row.client_model);
  w.field("provider", row.provider);
  w.field("upstream_model", row.upstream_model);
  w.field("account_id", row.account_id);
  w.field("account", account);
  w.field("status", row.status);
  w.field("class", row.failure_class);
  w.field("code", row.code);
  w.field("lane", row.lane);
  w.field("stream", row.stream);
  w.field("usage_estimated", row.usage_estimated);
  write_count(w, "input_tokens", row.input_tokens);
  write_count(w, "output_tokens", row.output_tokens);
  write_count(w, "cache_read_tokens", row.cache_read_tokens);
  write_count(w, "cache_write_tokens", row.cache_write_tokens);
  write_count(w, "reasoning_tokens", row.reasoning_tokens);
  w.field("latency_ms", row.latency_ms);
  write_count(w, "first_byte_ms", row.first_byte_ms);
  w.field("attempts", row.attempts);
  w.field("bytes_in", row.bytes_in);
  w.field("bytes_out", row.bytes_out);
  w.field("user_agent", row.user_agent);
}

// What the ledger's writer found out; what happens now has no cost yet.
void write_found(json::Writer& w, const store::LedgerRow& row) { write_dollars(w, "cost_usd", row.cost); }

}  // namespace

void write_dollars(json::Writer& w, std::string_view name, std::optional<std::int64_t> billionths) {
  constexpr double per_dollar = 1e9;
  if (billionths)
    w.field(name, static_cast<double>(*billionths) / per_dollar);
  else
    w.field_null(name);
}

void write_row(json::Writer& w, const store::LedgerRow& row, std::string_view account) {
  w.begin_object();
  write_members(w, row, account);
  write_found(w, row);
  w.end_object();
}

void write_row(json::Writer& w, const store::LedgerRow& row, std::string_view account,
               const std::vector<store::BodyKind>& bodies) {
  w.begin_object();
  write_members(w, row, account);
  write_found(w, row);
  w.key("bodies");
  w.begin_array();
  for (const auto kind : bodies) w.value(name(kind));
  w.end_array();
  w.end_object();
}

void write_row(json::Writer& w, const store::LedgerEntry& row, std::string_view account) {
  w.begin_object();
  write_members(w, row, account);
  w.end_object();
}

}  // namespace agt::admin

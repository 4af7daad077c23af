// Past requests: the list, one of them, its trace, and sums over them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/request_rows.h"
#include "core/text.h"
#include "net/http.h"
#include "relay/trace.h"
#include "store/accounts.h"
#include "store/ledger.h"

namespace agt::admin {
namespace {

// The parameters of a query, each decoded; one that is not `known` is an error.
class Query {
 public:
  static Result<Query> read(std::string_view query, const std::vector<std::string_view>& known) {
    for (const auto part : text::split(query, '&')) {
      const auto name = part.substr(0, part.find('='));
      if (name.empty() || std::ranges::find(known, name) != known.end()) continue;
      const auto near = nearest(name, known);
      const auto hint = near.empty() ? std::string(".") : fmt::format("; did you mean {}?", near);
      return fail(Code::schema, fmt::format("There is no parameter \"{}\"{}", text::quoted(name, 40), hint),
                  std::string(name));
    }
    return Query(query);
  }

  [[nodiscard]] std::string text(std::string_view name) const {
    return net::query_parameter(query_, name).value_or(std::string());
  }
  [[nodiscard]] Result<std::optional<std::int64_t>> number(std::string_view name) const {
    const auto given = net::query_parameter(query_, name);
    if (!given || given->empty()) return std::nullopt;
    const auto value = text::parse_number<std::int64_t>(*given);
    if (!value)
      return fail(Code::schema, fmt::format("{}: must be a whole number, not \"{}\".", name, text::quoted(*given, 40)),
                  std::string(name));
    return value;
  }

 private:
  explicit Query(std::string_view query) : query_(query) {}
  std::string_view query_;
};

// Accounts are filtered by id; people know labels.
std::string account_id(store::Vault& vault, const std::string& id_or_label) {
  if (id_or_label.empty()) return {};
  const auto account = store::account(vault, id_or_label);
  return account ? account->id : id_or_label;  // the ledger outlives accounts
}

Result<store::LedgerFilter> filter_of(const Call& call) {
  const std::vector<std::string_view> known{"limit",   "before", "since_ms", "until_ms", "failures",
                                            "class",   "code",   "account",  "provider", "model",
                                            "dialect", "key",    "contains"};
  TRY(const auto query, Query::read(call.ask.query, known));
  store::LedgerFilter filter;
  TRY(const auto limit, query.number("limit"));
  filter.limit = limit.value_or(filter.limit);
  TRY(filter.before_sequence, query.number("before"));
  TRY(filter.since_ms, query.number("since_ms"));
  TRY(filter.until_ms, query.number("until_ms"));
  const auto failures = query.text("failures");
  filter.failures_only = failures == "1" || failures == "true";
  filter.failure_class = query.text("class");
  filter.code = query.text("code");
  filter.account_id = account_id(call.gateway.vault, query.text("account"));
  filter.provider = query.text("provider");
  filter.client_model = query.text("model");
  filter.client_dialect = query.text("dialect");
  filter.client_key = query.text("key");
  filter.contains = query.text("contains");
  return filter;
}

std::string label_of(const std::vector<store::Account>& accounts, const std::string& id) {
  const auto found = std::ranges::find(accounts, id, &store::Account::id);
  return found == accounts.end() ? std::string() : found->label;
}

// What it cost, and by which price.
void write_cost(json::Writer& w, Gateway& gateway, const store::LedgerRow& row) {
  write_dollars(w, "cost_usd", row.cost);
  const auto prices = prices_now(gateway);
  const auto* price = prices == nullptr ? nullptr : prices->find(row.provider, row.upstream_model, row.started_ms);
  if (price == nullptr || !row.cost) return;
  w.field("price_source", price->price.source);
  if (!price->price.checked.empty()) w.field("price_checked", price->price.checked);
}

void write_usage(json::Writer& w, const store::LedgerRow& row) {
  const auto count = [&w](std::string_view name, const std::optional<std::int64_t>& tokens) {
    if (tokens) w.field(name, *tokens);
  };
  w.begin_object();
  count("input", row.input_tokens);
  count("output", row.output_tokens);
  count("cache_read", row.cache_read_tokens);
  count("cache_write", row.cache_write_tokens);
  count("reasoning", row.reasoning_tokens);
  w.field("estimated", row.usage_estimated);
  w.end_object();
}

void write_stat(json::Writer& w, const store::LedgerStat& stat) {
  w.begin_object();
  w.field("key", stat.key);
  w.field("slice_begin_ms", stat.bucket_ms);
  w.field("requests", stat.requests);
  w.field("failures", stat.failures);
  w.field("input_tokens", stat.input_tokens);
  w.field("output_tokens", stat.output_tokens);
  w.field("cache_read_tokens", stat.cache_read_tokens);
  w.field("cache_write_tokens", stat.cache_write_tokens);
  w.field("reasoning_tokens", stat.reasoning_tokens);
  w.field("latency_ms_sum", stat.latency_ms_sum);
  // A sum of nothing that is known is unknown, too.
  write_dollars(w, "cost_usd", stat.priced > 0 ? std::optional(stat.cost) : std::nullopt);
  write_dollars(w, "estimated_cost_usd", stat.estimated_cost);
  w.field("priced", stat.priced);
  w.field("unpriced", stat.unpriced);
  w.field("estimated", stat.estimated);
  w.end_object();
}

}  // namespace

Result<Answer> list_requests(const Call& call) {
  auto& gateway = call.gateway;
  TRY(const auto filter, filter_of(call));
  gateway.ledger_writer.flush();  // whoever asks right after a request wants to see it
  TRY(const auto rows, gateway.ledger.list(filter));
  TRY(const auto accounts, store::accounts(gateway.vault));
  json::Writer w;
  w.begin_object();
  w.key("requests");
  w.begin_array();
  for (const auto& row : rows) write_row(w, row, label_of(accounts, row.account_id));
  w.end_array();
  if (std::ssize(rows) == filter.limit) w.field("next_before", rows.back().sequence);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> show_request(const Call& call) {
  call.gateway.ledger_writer.flush();
  TRY(const auto row, call.gateway.ledger.get(call.word()));
  TRY(const auto bodies, call.gateway.ledger.body_kinds(row.id));
  TRY(const auto accounts, store::accounts(call.gateway.vault));
  json::Writer w;
  write_row(w, row, label_of(accounts, row.account_id), bodies);
  return Answer{.body = std::move(w).take()};
}

// The row's columns, and beside them what the relay kept of its decisions.
Result<Answer> show_trace(const Call& call) {
  call.gateway.ledger_writer.flush();
  TRY(const auto row, call.gateway.ledger.get(call.word()));
  if (row.trace.empty())
    return fail(Code::path_unknown, fmt::format("No trace was kept of the request {}.", text::quoted(row.id)));
  const auto trace = relay::trace_json(row.trace);
  if (!trace) return fail(Code::internal, fmt::format("The trace of the request {} is damaged.", row.id));
  TRY(const auto kept, json::Document::parse(*trace));
  json::Writer w;
  w.begin_object();
  w.field("id", row.id);
  w.field("started_ms", row.started_ms);
  w.field("path", row.path);
  w.field("dialect", row.client_dialect);
  w.field("model", row.client_model);
  w.field("stream", row.stream);
  w.field("user_agent", row.user_agent);
  if (!row.client_key.empty()) w.field("client_key", row.client_key);
  w.field("status", row.status);
  w.field("bytes_in", row.bytes_in);
  w.field("bytes_out", row.bytes_out);
  w.key("usage");
  write_usage(w, row);
  write_cost(w, call.gateway, row);
  for (const auto member : kept.root().children()) {
    w.key(member.key());
    w.raw(member.raw());
  }
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> show_stats(const Call& call) {
  TRY(const auto query, Query::read(call.ask.query, {"by", "since_ms", "until_ms", "slice_ms"}));
  store::StatQuery wanted;
  const auto named = query.text("by");
  const auto by = named.empty() ? wanted.by : store::stat_by_named(named);
  if (!by) return fail(Code::schema, "by: must be model, account, client, provider or day.", "by");
  wanted.by = *by;
  TRY(const auto since, query.number("since_ms"));
  TRY(const auto until, query.number("until_ms"));
  TRY(const auto slice, query.number("slice_ms"));
  wanted.since_ms = since.value_or(wanted.since_ms);
  wanted.until_ms = until.value_or(wanted.until_ms);
  wanted.slice_ms = slice.value_or(wanted.slice_ms);
  call.gateway.ledger_writer.flush();
  TRY(const auto stats, call.gateway.ledger.stats(wanted));
  json::Writer w;
  w.begin_object();
  w.field("by", name(wanted.by));
  w.key("stats");
  w.begin_array();
  for (const auto& stat : stats) write_stat(w, stat);
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin

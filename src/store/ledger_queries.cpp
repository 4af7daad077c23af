// The two questions that pages ask the ledger: the list and the sums.
#include <fmt/format.h>

#include <algorithm>

#include "store/ledger.h"
#include "store/ledger_rows.h"
#include "store/limits.h"

namespace agt::store {
namespace {

// A literal part of a LIKE pattern: % and _ mean themselves.
std::string like_pattern(std::string_view contains) {
  std::string pattern = "%";
  for (const char c : contains.substr(0, label_bytes_max)) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

constexpr Sql list_sql(R"(SELECT * FROM requests
  WHERE sequence < ?1 AND started_ms >= ?2 AND started_ms < ?3
    AND (?4 = 0 OR failure_class <> '')
    AND (?5 = '' OR failure_class = ?5)
    AND (?6 = '' OR code = ?6)
    AND (?7 = '' OR account_id = ?7)
    AND (?8 = '' OR provider = ?8)
    AND (?9 = '' OR client_model = ?9)
    AND (?10 = '' OR client_dialect = ?10)
    AND (?11 = '' OR client_key = ?11)
    AND (?12 = '%%' OR id LIKE ?12 ESCAPE '\' OR path LIKE ?12 ESCAPE '\' OR client_model LIKE ?12 ESCAPE '\'
         OR upstream_model LIKE ?12 ESCAPE '\' OR user_agent LIKE ?12 ESCAPE '\')
  ORDER BY sequence DESC LIMIT ?13)");

// ?1: width of a slice; ?2, ?3: the range; ?4: what to sum by. A client without a key of its own is known by the
// product name at the start of its user agent.
constexpr Sql stats_sql(R"(SELECT
    CASE ?4 WHEN 'model' THEN iif(upstream_model = '', client_model, upstream_model)
            WHEN 'account' THEN account_id
            WHEN 'provider' THEN provider
            ELSE iif(client_key = '', substr(user_agent, 1, instr(user_agent || '/', '/') - 1), client_key) END AS key,
    CASE WHEN ?1 > 0 THEN started_ms - started_ms % ?1 ELSE 0 END AS slice,
    count(*), sum(failure_class <> ''), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
    coalesce(sum(cache_read_tokens), 0), coalesce(sum(cache_write_tokens), 0), coalesce(sum(reasoning_tokens), 0),
    sum(latency_ms)
  FROM requests WHERE started_ms >= ?2 AND started_ms < ?3
  GROUP BY key, slice ORDER BY slice, count(*) DESC, key)");

}  // namespace

std::string_view name(StatBy by) {
  switch (by) {
    case StatBy::model: return "model";
    case StatBy::account: return "account";
    case StatBy::client: return "client";
    case StatBy::provider: return "provider";
  }
  return {};
}

std::optional<StatBy> stat_by_named(std::string_view named) {
  for (const auto by : {StatBy::model, StatBy::account, StatBy::client, StatBy::provider})
    if (name(by) == named) return by;
  return std::nullopt;
}

Result<std::vector<LedgerRow>> Ledger::list(const LedgerFilter& filter) {
  if (filter.limit < 1 || filter.limit > ledger_page_max)
    return fail(Code::schema, fmt::format("limit: must be from 1 to {}, not {}", ledger_page_max, filter.limit),
                "limit");
  const std::scoped_lock held(mutex_);
  TRY(auto select, database_.prepare(list_sql));
  select.bind(filter.before_sequence.value_or(INT64_MAX))
      .bind(filter.since_ms.value_or(INT64_MIN))
      .bind(filter.until_ms.value_or(INT64_MAX))
      .bind(filter.failures_only)
      .bind(filter.failure_class)
      .bind(filter.code)
      .bind(filter.account_id)
      .bind(filter.provider)
      .bind(filter.client_model)
      .bind(filter.client_dialect)
      .bind(filter.client_key)
      .bind(like_pattern(filter.contains))
      .bind(filter.limit);
  std::vector<LedgerRow> rows;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return rows;
    rows.push_back(read_ledger_row(select));
  }
}

Result<std::vector<LedgerStat>> Ledger::stats(const StatQuery& query) {
  const std::scoped_lock held(mutex_);
  TRY(auto select, database_.prepare(stats_sql));
  select.bind(std::max<std::int64_t>(query.slice_ms, 0)).bind(query.since_ms).bind(query.until_ms).bind(name(query.by));
  std::vector<LedgerStat> stats;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return stats;
    stats.push_back({.key = select.text(0),
                     .bucket_ms = select.integer(1),
                     .requests = select.integer(2),
                     .failures = select.integer(3),
                     .input_tokens = select.integer(4),
                     .output_tokens = select.integer(5),
                     .cache_read_tokens = select.integer(6),
                     .cache_write_tokens = select.integer(7),
                     .reasoning_tokens = select.integer(8),
                     .latency_ms_sum = select.integer(9)});
  }
}

}  // namespace agt::store

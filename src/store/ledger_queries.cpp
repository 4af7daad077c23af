// The two questions that pages ask the ledger: the list and the sums.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include "core/text.h"
#include "store/ledger.h"
#include "store/ledger_rows.h"
#include "store/limits.h"
#include "store/packed_rows.h"

namespace agt::store {
namespace {

bool contains_ignoring_case(std::string_view text, std::string_view lowered) {
  return !std::ranges::search(text, lowered, {}, text::lower).empty();
}

// `contains` is lowered already.
bool passes(const LedgerEntry& row, const LedgerFilter& filter, std::string_view contains) {
  const auto is = [](std::string_view wanted, std::string_view value) { return wanted.empty() || wanted == value; };
  if (filter.since_ms && row.started_ms < *filter.since_ms) return false;
  if (filter.until_ms && row.started_ms >= *filter.until_ms) return false;
  if (filter.failures_only && row.failure_class.empty()) return false;
  if (!is(filter.failure_class, row.failure_class) || !is(filter.code, row.code)) return false;
  if (!is(filter.account_id, row.account_id) || !is(filter.provider, row.provider)) return false;
  if (!is(filter.client_model, row.client_model) || !is(filter.client_dialect, row.client_dialect)) return false;
  if (!is(filter.client_key, row.client_key)) return false;
  if (contains.empty()) return true;
  return std::ranges::any_of(std::array{row.id, row.path, row.client_model, row.upstream_model, row.user_agent},
                             [contains](std::string_view text) { return contains_ignoring_case(text, contains); });
}

// A client without a key of its own is known by the product name at the start of its user agent.
std::string_view stat_key(const LedgerEntry& row, StatBy by) {
  switch (by) {
    case StatBy::model: return row.upstream_model.empty() ? row.client_model : row.upstream_model;
    case StatBy::account: return row.account_id;
    case StatBy::client:
      return row.client_key.empty() ? row.user_agent.substr(0, row.user_agent.find('/')) : row.client_key;
    case StatBy::provider: return row.provider;
  }
  return {};
}

void add(LedgerStat& sum, const LedgerEntry& row) {
  ++sum.requests;
  if (!row.failure_class.empty()) ++sum.failures;
  sum.input_tokens += row.input_tokens.value_or(0);
  sum.output_tokens += row.output_tokens.value_or(0);
  sum.cache_read_tokens += row.cache_read_tokens.value_or(0);
  sum.cache_write_tokens += row.cache_write_tokens.value_or(0);
  sum.reasoning_tokens += row.reasoning_tokens.value_or(0);
  sum.latency_ms_sum += row.latency_ms;
}

}  // namespace

Result<bool> Batches::next() {
  TRY(const bool more, select_.step());
  if (!more) return false;
  last_ = select_.integer(0);
  TRY(auto rows, packed_rows(select_.view(1)));
  rows_ = std::move(rows);
  return true;
}

std::unexpected<Error> Batches::damaged() const {
  return fail(Code::storage, fmt::format("the batch of the ledger that ends with row {} is damaged", last_));
}

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
  const auto contains = text::lowered(std::string_view(filter.contains).substr(0, label_bytes_max));
  const auto before = filter.before_sequence.value_or(INT64_MAX);
  const std::scoped_lock held(mutex_);
  TRY(auto select, database_.prepare("SELECT last, packed FROM batches WHERE last - rows + 1 < ?1 AND until_ms >= ?2 "
                                     "AND from_ms < ?3 ORDER BY last DESC"));
  select.bind(before).bind(filter.since_ms.value_or(INT64_MIN)).bind(filter.until_ms.value_or(INT64_MAX));
  Batches batches(std::move(select));
  std::vector<LedgerRow> rows;
  while (true) {
    TRY(const bool more, batches.next());
    if (!more) return rows;
    for (std::size_t i = batches.rows().size(); i-- > 0;) {
      if (batches.sequence(i) >= before) continue;
      LedgerEntry entry;
      if (!unpack(batches.rows()[i], entry)) return batches.damaged();
      if (!passes(entry, filter, contains)) continue;
      auto& row = rows.emplace_back();
      row.sequence = batches.sequence(i);
      if (!unpack(batches.rows()[i], row)) return batches.damaged();
      row.trace.clear();
      if (std::cmp_equal(rows.size(), filter.limit)) return rows;
    }
  }
}

Result<std::vector<LedgerStat>> Ledger::stats(const StatQuery& query) {
  const std::scoped_lock held(mutex_);
  TRY(auto select, database_.prepare("SELECT last, packed FROM batches WHERE until_ms >= ?1 AND from_ms < ?2"));
  select.bind(query.since_ms).bind(query.until_ms);
  Batches batches(std::move(select));
  std::map<std::int64_t, std::map<std::string, LedgerStat, std::less<>>> slices;
  while (true) {
    TRY(const bool more, batches.next());
    if (!more) break;
    for (const auto packed : batches.rows()) {
      LedgerEntry row;
      if (!unpack(packed, row)) return batches.damaged();
      if (row.started_ms < query.since_ms || row.started_ms >= query.until_ms) continue;
      const auto slice = query.slice_ms > 0 ? row.started_ms - row.started_ms % query.slice_ms : 0;
      auto& sums = slices[slice];
      const auto key = stat_key(row, query.by);
      auto at = sums.find(key);
      if (at == sums.end()) at = sums.emplace(key, LedgerStat{.key = std::string(key), .bucket_ms = slice}).first;
      add(at->second, row);
    }
  }
  std::vector<LedgerStat> stats;
  for (auto& [slice, sums] : slices) {
    const auto first = static_cast<std::ptrdiff_t>(stats.size());
    for (auto& [key, sum] : sums) stats.push_back(std::move(sum));
    std::stable_sort(stats.begin() + first, stats.end(),
                     [](const LedgerStat& a, const LedgerStat& b) { return a.requests > b.requests; });
  }
  return stats;
}

}  // namespace agt::store

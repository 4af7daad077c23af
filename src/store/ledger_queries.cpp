// The two questions that pages ask the ledger: the list and the sums.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include "core/text.h"
#include "store/hours.h"
#include "store/ledger.h"
#include "store/ledger_rows.h"
#include "store/limits.h"
#include "store/packed_rows.h"
#include "store/squeezed.h"

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

using Slices = std::map<std::int64_t, std::map<std::string, LedgerStat, std::less<>>>;

LedgerStat& sum_for(Slices& slices, const StatQuery& query, const HourKey& key, std::int64_t moment_ms) {
  const auto slice = query.slice_ms > 0 ? moment_ms - moment_ms % query.slice_ms : 0;
  auto name = stat_key(key, query.by);
  auto& sums = slices[slice];
  auto at = sums.find(name);
  if (at == sums.end()) at = sums.emplace(name, LedgerStat{.key = name, .bucket_ms = slice}).first;
  return at->second;
}

Result<> sum_rows(Database& database, const StatQuery& query, std::int64_t since, std::int64_t until, Slices& slices) {
  if (since >= until) return {};
  TRY(auto select,
      database.prepare("SELECT last, packed, costs, format FROM batches WHERE until_ms >= ?1 AND from_ms < ?2"));
  select.bind(since).bind(until);
  Batches batches(std::move(select));
  while (true) {
    TRY(const bool more, batches.next());
    if (!more) return {};
    for (std::size_t i = 0; i < batches.rows().size(); ++i) {
      LedgerEntry row;
      if (!unpack(batches.rows()[i], row)) return batches.damaged();
      if (row.started_ms < since || row.started_ms >= until) continue;
      add(sum_for(slices, query, hour_key(row), row.started_ms), row, batches.cost(i));
    }
  }
}

Result<> sum_hours(Database& database, const StatQuery& query, std::int64_t since, std::int64_t until, Slices& slices) {
  TRY(auto select, database.prepare("SELECT * FROM hours WHERE hour_ms >= ?1 AND hour_ms < ?2"));
  select.bind(since).bind(until);
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return {};
    const HourKey key{.hour = select.integer(0),
                      .provider = select.view(1),
                      .model = select.view(2),
                      .account = select.view(3),
                      .client = select.view(4)};
    add(sum_for(slices, query, key, key.hour), {.requests = select.integer(5),
                                                .failures = select.integer(6),
                                                .input_tokens = select.integer(7),
                                                .output_tokens = select.integer(8),
                                                .cache_read_tokens = select.integer(9),
                                                .cache_write_tokens = select.integer(10),
                                                .reasoning_tokens = select.integer(11),
                                                .latency_ms_sum = select.integer(12),
                                                .cost = select.integer(13),
                                                .estimated_cost = select.integer(14),
                                                .priced = select.integer(15),
                                                .unpriced = select.integer(16),
                                                .estimated = select.integer(17)});
  }
}

}  // namespace

Result<bool> Batches::step() {
  TRY(const bool more, select_.step());
  if (more) last_ = select_.integer(0);
  return more;
}

Result<> Batches::open() {
  auto packed = select_.view(1);
  if (select_.integer(3) == squeezed_format) {
    auto plain = unsqueezed(packed);
    if (!plain) return damaged();
    plain_ = *std::move(plain);
    packed = plain_;
  }
  TRY(auto rows, packed_rows(packed));
  rows_ = std::move(rows);
  costs_ = select_.view(2);
  return {};
}

Result<bool> Batches::next() {
  TRY(const bool more, step());
  if (more) TRY_OK(open());
  return more;
}

bool Batches::read(std::size_t row, LedgerRow& into) const {
  if (!unpack(rows_[row], into)) return false;
  into.sequence = sequence(row);
  into.cost = cost(row);
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
    case StatBy::day: return "day";
  }
  return {};
}

std::optional<StatBy> stat_by_named(std::string_view named) {
  for (const auto by : {StatBy::model, StatBy::account, StatBy::client, StatBy::provider, StatBy::day})
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
  TRY(auto select,
      database_.prepare("SELECT last, packed, costs, format FROM batches WHERE last - rows + 1 < ?1 AND until_ms >= ?2 "
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
      if (!batches.read(i, row)) return batches.damaged();
      row.trace.clear();
      if (std::cmp_equal(rows.size(), filter.limit)) return rows;
    }
  }
}

Result<std::vector<LedgerStat>> Ledger::stats(const StatQuery& query) {
  const std::scoped_lock held(mutex_);
  Slices slices;
  const bool by_hours = query.slice_ms % hour_ms == 0;
  const auto since = std::max<std::int64_t>(query.since_ms, 0);
  const auto first_hour = hour_of(since) == since ? since : hour_of(since) + hour_ms;
  const auto last_hour = hour_of(query.until_ms);
  if (by_hours && first_hour < last_hour) {
    TRY_OK(sum_rows(database_, query, query.since_ms, first_hour, slices));
    TRY_OK(sum_hours(database_, query, first_hour, last_hour, slices));
    TRY_OK(sum_rows(database_, query, last_hour, query.until_ms, slices));
  } else {
    TRY_OK(sum_rows(database_, query, query.since_ms, query.until_ms, slices));
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

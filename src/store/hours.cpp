#include "store/hours.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <set>

#include "store/limits.h"

namespace agt::store {
namespace {

constexpr std::size_t cost_bytes = 8;
constexpr std::string_view others = "(others)";

constexpr Sql upsert(R"(INSERT INTO hours VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
  ?17, ?18) ON CONFLICT DO UPDATE SET requests = requests + ?6, failures = failures + ?7,
  input_tokens = input_tokens + ?8, output_tokens = output_tokens + ?9, cache_read_tokens = cache_read_tokens + ?10,
  cache_write_tokens = cache_write_tokens + ?11, reasoning_tokens = reasoning_tokens + ?12,
  latency_ms_sum = latency_ms_sum + ?13, cost = cost + ?14, estimated_cost = estimated_cost + ?15,
  priced = priced + ?16, unpriced = unpriced + ?17, estimated = estimated + ?18)");

Result<> write_sum(Database& database, const HourKey& key, const LedgerStat& sum) {
  TRY(auto insert, database.prepare(upsert));
  insert.bind(key.hour).bind(key.provider).bind(key.model).bind(key.account).bind(key.client);
  insert.bind(sum.requests).bind(sum.failures).bind(sum.input_tokens).bind(sum.output_tokens);
  insert.bind(sum.cache_read_tokens).bind(sum.cache_write_tokens).bind(sum.reasoning_tokens);
  insert.bind(sum.latency_ms_sum).bind(sum.cost).bind(sum.estimated_cost).bind(sum.priced).bind(sum.unpriced);
  return insert.bind(sum.estimated).run();
}

Result<std::int64_t> rows_of(Database& database, std::int64_t hour) {
  TRY(auto count, database.prepare("SELECT count(*) FROM hours WHERE hour_ms = ?1"));
  TRY_OK(count.bind(hour).step());
  return count.integer(0);
}

Result<bool> is_there(Database& database, const HourKey& key) {
  TRY(auto find, database.prepare("SELECT 1 FROM hours WHERE hour_ms = ?1 AND provider = ?2 AND model = ?3 "
                                  "AND account = ?4 AND client = ?5"));
  return find.bind(key.hour).bind(key.provider).bind(key.model).bind(key.account).bind(key.client).step();
}

}  // namespace

std::int64_t hour_of(std::int64_t unix_ms) {
  const auto into = unix_ms % hour_ms;
  return unix_ms - (into < 0 ? into + hour_ms : into);
}

// A client without a key of its own is known by the product name at the start of its user agent.
HourKey hour_key(const LedgerEntry& row) {
  const auto product = row.user_agent.substr(0, row.user_agent.find('/')).substr(0, label_bytes_max);
  return {.hour = hour_of(row.started_ms),
          .provider = row.provider,
          .model = (row.upstream_model.empty() ? row.client_model : row.upstream_model).substr(0, model_bytes_max),
          .account = row.account_id,
          .client = row.client_key.empty() ? product : row.client_key};
}

std::string stat_key(const HourKey& key, StatBy by) {
  switch (by) {
    case StatBy::model: return std::string(key.model);
    case StatBy::account: return std::string(key.account);
    case StatBy::client: return std::string(key.client);
    case StatBy::provider: return std::string(key.provider);
    case StatBy::day: return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(key.hour / 1000)));
  }
  return {};
}

void add(LedgerStat& sum, const LedgerEntry& row, std::optional<std::int64_t> cost) {
  ++sum.requests;
  if (!row.failure_class.empty()) ++sum.failures;
  sum.input_tokens += row.input_tokens.value_or(0);
  sum.output_tokens += row.output_tokens.value_or(0);
  sum.cache_read_tokens += row.cache_read_tokens.value_or(0);
  sum.cache_write_tokens += row.cache_write_tokens.value_or(0);
  sum.reasoning_tokens += row.reasoning_tokens.value_or(0);
  sum.latency_ms_sum += row.latency_ms;
  const bool counted = row.input_tokens || row.output_tokens;
  const bool guessed = counted && row.usage_estimated;
  if (guessed) ++sum.estimated;
  if (!cost && counted) ++sum.unpriced;
  if (!cost) return;
  ++sum.priced;
  sum.cost += *cost;
  if (guessed) sum.estimated_cost += *cost;
}

void add(LedgerStat& sum, const LedgerStat& more) {
  sum.requests += more.requests;
  sum.failures += more.failures;
  sum.input_tokens += more.input_tokens;
  sum.output_tokens += more.output_tokens;
  sum.cache_read_tokens += more.cache_read_tokens;
  sum.cache_write_tokens += more.cache_write_tokens;
  sum.reasoning_tokens += more.reasoning_tokens;
  sum.latency_ms_sum += more.latency_ms_sum;
  sum.cost += more.cost;
  sum.estimated_cost += more.estimated_cost;
  sum.priced += more.priced;
  sum.unpriced += more.unpriced;
  sum.estimated += more.estimated;
}

std::optional<std::int64_t> HourSums::add(const LedgerEntry& row) {
  const auto key = hour_key(row);
  if (last_ == sums_.end() || last_->first != key) {
    const auto [at, is_new] = sums_.try_emplace(key);
    // A price holds for whole days, so for all of an hour.
    if (is_new && prices_ != nullptr && !row.upstream_model.empty())
      at->second.price = prices_->price(row.provider, row.upstream_model, key.hour);
    last_ = at;
  }
  auto& [stat, price] = last_->second;
  std::optional<std::int64_t> cost;
  if (price)
    cost = cost_of(*price, {.input = row.input_tokens,
                            .output = row.output_tokens,
                            .cache_read = row.cache_read_tokens,
                            .cache_write = row.cache_write_tokens,
                            .reasoning = row.reasoning_tokens});
  store::add(stat, row, cost);
  return cost;
}

// Names of models and programs come from clients: an hour with very many of them keeps the first, and one sum of the
// others.
Result<> HourSums::write(Database& database) const {
  std::map<std::int64_t, std::int64_t> counts;
  for (const auto& [key, sum] : sums_) {
    auto known = counts.find(key.hour);
    if (known == counts.end()) {
      TRY(const auto rows, rows_of(database, key.hour));
      known = counts.emplace(key.hour, rows).first;
    }
    auto target = key;
    TRY(const bool exists, is_there(database, key));
    if (!exists && known->second >= ledger_hour_rows_max) {
      target.model = others;
      target.client = others;
    } else if (!exists) {
      ++known->second;
    }
    TRY_OK(write_sum(database, target, sum.stat));
  }
  return {};
}

void append_cost(std::string& costs, std::optional<std::int64_t> cost) {
  const auto bits = static_cast<std::uint64_t>(cost.value_or(INT64_MIN));
  for (std::size_t i = 0; i < cost_bytes; ++i) costs += static_cast<char>(bits >> (8 * i));
}

std::optional<std::int64_t> cost_at(std::string_view costs, std::size_t row) {
  if (costs.size() < (row + 1) * cost_bytes) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < cost_bytes; ++i)
    bits |= std::uint64_t{static_cast<unsigned char>(costs[row * cost_bytes + i])} << (8 * i);
  const auto cost = static_cast<std::int64_t>(bits);
  return cost == INT64_MIN ? std::nullopt : std::optional(cost);
}

}  // namespace agt::store

// Sums of the ledger by the hour: what one batch adds to them, and what they make of a question. Private to the files
// of the ledger.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/price.h"
#include "core/result.h"
#include "store/database.h"
#include "store/ledger.h"

namespace agt::store {

inline constexpr std::int64_t hour_ms = 3'600'000;
[[nodiscard]] std::int64_t hour_of(std::int64_t unix_ms);  // its beginning

// What rows are summed by. Borrows.
struct HourKey {
  std::int64_t hour = 0;
  std::string_view provider{};
  std::string_view model{};
  std::string_view account{};
  std::string_view client{};
  friend auto operator<=>(const HourKey&, const HourKey&) = default;
};
[[nodiscard]] HourKey hour_key(const LedgerEntry& row);
[[nodiscard]] std::string stat_key(const HourKey& key, StatBy by);

void add(LedgerStat& sum, const LedgerEntry& row, std::optional<std::int64_t> cost);
void add(LedgerStat& sum, const LedgerStat& more);

// The sums of one batch, whose memory outlives them.
class HourSums {
 public:
  explicit HourSums(const PriceList* prices) : prices_(prices) {}
  // Gives the cost in billionths of a dollar; nothing when the price or the tokens are unknown.
  std::optional<std::int64_t> add(const LedgerEntry& row);
  // Inside the caller's transaction.
  [[nodiscard]] Result<> write(Database& database) const;

 private:
  struct Sum {
    LedgerStat stat{};
    std::optional<Price> price{};
  };
  using Sums = std::map<HourKey, Sum>;
  const PriceList* prices_;
  Sums sums_{};
  Sums::iterator last_ = sums_.end();  // rows that follow each other are often of a kind
};

// Costs of a batch as they lie in its column.
void append_cost(std::string& costs, std::optional<std::int64_t> cost);
[[nodiscard]] std::optional<std::int64_t> cost_at(std::string_view costs, std::size_t row);

}  // namespace agt::store

// What a row of the ledger consists of, in the order in which it is packed. Private to the files of the ledger.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/result.h"
#include "store/database.h"
#include "store/hours.h"
#include "store/ledger.h"

namespace agt::store {

// Yes or no, as the bits of one column.
template <class Row, class Take>
void take_flags(Row& row, Take&& take) {
  constexpr int stream = 1;
  constexpr int estimated = 2;
  int flags = (row.stream ? stream : 0) | (row.usage_estimated ? estimated : 0);
  take(flags);
  if constexpr (!std::is_const_v<Row>) {
    row.stream = (flags & stream) != 0;
    row.usage_estimated = (flags & estimated) != 0;
  }
}

// How the value of a batch lies on disk.
inline constexpr std::int64_t packed_format = 1;    // as packed_rows.h has it; written until November 2026
inline constexpr std::int64_t squeezed_format = 2;  // the same, compressed

// Calls `take` for every column but sequence and trace. What is packed on disk has this order: a new column comes with
// a new format of the batches.
template <class Row, class Take>
void each_column(Row& row, Take&& take) {
  take(row.id), take(row.started_ms), take(row.client_dialect), take(row.path), take(row.client_key);
  take(row.client_model), take(row.provider), take(row.upstream_model), take(row.account_id), take(row.status);
  take(row.failure_class), take(row.code), take(row.lane);
  take_flags(row, take);
  take(row.input_tokens);
  take(row.output_tokens), take(row.cache_read_tokens), take(row.cache_write_tokens), take(row.reasoning_tokens);
  take(row.latency_ms), take(row.first_byte_ms), take(row.attempts), take(row.bytes_in), take(row.bytes_out);
  take(row.user_agent);
}

// The batches that a statement selects, one after the other: its columns are last, packed, costs and
// format.
class Batches {
 public:
  explicit Batches(Statement select) : select_(std::move(select)) {}
  [[nodiscard]] Result<bool> step();  // false: there are no more
  [[nodiscard]] Result<> open();      // the rows of this one
  [[nodiscard]] Result<bool> next();  // both

  [[nodiscard]] std::int64_t last() const { return last_; }
  [[nodiscard]] const std::vector<std::string_view>& rows() const { return rows_; }  // packed, oldest first
  [[nodiscard]] std::int64_t sequence(std::size_t row) const {
    return last_ - static_cast<std::int64_t>(rows_.size() - 1 - row);
  }
  // The whole row, with what the writer found out about it. False: the bytes are damaged.
  [[nodiscard]] bool read(std::size_t row, LedgerRow& into) const;
  [[nodiscard]] std::optional<std::int64_t> cost(std::size_t row) const { return cost_at(costs_, row); }
  [[nodiscard]] std::unexpected<Error> damaged() const;

 private:
  Statement select_;
  std::string plain_{};  // what rows_ points into, when the batch is compressed
  std::int64_t last_ = 0;
  std::vector<std::string_view> rows_{};
  std::string_view costs_{};
};

}  // namespace agt::store

// How a row lies in the table `requests`: its columns in their order. Private to the files of the ledger.
#pragma once

#include "store/database.h"
#include "store/ledger.h"

namespace agt::store {

// Calls `take` for every column but sequence and trace, in the order of the table.
template <class Row, class Take>
void each_column(Row& row, Take take) {
  take(row.id), take(row.started_ms), take(row.client_dialect), take(row.path), take(row.client_key);
  take(row.client_model), take(row.provider), take(row.upstream_model), take(row.account_id), take(row.status);
  take(row.failure_class), take(row.code), take(row.lane), take(row.stream), take(row.input_tokens);
  take(row.output_tokens), take(row.cache_read_tokens), take(row.cache_write_tokens), take(row.reasoning_tokens);
  take(row.latency_ms), take(row.first_byte_ms), take(row.attempts), take(row.bytes_in), take(row.bytes_out);
  take(row.user_agent);
}

// Takes the columns of `SELECT * FROM requests`, all but the last, the trace: SQLite reads the pages of a large column
// only when it is asked for.
inline constexpr int ledger_trace_column = 26;
[[nodiscard]] LedgerRow read_ledger_row(const Statement& row);

}  // namespace agt::store

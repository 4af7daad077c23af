// How a LedgerRow lies in the table `requests`. Private to the ledger's two files.
#pragma once

#include "store/database.h"
#include "store/ledger.h"

namespace agt::store {

// Takes the columns of `SELECT * FROM requests`, all but the last, the trace: SQLite reads the pages of a large column
// only when it is asked for.
inline constexpr int ledger_trace_column = 26;
[[nodiscard]] LedgerRow read_ledger_row(const Statement& row);

}  // namespace agt::store

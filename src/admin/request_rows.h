// A request as the API tells it: in lists, by itself, and as an event when it ends.
#pragma once

#include <string_view>

#include "json/writer.h"
#include "store/ledger.h"

namespace agt::admin {

// null: unknown
void write_dollars(json::Writer& w, std::string_view name, std::optional<std::int64_t> billionths);

// `account` is the label; the row has the id. Without a sequence the ledger has not numbered it yet.
void write_row(json::Writer& w, const store::LedgerRow& row, std::string_view account);
void write_row(json::Writer& w, const store::LedgerRow& row, std::string_view account,
               const std::vector<store::BodyKind>& bodies);
void write_row(json::Writer& w, const store::LedgerEntry& row, std::string_view account);

}  // namespace agt::admin

#include "store/ledger.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

#include "core/text.h"
#include "store/hours.h"
#include "store/ledger_rows.h"
#include "store/limits.h"
#include "store/packed_rows.h"
#include "store/squeezed.h"

namespace agt::store {

extern const char* const ledger_0001_start;
extern const char* const ledger_0002_hours;

namespace {

// ?1: batches that began before; ?2: about so many rows, at least one batch.
constexpr Sql delete_oldest(R"(DELETE FROM batches WHERE last IN (SELECT last FROM
  (SELECT last, sum(rows) OVER (ORDER BY last) - rows AS before FROM batches WHERE until_ms < ?1 ORDER BY last LIMIT ?2)
  WHERE before < ?2) RETURNING rows)");

constexpr std::int32_t ledger_application_id = 0x4147544c;  // also in migrations/ledger_0001_start.sql

// The cost of each row, which goes into the sums as well.
Result<std::string> costs_of(const std::vector<std::string_view>& rows, HourSums& sums) {
  std::string costs;
  for (const auto one : rows) {
    LedgerEntry row;
    if (!unpack(one, row)) return fail(Code::storage, "a batch of the ledger is damaged");
    append_cost(costs, sums.add(row));
  }
  return costs;
}

// The same of rows that are new.
Result<std::string> costs_of(const PackedRows& batch, const std::vector<std::string_view>& rows, HourSums& sums,
                             std::span<RowObserver* const> observers) {
  if (observers.empty()) return costs_of(rows, sums);
  std::string costs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    LedgerEntry row;
    if (!unpack(rows[i], row)) return fail(Code::storage, "a batch of the ledger is damaged");
    batch.tell_beside(i, row);
    row.cost = sums.add(row);
    append_cost(costs, row.cost);
    for (auto* const observer : observers) observer->observe(row);
  }
  return costs;
}

std::unexpected<Error> unknown(std::string_view id) {
  return fail(Code::path_unknown, fmt::format("there is no request \"{}\" in the ledger", text::quoted(id)));
}

}  // namespace

std::string_view name(BodyKind kind) {
  switch (kind) {
    case BodyKind::client: return "client";
    case BodyKind::upstream: return "upstream";
    case BodyKind::upstream_reply: return "upstream_reply";
    case BodyKind::reply: return "reply";
  }
  return {};
}

std::optional<BodyKind> body_kind_named(std::string_view named) {
  for (const auto kind : {BodyKind::client, BodyKind::upstream, BodyKind::upstream_reply, BodyKind::reply})
    if (name(kind) == named) return kind;
  return std::nullopt;
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& file, const Clock& clock) {
  const std::array migrations{Migration{.number = 1, .sql = ledger_0001_start},
                              Migration{.number = 2, .sql = ledger_0002_hours}};
  TRY(auto database, Database::open(file, {.durability = DatabaseOptions::Durability::normal,
                                           .application_id = ledger_application_id,
                                           .migrations = migrations,
                                           .now_ms = unix_ms(clock.wall())}));
  return std::unique_ptr<Ledger>(new Ledger(std::move(database), clock));
}

Result<> Ledger::append(const PackedRows& rows, const PriceList* prices, std::span<RowObserver* const> observers) {
  if (rows.empty()) return {};
  HourSums sums(prices);
  TRY(const auto each, packed_rows(rows.packed()));
  TRY(const auto costs, costs_of(rows, each, sums, observers));
  TRY(const auto squeezed_rows, squeezed(rows.packed()));
  const std::scoped_lock held(mutex_);
  TRY(auto transaction, Transaction::begin(database_));
  TRY(const auto before, database_.integer("SELECT coalesce(max(last), 0) FROM batches"));
  const auto size = static_cast<std::int64_t>(rows.size());
  {
    TRY(auto insert, database_.prepare("INSERT INTO batches VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    insert.bind(before + size).bind(size).bind(rows.from_ms()).bind(rows.until_ms()).bind(squeezed_format);
    TRY_OK(insert.bind_borrowed_blob(squeezed_rows).bind_borrowed_blob(costs).run());
  }
  for (const auto& [row, body] : rows.bodies()) {
    TRY(auto insert, database_.prepare("INSERT OR IGNORE INTO bodies VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    insert.bind(before + size).bind(before + 1 + static_cast<std::int64_t>(row)).bind(name(body.kind));
    TRY_OK(insert.bind(body.content_type).bind(body.truncated).bind_borrowed_blob(body.bytes).run());
  }
  TRY_OK(sums.write(database_));
  return transaction.commit();
}

Result<> Ledger::sum_old_rows(const PriceList* prices) {
  const std::scoped_lock held(mutex_);
  TRY(const auto summed, database_.integer("SELECT EXISTS (SELECT 1 FROM hours)"));
  if (summed != 0) return {};
  TRY(auto transaction, Transaction::begin(database_));
  std::vector<std::pair<std::int64_t, std::string>> all;
  {
    TRY(auto select, database_.prepare("SELECT last, packed, costs, format FROM batches"));
    Batches batches(std::move(select));
    while (true) {
      TRY(const bool more, batches.step());
      if (!more) break;
      if (!batches.open()) continue;  // a damaged batch has no sums; its rows tell of it when they are read
      HourSums sums(prices);
      auto costs = costs_of(batches.rows(), sums);
      if (!costs) continue;
      TRY_OK(sums.write(database_));
      all.emplace_back(batches.last(), *std::move(costs));
    }
  }
  for (const auto& [last, costs] : all) {
    TRY(auto update, database_.prepare("UPDATE batches SET costs = ?2 WHERE last = ?1"));
    TRY_OK(update.bind(last).bind_borrowed_blob(costs).run());
  }
  return transaction.commit();
}

// The row with this id, or the one whose id begins so. The newest are looked at first: they are what people ask for.
Result<Ledger::Found> Ledger::find(std::string_view id_or_prefix) {
  if (id_or_prefix.empty()) return unknown(id_or_prefix);
  TRY(auto select, database_.prepare("SELECT last, packed, costs, format FROM batches ORDER BY last DESC"));
  Batches batches(std::move(select));
  Found found;
  int beginnings = 0;
  while (true) {
    TRY(const bool more, batches.next());
    if (!more) break;
    for (std::size_t i = batches.rows().size(); i-- > 0;) {
      const auto packed = batches.rows()[i];
      const auto id = packed_id(packed);
      if (!id.starts_with(id_or_prefix)) continue;
      const bool exact = id == id_or_prefix;
      if (!exact && ++beginnings > 1) continue;
      found.batch = batches.last();
      found.row.sequence = batches.sequence(i);
      if (!batches.read(i, found.row)) return batches.damaged();
      if (exact) return found;
    }
  }
  if (beginnings == 0) return unknown(id_or_prefix);
  if (id_or_prefix.size() < id_prefix_min)
    return fail(Code::schema, fmt::format("give at least {} characters of the id", id_prefix_min), "id");
  if (beginnings == 1) return found;
  return fail(Code::conflict,
              fmt::format("several requests begin with \"{}\": give more of the id", text::quoted(id_or_prefix)));
}

Result<LedgerRow> Ledger::get(std::string_view id_or_prefix) {
  const std::scoped_lock held(mutex_);
  TRY(auto found, find(id_or_prefix));
  return std::move(found.row);
}

Result<LedgerBody> Ledger::body(std::string_view id, BodyKind kind) {
  const std::scoped_lock held(mutex_);
  TRY(const auto at, find(id));
  TRY(auto select, database_.prepare("SELECT content_type, bytes, truncated FROM bodies "
                                     "WHERE batch = ?1 AND request = ?2 AND kind = ?3"));
  TRY(const bool found, select.bind(at.batch).bind(at.row.sequence).bind(name(kind)).step());
  if (!found)
    return fail(Code::path_unknown, fmt::format("no {} body was kept of request \"{}\"; logging.bodies decides",
                                                name(kind), text::quoted(id)));
  return LedgerBody{
      .kind = kind, .content_type = select.text(0), .bytes = select.text(1), .truncated = select.integer(2) != 0};
}

Result<std::vector<BodyKind>> Ledger::body_kinds(std::string_view id) {
  const std::scoped_lock held(mutex_);
  TRY(const auto at, find(id));
  TRY(auto select, database_.prepare("SELECT kind FROM bodies WHERE batch = ?1 AND request = ?2"));
  select.bind(at.batch).bind(at.row.sequence);
  std::vector<BodyKind> kinds;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return kinds;
    if (const auto kind = body_kind_named(select.text(0))) kinds.push_back(*kind);
  }
}

Result<std::int64_t> Ledger::count() {
  const std::scoped_lock held(mutex_);
  return database_.integer("SELECT coalesce(sum(rows), 0) FROM batches");
}

Result<std::int64_t> Ledger::bytes() {
  const std::scoped_lock held(mutex_);
  return used_bytes();
}

Result<std::int64_t> Ledger::used_bytes() {
  TRY(const auto pages, database_.integer("PRAGMA page_count"));
  TRY(const auto unused, database_.integer("PRAGMA freelist_count"));
  TRY(const auto page_bytes, database_.integer("PRAGMA page_size"));
  return (pages - unused) * page_bytes;
}

// Batches go as a whole, the oldest first: about so many rows at a time, at least one batch.
Result<std::int64_t> Ledger::prune_some(std::int64_t limit_ms) {
  TRY(auto remove, database_.prepare(delete_oldest));
  remove.bind(limit_ms).bind(ledger_prune_rows);
  std::int64_t rows = 0;
  while (true) {
    TRY(const bool more, remove.step());
    if (!more) return rows;
    rows += remove.integer(0);
  }
}

// The lock is given back in between: neither writers nor readers wait for a large clean-up.
Result<std::int64_t> Ledger::prune(const Retention& retention) {
  constexpr auto day_ms = std::chrono::milliseconds(std::chrono::days(1)).count();
  const auto limit_ms = retention.keep_days > 0 ? unix_ms(clock_.wall()) - retention.keep_days * day_ms : INT64_MIN;
  std::int64_t pruned = 0;
  while (true) {
    const std::scoped_lock held(mutex_);
    TRY(const auto used, used_bytes());
    const bool too_large = retention.bytes_max > 0 && used > retention.bytes_max;
    // A ledger that is too large loses its oldest rows, whatever their age.
    TRY(const auto removed, prune_some(too_large ? INT64_MAX : limit_ms));
    pruned += removed;
    if (removed == 0) break;
  }
  TRY_OK(prune_hours(retention.keep_hours_days));
  if (pruned == 0) return pruned;
  const std::scoped_lock held(mutex_);
  TRY_OK(database_.execute("PRAGMA incremental_vacuum"));  // gives the free pages back to the file system
  return pruned;
}

Result<> Ledger::prune_hours(std::int64_t keep_days) {
  if (keep_days <= 0) return {};
  constexpr auto day_ms = std::chrono::milliseconds(std::chrono::days(1)).count();
  const std::scoped_lock held(mutex_);
  TRY(auto remove, database_.prepare("DELETE FROM hours WHERE hour_ms < ?1"));
  return remove.bind(hour_of(unix_ms(clock_.wall()) - keep_days * day_ms)).run();
}

Result<> Ledger::clear() {
  const std::scoped_lock held(mutex_);
  TRY_OK(database_.execute("DELETE FROM batches; DELETE FROM hours"));
  return database_.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace agt::store

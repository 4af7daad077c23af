#include "store/ledger.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <concepts>

#include "core/text.h"
#include "store/ledger_rows.h"
#include "store/limits.h"
#include "store/packed_rows.h"

namespace agt::store {

extern const char* const ledger_0001_start;

namespace {

constexpr std::int32_t ledger_application_id = 0x4147544c;  // also in migrations/ledger_0001_start.sql

std::unexpected<Error> unknown(std::string_view id) {
  return fail(Code::path_unknown, fmt::format("there is no request \"{}\" in the ledger", text::quoted(id)));
}

// The least text that is greater than every text that begins with `prefix`.
std::string after_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
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

namespace {

struct ColumnReader {
  const Statement& row;
  int column = 1;  // behind the sequence

  void operator()(std::string& text) { text = row.text(column++); }
  void operator()(bool& flag) { flag = row.integer(column++) != 0; }
  void operator()(int& number) { number = static_cast<int>(row.integer(column++)); }
  void operator()(std::int64_t& number) { number = row.integer(column++); }
  void operator()(std::optional<std::int64_t>& number) { number = row.maybe_integer(column++); }
};

}  // namespace

LedgerRow read_ledger_row(const Statement& row) {
  LedgerRow out{.sequence = row.integer(0)};
  ColumnReader reader{row};
  each_column(out, [&reader](auto& value) { reader(value); });
  return out;
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& file, const Clock& clock) {
  const std::array migrations{Migration{.number = 1, .sql = ledger_0001_start}};
  TRY(auto database, Database::open(file, {.durability = DatabaseOptions::Durability::normal,
                                           .application_id = ledger_application_id,
                                           .migrations = migrations,
                                           .now_ms = unix_ms(clock.wall())}));
  return std::unique_ptr<Ledger>(new Ledger(std::move(database), clock));
}

Result<> Ledger::append(const PackedRows& rows) {
  const std::scoped_lock held(mutex_);
  TRY(auto transaction, Transaction::begin(database_));
  PackedRows::Reader reader(rows);
  for (LedgerEntry row; reader.next(row);) TRY_OK(insert(row));
  return transaction.commit();
}

Result<> Ledger::insert(const LedgerEntry& row) {
  {
    TRY(auto insert, database_.prepare("INSERT OR IGNORE INTO requests VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                                       "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
                                       "?24, ?25, ?26)"));
    each_column(row, [&insert](const auto& value) {
      if constexpr (std::same_as<decltype(value), const std::string_view&>)
        insert.bind_borrowed(value);
      else
        insert.bind(value);
    });
    insert.bind_borrowed(row.trace);
    TRY_OK(insert.run());
  }
  if (row.bodies.empty() || database_.changes() == 0) return {};
  for (const auto& body : row.bodies) {
    TRY(auto insert, database_.prepare("INSERT OR IGNORE INTO bodies SELECT sequence, ?2, ?3, ?4, ?5 FROM requests "
                                       "WHERE id = ?1"));
    insert.bind(row.id).bind(name(body.kind)).bind(body.content_type).bind(body.truncated).bind_blob(body.bytes);
    TRY_OK(insert.run());
  }
  return {};
}

// The id itself, or the one id that begins so.
Result<std::string> Ledger::full_id(std::string_view id_or_prefix) {
  TRY(auto select, database_.prepare("SELECT id FROM requests WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2"));
  TRY(const bool found, select.bind(id_or_prefix).bind(after_prefix(id_or_prefix)).step());
  if (id_or_prefix.empty() || !found) return unknown(id_or_prefix);
  auto first = select.text(0);
  if (first == id_or_prefix) return first;
  if (id_or_prefix.size() < id_prefix_min)
    return fail(Code::schema, fmt::format("give at least {} characters of the id", id_prefix_min), "id");
  TRY(const bool another, select.step());
  if (another)
    return fail(Code::conflict,
                fmt::format("several requests begin with \"{}\": give more of the id", text::quoted(id_or_prefix)));
  return first;
}

Result<LedgerRow> Ledger::get(std::string_view id_or_prefix) {
  const std::scoped_lock held(mutex_);
  TRY(const auto id, full_id(id_or_prefix));
  TRY(auto select, database_.prepare("SELECT * FROM requests WHERE id = ?1"));
  TRY(const bool found, select.bind(id).step());
  if (!found) return unknown(id);
  auto row = read_ledger_row(select);
  row.trace = select.text(ledger_trace_column);
  return row;
}

Result<LedgerBody> Ledger::body(std::string_view id, BodyKind kind) {
  const std::scoped_lock held(mutex_);
  TRY(auto select, database_.prepare("SELECT content_type, bytes, truncated FROM bodies WHERE kind = ?2 "
                                     "AND request = (SELECT sequence FROM requests WHERE id = ?1)"));
  TRY(const bool found, select.bind(id).bind(name(kind)).step());
  if (!found)
    return fail(Code::path_unknown, fmt::format("no {} body was kept of request \"{}\"; logging.bodies decides",
                                                name(kind), text::quoted(id)));
  return LedgerBody{
      .kind = kind, .content_type = select.text(0), .bytes = select.text(1), .truncated = select.integer(2) != 0};
}

Result<std::vector<BodyKind>> Ledger::body_kinds(std::string_view id) {
  const std::scoped_lock held(mutex_);
  TRY(auto select, database_.prepare("SELECT kind FROM bodies "
                                     "WHERE request = (SELECT sequence FROM requests WHERE id = ?1)"));
  select.bind(id);
  std::vector<BodyKind> kinds;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return kinds;
    if (const auto kind = body_kind_named(select.text(0))) kinds.push_back(*kind);
  }
}

Result<std::int64_t> Ledger::count() {
  const std::scoped_lock held(mutex_);
  return database_.integer("SELECT count(*) FROM requests");
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

// Few rows at a time, and the lock is given back in between: neither writers nor readers wait for a large clean-up.
Result<std::int64_t> Ledger::prune(const Retention& retention) {
  constexpr auto day_ms = std::chrono::milliseconds(std::chrono::days(1)).count();
  const auto limit_ms = retention.keep_days > 0 ? unix_ms(clock_.wall()) - retention.keep_days * day_ms : INT64_MIN;
  std::int64_t pruned = 0;
  while (true) {
    const std::scoped_lock held(mutex_);
    TRY(const auto used, used_bytes());
    const bool too_large = retention.bytes_max > 0 && used > retention.bytes_max;
    // A ledger that is too large loses its oldest rows, whatever their age.
    TRY(auto remove, database_.prepare("DELETE FROM requests WHERE sequence IN (SELECT sequence FROM requests "
                                       "WHERE started_ms < ?1 ORDER BY started_ms LIMIT ?2)"));
    TRY_OK(remove.bind(too_large ? INT64_MAX : limit_ms).bind(ledger_prune_rows).run());
    const auto removed = database_.changes();
    pruned += removed;
    if (removed == 0) break;
  }
  if (pruned == 0) return pruned;
  const std::scoped_lock held(mutex_);
  TRY_OK(database_.execute("PRAGMA incremental_vacuum"));  // gives the free pages back to the file system
  return pruned;
}

Result<> Ledger::clear() {
  const std::scoped_lock held(mutex_);
  TRY_OK(database_.execute("DELETE FROM requests"));
  return database_.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace agt::store

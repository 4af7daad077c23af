#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <system_error>

#include "core/text.h"
#include "store/files.h"
#include "store/limits.h"

namespace agt::store {
namespace {

std::unexpected<Error> refusal(sqlite3* handle, std::string_view doing) {
  const char* file = handle != nullptr ? sqlite3_db_filename(handle, "main") : nullptr;
  return fail(Code::storage, fmt::format("{}: {}: {} (SQLite {})", file != nullptr ? file : "database", doing,
                                         text::quoted(sqlite3_errmsg(handle)), sqlite3_extended_errcode(handle)));
}

std::filesystem::path beside(const std::filesystem::path& path, std::string_view suffix) {
  return path.string() + std::string(suffix);
}

// The write-ahead log belongs to its database: they are moved together or the database loses its last commits.
Result<> move_with_log(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    if (!std::filesystem::exists(beside(from, suffix), error)) continue;
    std::filesystem::rename(beside(from, suffix), beside(to, suffix), error);
    if (error) return fail(Code::storage, fmt::format("{}: cannot be moved aside: {}", from.string(), error.message()));
  }
  return {};
}

// Marks the errors that mean "this file is damaged", as opposed to "the disk is full" or "not our database".
constexpr std::string_view damage_field = "damaged";

bool means_damage(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

std::unexpected<Error> damaged(const std::filesystem::path& path, std::string_view what) {
  return fail(Code::storage, fmt::format("{}: {}", path.string(), what), std::string(damage_field));
}

}  // namespace

Statement::~Statement() {
  if (handle_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

Statement& Statement::bind_integer(std::int64_t value) { return bound(sqlite3_bind_int64(handle_, ++bound_, value)); }

Statement& Statement::bound(int code) {
  if (bind_result_ == SQLITE_OK) bind_result_ = code;
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  const char* bytes = text.data() != nullptr ? text.data() : "";  // a null pointer would be stored as NULL
  return bound(sqlite3_bind_text64(handle_, ++bound_, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind_blob(std::string_view bytes) {
  const char* data = bytes.data() != nullptr ? bytes.data() : "";
  return bound(sqlite3_bind_blob64(handle_, ++bound_, data, bytes.size(), SQLITE_TRANSIENT));
}

Statement& Statement::bind_borrowed_blob(std::string_view bytes) {
  const char* data = bytes.data() != nullptr ? bytes.data() : "";
  return bound(sqlite3_bind_blob64(handle_, ++bound_, data, bytes.size(), SQLITE_STATIC));
}

Statement& Statement::bind_null() { return bound(sqlite3_bind_null(handle_, ++bound_)); }

Result<bool> Statement::step() {
  auto* database = sqlite3_db_handle(handle_);
  if (bind_result_ != SQLITE_OK) return refusal(database, "bind");
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return refusal(database, sqlite3_sql(handle_));
}

Result<> Statement::run() {
  while (true) {
    TRY(const bool more, step());
    if (!more) return {};
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

std::string Statement::text(int column) const { return std::string(view(column)); }

std::string_view Statement::view(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  const auto size = sqlite3_column_bytes(handle_, column);
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, static_cast<std::size_t>(size));
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

Database::Database(Database&& other) noexcept
    : path_(std::move(other.path_)),
      handle_(std::exchange(other.handle_, nullptr)),
      cache_(std::move(other.cache_)),
      rescue_(std::move(other.rescue_)) {
  other.cache_.clear();
}

Database& Database::operator=(Database&& other) noexcept {
  if (this == &other) return *this;
  close();
  path_ = std::move(other.path_);
  handle_ = std::exchange(other.handle_, nullptr);
  cache_ = std::exchange(other.cache_, {});
  rescue_ = std::move(other.rescue_);
  return *this;
}

Database::~Database() { close(); }

void Database::close() {
  for (const auto& cached : cache_) sqlite3_finalize(cached.statement);
  cache_.clear();
  sqlite3_close(handle_);
  handle_ = nullptr;
}

Result<Database> Database::open(const std::filesystem::path& path, const DatabaseOptions& options) {
  auto opened = open_healthy(path, options);
  if (opened || opened.error().field != damage_field) return opened;

  Rescue rescue{.set_aside = beside(path, fmt::format(".corrupt-{}", options.now_ms)), .why = opened.error().message};
  TRY_OK(move_with_log(path, rescue.set_aside));
  const auto copy = beside(path, ".good");
  std::error_code error;
  if (std::filesystem::exists(copy, error)) {
    std::filesystem::copy_file(copy, path, error);
    if (auto restored = open_healthy(path, options); !error && restored) {
      rescue.restored = copy;
      restored->rescue_ = std::move(rescue);
      return restored;
    }
    TRY_OK(move_with_log(path, beside(path, fmt::format(".corrupt-copy-{}", options.now_ms))));
  }
  TRY(auto fresh, open_healthy(path, options));
  fresh.rescue_ = std::move(rescue);
  return fresh;
}

bool Database::exists(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return (!error && size > 0) || std::filesystem::exists(beside(path, ".good"), error);
}

Result<Database> Database::open_healthy(const std::filesystem::path& path, const DatabaseOptions& options) {
  TRY_OK(check_file(path, Trust::closable));
  std::error_code error;
  const bool emptied = std::filesystem::is_empty(path, error) && std::filesystem::exists(beside(path, ".good"));
  if (emptied && options.holds_secrets) return damaged(path, "is empty, but was not");
  TRY_OK(make_file(path));
  Database database(path);
  TRY_OK(database.connect());
  TRY_OK(database.examine(options));
  TRY_OK(database.configure(options));
  TRY_OK(database.migrate(options));
  if (options.holds_secrets) TRY_OK(database.copy_to(beside(path, ".good")));
  return database;
}

Result<> Database::connect() {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path_.c_str(), &handle_, flags, nullptr) != SQLITE_OK) return refusal(handle_, "open");
  sqlite3_busy_timeout(handle_, sqlite_busy_ms);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return {};
}

// Reads before anything is written: a file that is not ours, or from the future, stays as it is.
Result<> Database::examine(const DatabaseOptions& options) {
  const auto tables = integer("SELECT count(*) FROM sqlite_schema");
  if (!tables && means_damage(sqlite3_errcode(handle_))) return damaged(path_, text::quoted(sqlite3_errmsg(handle_)));
  if (!tables) return std::unexpected(tables.error());
  TRY(const auto application, integer("PRAGMA application_id"));
  if (*tables != 0 && application != options.application_id)
    return fail(Code::config, fmt::format("{}: is a database of another program: move it away", path_.string()));

  TRY(const auto version, integer("PRAGMA user_version"));
  const auto newest = static_cast<std::int64_t>(options.migrations.size());
  if (version > newest)
    return fail(Code::config,
                fmt::format("{}: was written by a newer version of this program (schema {}, this one knows {}): "
                            "install that version, or use another home; nothing was changed",
                            path_.string(), version, newest));
  if (!options.holds_secrets) return {};  // a ledger may be large, and losing it is no harm: it is not read in full

  TRY(auto check, prepare("PRAGMA quick_check(1)"));
  const auto row = check.step();
  if (!row && means_damage(sqlite3_errcode(handle_))) return damaged(path_, text::quoted(sqlite3_errmsg(handle_)));
  if (!row) return std::unexpected(row.error());
  const auto verdict = check.text(0);
  if (verdict != "ok") return damaged(path_, text::quoted(verdict));
  return {};
}

Result<> Database::configure(const DatabaseOptions& options) {
  // auto_vacuum comes first: it holds only when set before the file has its first page.
  TRY_OK(
      execute("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
              "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA journal_mode=WAL;"
              "PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=16777216;"));
  switch (options.durability) {
    case DatabaseOptions::Durability::full: TRY_OK(execute("PRAGMA synchronous=FULL")); break;
    case DatabaseOptions::Durability::normal: TRY_OK(execute("PRAGMA synchronous=NORMAL")); break;
  }
  if (options.holds_secrets) TRY_OK(execute("PRAGMA secure_delete=ON"));
  TRY(auto mode, prepare("PRAGMA journal_mode"));
  TRY(const bool told, mode.step());
  if (!told || mode.text(0) != "wal")
    return fail(Code::storage,
                fmt::format("{}: this file system has no write-ahead log: use a local folder", path_.string()));
  return {};
}

Result<> Database::migrate(const DatabaseOptions& options) {
  TRY(const auto version, integer("PRAGMA user_version"));
  const auto newest = static_cast<std::int64_t>(options.migrations.size());
  if (version != 0 && version < newest) TRY_OK(copy_to(beside(path_, fmt::format(".before-{}", version + 1))));
  for (const auto& step : options.migrations) {
    if (step.number <= version) continue;
    TRY(auto transaction, Transaction::begin(*this));
    TRY_OK(run_script(step.sql));  // ends with its own PRAGMA user_version
    TRY(const auto reached, integer("PRAGMA user_version"));
    if (reached != step.number)
      return fail(Code::internal, fmt::format("migration {} leaves user_version {}", step.number, reached));
    TRY_OK(transaction.commit());
  }
  return {};
}

// A copy that is whole or not there: made under another name, then renamed.
Result<> Database::copy_to(const std::filesystem::path& target) {
  const auto unfinished = beside(target, "-new");
  std::error_code error;
  std::filesystem::remove(unfinished, error);
  TRY_OK(make_file(unfinished));  // SQLite accepts an empty file and keeps its mode
  {
    TRY(auto copy, prepare("VACUUM INTO ?1"));
    TRY_OK(copy.bind(unfinished.string()).run());
  }
  std::filesystem::rename(unfinished, target, error);
  if (error) return fail(Code::storage, fmt::format("{}: {}", target.string(), error.message()));
  return {};
}

Result<Statement> Database::prepare(Sql sql) {
  const auto text = sql.text();
  const auto known = std::ranges::find_if(
      cache_, [text](const Cached& c) { return c.sql.data() == text.data() && c.sql.size() == text.size(); });
  if (known != cache_.end()) return Statement(known->statement);
  sqlite3_stmt* statement = nullptr;
  const int size = static_cast<int>(text.size());
  if (sqlite3_prepare_v3(handle_, text.data(), size, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return refusal(handle_, text);
  cache_.push_back({.sql = text, .statement = statement});
  return Statement(statement);
}

Result<> Database::execute(Sql sql) { return run_script(sql.text().data()); }

Result<> Database::run_script(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return refusal(handle_, "execute");
  return {};
}

Result<std::int64_t> Database::integer(Sql sql) {
  TRY(auto statement, prepare(sql));
  TRY(const bool found, statement.step());
  return found ? statement.integer(0) : 0;
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Result<Transaction> Transaction::begin(Database& database) {
  TRY_OK(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // A failed rollback means that SQLite has already rolled back by itself.
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Result<> Transaction::commit() {
  TRY_OK(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace agt::store

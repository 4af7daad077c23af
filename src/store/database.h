// A thin RAII layer over SQLite: open with our settings, prepared statements, transactions, migrations by number.
// Nothing above this room sees a sqlite3 type; every SQL text is a literal next to the function that uses it.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace agt::store {

// The text of a statement: always a literal of the source, so none can be assembled from strings.
class Sql {
 public:
  template <std::size_t N>
  consteval Sql(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// One prepared statement, borrowed for one use: bind 1, 2, …, then step. Reset when it goes out of scope.
class Statement {
 public:
  Statement(Statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(std::integral auto value) { return bind_integer(static_cast<std::int64_t>(value)); }
  Statement& bind(std::string_view text);  // copied
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_borrowed_blob(std::string_view bytes);  // it outlives the statement
  Statement& bind_null();
  template <class T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  [[nodiscard]] Result<bool> step();  // true: a row is there
  [[nodiscard]] Result<> run();       // step to the end, ignoring rows

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;       // also for blobs
  [[nodiscard]] std::string_view view(int column) const;  // the same, until the next step
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  Statement& bind_integer(std::int64_t value);
  Statement& bound(int code);
  sqlite3_stmt* handle_;
  int bound_ = 0;
  int bind_result_ = 0;  // the first failure of a bind; told by step
};

struct Migration {
  int number = 0;             // 1, 2, 3 … without gaps
  const char* sql = nullptr;  // sets user_version to its number
};

struct DatabaseOptions {
  enum class Durability : std::uint8_t { full, normal };
  Durability durability = Durability::full;
  bool holds_secrets = false;  // overwrite what is deleted, check every page on opening, keep a copy of that state
  std::int32_t application_id = 0;
  std::span<const Migration> migrations{};
  std::int64_t now_ms = 0;  // names the copies that are put aside
};

// A database that was damaged: where it went, and what took its place.
struct Rescue {
  std::filesystem::path set_aside{};                // the damaged file
  std::optional<std::filesystem::path> restored{};  // the copy that is used now; nothing: a new one was started
  std::string why{};                                // what was wrong with it
};

class Database {
 public:
  // Opens or makes the file and brings its schema up to date; an older one is first copied to *.before-<number>.
  // A damaged file is moved to *.corrupt-<now_ms>; the last good copy, or a new database, takes its place, and
  // rescue() tells so: the caller must pass it on. A database of another program, or one with a newer schema, is left
  // alone: Code::config.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, const DatabaseOptions& options);

  // False where there is nothing yet, or only the empty file of a first start that died.
  [[nodiscard]] static bool exists(const std::filesystem::path& path);

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  // Prepared once, then reused: a function must not hold the same statement twice at a time.
  [[nodiscard]] Result<Statement> prepare(Sql sql);
  [[nodiscard]] Result<> execute(Sql sql);              // several statements, no parameters
  [[nodiscard]] Result<std::int64_t> integer(Sql sql);  // the first column of the first row
  [[nodiscard]] std::int64_t changes() const;           // rows changed by the last statement

  [[nodiscard]] const std::optional<Rescue>& rescue() const { return rescue_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  struct Cached {
    std::string_view sql{};
    sqlite3_stmt* statement = nullptr;
  };
  explicit Database(std::filesystem::path path) : path_(std::move(path)) {}
  static Result<Database> open_healthy(const std::filesystem::path& path, const DatabaseOptions& options);
  void close();
  [[nodiscard]] Result<> connect();
  [[nodiscard]] Result<> configure(const DatabaseOptions& options);
  [[nodiscard]] Result<> examine(const DatabaseOptions& options);
  [[nodiscard]] Result<> migrate(const DatabaseOptions& options);
  [[nodiscard]] Result<> copy_to(const std::filesystem::path& target);
  [[nodiscard]] Result<> run_script(const char* sql);

  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
  std::vector<Cached> cache_{};
  std::optional<Rescue> rescue_{};
};

// BEGIN IMMEDIATE … COMMIT; rolled back unless committed.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace agt::store

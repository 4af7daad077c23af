#include "store/database.h"

#include <fmt/format.h>

#include <array>

#include "core/ids.h"
#include "store/test_home.h"

namespace agt::store {
namespace {

constexpr std::array one{Migration{.number = 1,
                                   .sql = "PRAGMA application_id = 77; PRAGMA user_version = 1; "
                                          "CREATE TABLE notes (text TEXT NOT NULL) STRICT;"}};
constexpr std::array two{one[0], Migration{.number = 2,
                                           .sql = "PRAGMA user_version = 2; "
                                                  "ALTER TABLE notes ADD COLUMN stars INTEGER;"}};
constexpr std::array broken{one[0], Migration{.number = 2,
                                              .sql = "PRAGMA user_version = 2; "
                                                     "ALTER TABLE notes ADD COLUMN stars INTEGER; "
                                                     "INSERT INTO nowhere VALUES (1);"}};

DatabaseOptions options(std::span<const Migration> migrations) {
  return {.holds_secrets = true, .application_id = 77, .migrations = migrations, .now_ms = 1234};
}

Result<> add(Database& database, std::string_view text) {
  TRY(auto insert, database.prepare("INSERT INTO notes (text) VALUES (?1)"));
  return insert.bind(text).run();
}

Result<std::int64_t> count(Database& database) { return database.integer("SELECT count(*) FROM notes"); }

TEST(Database, is_made_private_with_the_newest_schema) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  auto database = Database::open(file, options(two));
  ASSERT_TRUE(database) << message(database);
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(database->integer("PRAGMA user_version"), 2);
  EXPECT_EQ(database->integer("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(database->integer("PRAGMA secure_delete"), 1);
  EXPECT_EQ(database->integer("PRAGMA synchronous"), 2);
  ASSERT_TRUE(add(*database, "hello"));
  EXPECT_EQ(mode_of(test.root() / "x.db-wal"), 0600U);
}

TEST(Database, keeps_text_with_a_zero_byte_and_an_empty_text_apart_from_null) {
  const TestHome test;
  auto database = Database::open(test.root() / "x.db", options(one));
  ASSERT_TRUE(database);
  ASSERT_TRUE(add(*database, std::string_view("a\0b", 3)));
  ASSERT_TRUE(add(*database, {}));
  auto select = database->prepare("SELECT text FROM notes ORDER BY rowid");
  ASSERT_TRUE(select);
  ASSERT_TRUE(select->step().value());
  EXPECT_EQ(select->text(0), std::string("a\0b", 3));
  ASSERT_TRUE(select->step().value());
  EXPECT_FALSE(select->is_null(0));
}

TEST(Database, a_transaction_that_is_not_committed_is_rolled_back) {
  const TestHome test;
  auto database = Database::open(test.root() / "x.db", options(one));
  ASSERT_TRUE(database);
  {
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(add(*database, "lost"));
  }
  EXPECT_EQ(count(*database), 0);
}

TEST(Database, an_older_schema_is_copied_then_migrated) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  {
    auto old = Database::open(file, options(one));
    ASSERT_TRUE(old);
    ASSERT_TRUE(add(*old, "kept"));
  }
  auto migrated = Database::open(file, options(two));
  ASSERT_TRUE(migrated) << message(migrated);
  EXPECT_EQ(count(*migrated), 1);
  EXPECT_EQ(migrated->integer("SELECT count(*) FROM notes WHERE stars IS NULL"), 1);
  EXPECT_EQ(mode_of(test.root() / "x.db.before-2"), 0600U);
}

TEST(Database, a_migration_that_fails_changes_nothing) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  ASSERT_TRUE(Database::open(file, options(one)));
  const auto migrated = Database::open(file, options(broken));
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code, Code::storage);
  auto still = Database::open(file, options(one));
  ASSERT_TRUE(still) << message(still);
  EXPECT_EQ(still->integer("PRAGMA user_version"), 1);
}

TEST(Database, a_newer_schema_is_refused_and_untouched) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  ASSERT_TRUE(Database::open(file, options(two)));
  const auto before = contents(file);
  const auto opened = Database::open(file, options(one));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::config);
  EXPECT_EQ(opened.error().message,
            file.string() +
                ": was written by a newer version of this program (schema 2, this one knows 1): install "
                "that version, or use another home; nothing was changed");
  EXPECT_EQ(contents(file), before);
}

TEST(Database, of_another_program_is_refused_and_untouched) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  ASSERT_TRUE(Database::open(file, options(one)));
  const auto before = contents(file);
  auto other = options(one);
  other.application_id = 78;
  const auto opened = Database::open(file, other);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::config);
  EXPECT_EQ(opened.error().message, file.string() + ": is a database of another program: move it away");
  EXPECT_EQ(contents(file), before);
}

TEST(Database, that_is_damaged_is_moved_aside_and_its_last_good_copy_used) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  {
    auto database = Database::open(file, options(one));
    ASSERT_TRUE(database);
    ASSERT_TRUE(add(*database, "kept"));
  }
  ASSERT_TRUE(Database::open(file, options(one)));  // opening makes the copy
  put(file,
      "this is no database at all, and it is long enough to have a header of its own, or is it not? It is. "
      "But it is no header of SQLite.");
  auto opened = Database::open(file, options(one));
  ASSERT_TRUE(opened) << message(opened);
  EXPECT_EQ(count(*opened), 1);
  ASSERT_TRUE(opened->rescue());
  EXPECT_EQ(opened->rescue()->set_aside, file.string() + ".corrupt-1234");
  EXPECT_EQ(opened->rescue()->restored, file.string() + ".good");
  EXPECT_TRUE(contents(opened->rescue()->set_aside).starts_with("this is no database"));
}

TEST(Database, that_is_damaged_without_a_copy_starts_anew_and_says_so) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  put(file, std::string(8192, 'x'));
  auto opened = Database::open(file, options(one));
  ASSERT_TRUE(opened) << message(opened);
  ASSERT_TRUE(opened->rescue());
  EXPECT_FALSE(opened->rescue()->restored);
  EXPECT_EQ(opened->rescue()->why, file.string() + ": file is not a database");
}

TEST(Database, that_was_emptied_is_restored) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  {
    auto database = Database::open(file, options(one));
    ASSERT_TRUE(database);
    ASSERT_TRUE(add(*database, "kept"));
  }
  ASSERT_TRUE(Database::open(file, options(one)));
  put(file, "");
  auto opened = Database::open(file, options(one));
  ASSERT_TRUE(opened) << message(opened);
  EXPECT_EQ(count(*opened), 1);
  EXPECT_TRUE(opened->rescue());
}

// Whatever is flipped: the file works, or it is moved aside; never a crash, never a silent loss of everything.
TEST(Database, survives_random_damage) {
  const TestHome test;
  const auto file = test.root() / "x.db";
  {
    auto database = Database::open(file, options(one));
    ASSERT_TRUE(database);
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(add(*database, fmt::format("note {}", i)));
  }
  const auto healthy = contents(file);
  Rng rng(7);
  for (int round = 0; round < 60; ++round) {
    auto damaged = healthy;
    for (int i = 0; i < 64; ++i) damaged[rng() % damaged.size()] = static_cast<char>(rng());
    if (round % 4 == 0) damaged.resize(1 + rng() % (damaged.size() - 1));
    std::filesystem::remove(file.string() + ".good");
    put(file, damaged);
    auto opened = Database::open(file, options(one));
    if (!opened) {  // a changed application id or version reads as somebody else's file: refused, not lost
      EXPECT_EQ(opened.error().code, Code::config) << message(opened);
      continue;
    }
    EXPECT_TRUE(opened->rescue() || count(*opened).value_or(0) > 0) << round;
  }
}

TEST(Database, an_unwritable_path_is_a_storage_error) {
  const auto opened = Database::open("/proc/x.db", options(one));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::storage);
}

}  // namespace
}  // namespace agt::store

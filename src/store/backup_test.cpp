#include "store/backup.h"

#include <fmt/format.h>

#include <array>

#include "store/accounts.h"
#include "store/bundle.h"
#include "store/stored_settings.h"
#include "store/test_home.h"

namespace agt::store {
namespace {

const Secret passphrase("correct horse battery");

class BackupTest : public testing::Test {
 protected:
  static Result<std::unique_ptr<Vault>> open(const TestHome& test, const Clock& clock) {
    TRY(const auto home, test.open());
    TRY(const auto lock, home.lock());
    return Vault::open(home, clock, Rng(1));
  }
  static void add(Vault& vault, std::string_view label) {
    Account account{
        .label = std::string(label), .provider = "openai", .credential = Secret("sk-of-" + std::string(label))};
    ASSERT_TRUE(add_account(vault, account));
  }
  // Its accounts' labels with their credentials, which shows that the key fits.
  static std::string told(const TestHome& test, const Clock& clock) {
    const auto vault = open(test, clock);
    if (!vault) return vault.error().message;
    std::string all;
    const auto listed = accounts(**vault);
    if (!listed) return listed.error().message;
    for (const auto& account : *listed) all += fmt::format("{}={} ", account.label, account.credential.reveal());
    return all;
  }
  Result<Restored> restore(const TestHome& test, std::string_view text, const Secret& words = passphrase) const {
    TRY(const auto home, test.open());
    TRY(const auto lock, home.lock());
    return restore_backup(home, text, words, clock_, Rng(2));
  }
  [[nodiscard]] std::string backup_of_two() const {
    const auto vault = open(from_, clock_);
    EXPECT_TRUE(vault) << message(vault);
    add(**vault, "one");
    add(**vault, "two");
    put(from_.root() / "config.toml", "[proxy]\nport = 9000\n");
    const auto backup = make_backup(*from_.open(), passphrase, clock_);
    EXPECT_TRUE(backup) << message(backup);
    EXPECT_EQ(backup->accounts, 2U);
    return backup->text;
  }

  TestHome from_{};
  TestHome to_{};
  StillClock clock_{};
};

TEST_F(BackupTest, brings_everything_into_an_empty_home) {
  const auto text = backup_of_two();
  EXPECT_FALSE(text.contains("sk-of-"));
  const auto restored = restore(to_, text);
  ASSERT_TRUE(restored) << message(restored);
  EXPECT_EQ(restored->accounts, 2U);
  EXPECT_EQ(restored->made_ms, clock_.unix_ms_now);
  EXPECT_TRUE(restored->set_aside.empty());
  EXPECT_EQ(told(to_, clock_), "one=sk-of-one two=sk-of-two ");
  EXPECT_EQ(contents(to_.root() / "config.toml"), "[proxy]\nport = 9000\n");
  for (const auto* file : {"vault.key", "config.toml", "data/vault.db"}) EXPECT_EQ(mode_of(to_.root() / file), 0600U);
  EXPECT_FALSE(std::filesystem::exists(to_.root() / "data/restore"));
}

TEST_F(BackupTest, keeps_what_was_there_under_another_name) {
  const auto text = backup_of_two();
  {
    add(**open(to_, clock_), "old");
  }
  const auto key = contents(to_.root() / "vault.key");
  clock_.unix_ms_now = 1'900'000'000'000;
  const auto restored = restore(to_, text);
  ASSERT_TRUE(restored) << message(restored);
  EXPECT_EQ(told(to_, clock_), "one=sk-of-one two=sk-of-two ");
  ASSERT_EQ(restored->set_aside.size(), 2U);
  EXPECT_EQ(contents(restored->set_aside[0]), key);
  EXPECT_EQ(restored->set_aside[1], (to_.root() / "data/vault.db").string() + ".before-restore-1900000000000");
  // They are a home of their own still.
  TestHome again;
  ASSERT_TRUE(again.open());
  std::filesystem::copy_file(restored->set_aside[0], again.root() / "vault.key");
  std::filesystem::copy_file(restored->set_aside[1], again.root() / "data/vault.db");
  EXPECT_EQ(told(again, clock_), "old=sk-of-old ");
}

TEST_F(BackupTest, that_cannot_be_used_changes_nothing) {
  const auto text = backup_of_two();
  {
    add(**open(to_, clock_), "old");
  }
  const auto wrong = restore(to_, text, Secret("another passphrase"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().field, "passphrase");
  const auto flipped = [&](std::size_t at) {
    auto other = text;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    return other;
  };
  std::vector<std::string> bad{"", "nothing of ours", text.substr(0, text.size() / 2), text.substr(0, text.size() - 2),
                               text + text};
  for (std::size_t part = 1; part < 8; ++part) bad.push_back(flipped(text.size() * part / 8));
  bad.push_back(*seal_bundle(Secret("{\"format\":\"agt-export\",\"accounts\":[]}"), passphrase));
  // Sizes that lie, from somebody who knows the passphrase.
  for (const auto* sizes : {R"("vault":9223372036854775807,"key":1)", R"("vault":-1,"key":1)",
                            R"("vault":1e300,"key":1)", R"("vault":0,"key":0)",
                            R"("vault":3,"key":3,"config":18446744073709551615)", R"("key":6)", R"("vault":3,"key":3)"})
    bad.push_back(*seal_bundle(Secret(fmt::format("{{\"format\":\"agt-backup\",{}}}\nabcdef", sizes)), passphrase));
  for (const auto& one : bad) {
    const auto restored = restore(to_, one);
    ASSERT_FALSE(restored) << one.substr(0, 200);
    EXPECT_FALSE(restored.error().message.empty());
    EXPECT_EQ(told(to_, clock_), "old=sk-of-old ") << restored.error().message;
    EXPECT_FALSE(std::filesystem::exists(to_.root() / "data/restore")) << restored.error().message;
  }
}

TEST_F(BackupTest, of_a_newer_program_is_refused) {
  {
    auto database = Database::open(from_.root() / "x.db", {.application_id = 0x41475451});
    ASSERT_TRUE(database);
    ASSERT_TRUE(
        database->execute("CREATE TABLE t (x INTEGER) STRICT; PRAGMA user_version = 999; "
                          "PRAGMA application_id = 1095193681; PRAGMA journal_mode=DELETE;"));
  }
  const auto newer = contents(from_.root() / "x.db");
  ASSERT_TRUE(Sealer::open(from_.root() / "k", Sealer::Missing::create));
  const auto key = contents(from_.root() / "k");
  const auto text = *seal_bundle(
      Secret(fmt::format("{{\"format\":\"agt-backup\",\"vault\":{},\"key\":{}}}\n", newer.size(), key.size()) + newer +
             key),
      passphrase);
  {
    add(**open(to_, clock_), "old");
  }
  const auto restored = restore(to_, text);
  ASSERT_FALSE(restored);
  EXPECT_TRUE(restored.error().message.contains("newer version")) << restored.error().message;
  EXPECT_EQ(told(to_, clock_), "old=sk-of-old ");
}

// Killed between any two of its steps: the next start has the old home or the new one, never a mixture.
TEST_F(BackupTest, that_is_killed_is_finished_or_has_not_begun) {
  const auto text = backup_of_two();
  const std::string suffix = ".before-restore-7";
  // Everything is staged, the marker is not there yet.
  const auto stage = [&](const TestHome& test) {
    {
      add(**open(test, clock_), "old");
    }
    put(test.root() / "data/vault.db-wal", "an old log");
    TestHome other;
    ASSERT_TRUE(restore(other, text));
    for (const auto* file : {"vault.key", "config.toml", "data/vault.db"})
      std::filesystem::copy_file(other.root() / file, (test.root() / file).string() + ".restore");
  };
  {
    TestHome home;
    stage(home);
    std::filesystem::remove(home.root() / "data/vault.db-wal");
    EXPECT_EQ(told(home, clock_), "old=sk-of-old ");
    EXPECT_FALSE(std::filesystem::exists(home.root() / "vault.key.restore"));
  }
  using Step = std::pair<const char*, std::string>;
  const std::array<Step, 6> steps{
      Step{"vault.key", "vault.key" + suffix},         Step{"vault.key.restore", "vault.key"},
      Step{"config.toml.restore", "config.toml"},      Step{"data/vault.db-wal", "data/vault.db" + suffix + "-wal"},
      Step{"data/vault.db", "data/vault.db" + suffix}, Step{"data/vault.db.restore", "data/vault.db"}};
  for (std::size_t done = 0; done <= steps.size(); ++done) {
    TestHome home;
    stage(home);
    put(home.root() / "data/restore.pending", suffix);
    for (std::size_t i = 0; i < done; ++i)
      std::filesystem::rename(home.root() / steps.at(i).first, home.root() / steps.at(i).second);
    EXPECT_EQ(told(home, clock_), "one=sk-of-one two=sk-of-two ") << done << " steps";
    EXPECT_EQ(contents(home.root() / ("data/vault.db" + suffix + "-wal")), "an old log") << done << " steps";
    EXPECT_FALSE(std::filesystem::exists(home.root() / "data/restore.pending"));
  }
}

}  // namespace
}  // namespace agt::store

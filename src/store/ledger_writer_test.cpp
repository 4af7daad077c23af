#include "store/ledger_writer.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <thread>

#include "core/ids.h"
#include "store/ledger_test.h"

namespace agt::store {
namespace {

using LedgerWriterTest = LedgerTest;

TEST_F(LedgerWriterTest, writes_on_its_own_and_at_the_latest_when_it_ends) {
  {
    LedgerWriter writer(open());
    EXPECT_TRUE(writer.push(row("a111")));
    writer.flush();
    EXPECT_EQ(ids(open()->list({})), (Ids{"a111"}));
    EXPECT_TRUE(writer.push(row("b111")));
  }
  EXPECT_EQ(ids(open()->list({})), (Ids{"b111", "a111"}));
}

TEST_F(LedgerWriterTest, needs_no_flush) {
  LedgerWriter writer(open());
  ASSERT_TRUE(writer.push(row("a111")));
  for (int i = 0; i < 200 && writer.counts().written == 0; ++i) std::this_thread::sleep_for(Milliseconds(10));
  EXPECT_EQ(writer.counts().written, 1U);
}

TEST_F(LedgerWriterTest, four_threads_push_at_once) {
  constexpr int each = 500;
  LedgerWriter writer(open());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&writer, t] {
        for (int i = 0; i < each; ++i) writer.push(row(fmt::format("t{}-{:04}", t, i)));
      });
  }
  writer.flush();
  const auto counts = writer.counts();
  EXPECT_EQ(counts.accepted, 4U * each);
  EXPECT_EQ(counts.dropped, 0U);
  EXPECT_EQ(counts.written, 4U * each);
  EXPECT_EQ(open()->count(), 4 * each);
}

// Another connection holds the write lock, so the writer cannot drain its queue.
TEST_F(LedgerWriterTest, a_full_queue_drops_and_counts_and_never_waits) {
  LedgerWriter writer(open(), {}, 10);
  auto other = Database::open(file(), {.application_id = 0x4147544c, .migrations = ledger_migrations});
  ASSERT_TRUE(other) << message(other);
  {
    auto lock = Transaction::begin(*other);
    ASSERT_TRUE(lock);
    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 1'000; ++i) writer.push(row(fmt::format("id{:06}", i)));
    EXPECT_LT(std::chrono::steady_clock::now() - before, Seconds(2));
  }
  writer.flush();
  const auto counts = writer.counts();
  EXPECT_EQ(counts.accepted + counts.dropped, 1'000U);
  EXPECT_GE(counts.dropped, 900U);
  EXPECT_EQ(counts.written, counts.accepted);
  EXPECT_EQ(open()->count(), static_cast<std::int64_t>(counts.written));
}

// A limit on the size of files stands for a full disk.
TEST_F(LedgerWriterTest, a_full_disk_loses_rows_counts_them_and_recovers) {
  LedgerWriter writer(open());
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit room{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &room), 0);
  const struct rlimit none{.rlim_cur = 4'096, .rlim_max = room.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  auto large = row("lost");
  large.trace = std::string(100'000, 't');
  writer.push(large);
  writer.flush();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &room), 0);
  EXPECT_EQ(writer.counts().lost, 1U);
  EXPECT_FALSE(writer.counts().last_error.empty());
  writer.push(row("kept"));
  writer.flush();
  EXPECT_EQ(writer.counts().written, 1U);
  EXPECT_EQ(writer.counts().last_error, "");
  EXPECT_EQ(ids(open()->list({})), (Ids{"kept"}));
}

TEST_F(LedgerWriterTest, a_queue_full_of_bytes_drops_too) {
  LedgerWriter writer(open());
  auto huge = row("huge");
  huge.bodies = {{.kind = BodyKind::client, .bytes = std::string(ledger_queue_bytes_max + 1, 'x')}};
  EXPECT_FALSE(writer.push(huge));
  EXPECT_EQ(writer.counts().dropped, 1U);
}

TEST_F(LedgerWriterTest, prunes) {
  {
    const auto ledger = open();
    ASSERT_TRUE(ledger->append(packed({row("old1", 5)})));
    ASSERT_TRUE(ledger->append(packed({row("new1", clock_.unix_ms_now)})));
  }
  LedgerWriter writer(open());
  writer.retain({.keep_days = 1});
  for (int i = 0; i < 200 && open()->count() != 1; ++i) std::this_thread::sleep_for(Milliseconds(10));
  EXPECT_EQ(ids(open()->list({})), (Ids{"new1"}));
}

// NORMAL durability: a killed process, as opposed to a power cut, loses nothing that was committed.
TEST_F(LedgerWriterTest, kill_9_keeps_what_was_flushed) {
  Rng rng(3);
  std::int64_t expected = 0;
  for (int round = 0; round < 6; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      LedgerWriter writer(open());
      for (int i = 0;; ++i) {
        writer.push(row(fmt::format("r{}-{}", round, i)));
        writer.flush();
        if (::write(pipe[1], "x", 1) != 1) ::_exit(1);
      }
    }
    ::close(pipe[1]);
    char byte = 0;
    ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
    ++expected;
    ::usleep(static_cast<useconds_t>(1'000 + rng() % 10'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe[0], &byte, 1) == 1) ++expected;
    ::close(pipe[0]);
    EXPECT_GE(open()->count().value_or(-1), expected) << round;
    expected = open()->count().value_or(-1);
  }
}

}  // namespace
}  // namespace agt::store

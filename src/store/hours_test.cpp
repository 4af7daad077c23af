// The sums of the ledger: by the hour, with costs, kept longer than the rows.
#include "store/hours.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>

#include "store/ledger_test.h"
#include "store/ledger_writer.h"

namespace agt::store {
namespace {

using HoursTest = LedgerTest;

constexpr std::int64_t noon = 1'795'003'200'000;  // 2026-11-18 12:00:00 UTC

// A dollar for a million tokens of the model "m" of "p", nothing known of others.
class OneDollar final : public PriceList {
 public:
  std::optional<Price> price(std::string_view provider, std::string_view model, std::int64_t) const override {
    if (provider != "p" || model != "m") return std::nullopt;
    return Price{.rates = {.input = 1'000'000, .output = 1'000'000}};
  }
};
const OneDollar one_dollar;

LedgerRow served(std::string id, std::int64_t started_ms, std::int64_t tokens, std::string model = "m") {
  return {.id = std::move(id),
          .started_ms = started_ms,
          .client_model = "asked",
          .provider = "p",
          .upstream_model = std::move(model),
          .account_id = "acc_1",
          .status = 200,
          .input_tokens = tokens,
          .output_tokens = 0,
          .user_agent = "cli/1"};
}

// What another connection does to the file.
void run_sql(const std::filesystem::path& file, Sql sql) {
  auto other = Database::open(file, {.application_id = 0x4147544c, .migrations = ledger_migrations});
  ASSERT_TRUE(other) << message(other);
  ASSERT_TRUE(other->execute(sql));
}

LedgerStat only(const Result<std::vector<LedgerStat>>& stats) {
  EXPECT_TRUE(stats) << message(stats);
  EXPECT_EQ(stats->size(), 1U);
  return stats->empty() ? LedgerStat{} : stats->front();
}

TEST_F(HoursTest, a_request_has_its_cost_and_an_unknown_price_is_no_zero) {
  const auto ledger = open();
  auto guessed = served("req_3", noon, 2000);
  guessed.usage_estimated = true;
  auto silent = served("req_4", noon, 0);
  silent.input_tokens.reset();
  silent.output_tokens.reset();
  guessed.stream = true;
  const auto other = served("req_5", noon, 10);
  ASSERT_TRUE(ledger->append(
      packed({served("req_1", noon, 1000), served("req_2", noon, 7, "dear"), guessed, silent, other}), &one_dollar));
  EXPECT_EQ(ledger->get("req_1")->cost, 1'000'000) << "a thousandth of a dollar";
  EXPECT_EQ(ledger->get("req_2")->cost, std::nullopt);
  EXPECT_EQ(ledger->get("req_3")->cost, 2'000'000);
  EXPECT_TRUE(ledger->get("req_3")->usage_estimated);
  EXPECT_EQ(ledger->get("req_4")->cost, std::nullopt);
  EXPECT_TRUE(ledger->get("req_3")->stream);
  EXPECT_FALSE(ledger->get("req_5")->usage_estimated);
  EXPECT_FALSE(ledger->get("req_5")->stream);
  EXPECT_EQ(ledger->list({})->at(4).cost, 1'000'000);
  const auto sum = only(ledger->stats({.by = StatBy::provider}));
  EXPECT_EQ(sum.requests, 5);
  EXPECT_EQ(sum.cost, 3'010'000);
  EXPECT_EQ(sum.estimated_cost, 2'000'000);
  EXPECT_EQ(sum.priced, 3);
  EXPECT_EQ(sum.unpriced, 1) << "the one without tokens is neither";
  EXPECT_EQ(sum.estimated, 1);
}

TEST_F(HoursTest, whole_hours_come_from_the_sums_and_the_ends_from_the_rows) {
  const auto ledger = open();
  for (int i = 0; i < 6; ++i)  // 11:30, 12:00, 12:30, …
    ASSERT_TRUE(
        ledger->append(packed({served(fmt::format("req_{}", i), noon + (i - 1) * hour_ms / 2, 1 << i)}), &one_dollar));
  const auto tokens = [&](std::int64_t since, std::int64_t until) {
    const auto stats = ledger->stats({.by = StatBy::client, .since_ms = since, .until_ms = until});
    EXPECT_TRUE(stats) << message(stats);
    return stats->empty() ? 0 : stats->front().input_tokens;
  };
  EXPECT_EQ(tokens(0, INT64_MAX), 63);
  EXPECT_EQ(tokens(noon, noon + hour_ms), 2 + 4);
  EXPECT_EQ(tokens(noon - hour_ms / 2, noon + 2 * hour_ms), 1 + 2 + 4 + 8 + 16);
  EXPECT_EQ(tokens(noon + 1, noon + 2 * hour_ms - 1), 4 + 8 + 16);
  EXPECT_EQ(tokens(noon + 1, noon + hour_ms / 2), 0);
  const auto slices = ledger->stats({.by = StatBy::client, .slice_ms = hour_ms});
  ASSERT_EQ(slices->size(), 4U);
  EXPECT_EQ(slices->at(1).bucket_ms, noon);
  EXPECT_EQ(slices->at(1).input_tokens, 6);
  EXPECT_EQ(ledger->stats({.slice_ms = hour_ms / 2})->size(), 6U) << "finer than an hour";
}

TEST_F(HoursTest, days_are_those_of_utc) {
  const auto ledger = open();
  ASSERT_TRUE(
      ledger->append(packed({served("req_1", noon + 11 * hour_ms, 1), served("req_2", noon + 12 * hour_ms, 2)})));
  const auto stats = ledger->stats({.by = StatBy::day});
  ASSERT_EQ(stats->size(), 2U);
  EXPECT_EQ(stats->at(0).key, "2026-11-18");
  EXPECT_EQ(stats->at(1).key, "2026-11-19");
}

TEST_F(HoursTest, outlive_their_rows_for_as_long_as_they_may) {
  const auto ledger = open();
  clock_.unix_ms_now = noon + 40 * 24 * hour_ms;
  ASSERT_TRUE(ledger->append(packed({served("req_1", noon, 1000)}), &one_dollar));
  ASSERT_EQ(ledger->prune({.keep_days = 30, .keep_hours_days = 400}), 1);
  EXPECT_EQ(ledger->count(), 0);
  EXPECT_EQ(only(ledger->stats({})).cost, 1'000'000);
  ASSERT_EQ(ledger->prune({.keep_days = 30, .keep_hours_days = 39}), 0);
  EXPECT_TRUE(ledger->stats({})->empty());
}

TEST_F(HoursTest, forgetting_the_requests_forgets_the_sums) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({served("req_1", noon, 1000)})));
  ASSERT_TRUE(ledger->clear());
  EXPECT_TRUE(ledger->stats({})->empty());
}

TEST_F(HoursTest, a_batch_that_was_not_written_is_in_no_sum) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({served("req_1", noon, 1)})));
  run_sql(file(), "CREATE TRIGGER full BEFORE INSERT ON batches BEGIN SELECT RAISE(ABORT, 'full'); END");
  EXPECT_FALSE(ledger->append(packed({served("req_2", noon, 2)})));
  EXPECT_EQ(only(ledger->stats({.by = StatBy::provider})).input_tokens, 1);
}

TEST_F(HoursTest, rows_and_sums_agree_however_the_writer_dies) {
  for (int round = 0; round < 8; ++round) {
    const auto child = ::fork();
    if (child == 0) {
      LedgerWriter writer(open(), {}, ledger_queue_max, std::make_shared<OneDollar>());
      for (int i = 0;; ++i) {
        static_cast<void>(writer.push(served(fmt::format("r{}-{:06}", round, i), noon, 3)));
        if (i % 50 == 0) std::this_thread::sleep_for(Milliseconds(1));
      }
    }
    std::this_thread::sleep_for(Milliseconds(120 + 17 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto ledger = open();
    const auto rows = ledger->count();
    ASSERT_TRUE(rows) << message(rows);
    const auto stats = ledger->stats({.by = StatBy::provider});
    ASSERT_TRUE(stats) << message(stats);
    const auto sum = stats->empty() ? LedgerStat{} : stats->front();
    EXPECT_EQ(sum.requests, *rows);
    EXPECT_EQ(sum.cost, *rows * 3'000);
  }
  EXPECT_GT(*open()->count(), 0);
}

TEST_F(HoursTest, a_ledger_of_before_there_were_sums_gets_them_once) {
  {
    const auto ledger = open();
    ASSERT_TRUE(ledger->append(packed({served("req_1", noon, 1000), served("req_2", noon + hour_ms, 2000)})));
    run_sql(file(), "DELETE FROM hours; UPDATE batches SET costs = NULL");
  }
  for (int start = 0; start < 2; ++start) {
    LedgerWriter writer(open(), {}, ledger_queue_max, std::make_shared<OneDollar>());
    writer.flush();
    const auto ledger = open();
    EXPECT_EQ(only(ledger->stats({.by = StatBy::provider})).cost, 3'000'000);
    EXPECT_EQ(ledger->get("req_2")->cost, 2'000'000);
  }
}

TEST_F(HoursTest, names_that_clients_make_up_are_bounded) {
  const auto ledger = open();
  std::vector<LedgerRow> rows;
  for (int i = 0; i < ledger_hour_rows_max + 500; ++i) {
    rows.push_back(row(fmt::format("req_{:05}", i), noon));
    rows.back().client_model = fmt::format("made-up-{}", i);
  }
  ASSERT_TRUE(ledger->append(packed(rows)));
  const auto stats = ledger->stats({});
  ASSERT_EQ(std::ssize(*stats), ledger_hour_rows_max + 1);
  EXPECT_EQ(stats->front().key, "(others)");
  EXPECT_EQ(stats->front().requests, 500);
}

TEST_F(HoursTest, another_price_counts_from_now_on) {
  LedgerWriter writer(open());
  ASSERT_TRUE(writer.push(served("req_1", noon, 1000)));
  writer.flush();
  writer.price_by(std::make_shared<OneDollar>());
  ASSERT_TRUE(writer.push(served("req_2", noon, 1000)));
  writer.flush();
  EXPECT_EQ(open()->get("req_1")->cost, std::nullopt);
  EXPECT_EQ(open()->get("req_2")->cost, 1'000'000);
}

}  // namespace
}  // namespace agt::store

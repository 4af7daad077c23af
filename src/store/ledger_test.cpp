#include "store/ledger_test.h"

#include <fmt/format.h>

#include <array>
#include <random>

namespace agt::store {
namespace {

TEST_F(LedgerTest, everything_comes_back) {
  const auto ledger = open();
  LedgerRow full{.id = "req_abcdef",
                 .started_ms = 42,
                 .client_dialect = "anthropic",
                 .path = "/v1/messages",
                 .client_key = "key_1",
                 .client_model = "opus",
                 .provider = "openai",
                 .upstream_model = "gpt",
                 .account_id = "acc_1",
                 .status = 429,
                 .failure_class = "rate_limited",
                 .code = "rpm",
                 .lane = "translate",
                 .stream = true,
                 .input_tokens = 10,
                 .output_tokens = 0,
                 .latency_ms = 1234,
                 .first_byte_ms = 56,
                 .attempts = 2,
                 .bytes_in = 100,
                 .bytes_out = 200,
                 .user_agent = "claude-cli/2",
                 .trace = R"({"steps":[]})"};
  full.bodies = {{.kind = BodyKind::client,
                  .content_type = "application/json",
                  .bytes = std::string("{\0}", 3),
                  .truncated = true}};
  ASSERT_TRUE(ledger->append(packed({full})));
  const auto read = ledger->get("req_abcdef");
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->client_dialect, "anthropic");
  EXPECT_EQ(read->path, "/v1/messages");
  EXPECT_EQ(read->client_key, "key_1");
  EXPECT_EQ(read->upstream_model, "gpt");
  EXPECT_EQ(read->status, 429);
  EXPECT_EQ(read->code, "rpm");
  EXPECT_TRUE(read->stream);
  EXPECT_EQ(read->input_tokens, 10);
  EXPECT_EQ(read->output_tokens, 0);
  EXPECT_EQ(read->cache_read_tokens, std::nullopt) << "not told is not zero";
  EXPECT_EQ(read->first_byte_ms, 56);
  EXPECT_EQ(read->bytes_out, 200);
  EXPECT_EQ(read->user_agent, "claude-cli/2");
  EXPECT_EQ(read->trace, R"({"steps":[]})");
  EXPECT_EQ(ledger->body_kinds("req_abcdef"), std::vector{BodyKind::client});
  const auto body = ledger->body("req_abcdef", BodyKind::client);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->bytes, std::string("{\0}", 3));
  EXPECT_TRUE(body->truncated);
  EXPECT_EQ(ledger->body("req_abcdef", BodyKind::reply).error().code, Code::path_unknown);
}

TEST_F(LedgerTest, a_unique_beginning_of_the_id_is_enough) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({row("abcd1"), row("abcd12"), row("abce1"), row("ab%_1")})));
  EXPECT_EQ(ledger->get("abce")->id, "abce1");
  EXPECT_EQ(ledger->get("abcd1")->id, "abcd1") << "the whole id wins over being a beginning";
  EXPECT_EQ(ledger->get("abcd").error().code, Code::conflict);
  EXPECT_EQ(ledger->get("abc").error().message, "give at least 4 characters of the id");
  EXPECT_EQ(ledger->get("zzzz").error().code, Code::path_unknown);
  EXPECT_EQ(ledger->get("").error().code, Code::path_unknown);
  EXPECT_EQ(ledger->get("ab__").error().code, Code::path_unknown) << "no wildcards";
}

TEST_F(LedgerTest, the_list_is_newest_first_and_paged) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({row("one1"), row("two2"), row("three3")})));
  const auto first = ledger->list({.limit = 2});
  EXPECT_EQ(ids(first), (Ids{"three3", "two2"}));
  EXPECT_EQ(ids(ledger->list({.limit = 2, .before_sequence = first->back().sequence})), (Ids{"one1"}));
}

TEST_F(LedgerTest, the_list_is_filtered) {
  const auto ledger = open();
  auto failed = row("bad1", 100);
  failed.failure_class = "network";
  failed.code = "dns";
  failed.account_id = "acc_2";
  failed.user_agent = "codex_exec/1";
  ASSERT_TRUE(ledger->append(packed({row("good1", 50), failed})));
  EXPECT_EQ(ids(ledger->list({.failures_only = true})), (Ids{"bad1"}));
  EXPECT_EQ(ids(ledger->list({.failure_class = "network"})), (Ids{"bad1"}));
  EXPECT_EQ(ids(ledger->list({.code = "rpm"})), Ids{});
  EXPECT_EQ(ids(ledger->list({.account_id = "acc_2"})), (Ids{"bad1"}));
  EXPECT_EQ(ids(ledger->list({.since_ms = 60})), (Ids{"bad1"}));
  EXPECT_EQ(ids(ledger->list({.until_ms = 100})), (Ids{"good1"}));
  EXPECT_EQ(ids(ledger->list({.contains = "CODEX"})), (Ids{"bad1"}));
  EXPECT_EQ(ids(ledger->list({.contains = "%"})), Ids{}) << "a percent sign means itself";
  EXPECT_EQ(ids(ledger->list({.contains = "_exec"})), (Ids{"bad1"}));
}

TEST_F(LedgerTest, a_page_has_a_limit) {
  const auto ledger = open();
  EXPECT_EQ(message(ledger->list({.limit = 501})), "limit: must be from 1 to 500, not 501");
  EXPECT_FALSE(ledger->list({.limit = 0}));
}

TEST_F(LedgerTest, pages_run_through_batches) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({row("one1"), row("two2"), row("three3")})));
  ASSERT_TRUE(ledger->append(packed({row("four4")})));
  ASSERT_TRUE(ledger->append(packed({row("five5"), row("six6")})));
  EXPECT_EQ(ledger->count(), 6);
  const auto page = ledger->list({.limit = 4});
  EXPECT_EQ(ids(page), (Ids{"six6", "five5", "four4", "three3"}));
  EXPECT_EQ(page->front().sequence, 6);
  EXPECT_EQ(ids(ledger->list({.before_sequence = page->back().sequence})), (Ids{"two2", "one1"}));
  EXPECT_EQ(ledger->get("two2")->sequence, 2);
}

TEST_F(LedgerTest, numbers_of_every_size_come_back) {
  const auto ledger = open();
  std::vector<LedgerRow> rows;
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{64},
                                    std::int64_t{-8192}, std::int64_t{1} << 40, INT64_MAX - 1}) {
    rows.push_back(row(fmt::format("id{:04}", rows.size()), number));
    rows.back().input_tokens = number;
  }
  ASSERT_TRUE(ledger->append(packed(rows)));
  for (const auto& wanted : rows) {
    const auto read = ledger->get(wanted.id);
    ASSERT_TRUE(read) << message(read);
    EXPECT_EQ(read->started_ms, wanted.started_ms);
    EXPECT_EQ(read->input_tokens, wanted.input_tokens);
    EXPECT_EQ(read->output_tokens, std::nullopt);
  }
}

TEST(PackedRows, damage_is_found_and_never_read_beyond) {
  const auto whole = std::string(packed({row("a111", 1'234'567), row("b222", 5)}).packed());
  ASSERT_EQ(packed_rows(whole)->size(), 2U);
  const auto exactly = [](std::string_view bytes) {
    return std::vector<char>(bytes.begin(), bytes.end());
  };  // for ASan
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = exactly(std::string_view(whole).substr(0, size));
    const auto rows = packed_rows({cut.data(), cut.size()});
    EXPECT_TRUE(!rows || rows->size() == 1) << size;
  }
  const auto first = packed_rows(whole)->front();
  for (std::size_t size = 0; size < first.size(); ++size) {
    const auto cut = exactly(first.substr(0, size));
    LedgerEntry entry;
    EXPECT_FALSE(unpack({cut.data(), cut.size()}, entry)) << size;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = '\xff';
    const auto rows = packed_rows(changed);
    LedgerRow out;
    if (rows)
      for (const auto one : *rows) static_cast<void>(unpack(one, out));  // whatever it says, it stays inside
  }
}

TEST_F(LedgerTest, a_damaged_batch_is_told) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({row("a111")})));
  auto other = Database::open(file(), {.application_id = 0x4147544c, .migrations = ledger_migrations});
  ASSERT_TRUE(other) << message(other);
  ASSERT_TRUE(other->execute("UPDATE batches SET packed = x'0500000001'"));
  EXPECT_EQ(ledger->list({}).error().code, Code::storage);
  EXPECT_EQ(ledger->get("a111").error().code, Code::storage);
}

TEST_F(LedgerTest, a_batch_of_before_there_was_compression_is_read) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({row("a111"), row("b111")})));
  const auto old = packed({row("a222"), row("b222")});
  auto other = Database::open(file(), {.application_id = 0x4147544c, .migrations = ledger_migrations});
  ASSERT_TRUE(other) << message(other);
  auto insert = other->prepare("INSERT INTO batches SELECT 4, rows, from_ms, until_ms, 1, ?1, costs FROM batches");
  ASSERT_TRUE(insert) << message(insert);
  ASSERT_TRUE(insert->bind_borrowed_blob(old.packed()).run());
  const auto rows = ledger->list({});
  ASSERT_TRUE(rows) << message(rows);
  EXPECT_EQ(ids(rows), (Ids{"b222", "a222", "b111", "a111"}));
}

TEST_F(LedgerTest, sums_by_model_in_slices) {
  const auto ledger = open();
  auto a = row("a111", 1'000);
  a.upstream_model = "x";
  a.input_tokens = 5;
  auto b = row("b111", 1'900);
  b.upstream_model = "x";
  b.failure_class = "network";
  auto c = row("c111", 2'500);
  c.upstream_model = "y";
  c.output_tokens = 7;
  ASSERT_TRUE(ledger->append(packed({a, b, c})));
  const auto sums = ledger->stats({.slice_ms = 1'000});
  ASSERT_TRUE(sums) << message(sums);
  ASSERT_EQ(sums->size(), 2U);
  EXPECT_EQ((*sums)[0].key, "x");
  EXPECT_EQ((*sums)[0].bucket_ms, 1'000);
  EXPECT_EQ((*sums)[0].requests, 2);
  EXPECT_EQ((*sums)[0].failures, 1);
  EXPECT_EQ((*sums)[0].input_tokens, 5);
  EXPECT_EQ((*sums)[1].output_tokens, 7);
}

TEST_F(LedgerTest, a_client_without_a_key_is_summed_by_its_product_name) {
  const auto ledger = open();
  auto a = row("a111");
  a.user_agent = "claude-cli/2.1 (x)";
  auto b = row("b111");
  b.client_key = "key_7";
  ASSERT_TRUE(ledger->append(packed({a, b})));
  const auto sums = ledger->stats({.by = StatBy::client});
  ASSERT_EQ(sums->size(), 2U);
  EXPECT_EQ((*sums)[0].key, "claude-cli");
  EXPECT_EQ((*sums)[1].key, "key_7");
}

TEST_F(LedgerTest, prunes_what_is_too_old_with_its_bodies) {
  const auto ledger = open();
  constexpr std::int64_t day = 86'400'000;
  auto old = row("old1", clock_.unix_ms_now - 3 * day);
  old.bodies = {{.kind = BodyKind::client, .bytes = "x"}};
  ASSERT_TRUE(ledger->append(packed({old})));
  ASSERT_TRUE(ledger->append(packed({row("new1", clock_.unix_ms_now - day)})));
  EXPECT_EQ(ledger->prune({.keep_days = 2}), 1);
  EXPECT_EQ(ids(ledger->list({})), (Ids{"new1"}));
  EXPECT_FALSE(ledger->body("old1", BodyKind::client));
  EXPECT_EQ(ledger->prune({}), 0) << "no limit, nothing to do";
}

TEST_F(LedgerTest, prunes_the_oldest_when_too_large_and_shrinks_the_file) {
  const auto ledger = open();
  std::mt19937 random(5);
  std::vector<LedgerRow> rows;
  for (int i = 0; i < 2'000; ++i) {
    rows.push_back(row(fmt::format("id{:05}", i), i));
    for (int at = 0; at < 2'000; ++at) rows.back().trace += static_cast<char>(random());  // nothing to compress
  }
  for (const auto& one : rows) ASSERT_TRUE(ledger->append(packed({one})));
  ASSERT_GT(*ledger->bytes(), 4'000'000);
  const auto pruned = ledger->prune({.bytes_max = 3'000'000});
  ASSERT_TRUE(pruned) << message(pruned);
  EXPECT_GT(*pruned, 0);
  EXPECT_LT(*pruned, 2'000);
  EXPECT_LE(*ledger->bytes(), 3'000'000);
  EXPECT_EQ(ledger->list({.limit = 1})->front().id, "id01999") << "the newest stay";
}

TEST_F(LedgerTest, clear_leaves_nothing) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->append(packed({row("a111")})));
  ASSERT_TRUE(ledger->clear());
  EXPECT_EQ(ledger->count(), 0);
}

TEST_F(LedgerTest, a_damaged_ledger_is_moved_aside) {
  put(file(), std::string(10'000, 'x'));
  const auto ledger = open();
  ASSERT_TRUE(ledger->rescue());
  EXPECT_TRUE(std::filesystem::exists(ledger->rescue()->set_aside));
  EXPECT_TRUE(ledger->append(packed({row("a111")})));
}

}  // namespace
}  // namespace agt::store

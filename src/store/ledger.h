// The ledger: one row per request in ledger.db. Losing its last rows in a power cut is acceptable (synchronous=NORMAL);
// delaying a request for it is not. Rows come in through LedgerWriter (ledger_writer.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/price.h"
#include "core/result.h"
#include "store/database.h"
#include "store/home.h"

namespace agt::store {

enum class BodyKind : std::uint8_t { client, upstream, upstream_reply, reply };
[[nodiscard]] std::string_view name(BodyKind kind);
[[nodiscard]] std::optional<BodyKind> body_kind_named(std::string_view name);

// Text is std::string in what is read, std::string_view in what is written: a row is packed as soon as it is known.
template <class Text>
struct BasicLedgerBody {
  BodyKind kind{};
  Text content_type{};
  Text bytes{};
  bool truncated = false;
};

template <class Text>
struct BasicLedgerRow {
  std::int64_t sequence = 0;  // given by the ledger; grows with each row; the cursor of list()
  Text id{};                  // the trace id that the client saw
  std::int64_t started_ms = 0;
  Text client_dialect{};
  Text path{};
  Text client_key{};  // id of the client key; empty: none or the primary key
  Text client_model{};
  Text provider{};
  Text upstream_model{};
  Text account_id{};
  int status = 0;
  Text failure_class{};  // empty: it went well
  Text code{};
  Text lane{};  // passthrough, envelope, translate
  bool stream = false;
  bool usage_estimated = false;                // by the gateway, as the provider said nothing
  std::optional<std::int64_t> input_tokens{};  // nothing: the provider did not say
  std::optional<std::int64_t> output_tokens{};
  std::optional<std::int64_t> cache_read_tokens{};
  std::optional<std::int64_t> cache_write_tokens{};
  std::optional<std::int64_t> reasoning_tokens{};
  std::int64_t latency_ms = 0;
  std::optional<std::int64_t> first_byte_ms{};
  int attempts = 0;
  std::int64_t bytes_in = 0;
  std::int64_t bytes_out = 0;
  Text user_agent{};
  Text trace{};                                 // JSON text: what the other columns do not say; not filled by list()
  std::vector<BasicLedgerBody<Text>> bodies{};  // written by append; read back one by one with body()
  // Found by the writer, and filled by list() and get(): in billionths of a dollar; nothing: the price or the tokens
  // are unknown.
  std::optional<std::int64_t> cost{};
  // For who observes the writer; not kept.
  std::optional<std::int64_t> overhead_us{};  // of the gateway itself, up to the first byte of the answer
  std::int64_t waited_us = 0;                 // for an account
};

using LedgerBody = BasicLedgerBody<std::string>;
using LedgerRow = BasicLedgerRow<std::string>;
using LedgerEntry = BasicLedgerRow<std::string_view>;

// Sees every row on the writer's thread, before the disk does: what counts requests costs these nothing.
class RowObserver {
 public:
  virtual ~RowObserver() = default;
  virtual void observe(const LedgerEntry& row) = 0;  // with its cost
};

struct LedgerFilter {
  std::int64_t limit = 50;                        // 1 … ledger_page_max
  std::optional<std::int64_t> before_sequence{};  // the next page: older than this row
  std::optional<std::int64_t> since_ms{};
  std::optional<std::int64_t> until_ms{};
  bool failures_only = false;
  std::string failure_class{};  // empty fields filter nothing
  std::string code{};
  std::string account_id{};
  std::string provider{};
  std::string client_model{};
  std::string client_dialect{};
  std::string client_key{};
  std::string contains{};  // in id, path, models, user agent; literal, case-insensitive for ASCII
};

enum class StatBy : std::uint8_t { model, account, client, provider, day };
[[nodiscard]] std::string_view name(StatBy by);
[[nodiscard]] std::optional<StatBy> stat_by_named(std::string_view name);

struct LedgerStat {
  std::string key{};
  std::int64_t bucket_ms = 0;  // start of the time slice; 0 when not sliced
  std::int64_t requests = 0;
  std::int64_t failures = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cache_read_tokens = 0;
  std::int64_t cache_write_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  std::int64_t latency_ms_sum = 0;
  std::int64_t cost = 0;            // of the requests that have one, in billionths of a dollar
  std::int64_t estimated_cost = 0;  // the part of it that rests on estimated tokens
  std::int64_t priced = 0;          // requests with a cost
  std::int64_t unpriced = 0;        // with tokens, but without a price
  std::int64_t estimated = 0;       // with tokens that the gateway estimated
};

struct StatQuery {
  StatBy by = StatBy::model;
  std::int64_t since_ms = 0;
  std::int64_t until_ms = INT64_MAX;
  std::int64_t slice_ms = 0;  // 0: one sum per key
};

struct Retention {
  std::int64_t keep_days = 0;        // 0: no limit
  std::int64_t bytes_max = 0;        // 0: no limit; of the file
  std::int64_t keep_hours_days = 0;  // of the sums by the hour; 0: no limit
};

class PackedRows;

// One connection. Any thread may call; readers open their own Ledger beside the writer's.
class Ledger {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& file, const Clock& clock);

  // Rows and their part of the sums, in one transaction.
  [[nodiscard]] Result<> append(const PackedRows& rows, const PriceList* prices = nullptr,
                                std::span<RowObserver* const> observers = {});
  // The sums of rows that are older than the sums themselves.
  [[nodiscard]] Result<> sum_old_rows(const PriceList* prices);
  [[nodiscard]] Result<LedgerRow> get(std::string_view id_or_prefix);  // Code::conflict when the prefix is not unique
  [[nodiscard]] Result<LedgerBody> body(std::string_view id, BodyKind kind);
  [[nodiscard]] Result<std::vector<BodyKind>> body_kinds(std::string_view id);
  [[nodiscard]] Result<std::vector<LedgerRow>> list(const LedgerFilter& filter);  // newest first
  // Whole hours are read from the sums, which outlive the rows; what is left at both ends, and slices that are no
  // hours, from the rows.
  [[nodiscard]] Result<std::vector<LedgerStat>> stats(const StatQuery& query);
  [[nodiscard]] Result<std::int64_t> count();
  [[nodiscard]] Result<std::int64_t> bytes();                            // of the file, without free pages
  [[nodiscard]] Result<std::int64_t> prune(const Retention& retention);  // how many requests went
  [[nodiscard]] Result<> clear();

  [[nodiscard]] const std::optional<Rescue>& rescue() const { return database_.rescue(); }

 private:
  Ledger(Database database, const Clock& clock) : database_(std::move(database)), clock_(clock) {}
  struct Found {
    std::int64_t batch = 0;
    LedgerRow row{};
  };
  [[nodiscard]] Result<Found> find(std::string_view id_or_prefix);
  [[nodiscard]] Result<std::int64_t> prune_some(std::int64_t limit_ms);
  [[nodiscard]] Result<std::int64_t> used_bytes();
  [[nodiscard]] Result<> prune_hours(std::int64_t keep_days);

  std::mutex mutex_{};
  Database database_;
  const Clock& clock_;
};

}  // namespace agt::store

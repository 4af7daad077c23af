// LedgerWriter takes finished rows from the request path at the price of a copy and writes them on its own thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/ledger.h"
#include "store/limits.h"
#include "store/packed_rows.h"

namespace agt::store {

class LedgerWriter {
 public:
  struct Counts {
    std::uint64_t accepted = 0;
    std::uint64_t dropped = 0;  // the queue was full
    std::uint64_t written = 0;
    std::uint64_t lost = 0;    // the disk refused them
    std::string last_error{};  // of the last batch that was lost; empty again after one that was written
  };

  explicit LedgerWriter(std::unique_ptr<Ledger> ledger, Retention retention = {},
                        std::size_t queue_max = ledger_queue_max, std::shared_ptr<const PriceList> prices = nullptr,
                        std::vector<RowObserver*> observers = {});  // which outlive it
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;
  ~LedgerWriter();  // writes what is queued, then stops

  // Never waits for the disk. False: the queue was full, the row is counted as dropped.
  template <class Text>
  bool push(const BasicLedgerRow<Text>& row);

  // Waits until everything that was pushed before is written or counted as lost. Not for the request path.
  void flush();

  void retain(Retention retention);                        // from now on; pruning runs on the writer's thread
  void price_by(std::shared_ptr<const PriceList> prices);  // from now on
  [[nodiscard]] Counts counts() const;

 private:
  void run();
  void begin();
  void write_batch(const PackedRows& batch);
  void prune_if_due();

  std::unique_ptr<Ledger> ledger_;
  const std::size_t queue_max_;
  const std::vector<RowObserver*> observers_;
  mutable std::mutex mutex_{};
  std::condition_variable wake_{};     // for the writer
  std::condition_variable settled_{};  // for flush
  PackedRows queue_{};
  Retention retention_{};
  std::shared_ptr<const PriceList> prices_;
  bool prune_now_ = true;
  bool begun_ = false;  // the sums are complete
  bool idle_ = false;   // the writer waits for a first row
  bool hurry_ = false;  // somebody waits in flush
  bool stopping_ = false;
  Counts counts_{};
  std::chrono::steady_clock::time_point pruned_at_{};
  std::thread thread_;  // last: it uses the others
};

}  // namespace agt::store

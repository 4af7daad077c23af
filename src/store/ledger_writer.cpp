#include "store/ledger_writer.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace agt::store {
LedgerWriter::LedgerWriter(std::unique_ptr<Ledger> ledger, Retention retention, std::size_t queue_max,
                           std::shared_ptr<const PriceList> prices, std::vector<RowObserver*> observers)
    : ledger_(std::move(ledger)),
      queue_max_(queue_max),
      observers_(std::move(observers)),
      retention_(retention),
      prices_(std::move(prices)) {
  thread_ = std::thread([this] { run(); });
}

LedgerWriter::~LedgerWriter() {
  {
    const std::scoped_lock held(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

// Costs a lock and a copy. The writer is woken only when it sleeps and this is the first row, or when a batch is full:
// waking a thread costs more than everything else here.
template <class Text>
bool LedgerWriter::push(const BasicLedgerRow<Text>& row) {
  auto bulk = row.trace.size();
  for (const auto& body : row.bodies) bulk += body.bytes.size();
  bool wake = false;
  {
    const std::scoped_lock held(mutex_);
    if (queue_.size() >= queue_max_ || queue_.bytes() + bulk > ledger_queue_bytes_max) {
      ++counts_.dropped;
      return false;
    }
    queue_.add(row);
    ++counts_.accepted;
    wake = std::exchange(idle_, false) || queue_.size() == ledger_batch_rows;
  }
  if (wake) wake_.notify_one();
  return true;
}
template bool LedgerWriter::push(const LedgerRow& row);
template bool LedgerWriter::push(const LedgerEntry& row);

void LedgerWriter::flush() {
  std::unique_lock held(mutex_);
  const auto goal = counts_.accepted;
  const auto is_settled = [this, goal] { return begun_ && counts_.written + counts_.lost >= goal; };
  if (is_settled()) return;
  hurry_ = true;
  wake_.notify_one();
  settled_.wait(held, is_settled);
}

void LedgerWriter::retain(Retention retention) {
  {
    const std::scoped_lock held(mutex_);
    retention_ = retention;
    prune_now_ = true;
  }
  wake_.notify_one();
}

void LedgerWriter::price_by(std::shared_ptr<const PriceList> prices) {
  const std::scoped_lock held(mutex_);
  prices_ = std::move(prices);
}

LedgerWriter::Counts LedgerWriter::counts() const {
  const std::scoped_lock held(mutex_);
  return counts_;
}

void LedgerWriter::run() {
  // Requests go first where cores are few. A refusal changes nothing but that.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), ledger_nice));
  begin();
  PackedRows batch;
  while (true) {
    {
      std::unique_lock held(mutex_);
      idle_ = queue_.empty();
      wake_.wait_for(held, ledger_prune_every, [this] { return !queue_.empty() || stopping_ || prune_now_; });
      idle_ = false;
      // The first row is there: wait a moment for others to share its commit.
      wake_.wait_for(held, ledger_batch_delay,
                     [this] { return queue_.size() >= ledger_batch_rows || hurry_ || stopping_ || queue_.empty(); });
      if (stopping_ && queue_.empty()) return;
      hurry_ = false;
      std::swap(batch, queue_);
    }
    if (!batch.empty()) write_batch(batch);
    batch.clear();
    prune_if_due();
  }
}

// A ledger of before there were sums gets them once.
void LedgerWriter::begin() {
  std::shared_ptr<const PriceList> prices;
  {
    const std::scoped_lock held(mutex_);
    prices = prices_;
  }
  const auto summed = ledger_->sum_old_rows(prices.get());
  {
    const std::scoped_lock held(mutex_);
    begun_ = true;
    if (!summed) counts_.last_error = summed.error().message;
  }
  settled_.notify_all();
}

void LedgerWriter::write_batch(const PackedRows& batch) {
  std::shared_ptr<const PriceList> prices;
  {
    const std::scoped_lock held(mutex_);
    prices = prices_;
  }
  const auto written = ledger_->append(batch, prices.get(), observers_);
  {
    const std::scoped_lock held(mutex_);
    // A disk that is full now may have room later: the batch is lost, the writer goes on.
    (written ? counts_.written : counts_.lost) += batch.size();
    counts_.last_error = written ? std::string() : written.error().message;
  }
  settled_.notify_all();
}

void LedgerWriter::prune_if_due() {
  Retention retention;
  {
    const std::scoped_lock held(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (!prune_now_ && now - pruned_at_ < ledger_prune_every) return;
    prune_now_ = false;
    pruned_at_ = now;
    retention = retention_;
  }
  if (retention.keep_days == 0 && retention.bytes_max == 0 && retention.keep_hours_days == 0) return;
  if (const auto pruned = ledger_->prune(retention); !pruned) {
    const std::scoped_lock held(mutex_);
    counts_.last_error = pruned.error().message;
  }
}

}  // namespace agt::store

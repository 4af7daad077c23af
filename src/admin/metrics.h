// What the gateway counts of its requests, for monitoring. Rows are counted on the thread that writes the ledger, so
// that a request pays nothing for it. Labels are words of ours only, never a text of a client.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "admin/exposition.h"
#include "core/failure.h"
#include "store/ledger.h"

namespace agt::admin {

class Metrics final : public store::RowObserver {
 public:
  Metrics();

  void observe(const store::LedgerEntry& row) override;
  // An upstream was asked in vain, whatever became of the request; any thread.
  void attempt_failed(std::string_view provider, Code code, bool account_rests);

  void write(Exposition& out) const;

 private:
  using Labels = std::initializer_list<Label>;
  template <class T>
  struct Series {
    std::map<std::string, T, std::less<>> of{};       // by their labels
    std::pair<const std::string, T>* last = nullptr;  // most requests are like the one before
  };
  template <class T>
  [[nodiscard]] T* one_of(Series<T>& series, Labels labels);  // nullptr: there are too many, which is counted
  void count(Series<std::uint64_t>& series, Labels labels, std::uint64_t by = 1);
  void observe_times(const store::LedgerEntry& row, std::string_view provider);
  void observe_tokens(const store::LedgerEntry& row, std::string_view provider);
  void write_requests(Exposition& out) const;
  void write_tokens(Exposition& out) const;

  std::set<std::string, std::less<>> models_{};  // those of the catalogue
  mutable std::mutex mutex_{};
  Series<std::uint64_t> requests_{};
  Series<std::uint64_t> recovered_{};
  Series<Durations> durations_{};
  Series<Durations> first_bytes_{};
  Series<Durations> overheads_{};
  Durations waits_{};
  static constexpr std::array<std::string_view, 5> kinds = {"input", "output", "cache_read", "cache_write",
                                                            "reasoning"};
  std::array<Series<std::uint64_t>, kinds.size()> tokens_{};
  Series<std::int64_t> costs_{};  // in billionths of a dollar
  Series<std::uint64_t> unpriced_{};
  Series<std::uint64_t> failed_attempts_{};
  Series<std::uint64_t> cool_downs_{};
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::uint64_t uncounted_ = 0;  // samples of series that were too many
};

}  // namespace agt::admin

// Rows of the ledger packed into one piece of memory. On their way to the writer a row costs a copy of its bytes and no
// allocation; on disk a whole batch is one value, so that recording costs a request almost nothing.
//
// Format 1, as it also lies in ledger.db: for each row its size (4 bytes, little-endian), then its columns in the order
// of each_column and the trace. Integers are varints (7 bits a byte, low first), signed ones zigzag; an optional one is
// 0 for nothing, else its value + 1; a text is its size and its bytes. Bodies are kept apart: few rows have any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/ledger.h"

namespace agt::store {

class PackedRows {
 public:
  struct Body {
    std::size_t row = 0;  // the how-manieth row has it
    LedgerBody body{};
  };

  template <class Text>
  void add(const BasicLedgerRow<Text>& row);  // its sequence is not kept

  [[nodiscard]] std::string_view packed() const { return bytes_; }
  [[nodiscard]] const std::vector<Body>& bodies() const { return bodies_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size() + body_bytes_; }
  [[nodiscard]] std::int64_t from_ms() const { return from_ms_; }    // the earliest start
  [[nodiscard]] std::int64_t until_ms() const { return until_ms_; }  // the latest start
  void tell_beside(std::size_t row, LedgerEntry& entry) const;       // what goes with a row, but not to the disk
  void clear();                                                      // keeps the memory of usual batches

 private:
  struct Beside {
    std::int64_t overhead_us = -1;  // -1: nothing
    std::int64_t waited_us = 0;
  };
  std::string bytes_{};
  std::vector<Beside> beside_{};
  std::vector<Body> bodies_{};
  std::size_t body_bytes_ = 0;
  std::size_t size_ = 0;
  std::int64_t from_ms_ = INT64_MAX;
  std::int64_t until_ms_ = INT64_MIN;
};

// The rows of a packed batch, each still packed; nothing when its sizes do not fit together.
[[nodiscard]] Result<std::vector<std::string_view>> packed_rows(std::string_view batch);

[[nodiscard]] std::string_view packed_id(std::string_view packed);  // empty: the bytes are damaged

// One packed row; with Text = std::string_view it borrows from it. False: the bytes are damaged.
template <class Text>
[[nodiscard]] bool unpack(std::string_view packed, BasicLedgerRow<Text>& row);

}  // namespace agt::store

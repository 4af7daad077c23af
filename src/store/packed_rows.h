// Rows on their way to the ledger, packed into one piece of memory: a row costs a copy of its bytes and no allocation,
// and a whole batch is freed at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/ledger.h"

namespace agt::store {

class PackedRows {
 public:
  template <class Text>
  void add(const BasicLedgerRow<Text>& row);  // its sequence is not kept

  // Takes the rows one after the other; an entry borrows from these rows.
  class Reader {
   public:
    explicit Reader(const PackedRows& rows) : rest_(rows.bytes_) {}
    [[nodiscard]] bool next(LedgerEntry& row);

   private:
    std::string_view rest_;
  };

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  void clear();  // keeps the memory of usual batches

 private:
  std::string bytes_{};
  std::size_t size_ = 0;
};

}  // namespace agt::store

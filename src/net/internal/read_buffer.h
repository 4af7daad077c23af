// The bytes that have come and were not taken yet, in one contiguous piece. Grows to its limit only when full.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "net/limits.h"

namespace agt::net {

class ReadBuffer {
 public:
  explicit ReadBuffer(std::size_t bytes_max = read_buffer_bytes_max) : bytes_max_(bytes_max) {}

  [[nodiscard]] std::string_view received() const { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] char* data() { return bytes_.get() + begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }

  void take(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }

  // Room behind what has been received: more than none unless the buffer is full at its limit. Moves the bytes.
  [[nodiscard]] std::size_t make_room() {
    if (end_ == capacity_ && begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == capacity_ && capacity_ < bytes_max_)
      grow(std::min(std::max(capacity_ * 4, read_buffer_bytes), bytes_max_));
    return capacity_ - end_;
  }
  // For the next time: the last read filled all there was.
  void widen() {
    if (empty() && capacity_ < bytes_max_) grow(bytes_max_);
  }
  [[nodiscard]] char* room() { return bytes_.get() + end_; }
  void came(std::size_t bytes) { end_ += bytes; }

 private:
  void grow(std::size_t capacity) {
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > begin_) std::memcpy(bytes.get(), bytes_.get() + begin_, end_ - begin_);
    bytes_ = std::move(bytes);
    end_ -= begin_;
    begin_ = 0;
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_{};
  std::size_t bytes_max_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace agt::net

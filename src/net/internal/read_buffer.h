// The bytes that have come and were not taken yet, in one contiguous piece. A connection holds memory for them only
// while there are any: buffers go around in their loop, the hottest first, so that ten thousand silent streams need
// none and small messages always land in the same cache lines.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/limits.h"

namespace agt::net {

// The spare buffers of one loop, each of read_buffer_bytes_max; and texts with room, for what is to be sent.
class BufferPool {
 public:
  [[nodiscard]] std::unique_ptr<char[]> take() {
    if (spare_.empty()) return std::make_unique_for_overwrite<char[]>(read_buffer_bytes_max);
    auto buffer = std::move(spare_.back());
    spare_.pop_back();
    return buffer;
  }
  void give_back(std::unique_ptr<char[]> buffer) {
    if (spare_.size() < spare_read_buffers_max) spare_.push_back(std::move(buffer));
  }

  [[nodiscard]] std::string take_text() {
    if (spare_texts_.empty()) return {};
    auto text = std::move(spare_texts_.back());
    spare_texts_.pop_back();
    return text;
  }
  void give_back(std::string text) {
    text.clear();
    if (spare_texts_.size() < spare_read_buffers_max && text.capacity() <= 2 * coalesced_bytes_max)
      spare_texts_.push_back(std::move(text));
  }

 private:
  std::vector<std::unique_ptr<char[]>> spare_{};
  std::vector<std::string> spare_texts_{};
};

class ReadBuffer {
 public:
  explicit ReadBuffer(BufferPool& pool) : pool_(pool) {}
  ~ReadBuffer() { clear(); }
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;

  [[nodiscard]] std::string_view received() const { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] char* data() { return bytes_.get() + begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }

  void take(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) clear();
  }
  void clear() {
    begin_ = end_ = 0;
    if (bytes_) pool_.give_back(std::move(bytes_));
  }

  // Room behind what has been received: more than none unless the buffer is full. Moves the bytes. To be followed by
  // came(), whatever came.
  [[nodiscard]] std::size_t make_room() {
    if (!bytes_) bytes_ = pool_.take();
    if (end_ == read_buffer_bytes_max && begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return read_buffer_bytes_max - end_;
  }
  [[nodiscard]] char* room() { return bytes_.get() + end_; }
  void came(std::size_t bytes) {
    end_ += bytes;
    if (empty()) clear();
  }

 private:
  BufferPool& pool_;
  std::unique_ptr<char[]> bytes_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace agt::net

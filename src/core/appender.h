// Appends many small pieces to a string. Meanwhile the string is as long as its memory, so that a piece costs a
// comparison and its bytes; it gets its true length when the appender goes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/varint.h"

namespace agt {

class Appender {
 public:
  explicit Appender(std::string& out) : out_(out), size_(out.size()) { open(out.capacity()); }
  ~Appender() { out_.resize(size_); }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  void byte(char c) {
    make_room(1);
    all_[size_++] = c;
  }
  void bytes(std::string_view s) {
    make_room(s.size());
    if (!s.empty()) std::memcpy(all_ + size_, s.data(), s.size());
    size_ += s.size();
  }
  void varint(std::uint64_t value) {
    make_room(varint_bytes_max);
    size_ += put_varint(all_ + size_, value);
  }
  [[nodiscard]] std::size_t size() const { return size_; }  // of what was there and what came
  [[nodiscard]] char* at(std::size_t offset) { return all_ + offset; }

 private:
  void make_room(std::size_t bytes) {
    if (bytes > room_ - size_) open(std::max(2 * room_, size_ + bytes));
  }
  void open(std::size_t bytes) {
    out_.resize(size_);  // only this much is kept when the memory moves
    out_.resize_and_overwrite(bytes, [](char* /*all*/, std::size_t size) { return size; });
    all_ = out_.data();
    room_ = out_.size();
  }

  std::string& out_;
  std::size_t size_;
  std::size_t room_ = 0;
  char* all_ = nullptr;
};

}  // namespace agt

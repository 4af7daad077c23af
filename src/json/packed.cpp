#include "json/packed.h"

#include <array>

#include "core/varint.h"
#include "json/limits.h"
#include "json/writer.h"

namespace agt::json {
namespace {

class Unpacker {
 public:
  Unpacker(std::string_view packed, std::span<const std::string_view> table) : rest_(packed), table_(table) {}

  std::optional<std::string> run() {
    do {
      if (!step()) return std::nullopt;
    } while (depth_ > 0);
    return rest_.empty() ? std::optional(std::move(writer_).take()) : std::nullopt;
  }

 private:
  // One value, or the end of the container.
  bool step() {
    if (rest_.empty()) return false;
    if (depth_ > 0 && rest_.front() == static_cast<char>(PackedTag::end)) return close();
    if (depth_ > 0 && is_object_[depth_ - 1] && !key()) return false;
    if (rest_.empty()) return false;
    const auto tag = static_cast<PackedTag>(take());
    switch (tag) {
      case PackedTag::end: return false;
      case PackedTag::no:
      case PackedTag::yes: writer_.value(tag == PackedTag::yes); return true;
      case PackedTag::positive: return number([&](std::uint64_t n) { writer_.value(n); });
      case PackedTag::negative: return number([&](std::uint64_t n) { writer_.value(unzigzag(n)); });
      case PackedTag::thousandth: return number([&](std::uint64_t n) { writer_.thousandths(unzigzag(n)); });
      case PackedTag::text: return number([&](std::uint64_t size) { size_ = size; }) && words();
      case PackedTag::object:
      case PackedTag::array: return open(tag == PackedTag::object);
    }
    return false;
  }

  bool open(bool object) {
    if (depth_ == is_object_.size()) return false;
    is_object_[depth_++] = object;
    object ? writer_.begin_object() : writer_.begin_array();
    return true;
  }

  bool close() {
    static_cast<void>(take());
    is_object_[--depth_] ? writer_.end_object() : writer_.end_array();
    return true;
  }

  bool key() {
    const auto number = static_cast<unsigned char>(take());
    if (number > table_.size()) return false;
    writer_.key(table_[number - 1]);
    return true;
  }

  bool words() {
    if (size_ > rest_.size()) return false;
    writer_.value(rest_.substr(0, size_));
    rest_.remove_prefix(size_);
    return true;
  }

  bool number(auto use) {
    const auto value = take_varint(rest_);
    if (value) use(*value);
    return value.has_value();
  }

  char take() {
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }

  std::string_view rest_;
  std::span<const std::string_view> table_;
  Writer writer_{};
  std::array<bool, depth_max> is_object_{};
  std::size_t depth_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace

std::optional<std::string> unpacked(std::string_view packed, std::span<const std::string_view> table) {
  return Unpacker(packed, table).run();
}

}  // namespace agt::json

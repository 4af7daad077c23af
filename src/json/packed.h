// JSON without its text, for what is written with every request and read seldom. Member names are numbers of a table
// that writer and reader share; it takes a third of the room and a tenth of the time of a Writer.
//
// A value is a tag byte and what belongs to it: integers a varint (7 bits a byte, low first), texts a varint and as
// many bytes, containers their children and a zero byte; before a member's value stands the number of its name, from 1.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/appender.h"
#include "core/varint.h"

namespace agt::json {

enum class PackedTag : std::uint8_t { end, no, yes, positive, negative, thousandth, text, object, array };

// The number of a name in `table`, found when this is compiled. A name keeps its place for ever, and new ones come at
// the end: what lies on disk was written with it.
template <const auto& table>
struct PackedName {
  std::uint8_t number = 0;
  consteval PackedName(const char* name) {  // NOLINT(*-explicit-*): stands for its literal
    static_assert(table.size() < UINT8_MAX);
    while (table.at(number++) != std::string_view(name)) {
    }
  }
};

class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}
  void begin_object() { out_.byte(tag(PackedTag::object)); }
  void begin_array() { out_.byte(tag(PackedTag::array)); }
  void end() { out_.byte(tag(PackedTag::end)); }
  void name(std::uint8_t number) { out_.byte(static_cast<char>(number)); }
  void value(std::string_view s) {
    out_.byte(tag(PackedTag::text));
    out_.varint(s.size());
    out_.bytes(s);
  }
  void value(bool b) { out_.byte(tag(b ? PackedTag::yes : PackedTag::no)); }
  void integer(std::int64_t n) {
    out_.byte(tag(n < 0 ? PackedTag::negative : PackedTag::positive));
    out_.varint(n < 0 ? zigzag(n) : static_cast<std::uint64_t>(n));
  }
  void thousandths(std::int64_t n) {  // 1200 is 1.2
    out_.byte(tag(PackedTag::thousandth));
    out_.varint(zigzag(n));
  }

 private:
  static constexpr char tag(PackedTag of) { return static_cast<char>(of); }
  Appender out_;
};

// As a Writer, but what is written is appended to a string that outlives this, and is complete when this has gone.
template <const auto& table>
class PackedWriter {
 public:
  using Name = PackedName<table>;
  explicit PackedWriter(std::string& out) : packer_(out) {}

  void begin_object() { packer_.begin_object(); }
  void end_object() { packer_.end(); }
  void begin_array() { packer_.begin_array(); }
  void end_array() { packer_.end(); }
  void key(Name name) { packer_.name(name.number); }
  void value(std::string_view s) { packer_.value(s); }
  void value(bool b) { packer_.value(b); }
  void value(std::integral auto n) { packer_.integer(static_cast<std::int64_t>(n)); }
  void thousandths(std::int64_t n) { packer_.thousandths(n); }
  void field(Name name, std::string_view s) { key(name), value(s); }
  void field(Name name, std::integral auto n) { key(name), value(n); }

 private:
  Packer packer_;
};

// The JSON text of a packed value; nothing when the bytes are damaged.
[[nodiscard]] std::optional<std::string> unpacked(std::string_view packed, std::span<const std::string_view> table);

}  // namespace agt::json

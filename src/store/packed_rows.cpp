#include "store/packed_rows.h"

#include <concepts>
#include <cstring>
#include <optional>

#include "store/ledger_rows.h"
#include "store/limits.h"

namespace agt::store {
namespace {

template <class T>
concept Plain = std::integral<T> || std::same_as<T, BodyKind> || std::same_as<T, std::optional<std::int64_t>>;

struct Packer {
  std::string& out;

  template <Plain T>
  void operator()(const T& value) const {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void operator()(std::string_view text) const {
    (*this)(text.size());
    out += text;
  }
};

struct Unpacker {
  std::string_view& rest;

  template <Plain T>
  void operator()(T& value) const {
    std::memcpy(&value, rest.data(), sizeof value);
    rest.remove_prefix(sizeof value);
  }
  void operator()(std::string_view& text) const {
    std::size_t size = 0;
    (*this)(size);
    text = rest.substr(0, size);
    rest.remove_prefix(size);
  }
};

}  // namespace

template <class Text>
void PackedRows::add(const BasicLedgerRow<Text>& row) {
  const Packer pack{bytes_};
  each_column(row, pack);
  pack(row.trace);
  pack(row.bodies.size());
  for (const auto& body : row.bodies) {
    pack(body.kind);
    pack(body.content_type);
    pack(body.bytes);
    pack(body.truncated);
  }
  ++size_;
}
template void PackedRows::add(const LedgerRow& row);
template void PackedRows::add(const LedgerEntry& row);

bool PackedRows::Reader::next(LedgerEntry& row) {
  if (rest_.empty()) return false;
  const Unpacker unpack{rest_};
  each_column(row, unpack);
  unpack(row.trace);
  std::size_t bodies = 0;
  unpack(bodies);
  row.bodies.resize(bodies);
  for (auto& body : row.bodies) {
    unpack(body.kind);
    unpack(body.content_type);
    unpack(body.bytes);
    unpack(body.truncated);
  }
  return true;
}

void PackedRows::clear() {
  bytes_.clear();
  if (bytes_.capacity() > ledger_batch_bytes_kept) bytes_.shrink_to_fit();
  size_ = 0;
}

}  // namespace agt::store

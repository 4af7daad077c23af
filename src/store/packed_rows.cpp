#include "store/packed_rows.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>

#include "core/appender.h"
#include "core/varint.h"
#include "store/ledger_rows.h"
#include "store/limits.h"

namespace agt::store {
namespace {

constexpr std::size_t size_bytes = 4;  // of the size in front of a row

struct Packer {
  Appender& out;

  void operator()(std::integral auto value) const { out.varint(zigzag(static_cast<std::int64_t>(value))); }
  void operator()(const std::optional<std::int64_t>& value) const { out.varint(value ? zigzag(*value) + 1 : 0); }
  void operator()(std::string_view text) const {
    out.varint(text.size());
    out.bytes(text);
  }
};

struct Unpacker {
  std::string_view rest;
  bool damaged = false;

  std::uint64_t varint() {
    const auto value = take_varint(rest);
    damaged = damaged || !value;
    return value.value_or(0);
  }
  template <std::integral T>
  void operator()(T& value) {
    value = static_cast<T>(unzigzag(varint()));
  }
  void operator()(std::optional<std::int64_t>& value) {
    const auto stored = varint();
    value = stored == 0 ? std::nullopt : std::optional(unzigzag(stored - 1));
  }
  template <class Text>
    requires std::constructible_from<Text, std::string_view>
  void operator()(Text& text) {
    const auto size = varint();
    damaged = damaged || size > rest.size();
    if (damaged) return;
    text = rest.substr(0, size);
    rest.remove_prefix(size);
  }
};

}  // namespace

template <class Text>
void PackedRows::add(const BasicLedgerRow<Text>& row) {
  {
    Appender out(bytes_);
    const auto start = out.size();
    constexpr std::array<char, size_bytes> size_to_come{};
    out.bytes({size_to_come.data(), size_bytes});
    const Packer pack{out};
    each_column(row, pack);
    pack(row.trace);
    const auto size = out.size() - start - size_bytes;
    for (std::size_t i = 0; i < size_bytes; ++i) out.at(start)[i] = static_cast<char>(size >> (8 * i));
  }
  for (const auto& body : row.bodies) {
    bodies_.push_back({.row = size_,
                       .body = {.kind = body.kind,
                                .content_type = std::string(body.content_type),
                                .bytes = std::string(body.bytes),
                                .truncated = body.truncated}});
    body_bytes_ += body.bytes.size();
  }
  beside_.push_back({.overhead_us = row.overhead_us.value_or(-1), .waited_us = row.waited_us});
  from_ms_ = std::min(from_ms_, row.started_ms);
  until_ms_ = std::max(until_ms_, row.started_ms);
  ++size_;
}
template void PackedRows::add(const LedgerRow& row);
template void PackedRows::add(const LedgerEntry& row);

void PackedRows::tell_beside(std::size_t row, LedgerEntry& entry) const {
  const auto& beside = beside_.at(row);
  if (beside.overhead_us >= 0) entry.overhead_us = beside.overhead_us;
  entry.waited_us = beside.waited_us;
}

void PackedRows::clear() {
  auto kept = std::move(bytes_);
  auto beside = std::move(beside_);
  kept.clear();
  beside.clear();
  if (kept.capacity() > ledger_batch_bytes_kept) kept.shrink_to_fit();
  *this = {};
  bytes_ = std::move(kept);
  beside_ = std::move(beside);
}

Result<std::vector<std::string_view>> packed_rows(std::string_view batch) {
  std::vector<std::string_view> rows;
  while (batch.size() >= size_bytes) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < size_bytes; ++i) size |= std::size_t{static_cast<unsigned char>(batch[i])} << (8 * i);
    batch.remove_prefix(size_bytes);
    if (size > batch.size()) break;
    rows.push_back(batch.substr(0, size));
    batch.remove_prefix(size);
    if (batch.empty()) return rows;
  }
  return fail(Code::storage, "a batch of the ledger is damaged");
}

std::string_view packed_id(std::string_view packed) {
  std::string_view id;
  Unpacker{.rest = packed}(id);
  return id;
}

template <class Text>
bool unpack(std::string_view packed, BasicLedgerRow<Text>& row) {
  Unpacker take{.rest = packed};
  each_column(row, [&take](auto& value) { take(value); });
  take(row.trace);
  return !take.damaged && take.rest.empty();
}
template bool unpack(std::string_view packed, LedgerRow& row);
template bool unpack(std::string_view packed, LedgerEntry& row);

}  // namespace agt::store

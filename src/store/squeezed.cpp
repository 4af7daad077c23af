#include "store/squeezed.h"

#include <fmt/format.h>
#include <zstd.h>

#include "store/limits.h"

namespace agt::store {
namespace {

constexpr int level = 1;  // the fastest of the usual ones; higher ones gain nothing on rows that are so alike

}  // namespace

Result<std::string> squeezed(std::string_view bytes) {
  std::string out(::ZSTD_compressBound(bytes.size()), '\0');
  const auto size = ::ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
  if (::ZSTD_isError(size) != 0)
    return fail(Code::storage, fmt::format("a batch could not be compressed: {}", ::ZSTD_getErrorName(size)));
  out.resize(size);
  return out;
}

Result<std::string> unsqueezed(std::string_view bytes) {
  const auto size = ::ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size > ledger_batch_bytes_max)  // also "unknown" and "error", which are the largest numbers
    return fail(Code::storage, "a batch of the ledger is damaged");
  std::string out(size, '\0');
  const auto got = ::ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (::ZSTD_isError(got) != 0 || got != out.size()) return fail(Code::storage, "a batch of the ledger is damaged");
  return out;
}

}  // namespace agt::store

// The head guard: any bytes are refused with a reason or read as one request whose parts are clean.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/guard.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  std::size_t scanned = 0;
  const auto end = agt::net::find_head_end(raw, scanned);
  if (!end || !*end) return 0;
  const auto guarded = agt::net::guard(raw.substr(0, **end));
  if (!guarded) {
    if (guarded.error().error.message.empty() || guarded.error().status < 400) std::abort();
    return 0;
  }
  for (const auto& header : guarded->head.headers)
    if (header.name.find_first_of("\r\n :") != std::string::npos ||
        header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      std::abort();
  if (guarded->head.path.contains("..") && guarded->head.path.contains("/../")) std::abort();
  if (guarded->head.headers.count("host") > 1) std::abort();
  return 0;
}

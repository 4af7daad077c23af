// The SSE decoder: any bytes, any split. The same bytes in one piece and in pieces give the same events.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "dialect/sse.h"

namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events decoded(std::string_view bytes, std::size_t piece) {
  Events events;
  agt::dialect::SseDecoder decoder;
  agt::dialect::SseEvent event;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.substr(at, piece));
    while (decoder.next(event).value()) events.emplace_back(event.name, event.data);
  }
  if (decoder.finish(event).value()) events.emplace_back(event.name, event.data);
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t piece = 1 + data[0] % 16;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (decoded(bytes, piece) != decoded(bytes, size)) std::abort();
  return 0;
}

// Upstreams' answers: any bytes are refused with a reason or read as a head with clean fields and a body, which is the
// same however the bytes are cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/internal/response_parser.h"

namespace {

namespace net = agt::net;

struct Outcome {
  bool good = false;
  bool complete = false;
  int status = 0;
  std::size_t taken = 0;
  std::string fields{};
  std::string body{};
  bool operator==(const Outcome&) const = default;
};

void check_fields(const net::Headers& headers, std::string& fields) {
  for (const auto& header : headers) {
    if (header.name.empty() || header.name.find_first_of("\r\n :") != std::string_view::npos ||
        header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
      std::abort();
    fields.append(header.name).append("=").append(header.value).append("\n");
  }
}

// The heads, interim ones too, with `piece` bytes more at a time; how many bytes of `bytes` they are.
bool read_heads(net::ResponseParser& parser, std::string_view bytes, std::size_t piece, std::size_t& at) {
  while (true) {
    std::optional<std::size_t> end;
    for (std::size_t seen = 0; !end && seen < bytes.size() - at;) {
      seen = std::min(seen + piece, bytes.size() - at);
      const auto found = parser.find_head_end(bytes.substr(at, seen));
      if (!found && found.error().message.empty()) std::abort();
      if (!found) return false;
      end = *found;
    }
    if (!end) return false;
    const auto interim = parser.read_head(bytes.substr(at, *end));
    if (!interim && interim.error().message.empty()) std::abort();
    if (!interim) return false;
    at += *end;
    if (!*interim) return true;
  }
}

Outcome read(std::string_view bytes, std::size_t piece, bool to_head_request) {
  Outcome outcome;
  net::ResponseParser parser;
  parser.begin(to_head_request);
  if (!read_heads(parser, bytes, piece, outcome.taken)) return {};
  const auto head = parser.take_head();
  outcome.status = head.status;
  if (head.status < 200 || head.status > 599) std::abort();
  check_fields(head.headers, outcome.fields);
  if (parser.until_close() && parser.keep_alive()) std::abort();
  while (!parser.complete() && outcome.taken < bytes.size()) {
    auto buffer = std::string(bytes.substr(outcome.taken, piece));
    const auto decoded = parser.decode(buffer.data(), buffer.size());
    if (!decoded) return {};
    if (decoded->taken > buffer.size() || decoded->body > decoded->taken) std::abort();
    if (decoded->taken < buffer.size() && !parser.complete()) std::abort();
    outcome.taken += decoded->taken;
    outcome.body += buffer.substr(0, decoded->body);
  }
  outcome.good = true;
  outcome.complete = parser.complete();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t piece = 1 + data[0] % 32;
  const bool to_head_request = data[0] >= 224;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(bytes, piece, to_head_request) != read(bytes, size, to_head_request)) std::abort();
  return 0;
}

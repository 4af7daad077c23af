// The guard reads a raw request head and refuses whatever two HTTP readers could understand differently (H1, H3–H7,
// H9, H10). It is a pure function: no socket, no clock, nothing remembered between two calls.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "net/http.h"

namespace agt::net {

struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};

struct GuardedRequest {
  RequestHead head{};
  Framing framing{};
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expects_continue = false;
};

// A request that never becomes an exchange. The connection is closed after the answer.
struct Refused {
  int status = 400;
  Error error{};
};

// `raw` is everything up to and with the empty line.
[[nodiscard]] std::expected<GuardedRequest, Refused> guard(std::string_view raw);

// Looks for the end of the head in what has come so far, from `scanned` on (which is moved): its length, or nothing
// yet. Refuses as early as it can: a bare LF, a head or a target over its limit, bytes that are no HTTP at all.
[[nodiscard]] std::expected<std::optional<std::size_t>, Refused> find_head_end(std::string_view received,
                                                                               std::size_t& scanned);

inline constexpr std::string_view allowed_methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

}  // namespace agt::net

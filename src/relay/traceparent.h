// The header with which a client says of which trace its request is a part (W3C Trace Context, 2021). Pure.
#pragma once

#include <optional>
#include <string_view>

namespace agt::relay {

struct Traceparent {
  std::string_view trace_id{};   // 32 hexadecimal digits
  std::string_view parent_id{};  // 16
  bool sampled = false;          // the client records it
};
// Borrows from `text`; nothing when it is none that can be understood.
[[nodiscard]] std::optional<Traceparent> parse_traceparent(std::string_view text);

}  // namespace agt::relay

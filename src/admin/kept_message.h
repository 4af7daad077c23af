// A message that the relay kept (relay/tape.h), taken apart again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace agt::admin {

struct KeptMessage {
  std::string_view first_line{};  // "POST /v1/messages", "200"
  std::vector<net::Header> headers{};
  std::string_view body{};
};
// Borrows from `text`.
[[nodiscard]] KeptMessage taken_apart(std::string_view text);

// `bytes` with U+FFFD for what is no UTF-8, as a body that was cut at some byte may have at its end.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

}  // namespace agt::admin

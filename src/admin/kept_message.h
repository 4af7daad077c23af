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

}  // namespace agt::admin

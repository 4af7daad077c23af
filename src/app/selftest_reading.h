// How a plain client of each protocol reads an answer. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/selftest.h"
#include "core/result.h"

namespace agt::app {

struct Said {
  std::string text{};
  std::vector<std::pair<std::string, std::string>> calls{};  // the tool and its arguments, as JSON
  bool finished = false;                                     // the protocol's own end was there
};

[[nodiscard]] Result<Said> read_whole(Wire wire, std::string_view body);
[[nodiscard]] Result<Said> read_stream(Wire wire, std::string_view body);

}  // namespace agt::app

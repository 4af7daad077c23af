// The request target (H5): origin form, decoded exactly once, and refused when two readers could disagree about it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace agt::net {

struct Target {
  std::string path{};   // decoded
  std::string query{};  // without '?', still encoded
};

// The error is a sentence for a human.
[[nodiscard]] std::expected<Target, std::string> parse_target(std::string_view method, std::string_view target);

}  // namespace agt::net

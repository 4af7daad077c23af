// Problem is a refusal as a provider would word it; each dialect renders it in its own shape.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "json/raw.h"

namespace agt::sim {

struct Problem {
  int status = 400;
  std::string message{};
  std::string type{};   // the dialect's own type or status word; empty means the usual one of this status
  std::string code{};   // OpenAI's error.code
  std::string param{};  // OpenAI's error.param
  json::Raw details{};  // Google's error.details
};

template <class T = void>
using Outcome = std::expected<T, Problem>;

[[nodiscard]] inline std::unexpected<Problem> refuse(std::string message, std::string param = {},
                                                     std::string code = {}) {
  return std::unexpected(
      Problem{.status = 400, .message = std::move(message), .code = std::move(code), .param = std::move(param)});
}

}  // namespace agt::sim

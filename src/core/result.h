// Result<T> is how anything that the world can break returns; Error is the one error type of the program.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "core/failure.h"

namespace agt {

struct Error {
  Code code = Code::internal;
  std::string message{};  // a sentence for a human; says what was seen, never a secret
  std::string field{};    // the request field at fault in the client's own spelling ("messages[2].role"), or empty
  std::optional<std::chrono::milliseconds> retry_after{};

  [[nodiscard]] FailureClass failure_class() const { return facts(code).failure_class; }
  [[nodiscard]] Meaning meaning() const { return facts(code).meaning; }
  [[nodiscard]] std::string_view remedy() const { return facts(code).remedy; }
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message, std::string field = {}) {
  return std::unexpected(Error{.code = code, .message = std::move(message), .field = std::move(field)});
}

}  // namespace agt

// TRY(auto x, f());  in a function; CO_TRY(auto x, co_await f());  in a coroutine. They bind the value or hand the
// error on. Declarations, not expressions: g++ 12 crashes on a co_await inside a statement expression.
#define AGT_TRY_JOIN_(a, b) a##b
#define AGT_TRY_JOIN(a, b) AGT_TRY_JOIN_(a, b)
#define AGT_TRY_(temporary, leave, declaration, ...)                   \
  auto temporary = __VA_ARGS__;                                        \
  if (!temporary) leave std::unexpected(std::move(temporary).error()); \
  declaration = *std::move(temporary)
#define TRY(declaration, ...) AGT_TRY_(AGT_TRY_JOIN(try_, __COUNTER__), return, declaration, __VA_ARGS__)
#define CO_TRY(declaration, ...) AGT_TRY_(AGT_TRY_JOIN(try_, __COUNTER__), co_return, declaration, __VA_ARGS__)

// The same for a Result<void>: TRY_OK(f());
#define TRY_OK(...) \
  if (auto ok_ = __VA_ARGS__; !ok_) return std::unexpected(std::move(ok_).error())
#define CO_TRY_OK(...) \
  if (auto ok_ = __VA_ARGS__; !ok_) co_return std::unexpected(std::move(ok_).error())

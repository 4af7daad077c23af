// Cancellation as the coroutines of this room see it: asked before each operation, told as Code::client_gone.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/result.h"
#include "net/task.h"

namespace agt::net {

[[nodiscard]] inline Task<bool> is_cancelled() {
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  co_return state.cancelled() != boost::asio::cancellation_type::none;
}

[[nodiscard]] inline std::unexpected<Error> client_gone() {
  return fail(Code::client_gone, "The client closed the connection.");
}

}  // namespace agt::net

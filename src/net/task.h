// Task<T> is the coroutine type of the rooms above the pure ones. This is the only Asio header that they see.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace agt {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace agt

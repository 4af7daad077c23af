// Opens a TCP connection to the first of several addresses that answers (RFC 8305 in small).
#pragma once

#include <vector>

#include "core/result.h"
#include "net/internal/loop.h"
#include "net/internal/resolver.h"
#include "net/task.h"

namespace agt::net {

// A connected, non-blocking descriptor. Code::refused, Code::connect_timeout; `whom` is for the message.
[[nodiscard]] Task<Result<int>> connect_any(Loop& loop, std::vector<SocketAddress> addresses, std::string whom,
                                            Moment until);

}  // namespace agt::net

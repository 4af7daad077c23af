// The talk with an upstream proxy, before the connection through it can be used.
#pragma once

#include "net/client.h"
#include "net/internal/upstream.h"

namespace agt::net {

// Code::proxy_auth, Code::proxy_down, or the code of the step behind the proxy that failed.
[[nodiscard]] Task<Result<>> ask_proxy(Upstream& upstream, const Proxy& proxy, const Url& origin, Moment until);

}  // namespace agt::net

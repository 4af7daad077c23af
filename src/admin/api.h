// The admin API on its own listener: who may call (token, host, origin), and from HTTP to an Ask and back.
#pragma once

#include <memory>

#include "admin/access.h"
#include "admin/gateway.h"
#include "net/runtime.h"

namespace agt::admin {

// One per worker. Gateway and access outlive it; access learns its port from publish(), before the first request.
[[nodiscard]] std::unique_ptr<net::Handler> make_admin_handler(Gateway& gateway, const AdminAccess& access,
                                                               net::Worker& worker);

}  // namespace agt::admin

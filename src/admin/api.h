// The admin listener: the API (who may call: token, host, origin; from HTTP to an Ask and back) and the interface's
// files.
#pragma once

#include <memory>

#include "admin/access.h"
#include "admin/gateway.h"
#include "admin/pages.h"
#include "net/runtime.h"

namespace agt::admin {

// One per worker. Gateway and access outlive it; access learns its port from publish(), before the first request.
[[nodiscard]] std::unique_ptr<net::Handler> make_admin_handler(Gateway& gateway, AdminAccess& access,
                                                               net::Worker& worker, Assets assets = {});

}  // namespace agt::admin

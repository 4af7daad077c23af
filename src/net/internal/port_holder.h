// Who listens on a port, as far as /proc tells this user.
#pragma once

#include <cstdint>
#include <string>

namespace agt::net {

// "nginx (pid 812)", or "" when it cannot be found out.
[[nodiscard]] std::string port_holder(std::uint16_t port);

}  // namespace agt::net

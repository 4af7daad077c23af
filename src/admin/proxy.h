// What is said of the clients' port, in the status and by itself.
#pragma once

#include "admin/gateway.h"
#include "json/writer.h"

namespace agt::admin {

// Its members: running, address, host, port, since_ms, open_to_lan, keys_demanded, auth_mode, in_flight.
void write_proxy(json::Writer& w, Gateway& gateway);

// After it was opened, moved or closed: what the relay takes for its own hosts, and those who look on.
[[nodiscard]] Result<> settle_proxy(Gateway& gateway);

}  // namespace agt::admin

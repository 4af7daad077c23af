// Keeping everything that is said, for a while: what `agt record on` switches on, and what ends by itself.
#pragma once

#include "admin/gateway.h"

namespace agt::admin {

// Ends a recording whose time is over; until the runtime stops.
[[nodiscard]] Task<> watch_recording(Gateway& gateway, net::Worker& worker);

}  // namespace agt::admin

// The upstream's own clock. Pure.
#pragma once

#include "core/clock.h"
#include "net/http.h"

namespace agt::provider {

// What its Date header says: moments that it tells are meant by that clock, and ours may be hours off. `ours` when it
// does not say.
[[nodiscard]] WallTime upstream_wall(const net::Headers& headers, WallTime ours);

}  // namespace agt::provider

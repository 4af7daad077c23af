// Rests that outlive a restart: what the pool sets is written to the vault a moment later, and read back at the start.
#pragma once

#include "admin/gateway.h"

namespace agt::admin {

// After the accounts are loaded.
[[nodiscard]] Result<> restore_rests(Gateway& gateway);
// Writes what is new; may wait for the disk.
[[nodiscard]] Result<> save_rests(Gateway& gateway);
// Does so again and again until the worker stops.
[[nodiscard]] Task<> keep_rests(Gateway& gateway, net::Worker& worker);

}  // namespace agt::admin

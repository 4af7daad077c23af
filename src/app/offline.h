// A gateway without listeners, for a command that finds none running: the same API over the same files.
#pragma once

#include "app/api_client.h"
#include "store/home.h"

namespace agt::app {

// The lock is held as long as the Api lives, so that no gateway starts in the middle of a change.
[[nodiscard]] Result<std::unique_ptr<Api>> open_offline(CliContext& context, store::Home home, store::HomeLock lock);

}  // namespace agt::app

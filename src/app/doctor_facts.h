// What `agt doctor` looks at: the machine itself, and the gateway's own view by the admin API.
#pragma once

#include "app/commands.h"
#include "doctor/facts.h"

namespace agt::app {

// `quick`: no upstream is asked. What cannot be found out is left out; facts hold no credential.
[[nodiscard]] doctor::Facts gather_facts(Session& session, bool quick);

}  // namespace agt::app

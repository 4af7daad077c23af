// What admission remembers from one request to the next, shared by all workers.
#pragma once

#include "relay/key_meter.h"
#include "relay/wrong_keys.h"

namespace agt::relay {

struct Doorkeeper {
  KeyMeter keys{};
  WrongKeys wrong_keys{};
};

}  // namespace agt::relay

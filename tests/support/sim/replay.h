// The upstream's part of a recorded request, said again: what `agt trace ID --bundle FILE` saved, as a script.
#pragma once

#include <string_view>

#include "core/result.h"
#include "sim/script.h"

namespace agt::sim {

// Code::config when the bundle holds nothing that an upstream has said, or not all of it.
[[nodiscard]] Result<Script> replay_of(std::string_view bundle);

}  // namespace agt::sim

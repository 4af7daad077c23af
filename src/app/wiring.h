// The readable list of everything that exists. Nothing registers itself; to add a dialect or a family, add its line.
#pragma once

#include <span>

#include "dialect/codec.h"
#include "provider/family.h"

namespace agt::app {

[[nodiscard]] std::span<const dialect::Codec* const> codecs();
[[nodiscard]] std::span<const provider::Family* const> families();

}  // namespace agt::app

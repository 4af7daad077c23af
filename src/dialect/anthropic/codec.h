// Anthropic Messages, API versions 2023-06-01 and 2026-10-21.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect {

extern const Codec anthropic_codec;

}  // namespace agt::dialect

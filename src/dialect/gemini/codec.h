// Gemini generateContent, v1 and v1beta: requests, streams, whole replies, errors, token counts and model lists.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect {

extern const Codec gemini_codec;

}  // namespace agt::dialect

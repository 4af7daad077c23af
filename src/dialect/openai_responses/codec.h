// OpenAI Responses.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect {

extern const Codec openai_responses_codec;

}  // namespace agt::dialect

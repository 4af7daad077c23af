// OpenAI Chat Completions.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect {

extern const Codec openai_chat_codec;

}  // namespace agt::dialect

// OpenAI's embeddings and legacy completions, beside its Chat API.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect::openai_chat {

extern const Embedder embedder;
extern const Codec completions_codec;

}  // namespace agt::dialect::openai_chat

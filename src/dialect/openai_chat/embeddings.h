// OpenAI's embeddings, legacy completions, pictures and speech, beside its Chat API.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect::openai_chat {

extern const Embedder embedder;
extern const Codec completions_codec;
extern const Codec media_codec;

}  // namespace agt::dialect::openai_chat

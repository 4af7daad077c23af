// Texts and the vectors that a model makes of them: what the protocols that have this share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/conversation.h"
#include "ir/loss.h"

namespace agt::ir {

struct EmbeddingRequest {
  std::string model{};
  std::vector<std::string> texts{};
  std::optional<std::int64_t> dimensions{};
  bool packed = false;  // OpenAI: base64 of 32-bit floats is wanted, not numbers
  bool single = false;  // Gemini: one text, and one vector instead of a list
  Losses losses{};      // what the client said and no other protocol has
};

struct EmbeddingReply {
  std::vector<std::vector<double>> vectors{};
  std::optional<std::int64_t> input_tokens{};
};

}  // namespace agt::ir

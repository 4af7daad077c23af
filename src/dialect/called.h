// A setting as the client's own dialect calls it, for errors that name a field.
#pragma once

#include <string_view>

#include "ir/conversation.h"

namespace agt::dialect {

[[nodiscard]] inline std::string_view called(ir::Dialect origin, std::string_view gemini, std::string_view anthropic,
                                             std::string_view openai) {
  switch (origin) {
    case ir::Dialect::gemini: return gemini;
    case ir::Dialect::anthropic: return anthropic;
    case ir::Dialect::openai_chat:
    case ir::Dialect::openai_responses: break;
  }
  return openai;
}

}  // namespace agt::dialect

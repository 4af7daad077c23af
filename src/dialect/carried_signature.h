// A signature of one provider on its way through the client of another: the client keeps it as an opaque text and
// replays it, and the envelope says whose it is. Without it, a conversation that changes its provider would show one
// provider's proof to another, which answers 400 ("Invalid signature in thinking block").
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "ir/conversation.h"

namespace agt::dialect {

inline constexpr std::string_view carried_prefix = "agt1.";

// The text to show to a client of `home`: its own provider's proofs as they are, those of others in the envelope.
[[nodiscard]] inline std::string carried(const ir::Signature& signature, ir::Dialect home) {
  if (signature.signer == home) return signature.blob;
  return fmt::format("{}{}.{}", carried_prefix, ir::name(signature.signer), signature.blob);
}

// The signature in a text that a client of `home` replays.
[[nodiscard]] inline ir::Signature uncarried(std::string text, ir::Dialect home) {
  using enum ir::Dialect;
  const std::string_view view = text;
  if (!view.starts_with(carried_prefix)) return {.blob = std::move(text), .signer = home};
  for (const auto signer : std::array{openai_chat, openai_responses, anthropic, gemini}) {
    const auto prefix = fmt::format("{}{}.", carried_prefix, ir::name(signer));
    if (view.starts_with(prefix)) return {.blob = std::string(view.substr(prefix.size())), .signer = signer};
  }
  return {.blob = std::move(text), .signer = home};
}

}  // namespace agt::dialect

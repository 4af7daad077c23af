// Everything that is not a conversation: model lists, embeddings, token counts, the Code Assist account calls.
#pragma once

#include "sim/http.h"
#include "sim/ids.h"
#include "sim/routes.h"
#include "sim/turn.h"

namespace agt::sim {

[[nodiscard]] Reply models_reply(const Route& route, Minter& ids);
[[nodiscard]] Reply model_reply(const Route& route, Minter& ids);
[[nodiscard]] Reply count_reply(const Turn& turn, Minter& ids);
[[nodiscard]] Reply embed_reply(const Route& route, json::Value body, Minter& ids);
[[nodiscard]] Reply drawn_reply(json::Value body, Minter& ids);
[[nodiscard]] Reply code_assist_reply(Operation operation, json::Value body, Minter& ids);

}  // namespace agt::sim

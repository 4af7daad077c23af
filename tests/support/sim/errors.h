// Error bodies in each dialect's shape, and the named failures that providers are known for.
#pragma once

#include <string>
#include <string_view>

#include "sim/http.h"
#include "sim/ids.h"
#include "sim/problem.h"
#include "sim/script.h"
#include "sim/turn.h"

namespace agt::sim {

[[nodiscard]] std::string error_body(Dialect dialect, const Problem& problem, Minter& ids);
[[nodiscard]] Reply error_reply(Dialect dialect, const Problem& problem, Minter& ids);

// "anthropic_429", "gemini_429_daily", … in the provider's own bytes and headers; "401", "404_model", … in the shape of
// `dialect`. An unknown name is answered with 500 and says so.
[[nodiscard]] Reply named_error(std::string_view name, Dialect dialect, std::string_view model, Minter& ids);

// What the script puts in place of an answer: an error, a status, a body.
[[nodiscard]] Reply scripted_reply(const Script& script, Dialect dialect, std::string_view model, Minter& ids);
[[nodiscard]] bool replaces_answer(const Script& script);

}  // namespace agt::sim

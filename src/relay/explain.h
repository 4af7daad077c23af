// The one honest sentence when nobody could be asked: the dominating cause and the earliest recovery. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "relay/trace.h"

namespace agt::relay {

// `attempts`: the looks into the pool. `back_in`: when the first account is back. Names no account: clients read it.
[[nodiscard]] Error nobody_free(const std::vector<Attempt>& attempts, std::optional<Milliseconds> back_in,
                                std::string_view model, std::string_view target, bool line_full);

// "What happened. What to do.": a provider's words may end without a full stop.
[[nodiscard]] std::string with_remedy(const Error& error);

// "12 s", "3 min", "2 h 5 min", "4 days".
[[nodiscard]] std::string shown_wait(Milliseconds t);

}  // namespace agt::relay

// Limits of this room.
#pragma once

#include <cstddef>

#include "core/clock.h"

namespace agt::provider {

// What an account gets from its provider before it is asked (exchange.h).
inline constexpr Milliseconds exchange_deadline = Seconds(20);  // how long a request waits for it
inline constexpr Milliseconds exchange_look_every{10};          // how often a waiting request looks
inline constexpr Milliseconds exchange_rest = Seconds(5);       // nobody asks again so soon after a failure
inline constexpr std::size_t exchange_bytes_max = 256U << 10U;  // of its answer
inline constexpr std::size_t exchanges_max = 10'000;            // accounts that are remembered
inline constexpr Seconds exchange_margin{30};                   // too short a rest to begin a request with
inline constexpr Seconds exchange_ahead_max = Seconds(300);     // renewed so long before the end, or at a tenth

}  // namespace agt::provider

// Limits of the pool room.
#pragma once

#include <chrono>
#include <cstddef>

namespace agt::pool {

using namespace std::chrono_literals;

inline constexpr std::size_t rests_per_account_max = 256;

// A provider's hint is trusted within these bounds.
inline constexpr auto rest_min = 500ms;
inline constexpr auto rest_max = 24h * 7;

}  // namespace agt::pool

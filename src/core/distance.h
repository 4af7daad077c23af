// How far apart two words are, for "did you mean …?".
#pragma once

#include <cstddef>
#include <string_view>

namespace agt::text {

// How many letters must be put in, taken out, changed or swapped with their neighbour.
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b);

}  // namespace agt::text

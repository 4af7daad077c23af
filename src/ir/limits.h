// Limits of the ir room.
#pragma once

#include <cstddef>

namespace agt::ir {

inline constexpr std::size_t losses_max = 200;  // a hostile body must not fill the trace
inline constexpr std::size_t parts_max = 4096;  // parts of one answer

}  // namespace agt::ir

// Limits of the json room.
#pragma once

#include <cstddef>

namespace agt::json {

inline constexpr std::size_t depth_max = 128;                   // tool schemas nest; nothing honest nests deeper
inline constexpr std::size_t document_bytes_max = 1U << 30;     // offsets are 32 bits wide
inline constexpr std::size_t scratch_bytes_min = 16 * 1024;     // texts up to this size need no new working memory
inline constexpr std::size_t scratch_bytes_kept = 1024 * 1024;  // a larger one is given back at the next text
inline constexpr std::size_t nodes_max = 2'000'000;
inline constexpr std::size_t nodes_min = 64;          // room for the values of a usual reply
inline constexpr std::size_t nodes_kept_max = 32768;  // room for more is given back at the next text

}  // namespace agt::json

// Limits of the admin room.
#pragma once

#include <chrono>
#include <cstddef>

namespace agt::admin {

inline constexpr std::size_t admin_body_bytes_max = 1U << 20;
inline constexpr std::size_t admin_file_bytes_max = 4096;
inline constexpr std::size_t models_reply_bytes_max = 8U << 20;  // OpenRouter's list has 600 kB (2026-11)
inline constexpr std::size_t words_in_list_max = 1'000;          // models of an account, targets of a route
inline constexpr std::chrono::seconds test_first_byte_deadline{30};
inline constexpr std::chrono::seconds rests_saved_every{1};
inline constexpr std::size_t explained_body_bytes_max = 1U << 20;

}  // namespace agt::admin

// Limits of the doctor room.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace agt::doctor {

inline constexpr std::uint64_t disk_bytes_min = 64UL << 20;        // below it the ledger and its log may not find room
inline constexpr std::uint64_t disk_bytes_scarce = 1UL << 30;      // worth a word
inline constexpr auto clock_ahead_max = std::chrono::seconds(60);  // tokens and signatures are refused beyond minutes
inline constexpr double quota_scarce = 0.1;
inline constexpr std::size_t names_shown_max = 5;

}  // namespace agt::doctor

// Limits of the simulator.
#pragma once

#include <cstddef>
#include <cstdint>

namespace agt::sim {

inline constexpr std::size_t body_bytes_max = 128U << 20;
inline constexpr std::size_t head_bytes_max = 256U << 10;
inline constexpr std::size_t read_bytes = 16U << 10;
inline constexpr std::size_t echo_bytes_max = 200;   // of the prompt, in "Echo: …"
inline constexpr std::size_t word_bytes_max = 32;    // a streamed chunk of text, when nothing else is asked
inline constexpr std::int64_t chunks_max = 200'000;  // [[long N]] and the script's `chunks`
inline constexpr std::int64_t reply_bytes_max = 64 << 20;
inline constexpr std::size_t tool_calls_max = 64;  // markers in one prompt
inline constexpr std::size_t choices_max = 16;
inline constexpr std::size_t scripts_max = 100'000;  // queued
inline constexpr std::size_t log_entries_max = 10'000;
inline constexpr std::size_t log_body_bytes_max = 64U << 10;     // of one entry
inline constexpr std::size_t log_bodies_bytes_max = 128U << 20;  // of all entries; the oldest bodies go first
inline constexpr int stall_ms_default = 30'000;

}  // namespace agt::sim

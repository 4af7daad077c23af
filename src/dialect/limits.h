// Limits of the dialect room.
#pragma once

#include <cstddef>

namespace agt::dialect {

inline constexpr std::size_t sse_event_bytes_max = 64UL * 1024 * 1024;  // image models send whole images in one event
inline constexpr std::size_t form_parts_max = 64;
inline constexpr std::size_t form_head_bytes_max = 8 * 1024;         // of one part
inline constexpr std::size_t prompts_max = 16;                       // of one request, where each is a call of its own
inline constexpr std::size_t tool_id_bytes_max = 64;                 // OpenAI's limit; the smallest of the four
inline constexpr std::size_t stop_sequences_max = 4;                 // OpenAI; Gemini takes 5
inline constexpr std::size_t cache_marks_max = 4;                    // Anthropic
inline constexpr std::size_t thought_bytes_kept_max = 512UL * 1024;  // of one thought, for a client that forgets it
inline constexpr std::size_t models_per_page_max = 1000;             // Anthropic and Gemini

}  // namespace agt::dialect

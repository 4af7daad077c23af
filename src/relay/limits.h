// Limits of the relay room.
#pragma once

#include <chrono>
#include <cstddef>

namespace agt::relay {

using namespace std::chrono_literals;

inline constexpr int attempts_max = 3;           // upstream calls for one request
inline constexpr int unreached_free_max = 2;     // beside them: connections that were refused before anybody was asked
inline constexpr auto attempts_deadline = 120s;  // no new attempt after this long
inline constexpr auto keep_alive_every = 15s;    // a sign of life to a waiting stream client
inline constexpr auto retry_after_max = 60s;     // the longest wait that a client is told
inline constexpr std::size_t error_body_bytes_max = 1UL << 20;
inline constexpr std::size_t reply_bytes_max = 64UL << 20;  // a whole reply
inline constexpr std::size_t peek_bytes_max = 64 * 1024;    // of a stream, before its first semantic event
inline constexpr std::size_t tail_bytes_max = 16 * 1024;    // of a passing stream, kept to read its usage
inline constexpr std::size_t unfinished_event_bytes_max =
    16 * 1024;  // of a passing stream, kept back until the event is whole
inline constexpr std::size_t model_name_bytes_max = 256;
inline constexpr std::size_t pattern_bytes_max = 512;               // of a rule
inline constexpr std::size_t repetitions_max = 1'000;               // {n} in one
inline constexpr std::size_t pattern_written_out_max = 5'000;       // its characters, repeated ones each time
inline constexpr std::size_t routes_kept_max = 256;                 // planned routes that a worker remembers
inline constexpr std::size_t message_bytes_kept_max = 256UL << 10;  // of each body that the user wants kept
inline constexpr std::size_t warnings_shown_max = 8;

// Wrong keys from one address: so many at once, and one more each time so long has passed.
inline constexpr int wrong_keys_at_once_max = 20;
inline constexpr auto wrong_key_forgiven_every = 3s;
inline constexpr std::size_t wrong_key_addresses_max = 10'000;

// Pictures and documents that a request names by URL.
inline constexpr std::size_t media_fetched_max = 16;
inline constexpr std::size_t media_bytes_max = 20UL << 20;  // of all of one request
inline constexpr auto media_deadline = 15s;                 // of silence

// Conversations that a client may continue by an id.
inline constexpr auto memory_kept_for = 6h;
inline constexpr std::size_t memories_max = 1'000;
inline constexpr std::size_t memories_bytes_max = 64UL << 20;
inline constexpr std::size_t memory_bytes_max = 4UL << 20;  // of one; a longer one is not kept

// Which account gave an answer that its provider keeps. Providers keep them for a month; a conversation that rests
// longer than a day is worth one refused request.
inline constexpr auto trail_kept_for = 24h;
inline constexpr std::size_t trails_max = 20'000;
inline constexpr std::size_t trail_bytes_max = 128;

// What is kept beside tool calls for clients that forget it. A tool loop is over in hours.
inline constexpr auto keepsake_kept_for = 6h;
inline constexpr std::size_t keepsakes_max = 20'000;
inline constexpr std::size_t keepsakes_bytes_max = 32UL << 20;
inline constexpr std::size_t keepsake_bytes_max = 512UL << 10;  // of one; a longer one is not kept

inline constexpr auto refused_token_rest = 60s;  // after a fresh access token was refused too
inline constexpr auto retry_pause = 250ms;       // before the same account is asked once more
inline constexpr std::size_t rest_message_bytes_max = 300;

// A shorter conversation has no cache worth keeping warm: providers begin at 1,024 tokens.
inline constexpr std::size_t session_body_bytes_min = 4096;

}  // namespace agt::relay

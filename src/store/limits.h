// Limits of the store room.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace agt::store {

inline constexpr std::size_t key_file_bytes_max = 256;
inline constexpr std::size_t config_file_bytes_max = 1U << 20;
inline constexpr std::size_t accounts_max = 10'000;
inline constexpr std::size_t routes_max = 1'000;
inline constexpr std::size_t client_keys_max = 1'000;
inline constexpr std::size_t label_bytes_max = 100;
inline constexpr std::size_t account_names_max = 32;  // groups, or tags, of an account
inline constexpr std::size_t passphrase_bytes_min = 10;

inline constexpr std::size_t ledger_queue_max = 8'192;  // rows waiting for the writer; more are counted and dropped
inline constexpr std::size_t ledger_queue_bytes_max = 64U << 20;    // of kept bodies and traces among them
inline constexpr std::size_t ledger_batch_rows = 1000;              // commit at the latest after so many …
inline constexpr std::size_t ledger_batch_bytes_max = 128U << 20;   // of a batch that is read; the queue holds less
inline constexpr std::size_t ledger_batch_bytes_kept = 1U << 20;    // of the memory of a batch, for the next one
inline constexpr std::chrono::milliseconds ledger_batch_delay{50};  // … or after so long
inline constexpr int ledger_nice = 5;  // of the writing thread: it comes after the requests, but is not starved
inline constexpr std::int64_t ledger_page_max = 500;
inline constexpr std::int64_t ledger_hour_rows_max = 2'000;  // sums kept of one hour; what is more is summed as others
inline constexpr std::size_t model_bytes_max = 200;          // of a model's name in a sum
inline constexpr std::int64_t ledger_prune_rows = 500;  // deleted in one transaction, so that writers never wait long
inline constexpr std::chrono::minutes ledger_prune_every{10};
inline constexpr std::size_t id_prefix_min = 4;

inline constexpr int sqlite_busy_ms = 5'000;

}  // namespace agt::store

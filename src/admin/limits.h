// Limits of the admin room.
#pragma once

#include <chrono>
#include <cstddef>

namespace agt::admin {

inline constexpr std::size_t admin_body_bytes_max = 1U << 20;
inline constexpr std::size_t admin_file_bytes_max = 4096;
inline constexpr std::size_t models_reply_bytes_max = 8U << 20;  // OpenRouter's list has 600 kB (2026-11)
inline constexpr std::size_t words_in_list_max = 1'000;          // models of an account, targets of a route
inline constexpr std::size_t client_file_bytes_max = 4U << 20;   // configuration files of clients
inline constexpr std::chrono::seconds test_first_byte_deadline{30};
inline constexpr std::size_t replay_reply_bytes_max = 64U << 20;
inline constexpr std::size_t replay_bytes_shown_max = 256U << 10;

// The links that open the interface, and the tokens that its pages get for them.
inline constexpr std::size_t login_code_characters = 32;
inline constexpr std::chrono::minutes login_code_life{10};
inline constexpr std::size_t login_codes_max = 16;
inline constexpr std::size_t page_tokens_max = 64;
inline constexpr std::chrono::hours page_token_idle_max{24};

// The stream of events.
inline constexpr int event_listeners_max = 32;
inline constexpr std::size_t events_kept_max = 2'000;
inline constexpr std::size_t events_bytes_max = 4U << 20;
inline constexpr std::size_t events_batch_bytes = 64U << 10;  // about so much in one write
inline constexpr std::chrono::milliseconds event_glance{100};
inline constexpr std::chrono::seconds event_heart_beat{15};
inline constexpr std::chrono::milliseconds event_retry{1'000};   // before a page connects again
inline constexpr std::chrono::seconds events_return_within{60};  // events are kept for one that was cut off

// Tokens of accounts that were signed in.
inline constexpr std::chrono::seconds token_first_byte_deadline{30};
inline constexpr std::chrono::seconds token_patience{45};           // of a request that waits for a refresh
inline constexpr std::chrono::milliseconds token_look_every{1000};  // for tokens that are due
inline constexpr std::size_t token_refreshes_max = 16;              // ahead of expiry, at a time
inline constexpr std::size_t token_refreshes_per_look = 4;  // begun ahead at once: a start is no thundering herd
inline constexpr std::size_t token_reply_bytes_max = 64U << 10;
inline constexpr std::chrono::seconds token_renewal_every{60};  // because of a refusal, for one account
inline constexpr std::chrono::seconds token_store_retry{1};

// Sign-ins under way.
inline constexpr std::size_t oauth_logins_max = 16;
inline constexpr std::size_t import_items_max = 500;
inline constexpr std::chrono::minutes oauth_login_life{5};
inline constexpr std::chrono::milliseconds oauth_login_look_every{200};  // whether its listener can be closed

// Asking providers what is left of an account.
inline constexpr std::chrono::milliseconds quota_look_every{1'000};  // for accounts that are due, and for news
inline constexpr std::size_t quota_refreshes_max = 4;                // at a time
inline constexpr std::chrono::seconds quota_first_within{10};        // of a start
inline constexpr std::chrono::hours quota_retry_max{6};
inline constexpr double quota_jitter = 0.1;  // of the interval

// Samples of one metric with labels. What is more is counted as such, so that no user of many models fills the memory.
inline constexpr std::size_t metric_series_max = 1'000;

// Traces for a collector.
inline constexpr std::size_t spans_queue_max = 4'096;
inline constexpr std::size_t spans_queue_bytes_max = 8U << 20;
inline constexpr std::size_t spans_batch_max = 512;
inline constexpr std::chrono::milliseconds spans_pause{1'000};  // between two exports, and before the first retry
inline constexpr std::chrono::milliseconds spans_pause_max{30'000};
inline constexpr int spans_attempts_max = 5;
inline constexpr std::chrono::seconds spans_first_byte_deadline{10};
inline constexpr std::size_t spans_reply_bytes_max = 64U << 10;

// How long everything that is said may be kept, when the user asks for it; and for how long if nothing is said.
inline constexpr std::chrono::minutes recording_max{24 * 60};
inline constexpr std::chrono::minutes recording_usual{15};
inline constexpr std::chrono::milliseconds recording_look_every{1'000};

inline constexpr std::chrono::seconds rests_saved_every{1};
inline constexpr std::size_t explained_body_bytes_max = 1U << 20;

inline constexpr int key_overlap_hours_max = 720;  // that an old key works beside the one that replaces it

}  // namespace agt::admin

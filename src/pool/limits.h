// Limits of the pool room.
#pragma once

#include <chrono>
#include <cstddef>

namespace agt::pool {

using namespace std::chrono_literals;

inline constexpr std::size_t rests_per_account_max = 256;
inline constexpr std::size_t rests_per_site_max = 1'024;
inline constexpr std::size_t rosters_max = 64;       // indexes of who serves which model
inline constexpr std::size_t skips_listed_max = 32;  // by name; the others are counted
inline constexpr std::size_t unsaved_max = 4'096;    // rests that wait to be written to the disk
inline constexpr std::size_t waiting_max = 1'024;    // requests that wait for an account
inline constexpr std::size_t waiting_per_client_max = 128;

// Rests. A provider's hint is trusted within these bounds.
inline constexpr auto rest_min = 500ms;
inline constexpr auto rest_max = 24h * 7;
inline constexpr auto rest_kept_from = 60s;  // longer ones outlive a restart
inline constexpr auto ladder_first = 1s;     // doubled with every failure in a row …
inline constexpr auto ladder_max = 60s;      // … up to this for limits that say no time,
inline constexpr auto capacity_max = 30s;    // this for an overloaded provider,
inline constexpr auto network_max = 5s;      // and this for one that cannot be reached
inline constexpr auto forbidden_rest = 1h;   // a plan without the model
inline constexpr auto project_rest = 10min;
inline constexpr int blows_before_rest = 2;  // of capacity or network without a hint: one alone is an accident
inline constexpr double jitter_share = 0.1;  // of a guessed rest
inline constexpr auto jitter_max = 1s;

// After a rest one request at a time goes first: a refusal comes at once, an answer may take minutes.
inline constexpr auto probe_patience = 2s;

// Limits that come again and again teach a pace.
inline constexpr auto pace_memory = 60s;    // two limits further apart teach nothing
inline constexpr int pace_served_max = 20;  // nor do those with more between them: the limit is no trickle
inline constexpr double pace_margin = 1.1;
inline constexpr double pace_decay = 0.97;  // with every request that is accepted
inline constexpr auto pace_max = 20s;
inline constexpr auto pace_life = 120s;

// Accounts that only fail (Envoy's outlier ejection).
inline constexpr int server_failures_max = 5;
inline constexpr auto ejection_step = 30s;
inline constexpr int ejections_max = 10;
inline constexpr int ejected_percent_max = 50;

inline constexpr std::size_t quota_windows_max = 128;  // of an account
inline constexpr int reserve_rank = 10'000'000;        // more than any two priorities are apart

// Retries after failures of servers and networks, for each site.
inline constexpr double retry_tokens_max = 10;
inline constexpr double retry_tokens_per_request = 0.1;

// Sessions that stay with their account.
inline constexpr std::size_t sessions_max = 20'000;
inline constexpr auto session_life = 1h;      // the longest life of a prompt cache that a provider offers
inline constexpr auto soft_escape_max = 60s;  // for a shorter rest the session only visits another account

}  // namespace agt::pool

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
inline constexpr auto home_wait_max = 20s;     // for an account that a session stays with; a later one is given up
inline constexpr auto look_again_every = 10s;  // of those in line who are not the first, which looks for them

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

// What limits teach of a provider's pace.
inline constexpr auto use_memory = 10min;           // requests longer ago count half
inline constexpr auto use_lent = 60s;               // a provider may lend so much of what it grants
inline constexpr double use_telling = 4;            // fewer requests in a minute say nothing
inline constexpr std::size_t peers_asked_max = 64;  // accounts that lend one its first guess
inline constexpr double pace_margin = 0.98;         // of what was measured between two limits
inline constexpr double pace_explained = 0.9;       // a lower measure says that it was too fast, a higher one: a burst
inline constexpr double pace_span_s = 30;           // shorter times are measured together
inline constexpr double pace_time_min_s = 0.5;
inline constexpr double pace_belief = 4;           // so many requests are a measure to be believed
inline constexpr int pace_accepted_min = 3;        // fewer between the first two limits say nothing,
inline constexpr auto pace_dense = 2min;           // nor do more in a longer time
inline constexpr double pace_growth_guess = 0.15;  // a minute, while somebody is held back by a guess,
inline constexpr double pace_growth = 0.0025;      // by what was measured,
inline constexpr double pace_growth_calm = 0.008;  // and when there was no limit for
inline constexpr auto pace_calm = 15min;
inline constexpr auto pace_life = 2h;            // without a limit all is forgotten
inline constexpr double pace_hold_level = 1.3;   // so few left: somebody is held back
inline constexpr double pace_burst_s = 60;       // at most so many seconds' worth at once,
inline constexpr double pace_burst_max = 1'000;  // or so many requests
inline constexpr auto pace_wait_max = 60s;       // between two requests
inline constexpr double release_share = 1.2;     // of the pace of all, for those who wait in line

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
inline constexpr auto soft_escape_max = 60s;  // for a shorter rest the session only visits another account …
inline constexpr int visits_max = 2;          // … but moves after so many visits
inline constexpr auto visits_within = 120s;   // that were no further apart
inline constexpr double crowded_share = 1.0;  // of the mean of all accounts in the last minute, and
inline constexpr double crowded_least = 0;    // so many requests: new sessions go elsewhere

}  // namespace agt::pool

// Limits of the net room, one named number each. Sources: RFC 9112, and what nginx and HAProxy default to.
#pragma once

#include <chrono>
#include <cstddef>

namespace agt::net {

using namespace std::chrono_literals;

inline constexpr std::size_t head_bytes_max = 32 * 1024;
inline constexpr std::size_t target_bytes_max = 8 * 1024;
inline constexpr std::size_t header_fields_max = 100;
inline constexpr std::size_t first_read_bytes = 16 * 1024;  // of a request: what is more goes straight into the body
inline constexpr std::size_t read_buffer_bytes_max = 64 * 1024;
inline constexpr std::size_t spare_read_buffers_max = 32;
inline constexpr std::size_t chunk_extension_bytes_max = 1024;
inline constexpr std::size_t trailer_bytes_max = 8 * 1024;
inline constexpr std::size_t client_body_bytes_max = 32UL * 1024 * 1024;
inline constexpr std::size_t body_reserve_bytes_max = 1024 * 1024;  // before a byte of it has come
inline constexpr std::size_t body_rate_bytes_per_second_min = 1024;
inline constexpr std::size_t content_codings_max = 3;       // one over the other
inline constexpr std::size_t decoded_ratio_max = 100;       // bytes that one compressed byte may stand for…
inline constexpr std::size_t decoded_bytes_free = 1 << 20;  // …after so many
inline constexpr std::size_t decoded_piece_bytes = 16 * 1024;
inline constexpr int zstd_window_log_max = 23;                 // 8 MiB, what RFC 9659 wants receivers to have
inline constexpr std::size_t coalesced_bytes_max = 16 * 1024;  // small writes of one turn that leave together
inline constexpr std::size_t linger_bytes_max = client_body_bytes_max;
inline constexpr std::size_t accepts_per_turn_max = 64;
inline constexpr int accept_backlog = 1024;
inline constexpr int socket_send_buffer_bytes = 64 * 1024;  // or the kernel hides 4 MB from back-pressure
inline constexpr std::size_t response_head_bytes_max = 64 * 1024;
inline constexpr std::size_t response_fields_max = 200;
inline constexpr std::size_t response_trailer_bytes_max = 64 * 1024;
inline constexpr std::size_t idle_upstreams_per_host_max = 64;
inline constexpr std::size_t idle_upstreams_max = 512;

inline constexpr auto head_deadline = 10s;  // from the first byte of a request to the end of its head
inline constexpr auto body_idle_deadline = 30s;
inline constexpr auto body_rate_grace = 10s;  // before the minimum rate counts
inline constexpr auto keep_alive_idle = 60s;
inline constexpr auto linger_deadline = 2s;  // reading on after an early answer, so that it is not lost to a reset
inline constexpr auto write_stall_deadline = 60s;
inline constexpr auto drain_deadline = 30s;
inline constexpr auto deadline_tick = 10ms;    // deadlines are coarse; a tick without one costs nothing
inline constexpr auto accept_backoff = 100ms;  // after EMFILE
inline constexpr std::size_t spare_descriptors = 64;
inline constexpr int offload_threads = 2;  // and as many for DNS, which may hang for seconds
inline constexpr std::size_t offload_queue_max = 1024;
inline constexpr auto lasting_deadline = 10s;  // for background work that must not be cut in the middle
inline constexpr auto cut_deadline = 5s;       // for handlers and background tasks to notice their cancellation

inline constexpr auto dns_deadline = 5s;
inline constexpr std::size_t dns_cache_names_max = 256;
inline constexpr std::size_t connect_addresses_max = 8;
inline constexpr auto connect_stagger = 250ms;  // before the next address is tried beside the first (RFC 8305)
inline constexpr auto dns_cache_life = 60s;
inline constexpr auto connect_deadline = 5s;
inline constexpr auto tls_deadline = 10s;
inline constexpr auto first_byte_deadline = 300s;
inline constexpr auto upstream_idle_deadline = 90s;
inline constexpr auto upstream_keep_alive_idle = 55s;

}  // namespace agt::net

// Everything that arrived, for assertions: a ring of entries that can be read while replies are still under way.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "sim/http.h"

namespace agt::sim {

struct Counters {
  std::atomic<std::int64_t> connections_open{0};
  std::atomic<std::int64_t> connections_total{0};
  std::atomic<std::int64_t> requests_total{0};
  std::atomic<std::int64_t> aborts_total{0};
  std::atomic<std::int64_t> refreshes_total{0};
};

[[nodiscard]] std::string stats_json(const Counters& counters);

class RequestLog {
 public:
  explicit RequestLog(bool enabled) : enabled_(enabled) {}

  [[nodiscard]] bool enabled() const { return enabled_; }
  // Returns the entry's sequence number, from 1; 0 when the log is off.
  std::uint64_t add(std::int64_t connection, const Request& request, std::string_view key, std::int64_t now_ms);
  void replied(std::uint64_t seq, int status, bool stream);
  void finished(std::uint64_t seq, bool aborted, std::int64_t now_ms);
  // {"next":N,"requests":[…]} with up to `limit` entries of seq ≥ since.
  [[nodiscard]] std::string json(std::uint64_t since, std::size_t limit) const;
  void clear();

 private:
  struct Entry {
    std::uint64_t seq{};
    std::int64_t time_ms{};
    std::int64_t connection{};
    std::string method{};
    std::string path{};
    std::string query{};
    std::string key_fingerprint{};
    std::string key_hint{};
    std::vector<Header> headers{};
    std::string body_sha256{};
    std::size_t body_bytes{};
    std::string body{};
    int status = 0;  // 0 until there is a reply
    bool stream = false;
    bool done = false;
    bool aborted = false;
    std::int64_t abort_ms = 0;
  };
  static void write(std::string& out, const Entry& entry);
  Entry* find(std::uint64_t seq);

  bool enabled_;
  mutable std::mutex mutex_{};
  std::deque<Entry> entries_{};
  std::uint64_t next_ = 1;
  std::size_t bodies_bytes_ = 0;
};

}  // namespace agt::sim

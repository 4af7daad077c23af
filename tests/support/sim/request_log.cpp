#include "sim/request_log.h"

#include <algorithm>
#include <array>

#include "json/document.h"
#include "json/writer.h"
#include "sim/ids.h"
#include "sim/limits.h"

namespace agt::sim {
namespace {

constexpr std::size_t hint_length = 4;

bool is_credential(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{"authorization", "x-api-key", "x-goog-api-key",
                                                  "api-key",       "cookie",    "proxy-authorization"};
  return std::ranges::find(names, name) != names.end();
}

std::string masked(std::string_view value) {
  const auto space = value.find(' ');
  return space == std::string_view::npos ? "***" : std::string(value.substr(0, space)) + " ***";
}

// ?key=… is a credential too.
std::string masked_query(std::string_view query) {
  std::string out;
  for (const auto pair : text::split(query, '&')) {
    if (!out.empty()) out += '&';
    out += pair.starts_with("key=") ? std::string_view("key=***") : pair;
  }
  return out;
}

// A body may be anything; JSON strings must be UTF-8. Latin-1 keeps every byte visible.
std::string printable(std::string_view bytes) {
  const auto clipped = std::string(text::clipped(bytes, log_body_bytes_max));
  if (json::Document::parse(json::quoted(clipped))) return clipped;
  std::string out;
  for (const char c : clipped) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | (byte >> 6U));
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

}  // namespace

std::string stats_json(const Counters& counters) {
  json::Writer w;
  w.begin_object();
  w.field("connections_open", counters.connections_open.load());
  w.field("connections_total", counters.connections_total.load());
  w.field("requests_total", counters.requests_total.load());
  w.field("aborts_total", counters.aborts_total.load());
  w.field("refreshes_total", counters.refreshes_total.load());
  w.end_object();
  return std::move(w).take();
}

std::uint64_t RequestLog::add(std::int64_t connection, const Request& request, std::string_view key,
                              std::int64_t now_ms) {
  if (!enabled_) return 0;
  Entry entry{.time_ms = now_ms,
              .connection = connection,
              .method = request.method,
              .path = request.path(),
              .query = masked_query(request.query()),
              .headers = request.headers,
              .body_sha256 = hex(sha256(request.body)),
              .body_bytes = request.body.size(),
              .body = printable(request.body)};
  if (!key.empty()) entry.key_fingerprint = hex(sha256(key)).substr(0, 8);
  if (key.size() > 2 * hint_length) entry.key_hint = key.substr(key.size() - hint_length);
  for (auto& header : entry.headers) {
    if (is_credential(header.name)) header.value = masked(header.value);
    header.value = printable(header.value);
  }
  const std::scoped_lock lock(mutex_);
  entry.seq = next_++;
  bodies_bytes_ += entry.body.size();
  entries_.push_back(std::move(entry));
  if (entries_.size() > log_entries_max) {
    bodies_bytes_ -= entries_.front().body.size();
    entries_.pop_front();
  }
  for (auto oldest = entries_.begin(); bodies_bytes_ > log_bodies_bytes_max && oldest != entries_.end(); ++oldest) {
    bodies_bytes_ -= oldest->body.size();
    oldest->body = {};
  }
  return next_ - 1;
}

RequestLog::Entry* RequestLog::find(std::uint64_t seq) {
  if (entries_.empty() || seq < entries_.front().seq || seq > entries_.back().seq) return nullptr;
  return &entries_[seq - entries_.front().seq];
}

void RequestLog::replied(std::uint64_t seq, int status, bool stream) {
  if (seq == 0) return;
  const std::scoped_lock lock(mutex_);
  if (auto* entry = find(seq)) {
    entry->status = status;
    entry->stream = stream;
  }
}

void RequestLog::finished(std::uint64_t seq, bool aborted, std::int64_t now_ms) {
  if (seq == 0) return;
  const std::scoped_lock lock(mutex_);
  if (auto* entry = find(seq)) {
    entry->done = true;
    entry->aborted = aborted;
    if (aborted) entry->abort_ms = now_ms;
  }
}

void RequestLog::write(std::string& out, const Entry& entry) {
  json::Writer w(std::move(out));
  w.begin_object();
  w.field("seq", entry.seq);
  w.field("time_ms", entry.time_ms);
  w.field("connection", entry.connection);
  w.field("method", entry.method);
  w.field("path", entry.path);
  w.field("query", entry.query);
  w.field("key_fingerprint", entry.key_fingerprint);
  w.field("key_hint", entry.key_hint);
  w.key("headers");
  w.begin_object();
  for (const auto& header : entry.headers) w.field(header.name, header.value);
  w.end_object();
  w.field("body_sha256", entry.body_sha256);
  w.field("body_bytes", entry.body_bytes);
  w.field("body", entry.body);
  w.field("status", entry.status);
  w.field("stream", entry.stream);
  w.field("done", entry.done);
  w.field("aborted", entry.aborted);
  w.key("abort_ms");
  if (entry.aborted)
    w.value(entry.abort_ms);
  else
    w.null();
  w.end_object();
  out = std::move(w).take();
}

std::string RequestLog::json(std::uint64_t since, std::size_t limit) const {
  const std::scoped_lock lock(mutex_);
  std::string list;
  auto next = next_;
  for (const auto& entry : entries_) {
    if (entry.seq < since) continue;
    if (limit-- == 0) {
      next = entry.seq;
      break;
    }
    if (!list.empty()) list += ',';
    write(list, entry);
  }
  return "{\"next\":" + std::to_string(next) + ",\"requests\":[" + list + "]}";
}

void RequestLog::clear() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
  bodies_bytes_ = 0;
}

}  // namespace agt::sim

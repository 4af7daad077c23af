#include "relay/tap.h"

#include <algorithm>

#include "core/text.h"
#include "relay/limits.h"

namespace agt::relay {

namespace {

constexpr int events_read_first = 4;
constexpr int events_kept = 8;
constexpr std::size_t peek_step = 1024;  // of a burst: what is behind the first semantic event need not be decoded

// Where the last `count` events begin, or 0 when there are not more of them.
std::size_t last_events(std::string_view stream, int count) {
  int blank_lines = 0;
  for (auto at = text::last_of(stream, '\n'); at != std::string_view::npos && at > 1;
       at = text::last_of(stream.substr(0, at), '\n')) {
    const bool blank = stream[at - 1] == '\n' || (stream[at - 1] == '\r' && stream[at - 2] == '\n');
    if (blank && ++blank_lines > count) return at + 1;
  }
  return 0;
}

}  // namespace

bool is_event_stream(const net::ResponseHead& head) {
  return head.headers.get_or("content-type", "").starts_with("text/event-stream");
}

void Tap::observe(const dialect::SseEvent& event) {
  auto observation = codec_.observe(event);
  if (observation.usage) {
    if (seen_.usage)
      seen_.usage->update(*observation.usage);
    else
      seen_.usage = std::move(observation.usage);
  }
  if (observation.stop) seen_.stop = std::move(observation.stop);
  if (observation.failed) seen_.failed = std::move(observation.failed);
  seen_.semantic = seen_.semantic || observation.semantic;
  seen_.last = seen_.last || observation.last;
}

std::string_view Tap::take(std::string_view bytes) {
  if (!holding_) {
    if (!held_.empty()) held_ = {};  // a stream may last for hours
    keep_tail(bytes);
    return bytes;
  }
  peek(bytes);
  if (seen_.failed && !seen_.semantic) failed_ = seen_.failed;
  const bool release = decided() || held_.size() + bytes.size() > peek_bytes_max;
  if (!release || !held_.empty()) held_ += bytes;
  if (!release) return {};
  holding_ = false;
  decoder_.reset();
  const auto passed = held_.empty() ? bytes : std::string_view(held_);
  keep_tail(passed);
  return passed;
}

// The decoder may stop in the middle of an event; that event is read again from the tail, which begins with what was
// held back.
void Tap::peek(std::string_view bytes) {
  dialect::SseEvent event;
  if (!decoder_) decoder_ = std::make_unique<dialect::SseDecoder>();
  while (!bytes.empty() && !decided()) {
    decoder_->feed(bytes.substr(0, peek_step));
    bytes.remove_prefix(std::min(peek_step, bytes.size()));
    while (!decided()) {
      const auto more = decoder_->next(event);
      if (!more || !*more) break;
      observe(event);
    }
  }
}

void Tap::keep_tail(std::string_view bytes) {
  if (const auto begin = last_events(bytes, events_kept); begin > 0) {
    tail_.clear();
    tail_cut_ = false;
    bytes.remove_prefix(begin);
  }
  if (bytes.size() >= tail_bytes_max) {
    tail_cut_ = tail_cut_ || bytes.size() > tail_bytes_max || !tail_.empty();
    tail_.assign(bytes.substr(bytes.size() - tail_bytes_max));
    return;
  }
  tail_ += bytes;
  if (tail_.size() <= 2 * tail_bytes_max) return;
  tail_.erase(0, tail_.size() - tail_bytes_max);
  tail_cut_ = true;
}

void Tap::read_tail() {
  std::string_view rest = tail_;
  if (tail_cut_) {  // begin with a whole event
    auto boundary = rest.find("\n\n");
    auto skip = boundary + 2;
    if (boundary == std::string_view::npos) {
      boundary = rest.find("\r\n\r\n");
      skip = boundary + 4;
    }
    if (boundary == std::string_view::npos) return;
    rest.remove_prefix(skip);
  }
  // What matters stands in the last few events; the others are read only when those do not tell the end.
  const auto before = seen_;
  observe_all(rest.substr(last_events(rest, events_read_first)));
  if (seen_.failed || seen_.last || seen_.stop) return;
  seen_ = before;
  observe_all(rest);
}

void Tap::observe_all(std::string_view events) {
  dialect::SseDecoder decoder;
  decoder.feed(events);
  dialect::SseEvent event;
  for (auto more = decoder.next(event); more && *more; more = decoder.next(event)) observe(event);
  if (const auto more = decoder.finish(event); more && *more) observe(event);
}

dialect::Observation Tap::finish() {
  if (framed_) {
    if (holding_) keep_tail(held_);
    read_tail();
  }
  return std::move(seen_);
}

}  // namespace agt::relay

#include "relay/tap.h"

#include "relay/limits.h"

namespace agt::relay {

namespace {

constexpr int events_read_first = 4;

// Where the last few events begin.
std::size_t last_events(std::string_view stream) {
  int blank_lines = 0;
  for (auto at = stream.size(); at-- > 2;) {
    if (stream[at] != '\n') continue;
    const bool blank = stream[at - 1] == '\n' || (stream[at - 1] == '\r' && stream[at - 2] == '\n');
    if (blank && ++blank_lines > events_read_first) return at + 1;
  }
  return 0;
}

}  // namespace

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

void Tap::take(std::string_view bytes) {
  if (!holding_) {
    keep_tail(bytes);
    return;
  }
  held_ += bytes;
  decoder_.feed(bytes);
  dialect::SseEvent event;
  // The decoder may stop in the middle of an event; that event is read again from the tail, which starts with `held_`.
  while (!seen_.semantic && !seen_.failed && !seen_.last) {
    const auto more = decoder_.next(event);
    if (!more || !*more) break;
    observe(event);
  }
  if (seen_.failed && !seen_.semantic) failed_ = seen_.failed;
  if (seen_.semantic || seen_.failed || seen_.last || held_.size() > peek_bytes_max) {
    holding_ = false;
    keep_tail(held_);
  }
}

void Tap::keep_tail(std::string_view bytes) {
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
  observe_all(rest.substr(last_events(rest)));
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

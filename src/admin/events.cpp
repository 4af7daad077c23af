#include "admin/events.h"

#include <fmt/format.h>

#include "admin/endpoints.h"
#include "admin/limits.h"
#include "core/text.h"
#include "core/version.h"
#include "net/http.h"

namespace agt::admin {

Events::Events(const Clock& clock) : clock_(clock), boot_(sortable_text(clock.wall())) {}

bool Events::wanted() const {
  if (listeners_.load(std::memory_order_relaxed) > 0) return true;
  const auto until = wanted_until_.load(std::memory_order_relaxed);
  return until != 0 && clock_.now().time_since_epoch().count() < until;
}

void Events::publish(std::string_view kind, std::string_view data) {
  if (!wanted()) {
    if (!lapsed_.load(std::memory_order_relaxed)) lapsed_ = true;
    return;
  }
  const std::scoped_lock lock(mutex_);
  note_lapse();
  const auto number = ++last_;
  auto frame = fmt::format("id: {}-{}\nevent: {}\ndata: {}\n\n", boot_, number, kind, data);
  bytes_ += frame.size();
  kept_.push_back(std::move(frame));
  while (kept_.size() > events_kept_max || bytes_ > events_bytes_max) {
    bytes_ -= kept_.front().size();
    kept_.pop_front();
    ++first_;
  }
}

void Events::note_lapse() {
  if (!lapsed_.exchange(false)) return;
  kept_.clear();
  bytes_ = 0;
  first_ = ++last_ + 1;
}

std::optional<Events::Place> Events::place_named(std::string_view id) const {
  const auto dash = id.find('-');
  if (dash == std::string_view::npos || id.substr(0, dash) != boot_) return std::nullopt;
  const auto number = text::parse_number<Place>(id.substr(dash + 1));
  return number && *number <= last() ? number : std::nullopt;
}

Events::Batch Events::after(Place place) const {
  Batch batch{.place = place};
  if (last_.load(std::memory_order_acquire) == place) return batch;
  const std::scoped_lock lock(mutex_);
  if (place + 1 < first_) {
    batch.missed = first_ - 1 - place;
    batch.place = first_ - 1;
  }
  while (batch.place < last_ && batch.frames.size() < events_batch_bytes)
    batch.frames += kept_[static_cast<std::size_t>(++batch.place - first_)];
  return batch;
}

Result<Events::Listener> Events::listen() {
  if (++listeners_ <= event_listeners_max) {
    const std::scoped_lock lock(mutex_);
    note_lapse();
    return Listener(*this);
  }
  --listeners_;
  return fail(Code::busy, fmt::format("{} pages listen already; close one.", event_listeners_max));
}

Events::Listener::~Listener() {
  if (events_ == nullptr) return;
  events_->wanted_until_ = (events_->clock_.now() + events_return_within).time_since_epoch().count();
  --events_->listeners_;
}

namespace {

// Where the stream begins: after the event that the page knows, else now. `gap` says that what it knows is no use.
struct Start {
  Events::Place place = 0;
  bool gap = false;
};

Start start_of(const Call& call, const Events& events) {
  auto known = call.ask.last_event_id;
  if (known.empty()) known = net::query_parameter(call.ask.query, "after").value_or("");
  if (known.empty()) return {.place = events.last()};
  const auto place = events.place_named(known);
  return {.place = place.value_or(events.last()), .gap = !place};
}

std::string hello(const Call& call, const Events& events, Events::Place place) {
  json::Writer w;
  w.begin_object();
  w.field("version", version);
  w.field("boot", events.boot());
  w.field("now_ms", unix_ms(call.gateway.clock.wall()));
  w.field("after", fmt::format("{}-{}", events.boot(), place));
  w.end_object();
  return fmt::format("retry: {}\nevent: hello\ndata: {}\n\n", event_retry.count(), std::move(w).take());
}

// The page must read everything anew. `missed` 0: nobody knows how much.
std::string resync(const Events& events, Events::Place place, std::uint64_t missed) {
  return fmt::format("id: {}-{}\nevent: resync\ndata: {{\"missed\":{}}}\n\n", events.boot(), place,
                     missed == 0 ? std::string("null") : std::to_string(missed));
}

}  // namespace

Task<Result<>> stream_events(const Call& call, net::Worker& worker, net::Exchange& exchange) {
  auto* const events = call.gateway.events;
  if (events == nullptr) co_return fail(Code::conflict, "No gateway runs, so nothing happens.");
  CO_TRY(const auto listener, events->listen());
  const auto start = start_of(call, *events);
  auto place = start.place;
  auto out = hello(call, *events, place);
  if (start.gap) out += resync(*events, place, 0);
  net::ResponseHead head{.headers = {{"content-type", "text/event-stream"},
                                     {"cache-control", "no-store"},
                                     {"x-content-type-options", "nosniff"}}};
  CO_TRY_OK(co_await exchange.begin(std::move(head)));
  auto spoken = call.gateway.clock.now();
  while (!exchange.draining()) {
    auto batch = events->after(place);
    place = batch.place;
    if (batch.missed > 0) out += resync(*events, place, batch.missed);
    out += batch.frames;
    const auto now = call.gateway.clock.now();
    if (out.empty() && now - spoken >= event_heart_beat) out = ": still here\n\n";
    if (!out.empty()) {
      CO_TRY_OK(co_await exchange.write(out));
      spoken = now;
      out.clear();
      continue;
    }
    CO_TRY_OK(co_await worker.sleep(event_glance));
  }
  co_return co_await exchange.end();
}

}  // namespace agt::admin

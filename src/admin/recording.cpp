#include "admin/recording.h"

#include <fmt/format.h>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/limits.h"

namespace agt::admin {
namespace {

std::string_view name(store::BodyCapture capture) {
  switch (capture) {
    case store::BodyCapture::none: return "none";
    case store::BodyCapture::failures: return "failures";
    case store::BodyCapture::all: return "all";
  }
  std::unreachable();
}

Answer shown(Gateway& gateway) {
  const auto until = gateway.recording_until_ms.load();
  const bool on = until > unix_ms(gateway.clock.wall());
  json::Writer w;
  w.begin_object();
  w.field("on", on);
  if (on) w.field("until_ms", until);
  w.field("otherwise", name(settings_now(gateway).logging.bodies));
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

// It lives in the process: one that starts anew keeps what the settings say, so that no recording is forgotten.
Result<Answer> record_until(Gateway& gateway, std::int64_t until_ms) {
  if (gateway.runtime == nullptr)
    return fail(Code::conflict, "No gateway runs: there is nothing to record. Start it with `agt serve`.");
  gateway.recording_until_ms = until_ms;
  TRY_OK(reload(gateway));
  return shown(gateway);
}

}  // namespace

Result<Answer> show_recording(const Call& call) { return shown(call.gateway); }

Result<Answer> start_recording(const Call& call) {
  int minutes = static_cast<int>(recording_usual.count());
  if (call.body.exists()) {
    TRY_OK(check_fields(call.body, {"minutes"}));
    TRY_OK(take(call.body, "minutes", minutes));
  }
  if (minutes < 1 || minutes > recording_max.count())
    return fail(Code::schema, fmt::format("minutes: must be a whole number from 1 to {}.", recording_max.count()),
                "minutes");
  const auto until = call.gateway.clock.wall() + std::chrono::minutes(minutes);
  return record_until(call.gateway, unix_ms(until));
}

Result<Answer> stop_recording(const Call& call) { return record_until(call.gateway, 0); }

Task<> watch_recording(Gateway& gateway, net::Worker& worker) {
  while (true) {
    const auto slept = co_await worker.sleep(recording_look_every);
    if (!slept) co_return;
    auto until = gateway.recording_until_ms.load();
    if (until == 0 || until > unix_ms(gateway.clock.wall())) continue;
    if (!gateway.recording_until_ms.compare_exchange_strong(until, 0)) continue;  // it was begun anew
    Result<> ended{};
    const auto done = co_await worker.offload([&] { ended = reload(gateway); });
    if (!done && done.error().code == Code::client_gone) co_return;
    if (!done || !ended)
      gateway.log.write(LogLevel::error, "recording_not_ended",
                        {{"why", done ? ended.error().message : done.error().message}});
  }
}

}  // namespace agt::admin

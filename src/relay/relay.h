// The relay: takes each request of the clients' port on its journey. One Relay per worker.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/clock.h"
#include "core/ids.h"
#include "core/log.h"
#include "dialect/codec.h"
#include "json/document.h"
#include "net/runtime.h"
#include "net/server.h"
#include "pool/pool.h"
#include "provider/access_tokens.h"
#include "provider/exchange.h"
#include "provider/quota.h"
#include "relay/doorkeeper.h"
#include "relay/kept.h"
#include "relay/plan.h"
#include "relay/snapshot.h"
#include "relay/trace.h"

namespace agt::relay {

// Where finished traces go. Called on the worker's thread: must not wait. `text` is the worker's, empty, for text in
// the making.
class Recorder {
 public:
  virtual ~Recorder() = default;
  // It is known what is asked for, not yet who answers. Its record() comes later.
  virtual void started(const Trace& trace) = 0;
  virtual void record(const Trace& trace, std::string& text) = 0;
};

// What the relays of all workers share. All of it outlives them.
struct Services {
  const Current& current;
  pool::Pool& pool;
  std::span<const dialect::Codec* const> codecs;  // the wiring's list
  Recorder& recorder;
  Kept& kept;
  Doorkeeper& doorkeeper;
  provider::Exchanges& exchanges;
  const Clock& clock;
  const Log& log;
  provider::AccessTokens* access_tokens = nullptr;  // without it accounts that were signed in cannot be called
  provider::QuotaBook* quotas = nullptr;            // where an upstream's words on what is left go; null: nowhere
};

[[nodiscard]] const dialect::Codec* codec_of(const Services& services, ir::Dialect dialect);

// What a worker's journeys use one after the other, between two awaits.
struct Desk {
  json::Scratch scratch{};
  Planner planner{};
  std::string text{};
};

class Relay final : public net::Handler {
 public:
  Relay(const Services& services, net::Worker& worker) : services_(services), worker_(worker), rng_(seeded_rng()) {}

  [[nodiscard]] Task<> handle(net::Exchange& exchange) override;
  [[nodiscard]] Refusal refusal(const Error& error, std::string_view path_if_known) const override;

 private:
  [[nodiscard]] std::string trace_id();

  const Services& services_;
  net::Worker& worker_;
  Rng rng_;
  Desk desk_{};
};

}  // namespace agt::relay

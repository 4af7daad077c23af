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
#include "relay/snapshot.h"
#include "relay/trace.h"

namespace agt::relay {

// Where finished traces go. Called on the worker's thread: must not wait.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void record(std::unique_ptr<Trace> trace) = 0;
};

// What the relays of all workers share. All of it outlives them.
struct Services {
  const Current& current;
  pool::Pool& pool;
  std::span<const dialect::Codec* const> codecs;  // the wiring's list
  Recorder& recorder;
  const Clock& clock;
  const Log& log;
};

[[nodiscard]] const dialect::Codec* codec_of(const Services& services, ir::Dialect dialect);

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
  json::Scratch scratch_{};
};

}  // namespace agt::relay

// Sends traces of requests to an OpenTelemetry collector over HTTP, if the user named one. Spans are made on the
// ledger's thread and sent by a task of their own; when the collector is slow or gone they are dropped and counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "admin/spans.h"
#include "core/clock.h"
#include "core/log.h"
#include "net/http.h"
#include "net/runtime.h"
#include "store/ledger.h"
#include "store/settings.h"

namespace agt::admin {

struct Collector {
  net::Url url{};
  std::string target{};  // "/v1/traces"
  net::Headers headers{};
};
// Nothing: no traces are sent. Code::schema with the setting.
[[nodiscard]] Result<std::optional<Collector>> collector_in(const store::Settings& settings);

class SpanExporter final : public store::RowObserver {
 public:
  explicit SpanExporter(const Log& log) : log_(log) {}

  void observe(const store::LedgerEntry& row) override;
  void send_to(std::optional<Collector> collector);  // from now on
  [[nodiscard]] Task<> run(net::Worker& worker);     // until the runtime stops

  struct Counts {
    std::uint64_t exported = 0;
    std::uint64_t dropped = 0;  // too many waited, or the collector could not be reached for too long
    std::uint64_t refused = 0;  // by the collector
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Batch {
    std::string json{};
    std::size_t count = 0;
    int failures = 0;
  };
  struct Outcome {
    bool again = false;
    std::size_t refused = 0;
    std::string why{};  // empty: it was taken
    std::optional<Milliseconds> told{};
  };
  void take_batch();
  [[nodiscard]] Task<Outcome> send(net::Worker& worker);
  [[nodiscard]] Milliseconds settle(const Outcome& outcome);  // gives the pause that follows
  [[nodiscard]] Task<> last_words(net::Worker& worker);

  const Log& log_;
  const std::string instance_ = random_secret_text("", 16);
  Rng rng_ = seeded_rng();  // of the ledger's thread
  std::atomic<bool> on_ = false;
  mutable std::mutex mutex_{};
  std::shared_ptr<const Collector> collector_{};
  std::deque<Spans> queue_{};
  std::size_t queued_ = 0;  // spans
  std::size_t bytes_ = 0;
  Counts counts_{};
  Batch batch_{};            // of the task
  bool in_trouble_ = false;  // was told; of the task
};

}  // namespace agt::admin

// What becomes of a request beside its answer: a row in the ledger, and events for pages that look on.
#pragma once

#include <atomic>
#include <string>

#include "admin/events.h"
#include "admin/metrics.h"
#include "relay/relay.h"
#include "store/ledger_writer.h"

namespace agt::admin {

class LedgerRecorder final : public relay::Recorder {
 public:
  LedgerRecorder(store::LedgerWriter& writer, Events& events, Metrics& metrics)
      : writer_(writer), events_(events), metrics_(metrics) {}
  void started(const relay::Trace& trace) override;
  void record(const relay::Trace& trace, std::string& text) override;

  [[nodiscard]] const std::atomic<int>& in_flight() const { return in_flight_; }
  [[nodiscard]] const std::atomic<int>& streams() const { return streams_; }

 private:
  store::LedgerWriter& writer_;
  Events& events_;
  Metrics& metrics_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<int> streams_ = 0;
};

}  // namespace agt::admin

// The clients' port: it can be closed, opened again and moved while the gateway runs.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "net/runtime.h"
#include "store/settings.h"

namespace agt::admin {

// Calls may wait for the workers, so none may come from a worker's thread. One call at a time.
class ProxyPort {
 public:
  ProxyPort(net::Runtime& runtime, net::HandlerFactory factory, const Clock& clock)
      : runtime_(runtime), factory_(std::move(factory)), clock_(clock) {}

  // Listens where the settings say. Code::config when it cannot; then nothing has changed.
  [[nodiscard]] Result<> open(const store::Settings& settings);
  // No new connections; the requests under way are finished, or cut at once.
  void close(bool cut);
  // Whether open() would listen elsewhere than it does now.
  [[nodiscard]] bool would_move(const store::Settings& settings) const;

  struct State {
    bool open = false;
    net::ListenAddress at{};
    WallTime since{};
  };
  [[nodiscard]] State state() const;
  [[nodiscard]] std::uint16_t port() const;  // 0: closed

 private:
  [[nodiscard]] Result<std::uint16_t> listen(const net::ListenAddress& address);

  net::Runtime& runtime_;
  net::HandlerFactory factory_;
  const Clock& clock_;
  mutable std::mutex mutex_{};
  std::mutex moving_{};
  State state_{};
  std::string name_{};  // of the listener
  std::uint16_t last_port_ = 0;
  int opened_ = 0;
};

}  // namespace agt::admin

// What the connections of one listener on one worker share.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "core/log.h"
#include "net/internal/loop.h"
#include "net/runtime.h"
#include "net/server.h"

namespace agt::net {

class Connection;

class Service {
 public:
  Service(Loop& loop, const Log& log, const ServerDeadlines& deadlines, std::atomic<std::size_t>& open_connections,
          std::unique_ptr<Handler> handler)
      : loop_(loop),
        log_(log),
        deadlines_(deadlines),
        open_connections_(open_connections),
        handler_(std::move(handler)) {}
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Takes over a connected descriptor and serves it.
  void serve(int fd, Peer peer);
  // No new requests: idle connections are closed, the others after the answer they are at.
  void drain();
  // Cuts everything: handlers are cancelled, sockets closed.
  void cut();

  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  [[nodiscard]] Loop& loop() { return loop_; }
  [[nodiscard]] const Log& log() const { return log_; }
  [[nodiscard]] const ServerDeadlines& deadlines() const { return deadlines_; }
  [[nodiscard]] Handler& handler() { return *handler_; }

 private:
  void ended(Connection& connection);

  Loop& loop_;
  const Log& log_;
  const ServerDeadlines& deadlines_;
  std::atomic<std::size_t>& open_connections_;
  std::unique_ptr<Handler> handler_;
  Connection* first_ = nullptr;
  bool draining_ = false;
};

}  // namespace agt::net

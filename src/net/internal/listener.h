// A listening socket of one worker. Accepting never ends because of an error: it backs off and goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/log.h"
#include "core/result.h"
#include "net/internal/loop.h"
#include "net/internal/service.h"
#include "net/server.h"

namespace agt::net {

// A listening, non-blocking socket with the options that accepted ones inherit; one for each worker, all on one port.
[[nodiscard]] Result<std::vector<int>> open_listening_sockets(const ListenAddress& address, int count);
// The one of `descriptors` that listens on just this address; nothing when none does.
[[nodiscard]] Result<std::optional<int>> inherited_socket(const ListenAddress& address,
                                                          const std::vector<int>& descriptors);
// The same socket for each worker; whoever turns up first accepts. The original stays open.
[[nodiscard]] Result<std::vector<int>> copies_of(int descriptor, int count);
[[nodiscard]] std::uint16_t local_port(int fd);

class Listener final : private Watch, private Deadline {
 public:
  Listener(Loop& loop, int fd, Service& service, const std::atomic<std::size_t>& open_connections,
           std::size_t connections_max);
  ~Listener() override;

  void close();  // the port is free when it returns

 private:
  void ready(std::uint32_t events) override;
  void expired() override;
  bool accept_one();  // false: nothing more to accept now
  void turn_away(int fd);
  void back_off(int error);

  Loop& loop_;
  int fd_;
  int spare_;  // given up for a moment when descriptors run out, so that a client can be told so
  Service& service_;
  const std::atomic<std::size_t>& open_connections_;
  std::size_t connections_max_;
  Instant logged_{};
};

}  // namespace agt::net

// The listening socket and one thread per connection.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "sim/desk.h"
#include "sim/tls.h"

namespace agt::sim {

struct Listener {
  int fd = -1;
  std::uint16_t port = 0;
};

// Port 0 takes a free one.
[[nodiscard]] Result<Listener> listen_on(const std::string& host, std::uint16_t port);

// Accepts until the process ends. `context` is null for plain HTTP.
[[noreturn]] void serve(Listener listener, Desk& desk, SSL_CTX* context);

}  // namespace agt::sim

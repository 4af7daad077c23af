// Names to addresses, on the DNS threads, remembered for a short while.
#pragma once

#include <sys/socket.h>

#include <map>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "net/internal/loop.h"
#include "net/internal/offload.h"
#include "net/task.h"

namespace agt::net {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }  // NOLINT
  [[nodiscard]] int family() const { return storage.ss_family; }
};

class Resolver {
 public:
  Resolver(Loop& loop, Offload& threads) : loop_(loop), threads_(threads) {}

  // In the order in which they are to be tried. Code::dns.
  [[nodiscard]] Task<Result<std::vector<SocketAddress>>> resolve(std::string host, unsigned short port);

 private:
  struct Known {
    std::vector<SocketAddress> addresses{};
    Instant until{};
  };
  void remember(const std::string& host, const std::vector<SocketAddress>& addresses);

  Loop& loop_;
  Offload& threads_;
  std::map<std::string, Known, std::less<>> known_{};
};

// Of an IP literal, without asking anybody.
[[nodiscard]] std::optional<SocketAddress> parse_address(std::string_view host, unsigned short port);

}  // namespace agt::net

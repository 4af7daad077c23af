// The addresses of this computer, and whether a port of it is free.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "net/server.h"

namespace agt::net {

struct OwnAddress {
  std::string interface{};  // "eth0"
  std::string address{};    // "192.168.1.20", without a scope
  bool ipv6 = false;
  bool loopback = false;
};
[[nodiscard]] std::vector<OwnAddress> own_addresses();  // of interfaces that are up; link-local ones are left out

// Code::config with the process that holds the port. Somebody may take it right after.
[[nodiscard]] Result<> check_port_free(const ListenAddress& address);

}  // namespace agt::net

// GET /metrics: the numbers for Prometheus, on the admin listener and on the clients' port. For whoever shows the admin
// token or metrics.token, and for everybody of this computer where metrics.access says so.
#pragma once

#include <memory>

#include "admin/gateway.h"
#include "net/server.h"

namespace agt::admin {

inline constexpr std::string_view metrics_path = "/metrics";

enum class Door : std::uint8_t { admin, clients };  // through which they are asked for; each has its own hosts

[[nodiscard]] Task<> serve_metrics(Gateway& gateway, Door door, net::Worker& worker, net::Exchange& exchange);

// The clients' port with the page. The gateway is known when the first request comes.
struct MetricsDesk {
  Gateway* gateway = nullptr;
};
[[nodiscard]] std::unique_ptr<net::Handler> with_metrics(std::unique_ptr<net::Handler> clients, const MetricsDesk& desk,
                                                         net::Worker& worker);

// All numbers of now.
[[nodiscard]] Result<std::string> metrics_text(Gateway& gateway);

}  // namespace agt::admin

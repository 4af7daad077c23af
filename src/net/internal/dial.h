// From an origin to a connection that is ready for a request: name, proxy, TCP, TLS.
#pragma once

#include <memory>
#include <optional>

#include "net/client.h"
#include "net/internal/resolver.h"
#include "net/internal/upstream.h"
#include "net/runtime.h"

namespace agt::net {

class Dialler {
 public:
  Dialler(Loop& loop, Offload& dns, const ClientOptions& options)
      : loop_(loop), options_(options), resolver_(loop, dns) {}

  // `begun` is when the call began; the steps are written into `timings`.
  [[nodiscard]] Task<Result<std::unique_ptr<Upstream>>> dial(const Url& origin, bool public_only,
                                                             const Timeouts& timeouts, Instant begun,
                                                             CallTimings& timings);

 private:
  [[nodiscard]] Task<Result<std::unique_ptr<Upstream>>> connect(std::string host, unsigned short port, bool public_only,
                                                                Moment until, Instant begun, CallTimings& timings);
  [[nodiscard]] Task<Result<std::unique_ptr<Upstream>>> connect_through(const Proxy& proxy, const Url& origin,
                                                                        Moment until, Instant begun,
                                                                        CallTimings& timings);
  [[nodiscard]] Result<TlsContext*> tls();

  Loop& loop_;
  const ClientOptions& options_;
  Resolver resolver_;
  std::unique_ptr<TlsContext> tls_{};  // made at the first TLS call: the store of authorities takes time and memory
};

[[nodiscard]] inline Microseconds elapsed(Instant since) {
  return std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now() - since);
}

}  // namespace agt::net

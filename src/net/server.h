// The HTTP/1.1 server: listens, guards, parses, and hands each request to a Handler as an Exchange.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"
#include "net/http.h"
#include "net/limits.h"
#include "net/task.h"

namespace agt::net {

class Worker;

struct Peer {
  std::string address{};
  std::uint16_t port = 0;
  bool loopback = false;
};

// One request and its answer. Every await ends with Code::client_gone as soon as the client has closed its connection
// (FIN or RST, in any phase), so a handler that only propagates errors cancels its upstream by leaving scope.
class Exchange {
 public:
  virtual ~Exchange() = default;

  [[nodiscard]] virtual const RequestHead& head() const = 0;
  [[nodiscard]] virtual const Peer& peer() const = 0;

  // The whole body; sends 100-continue first when the client waits for it. Code::body_too_large over the limit (before
  // reading, when content-length says so), Code::slow_client when it trickles.
  [[nodiscard]] virtual Task<Result<std::string>> read_body(std::size_t bytes_max) = 0;

  // A whole answer with content-length. HEAD gets the headers alone.
  [[nodiscard]] virtual Task<Result<>> respond(ResponseHead head, std::string body) = 0;

  // A streamed answer: begin, write…, end. A write returns when the kernel has taken the bytes (back-pressure).
  // Leaving the handler after begin() without end() closes the connection, so the client sees a truncated answer.
  [[nodiscard]] virtual Task<Result<>> begin(ResponseHead head) = 0;
  [[nodiscard]] virtual Task<Result<>> write(std::string_view bytes) = 0;
  [[nodiscard]] virtual Task<Result<>> end() = 0;

  [[nodiscard]] virtual bool answered() const = 0;  // a final head has been sent
  [[nodiscard]] virtual bool client_gone() const = 0;
  // The listener closes: an answer that has no end of its own should come to one.
  [[nodiscard]] virtual bool draining() const = 0;
};

// What is done with requests. One per worker, so it may keep per-worker state without locks.
class Handler {
 public:
  virtual ~Handler() = default;
  // Must answer; an exchange left unanswered is answered with 500 by the server.
  [[nodiscard]] virtual Task<> handle(Exchange& exchange) = 0;
  // The body (and content type) for a request that never became an Exchange: bad head, too large, timeout.
  struct Refusal {
    std::string content_type{};
    std::string body{};
  };
  [[nodiscard]] virtual Refusal refusal(const Error& error, std::string_view path_if_known) const = 0;
};

using HandlerFactory = std::function<std::unique_ptr<Handler>(Worker&)>;

struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free port
};

}  // namespace agt::net

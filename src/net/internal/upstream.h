// A connection to an upstream: the socket, TLS on it or not, what has been received, and the parser of its responses.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/client.h"
#include "net/internal/read_buffer.h"
#include "net/internal/response_parser.h"
#include "net/internal/stream.h"
#include "net/internal/tls.h"

namespace agt::net {

class UpstreamPool;

// What of a request has not been sent yet. It borrows.
class Outgoing {
 public:
  Outgoing() = default;
  Outgoing(std::string_view head, std::string_view body) : head_(head), body_(body) {}

  [[nodiscard]] bool done() const { return head_.empty() && body_.empty(); }
  [[nodiscard]] std::size_t size() const { return head_.size() + body_.size(); }
  [[nodiscard]] std::array<iovec, 2> pieces() const;  // empty ones too
  void sent(std::size_t bytes);

 private:
  std::string_view head_{};
  std::string_view body_{};
};

class Upstream final : private Stream, private Deadline, private TurnEnd {
 public:
  Upstream(Loop& loop, int fd) : Stream(loop, fd), buffer(loop.buffers()) {}
  ~Upstream() override { loop().forget(static_cast<TurnEnd&>(*this)); }

  // The TLS handshake. Code::tls, Code::connect_timeout.
  [[nodiscard]] Task<Result<>> secure(TlsContext& context, std::string host, std::string key, Moment until);
  // Sends all of it / receives at least a byte (appended to the buffer). For the talk with a proxy.
  [[nodiscard]] Task<Result<>> send_all(std::string bytes, Moment until);
  [[nodiscard]] Task<Result<>> receive_more(Moment until);

  [[nodiscard]] Transfer receive(char* to, std::size_t bytes_max);
  [[nodiscard]] Transfer send(std::span<const iovec> from);
  // A request leaves when the turn ends, a long one at once: the requests of one turn wake the other side once, not
  // each time again, which costs more than anything else here. Until then, and until all is sent, `outgoing` tells.
  [[nodiscard]] bool begin_sending(Outgoing request);  // true: when the turn ends
  [[nodiscard]] Transfer send_more();
  Outgoing outgoing{};
  Instant sent_at{};  // when the last of it was

  // Receives into the buffer what there is.
  [[nodiscard]] Transfer fill();
  // Whether the peer has sent more than it was asked for, or has finished. To be asked once: takes some of it.
  [[nodiscard]] bool has_more();
  using Stream::loop;
  using Stream::may_read;
  using Stream::peer_closed;
  using Stream::readable_or_writable;
  [[nodiscard]] auto readable(Moment until) {
    return tls_ ? Stream::readable_or_writable(until) : Stream::readable(until);
  }

  ReadBuffer buffer;
  ResponseParser parser{};
  bool usable_again = true;  // nothing has happened that forbids another request

 private:
  friend class UpstreamPool;
  void readable_while_idle() override;
  void expired() override;
  void turn_ends() override;

  std::unique_ptr<Tls> tls_{};
  UpstreamPool* parked_in_ = nullptr;  // while idle
};

// Idle connections that wait for their next request, by origin; the most recently used first.
class UpstreamPool {
 public:
  UpstreamPool() = default;
  ~UpstreamPool();
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  [[nodiscard]] std::unique_ptr<Upstream> take(const Url& origin);
  // Closes it instead when it is of no use or the pool is full.
  void park(const Url& origin, std::unique_ptr<Upstream> upstream);
  void drop(Upstream& upstream);  // destroys it

 private:
  struct Origin {
    bool tls = true;
    std::string host{};
    unsigned short port = 0;
    std::vector<std::unique_ptr<Upstream>> idle{};
  };
  [[nodiscard]] Origin* find(const Url& url);

  std::vector<Origin> origins_{};  // few: an account base URL each
  std::size_t idle_ = 0;
};

}  // namespace agt::net

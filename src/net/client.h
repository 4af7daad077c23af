// The HTTP/1.1 client of one worker: keep-alive pool, TLS with verification, upstream proxies, deadlines.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"
#include "net/http.h"
#include "net/limits.h"
#include "net/task.h"

namespace agt::net {

// How to get out: http://[user:password@]host:port (CONNECT; plain http goes through CONNECT too) or
// socks5://[user:password@]host:port (names are resolved by the proxy).
struct Proxy {
  enum class Kind : std::uint8_t { http_connect, socks5 };
  Kind kind = Kind::http_connect;
  std::string host{};
  unsigned short port = 0;
  std::string user{};
  Secret password{};
};
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view url);  // Code::config, naming what is wrong

struct Timeouts {
  Milliseconds connect = connect_deadline;
  Milliseconds tls = tls_deadline;
  Milliseconds first_byte = first_byte_deadline;  // from the last request byte to the first response byte
  Milliseconds idle = upstream_idle_deadline;     // between two pieces of the body
};

struct Call {
  std::string method = "POST";
  Url url{};                // scheme, host, port; its path is not used
  std::string target{};     // origin form
  Headers headers{};        // without host, content-length, connection: the client writes them
  std::string_view body{};  // outlives the call: it may be large, and is needed again for the next attempt
  Timeouts timeouts{};
  bool once = false;   // must not arrive twice: not over a used connection, which may be closed and replaced unnoticed
  bool coded = false;  // the body is handed over with the content-encoding it came in (coding.h); else decoded
  // Refuses addresses of this computer and of private networks, whatever the name resolves to: for URLs that come with
  // a request. Never through a proxy, which would resolve the name itself, nor over a connection that is kept.
  bool public_only = false;
};

// When which step of the call was done, from the start of send(); absent when it did not happen (connection reused).
struct CallTimings {
  std::optional<Microseconds> dns{}, connect{}, tls{}, sent{}, first_byte{};
  bool reused = false;
};

// A piece of a reply's body.
struct Piece {
  enum class Kind : std::uint8_t {
    bytes,  // `bytes` is valid until the next call on the reply
    quiet,  // nothing came within the patience given; ask again
    end,    // the body is complete
  };
  Kind kind = Kind::end;
  std::string_view bytes{};
};

// An answer whose head has arrived. Destroying it before Piece::end closes the upstream connection at once; after the
// end the connection goes back to the pool.
class Reply {
 public:
  virtual ~Reply() = default;
  [[nodiscard]] virtual const ResponseHead& head() const = 0;
  [[nodiscard]] virtual const CallTimings& timings() const = 0;
  // Code::stream_cut when the body ends early, Code::idle_timeout after Timeouts::idle of silence in all.
  [[nodiscard]] virtual Task<Result<Piece>> next(Milliseconds patience) = 0;
  // The rest of the body. Code::translate_reply when it is longer than the limit.
  [[nodiscard]] virtual Task<Result<std::string>> whole(std::size_t bytes_max) = 0;
};

class Client {
 public:
  virtual ~Client() = default;
  // Sends and waits for the head of the final response (1xx are skipped; 101 is an error). Errors are of class network,
  // with the code of the step that failed. A reused connection that the peer had already closed is replaced once,
  // provided that no byte of a response has come.
  [[nodiscard]] virtual Task<Result<std::unique_ptr<Reply>>> send(Call call) = 0;
};

}  // namespace agt::net

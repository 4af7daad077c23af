// TLS of upstream connections, straight on the socket: OpenSSL reads and writes through a BIO of ours that does the
// system calls, so there are no buffers but OpenSSL's own, and these are released while a connection is silent.
#pragma once

#include <openssl/ssl.h>

#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/result.h"
#include "net/internal/stream.h"

namespace agt::net {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

// Trust and remembered sessions of one worker's client.
class TlsContext {
 public:
  // Code::config naming the file when `ca_file` cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> make(const std::string& ca_file);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] SSL_CTX* get() { return context_.get(); }
  // A session to resume with that host, or null.
  [[nodiscard]] SSL_SESSION* known_session(const std::string& host) const;
  void remember(const std::string& host, SSL_SESSION* session);

 private:
  TlsContext() = default;
  std::unique_ptr<SSL_CTX, FreeTls> context_{};
  std::map<std::string, std::unique_ptr<SSL_SESSION, FreeTls>, std::less<>> sessions_{};
};

class Tls {
 public:
  // `host` is verified against the certificate: a name, or an IP address. `key` tells sessions apart: host and port.
  Tls(TlsContext& context, Stream& stream, std::string host, std::string key);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  // Outcome moved: done. Blocked: wait until the stream is readable or writable, then again. Failed: see failure().
  [[nodiscard]] Transfer handshake();
  [[nodiscard]] Transfer receive(char* to, std::size_t bytes_max);
  [[nodiscard]] Transfer send(std::span<const iovec> from);
  [[nodiscard]] Error failure() const;

 private:
  friend class TlsContext;
  struct Bio;
  [[nodiscard]] Transfer outcome_of(int returned);

  TlsContext& context_;
  Stream& stream_;
  std::string host_;
  std::string key_;
  std::unique_ptr<SSL, FreeTls> session_{};
  std::string first_record_{};  // head and the beginning of the body, which OpenSSL wants in one piece
  std::string why_{};
};

}  // namespace agt::net

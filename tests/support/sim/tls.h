// The server side of TLS: a context from files, and a private authority made on the spot for tests.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "core/result.h"

namespace agt::sim {

struct ContextDeleter {
  void operator()(SSL_CTX* context) const;
};
using TlsContext = std::unique_ptr<SSL_CTX, ContextDeleter>;

[[nodiscard]] Result<TlsContext> tls_context(const std::string& certificate_file, const std::string& key_file);

// Writes ca.pem, cert.pem and key.pem (for localhost, 127.0.0.1 and ::1) into `folder`.
[[nodiscard]] Result<> make_certificates(const std::string& folder);

}  // namespace agt::sim

// Certificates for tests, made on the spot: an authority and what it signs.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace agt::net::testing {

struct Free {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(SSL_CTX* x) const { SSL_CTX_free(x); }
  void operator()(SSL* x) const { SSL_free(x); }
};

struct Identity {
  std::unique_ptr<EVP_PKEY, Free> key{};
  std::unique_ptr<X509, Free> certificate{};
};

struct Wish {
  std::string common_name = "localhost";
  std::string alternative = "DNS:localhost,IP:127.0.0.1";  // "" for none
  long valid_from = -3600;                                 // seconds from now
  long valid_until = 3600;
  bool sha1 = false;
};

[[nodiscard]] Identity make_authority(const std::string& name = "Test Authority");
[[nodiscard]] Identity make_identity(const Identity& authority, const Wish& wish = {});
[[nodiscard]] std::string write_pem(const Identity& identity);  // the path of a temporary file with the certificate

}  // namespace agt::net::testing

#include "sim/tls.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>

namespace agt::sim {
namespace {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FileDeleter {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;
using File = std::unique_ptr<std::FILE, FileDeleter>;

std::unexpected<Error> tls_failure(std::string_view doing) {
  const auto* reason = ERR_reason_error_string(ERR_get_error());
  return fail(Code::tls, fmt::format("{}: {}", doing, reason == nullptr ? "failed" : reason));
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

Certificate blank_certificate(EVP_PKEY* key, const char* name) {
  constexpr long hour_s = 3600;
  constexpr long year_s = 365 * 24 * hour_s;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(BN_new(), BN_free);
  BN_rand(serial.get(), 120, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -hour_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), year_s);
  X509_set_pubkey(certificate.get(), key);
  const auto* text = reinterpret_cast<const unsigned char*>(name);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  return certificate;
}

bool sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  return X509_sign(certificate, issuer_key, EVP_sha256()) > 0;
}

Result<> write_certificate(const std::string& path, X509* certificate) {
  const File file(std::fopen(path.c_str(), "w"));
  if (!file || PEM_write_X509(file.get(), certificate) != 1) return fail(Code::storage, "cannot write " + path);
  return {};
}

}  // namespace

void ContextDeleter::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

Result<TlsContext> tls_context(const std::string& certificate_file, const std::string& key_file) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return tls_failure("TLS");
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    return tls_failure(certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) return tls_failure(key_file);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_AUTO_RETRY);
  // HTTP/1.1 is what the simulator speaks; a client that offers h2 too must be told.
  const auto select = [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                         unsigned in_size, void*) -> int {
    static constexpr unsigned char http11[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    const int result = SSL_select_next_proto(&chosen, size, http11, sizeof http11 - 1, in, in_size);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
  };
  SSL_CTX_set_alpn_select_cb(context.get(), select, nullptr);
  return context;
}

Result<> make_certificates(const std::string& folder) {
  const Key authority_key(EVP_EC_gen("P-256"));
  const Key server_key(EVP_EC_gen("P-256"));
  if (!authority_key || !server_key) return tls_failure("key generation");
  const auto authority = blank_certificate(authority_key.get(), "agt-sim private authority");
  const auto server = blank_certificate(server_key.get(), "localhost");
  auto* ca = authority.get();
  const bool made = add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE") &&
                    add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(ca, ca, NID_subject_key_identifier, "hash") && sign(ca, ca, authority_key.get()) &&
                    add_extension(server.get(), ca, NID_basic_constraints, "CA:FALSE") &&
                    add_extension(server.get(), ca, NID_authority_key_identifier, "keyid") &&
                    add_extension(server.get(), ca, NID_ext_key_usage, "serverAuth") &&
                    add_extension(server.get(), ca, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
                    sign(server.get(), ca, authority_key.get());
  if (!made) return tls_failure("certificate generation");
  TRY_OK(write_certificate(folder + "/ca.pem", ca));
  TRY_OK(write_certificate(folder + "/cert.pem", server.get()));
  const auto key_path = folder + "/key.pem";
  const File file(std::fopen(key_path.c_str(), "w"));
  if (!file || PEM_write_PrivateKey(file.get(), server_key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return fail(Code::storage, "cannot write " + key_path);
  return {};
}

}  // namespace agt::sim

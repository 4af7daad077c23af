#include "net/testing/certificates.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace agt::net::testing {
namespace {

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Identity unsigned_identity(const std::string& common_name, long from, long until) {
  Identity identity;
  identity.key.reset(EVP_EC_gen("P-256"));
  identity.certificate.reset(X509_new());
  auto* const x = identity.certificate.get();
  static long serial = 1;
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), from);
  X509_gmtime_adj(X509_getm_notAfter(x), until);
  X509_set_pubkey(x, identity.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  return identity;
}

}  // namespace

Identity make_authority(const std::string& name) {
  auto authority = unsigned_identity(name, -7200, 7200);
  auto* const x = authority.certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign");
  X509_sign(x, authority.key.get(), EVP_sha256());
  return authority;
}

Identity make_identity(const Identity& authority, const Wish& wish) {
  auto identity = unsigned_identity(wish.common_name, wish.valid_from, wish.valid_until);
  auto* const x = identity.certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(authority.certificate.get()));
  if (!wish.alternative.empty()) add_extension(x, authority.certificate.get(), NID_subject_alt_name, wish.alternative);
  X509_sign(x, authority.key.get(), wish.sha1 ? EVP_sha1() : EVP_sha256());
  return identity;
}

std::string write_pem(const Identity& identity) {
  static int number = 0;
  const auto path = std::filesystem::temp_directory_path() / fmt::format("agt-test-ca-{}-{}.pem", ::getpid(), ++number);
  auto* const file = std::fopen(path.c_str(), "w");
  PEM_write_X509(file, identity.certificate.get());
  std::fclose(file);
  return path;
}

}  // namespace agt::net::testing

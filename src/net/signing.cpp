#include "net/signing.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace agt::net {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Nobody is asked for a passphrase: a server has no terminal.
int no_passphrase(char* /*to*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

}  // namespace

Result<std::string> signed_rs256(const Secret& pem, std::string_view data) {
  ERR_clear_error();
  const auto text = pem.reveal();
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const std::unique_ptr<EVP_PKEY, Free> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    ERR_clear_error();
    return fail(Code::schema, "The private key is not an RSA key in PEM form without a passphrase.", "private_key");
  }
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
  const bool measured = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                        EVP_DigestSign(context.get(), nullptr, &size, bytes, data.size()) == 1;
  std::string signature(size, '\0');
  if (!measured || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                                  data.size()) != 1) {
    ERR_clear_error();
    return fail(Code::schema, "The private key cannot sign.", "private_key");
  }
  signature.resize(size);
  return signature;
}

}  // namespace agt::net

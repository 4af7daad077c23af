#include "net/signing.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace agt::net {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

Secret pem_of(const Key& key) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return Secret(std::string(text, static_cast<std::size_t>(size)));
}

TEST(Signing, the_public_key_verifies_it) {
  const Key key(EVP_RSA_gen(2048));
  const std::string data = "header.claims";
  const auto signature = signed_rs256(pem_of(key), data);
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(signature->size(), 256U);
  const auto verified = [&](std::string_view text) {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()), signature->size(),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  };
  EXPECT_TRUE(verified(data));
  EXPECT_FALSE(verified("header.other"));
  EXPECT_EQ(signed_rs256(pem_of(key), data).value(), *signature);  // RS256 has no chance in it
}

TEST(Signing, what_is_no_rsa_key_is_refused) {
  const Key curve(EVP_EC_gen("P-256"));
  for (const auto& pem : {Secret(), Secret("not a key"), pem_of(curve)}) {
    const auto signature = signed_rs256(pem, "x");
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().code, Code::schema);
    EXPECT_EQ(signature.error().field, "private_key");
  }
}

}  // namespace
}  // namespace agt::net

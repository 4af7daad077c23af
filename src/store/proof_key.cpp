#include "store/proof_key.h"

#include <sodium.h>

#include <array>

#include "core/ids.h"

namespace agt::store {

std::string challenge_of(std::string_view verifier) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size());
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(digest.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(), variant);
  text.pop_back();  // the terminator
  return text;
}

ProofKey new_proof_key() {
  constexpr std::size_t characters = 64;  // 43 … 128 are allowed
  ProofKey proof{.verifier = Secret(random_secret_text("", characters))};
  proof.challenge = challenge_of(proof.verifier.reveal());
  return proof;
}

}  // namespace agt::store

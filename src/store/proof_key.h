// The proof of RFC 7636 (PKCE): whoever began a sign-in is the one who ends it.
#pragma once

#include <string>
#include <string_view>

#include "core/secret.h"

namespace agt::store {

struct ProofKey {
  Secret verifier{};
  std::string challenge{};  // of the method S256
};
[[nodiscard]] ProofKey new_proof_key();
[[nodiscard]] std::string challenge_of(std::string_view verifier);  // base64url(SHA-256), no padding

}  // namespace agt::store

#include "store/proof_key.h"

#include <gtest/gtest.h>

namespace agt::store {
namespace {

TEST(ProofKey, challenge_is_the_digest_in_the_alphabet_of_addresses) {
  EXPECT_EQ(challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(ProofKey, is_new_each_time_and_long_enough) {
  const auto one = new_proof_key();
  const auto other = new_proof_key();
  EXPECT_FALSE(one.verifier.matches(other.verifier.reveal()));
  EXPECT_GE(one.verifier.reveal().size(), 43U);
  EXPECT_EQ(one.challenge, challenge_of(one.verifier.reveal()));
}

}  // namespace
}  // namespace agt::store

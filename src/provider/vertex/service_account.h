// A Google service account: the key file that the Cloud Console gives out, and what it is exchanged for.
// Source: developers.google.com/identity/protocols/oauth2/service-account, RFC 7523, 2026-11.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"

namespace agt::provider {

struct ServiceAccount {
  std::string client_email{};
  std::string key_id{};
  std::string project{};
  std::string token_url{};
  Secret private_key{};
};

// Whether a credential is meant to be such a file: an API key never begins so.
[[nodiscard]] bool looks_like_service_account(std::string_view credential);

// Code::schema naming the member that is missing or wrong; never quotes the file.
[[nodiscard]] Result<ServiceAccount> parse_service_account(std::string_view json);

// The signed assertion, good for an hour: header.claims.signature in base64url.
[[nodiscard]] Result<Secret> assertion(const ServiceAccount& account, WallTime now);

[[nodiscard]] std::string base64url(std::string_view bytes);

}  // namespace agt::provider

// What an account that was signed in with OAuth holds: the client it was given to, the refresh token, the access token.
//
// A refresh token may rotate: the one used is worth nothing once the answer is under way. So a refresh is written ahead
// (begin_refresh), and its answer is on the disk (finish_refresh) before anybody may use it. A program that dies in
// between finds the intent at its next start and knows that the stored token may have been replaced.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/secret.h"
#include "store/accounts.h"
#include "store/vault.h"

namespace agt::store {

// The user's own client at the provider, with the endpoints that it talks to.
struct OAuthClient {
  std::string service{};  // "google", or "custom"
  std::string client_id{};
  Secret client_secret{};  // may be empty: public clients have none
  std::string token_url{};
  std::string revoke_url{};  // may be empty
};

struct OAuthTokens {
  Secret refresh{};
  Secret access{};               // may be empty: none was fetched yet
  std::int64_t expires_ms = 0;   // of the access token
  std::int64_t lifetime_ms = 0;  // what it had when it was fetched
};

struct OAuthGrant {
  std::string account{};  // id
  OAuthClient client{};
  std::string subject{};  // whose it is at the provider: an e-mail address, or empty when it does not say
  std::string scopes{};   // separated by spaces
  OAuthTokens tokens{};
  std::int64_t generation = 1;
  std::int64_t obtained_ms = 0;
  std::optional<std::int64_t> intent_ms{};   // a refresh began then, and nobody knows how it ended
  std::optional<std::int64_t> refused_ms{};  // somebody must sign in again since then …
  std::string refused_why{};                 // … because of this
};

[[nodiscard]] Result<std::vector<OAuthGrant>> oauth_grants(Vault& vault);
[[nodiscard]] Result<OAuthGrant> oauth_grant(Vault& vault, std::string_view account_id);

// A new account with its grant, or a new grant for the account `draft.id`, in one commit.
[[nodiscard]] Result<Account> add_signed_in(Vault& vault, Account draft, OAuthGrant grant);
[[nodiscard]] Result<> sign_in_again(Vault& vault, std::string_view account_id, OAuthGrant grant);

// Before the token endpoint is asked. Code::conflict when `generation` is no longer the current one.
[[nodiscard]] Result<> begin_refresh(Vault& vault, std::string_view account_id, std::int64_t generation);
// The answer: replaces the tokens of `generation`, and clears intent and refusal. Gives the new generation.
[[nodiscard]] Result<std::int64_t> finish_refresh(Vault& vault, std::string_view account_id, std::int64_t generation,
                                                  const OAuthTokens& tokens);
// The refresh did not happen: the token is still the one that is stored.
[[nodiscard]] Result<> abandon_refresh(Vault& vault, std::string_view account_id, std::int64_t generation);
// The provider will not take this refresh token again. Clears the intent.
[[nodiscard]] Result<> refuse_grant(Vault& vault, std::string_view account_id, std::int64_t generation,
                                    std::string_view why);
// Somebody wants it tried again.
[[nodiscard]] Result<> pardon_grant(Vault& vault, std::string_view account_id);

}  // namespace agt::store

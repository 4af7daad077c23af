// The words of OAuth 2.0 (RFC 6749) with PKCE (RFC 7636): the address a user is sent to, the requests to the token
// endpoint, and what its answers mean. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"
#include "net/client.h"

namespace agt::provider::oauth {

struct ClientId {
  std::string id{};
  Secret secret{};  // may be empty
};

struct Authorization {
  std::string auth_url{};
  std::string client_id{};
  std::string redirect_uri{};
  std::string scopes{};                                               // separated by spaces
  std::string state{};                                                // proves that the answer belongs to this question
  std::string challenge{};                                            // PKCE, S256
  std::vector<std::pair<std::string_view, std::string_view>> more{};  // what a provider wants besides
};
[[nodiscard]] std::string authorization_link(const Authorization& asked);

// Bodies of POST to the token endpoint.
[[nodiscard]] Secret refresh_form(const ClientId& client, const Secret& refresh_token);
[[nodiscard]] Secret redeem_form(const ClientId& client, const Secret& code, std::string_view redirect_uri,
                                 const Secret& verifier);

// A call of an endpoint of a provider; `form` outlives the call. Nothing when the address is malformed.
[[nodiscard]] std::optional<net::Call> form_call(std::string_view url, const Secret& form);
[[nodiscard]] std::optional<net::Call> identity_call(std::string_view url, const Secret& access_token);

struct Granted {
  Secret access{};
  Secret refresh{};  // empty: the one before stays
  Milliseconds lifetime{};
  std::string scopes{};
};

// What the token endpoint said.
struct TokenReply {
  enum class Kind : std::uint8_t {
    granted,
    grant_refused,   // invalid_grant: this refresh token or code is worth nothing
    client_refused,  // the client's id or secret is wrong, or may not do this: the token may well be good
    failed,          // anything else: try again later
  };
  Kind kind = Kind::failed;
  Granted granted{};
  std::string why{};  // in the endpoint's own words, never a token
};
[[nodiscard]] TokenReply read_token_reply(int status, std::string_view body);

// The e-mail address, or else the name or number, by which the provider knows the user; "" when it does not say.
[[nodiscard]] std::string read_identity(std::string_view body);

// What a user pastes: the whole address that the browser was sent to, its query, or the bare code.
struct Pasted {
  Secret code{};
  std::string state{};  // "" for a bare code
};
[[nodiscard]] Result<Pasted> read_pasted(std::string_view text);

}  // namespace agt::provider::oauth

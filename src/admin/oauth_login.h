// Ending a sign-in, whichever way the code came: by the browser or pasted.
#pragma once

#include <memory>

#include "admin/gateway.h"
#include "net/runtime.h"
#include "provider/oauth/exchange.h"

namespace agt::admin {

inline constexpr std::string_view oauth_callback_path = "/oauth/callback";

// What an account that was signed in is, once it is stored.
struct SignedIn {
  store::Account account{};
  bool updated = false;  // it was there before
};

// Redeems the code, asks who it is, and stores the account with its tokens. Tells `gateway.logins` how it ended.
[[nodiscard]] Task<Result<SignedIn>> redeem(Gateway& gateway, net::Worker& worker, const OAuthLogin& login,
                                            const provider::oauth::Pasted& pasted);

// What answers the browser that comes back, on a port of its own that is open for this one login.
[[nodiscard]] std::unique_ptr<net::Handler> make_oauth_callback(Gateway& gateway, std::string login_id,
                                                                net::Worker& worker);

}  // namespace agt::admin

// The access tokens of accounts that were signed in with OAuth. Such an account has no key of its own: Upstream::oauth
// is set, and whoever calls puts the current token into Upstream::key first. Who keeps and refreshes the tokens is the
// business of admin/; this is all that the callers see of it.
#pragma once

#include <string_view>

#include "core/result.h"
#include "core/secret.h"
#include "net/runtime.h"
#include "net/task.h"

namespace agt::provider {

class AccessTokens {
 public:
  virtual ~AccessTokens() = default;

  // A token that has not expired; refreshed first when there is none. However many ask at once, the token endpoint is
  // asked once, and goes on being asked when the one who began it leaves. Code::token_revoked when somebody must sign
  // in again, Code::token_refresh_failed (with retry_after) when the endpoint cannot be reached or refuses for now.
  [[nodiscard]] virtual Task<Result<Secret>> current(std::string_view account_id, net::Worker& worker) = 0;

  // The provider answered 401 to `refused` although it had not expired: a newer token, refreshed at most once for it.
  // The same codes; Code::key_rejected when a new token was fetched only just now and is no better.
  [[nodiscard]] virtual Task<Result<Secret>> renewed(std::string_view account_id, const Secret& refused,
                                                     net::Worker& worker) = 0;
};

}  // namespace agt::provider

// A request that goes on from an earlier answer by its id alone. Where the provider keeps that answer, only the account
// that gave it can go on; where we keep it anybody can, but the same conversation had best stay where its cache is.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/codec.h"
#include "json/document.h"
#include "pool/account.h"
#include "relay/kept.h"
#include "relay/plan.h"

namespace agt::relay {

struct Continued {
  std::string id{};                      // of the answer; "": the request stands alone
  std::shared_ptr<const Trail> trail{};  // nullptr: nobody remembers

  [[nodiscard]] std::uint64_t session() const { return trail == nullptr ? 0 : trail->session; }
};
// `members`: the top level of `body`.
[[nodiscard]] Continued continued(Kept& kept, std::string_view client_key, const dialect::Codec& codec,
                                  std::string_view body, const json::Document& members, Instant now);

// Leaves the account that gave the answer alone in the route, and says so in its reason; true if it did. An account
// that is gone or switched off, or that the route does not mean, changes nothing: an account beside it may share what
// its provider keeps, and if not, the provider says so.
bool narrow(Route& route, const Continued& continued, const std::vector<pool::Account>& accounts);

// Nobody was free: says that it is this one account which is waited for, and what would free the client from it. Who
// will not come back by itself is nothing to wait for.
[[nodiscard]] Error bound_to_owner(Error error, const Continued& continued, bool comes_back);

}  // namespace agt::relay

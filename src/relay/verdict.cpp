#include "relay/verdict.h"

#include <algorithm>
#include <utility>

#include "pool/limits.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

Milliseconds bounded(std::optional<Milliseconds> hint, Milliseconds otherwise) {
  return std::clamp<Milliseconds>(hint.value_or(otherwise), pool::rest_min, pool::rest_max);
}

}  // namespace

Verdict verdict(const Error& error, provider::Scope scope, int attempts_left) {
  Verdict result{.next = attempts_left > 0 ? Next::next_account : Next::stop,
                 .whole_account = scope == provider::Scope::account};
  switch (error.failure_class()) {
    case FailureClass::account_invalid: result.rest = bounded(error.retry_after, invalid_rest); break;
    case FailureClass::rate_limited: result.rest = bounded(error.retry_after, rate_limit_rest); break;
    case FailureClass::quota_exhausted: result.rest = bounded(error.retry_after, quota_rest); break;
    // Not the account's fault: nobody rests. Another account may reach another replica, so one more try is worth it.
    case FailureClass::upstream_capacity:
    case FailureClass::network: break;
    // Another account would refuse the same request, and a retry would cost the user money.
    case FailureClass::client_error:
    case FailureClass::gateway_error:
    case FailureClass::cancelled: result.next = Next::stop; break;
  }
  return result;
}

}  // namespace agt::relay

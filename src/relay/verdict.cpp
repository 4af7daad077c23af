#include "relay/verdict.h"

#include <utility>

namespace agt::relay {
namespace {

pool::Blame blame_of(provider::Scope scope) {
  switch (scope) {
    case provider::Scope::request: return pool::Blame::nobody;
    case provider::Scope::account_model: return pool::Blame::account_model;
    case provider::Scope::account: return pool::Blame::account;
    case provider::Scope::provider_model: return pool::Blame::site_model;
    case provider::Scope::provider: return pool::Blame::site;
  }
  std::unreachable();
}

// Silence is not asked again at once: whoever waited for the first answer should not wait twice as long.
bool was_silence(Code code) { return code == Code::first_byte_timeout || code == Code::idle_timeout; }

}  // namespace

Verdict verdict(const Error& error, provider::Scope scope, int attempts_left) {
  Verdict result{.next = attempts_left > 0 ? Next::next_account : Next::stop, .blame = blame_of(scope)};
  switch (error.failure_class()) {
    case FailureClass::account_invalid:
    case FailureClass::rate_limited:
    case FailureClass::quota_exhausted: break;
    // Nobody's account is to blame. Another one may reach another replica, so one more try is worth its token.
    case FailureClass::upstream_capacity:
    case FailureClass::network:
      result.costs_token = true;
      result.once_more = !was_silence(error.code);
      break;
    // Another account would refuse the same request, and a retry would cost the user money.
    case FailureClass::client_error:
    case FailureClass::gateway_error:
    case FailureClass::cancelled:
      result.next = Next::stop;
      result.blame = pool::Blame::nobody;
      break;
  }
  return result;
}

}  // namespace agt::relay

#include "pool/account.h"

#include <numeric>
#include <utility>

namespace agt::pool {

std::string_view name(SkipReason reason) {
  switch (reason) {
    case SkipReason::off: return "off";
    case SkipReason::needs_reauth: return "needs_reauth";
    case SkipReason::verification: return "verification";
    case SkipReason::forbidden: return "forbidden";
    case SkipReason::key_rejected: return "key_rejected";
    case SkipReason::cooling: return "cooling";
    case SkipReason::quota: return "quota";
    case SkipReason::reserved: return "protected";
    case SkipReason::model_missing: return "model_missing";
    case SkipReason::model_excluded: return "model_excluded";
    case SkipReason::feature_missing: return "feature_missing";
    case SkipReason::busy: return "busy";
    case SkipReason::pinned_elsewhere: return "pinned_elsewhere";
    case SkipReason::group_mismatch: return "group_mismatch";
    case SkipReason::proxy_down: return "proxy_down";
    case SkipReason::already_tried: return "already_tried";
    case SkipReason::lower_rank: return "lower_rank";
  }
  std::unreachable();
}

SkipReason reason_of(Code code) {
  switch (facts(code).failure_class) {
    case FailureClass::account_invalid:
      if (code == Code::key_rejected) return SkipReason::key_rejected;
      if (code == Code::verification_required) return SkipReason::verification;
      return code == Code::forbidden || code == Code::suspended ? SkipReason::forbidden : SkipReason::needs_reauth;
    case FailureClass::quota_exhausted:
      return code == Code::protected_reserve ? SkipReason::reserved : SkipReason::quota;
    case FailureClass::network:
      return code == Code::proxy_down || code == Code::proxy_auth ? SkipReason::proxy_down : SkipReason::cooling;
    case FailureClass::rate_limited:
    case FailureClass::upstream_capacity:
    case FailureClass::client_error:
    case FailureClass::gateway_error:
    case FailureClass::cancelled: return SkipReason::cooling;
  }
  std::unreachable();
}

std::size_t Skips::total() const { return std::accumulate(counts.begin(), counts.end(), std::size_t{0}); }

}  // namespace agt::pool

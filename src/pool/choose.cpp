#include "pool/choose.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace agt::pool {
namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view model) {
  return std::ranges::any_of(patterns, [&](const std::string& p) { return text::wildcard_match(p, model); });
}

SkipReason reason_of(Code code) {
  switch (facts(code).failure_class) {
    case FailureClass::account_invalid:
      if (code == Code::key_rejected) return SkipReason::key_rejected;
      if (code == Code::verification_required) return SkipReason::verification;
      return code == Code::forbidden || code == Code::suspended ? SkipReason::forbidden : SkipReason::needs_reauth;
    case FailureClass::quota_exhausted: return SkipReason::quota;
    case FailureClass::rate_limited:
    case FailureClass::upstream_capacity:
    case FailureClass::network:
    case FailureClass::client_error:
    case FailureClass::gateway_error:
    case FailureClass::cancelled: return SkipReason::cooling;
  }
  std::unreachable();
}

bool never_serves(SkipReason reason) {
  return reason == SkipReason::model_missing || reason == SkipReason::model_excluded;
}

bool better(const Candidate& a, const Candidate& b) {
  const auto& one = **a.account;
  const auto& other = **b.account;
  if (one.priority != other.priority) return one.priority > other.priority;
  return a.last_used < b.last_used;
}

}  // namespace

std::string_view name(SkipReason reason) {
  switch (reason) {
    case SkipReason::off: return "off";
    case SkipReason::needs_reauth: return "needs_reauth";
    case SkipReason::verification: return "verification";
    case SkipReason::forbidden: return "forbidden";
    case SkipReason::key_rejected: return "key_rejected";
    case SkipReason::cooling: return "cooling";
    case SkipReason::quota: return "quota";
    case SkipReason::model_missing: return "model_missing";
    case SkipReason::model_excluded: return "model_excluded";
    case SkipReason::feature_missing: return "feature_missing";
    case SkipReason::busy: return "busy";
    case SkipReason::already_tried: return "already_tried";
    case SkipReason::lower_rank: return "lower_rank";
  }
  std::unreachable();
}

bool serves_model(const Account& account, std::string_view model) {
  return (account.models.empty() || any_matches(account.models, model)) && !any_matches(account.excluded, model);
}

std::optional<Skip> obstacle(const Candidate& candidate, const Ask& ask, Instant now) {
  const auto& account = **candidate.account;
  const auto skip = [&](SkipReason reason) { return Skip{.account = *candidate.account, .reason = reason}; };
  if (!account.enabled) return skip(SkipReason::off);
  if (!account.models.empty() && !any_matches(account.models, ask.model)) return skip(SkipReason::model_missing);
  if (any_matches(account.excluded, ask.model)) return skip(SkipReason::model_excluded);
  if (std::ranges::find(ask.tried, account.id) != ask.tried.end()) return skip(SkipReason::already_tried);
  if (candidate.rest != nullptr && candidate.rest->until > now) {
    auto resting = skip(reason_of(candidate.rest->code));
    resting.remaining = std::chrono::ceil<Milliseconds>(candidate.rest->until - now);
    resting.code = candidate.rest->code;
    resting.set_by = candidate.rest->set_by;
    return resting;
  }
  if (account.max_concurrency > 0 && candidate.in_flight >= account.max_concurrency) return skip(SkipReason::busy);
  return std::nullopt;
}

Choice choose(std::span<const Candidate> candidates, const Ask& ask, Instant now) {
  Choice choice;
  std::vector<std::size_t> outranked;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (auto skip = obstacle(candidates[i], ask, now)) {
      choice.skipped.push_back(*std::move(skip));
      continue;
    }
    if (!choice.index) {
      choice.index = i;
    } else if (better(candidates[i], candidates[*choice.index])) {
      outranked.push_back(std::exchange(*choice.index, i));
    } else {
      outranked.push_back(i);
    }
  }
  if (choice.index) std::erase_if(choice.skipped, [](const Skip& skip) { return never_serves(skip.reason); });
  for (const auto i : outranked)
    choice.skipped.push_back({.account = *candidates[i].account, .reason = SkipReason::lower_rank});
  return choice;
}

}  // namespace agt::pool

#include "provider/classify.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace agt::provider {
namespace {

constexpr Milliseconds hint_max = std::chrono::hours(24 * 31);

std::optional<Milliseconds> clamped(double milliseconds) {
  if (!(milliseconds >= 0)) return Milliseconds(0);
  return Milliseconds(static_cast<long long>(std::min(milliseconds, static_cast<double>(hint_max.count()))));
}

// RFC 9110 §5.6.7, the form that may be sent; the obsolete two are not seen from providers.
std::optional<WallTime> http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const auto* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

// RFC 3339 in UTC, as Anthropic's reset headers have it.
std::optional<WallTime> rfc3339(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const auto* end = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr || (*end != 'Z' && *end != '.')) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

// The reset of a limit that has nothing remaining. Sources: Anthropic's rate limit headers (2026-10).
std::optional<Milliseconds> exhausted_reset(const net::Headers& headers, WallTime wall) {
  constexpr std::array kinds{"requests", "tokens", "input-tokens", "output-tokens"};
  std::optional<Milliseconds> latest;
  for (const auto* kind : kinds) {
    const auto stem = std::string("anthropic-ratelimit-") + kind;
    if (headers.get_or(stem + "-remaining", "") != "0") continue;
    const auto reset = rfc3339(headers.get_or(stem + "-reset", ""));
    if (!reset) continue;
    const auto wait = std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(*reset - wall));
    if (!latest || wait > *latest) latest = wait;
  }
  return latest;
}

// The request was on its way, so the provider is there.
bool was_reached(Code code) {
  return code == Code::first_byte_timeout || code == Code::idle_timeout || code == Code::stream_cut;
}

}  // namespace

std::string_view name(Scope scope) {
  switch (scope) {
    case Scope::request: return "request";
    case Scope::account_model: return "account_model";
    case Scope::account: return "account";
    case Scope::provider_model: return "provider_model";
    case Scope::provider: return "provider";
  }
  std::unreachable();
}

std::string_view name(HintSource source) {
  switch (source) {
    case HintSource::none: return "none";
    case HintSource::header: return "header";
    case HintSource::body: return "body";
  }
  std::unreachable();
}

std::optional<Milliseconds> retry_after(const net::Headers& headers, WallTime wall) {
  if (const auto ms = headers.get("retry-after-ms"))
    if (const auto value = text::parse_number<double>(text::trimmed(*ms))) return clamped(*value);
  const auto after = headers.get("retry-after");
  if (!after) return std::nullopt;
  const auto spelled = text::trimmed(*after);
  if (const auto seconds = text::parse_number<double>(spelled)) return clamped(*seconds * 1000);
  if (const auto date = http_date(spelled))
    return std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(*date - wall));
  return std::nullopt;
}

Scope scope_of(const Error& error) {
  switch (error.failure_class()) {
    case FailureClass::account_invalid: return error.code == Code::forbidden ? Scope::account_model : Scope::account;
    case FailureClass::rate_limited: return Scope::account_model;
    case FailureClass::quota_exhausted: return error.code == Code::credits ? Scope::account : Scope::account_model;
    case FailureClass::upstream_capacity: return Scope::provider_model;
    case FailureClass::network: return was_reached(error.code) ? Scope::provider_model : Scope::provider;
    case FailureClass::client_error:
    case FailureClass::gateway_error:
    case FailureClass::cancelled: return Scope::request;
  }
  std::unreachable();
}

Diagnosis classify(const dialect::Codec& codec, int status, const net::Headers& headers, std::string_view body,
                   WallTime wall) {
  Diagnosis diagnosis{.error = codec.diagnose(status, body)};
  auto& error = diagnosis.error;
  if (error.retry_after) diagnosis.hint = HintSource::body;
  // The header wins over the body: it is what the provider's own SDKs obey.
  auto hint = retry_after(headers, wall);
  if (!hint && status == 429) hint = exhausted_reset(headers, wall);
  if (hint) {
    error.retry_after = hint;
    diagnosis.hint = HintSource::header;
  }
  diagnosis.scope = scope_of(error);
  return diagnosis;
}

}  // namespace agt::provider

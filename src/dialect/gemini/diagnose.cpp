// What a Gemini upstream's error body means: HTTP status, google.rpc details and, where they are missing, its words.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <set>
#include <string>

#include "core/text.h"
#include "dialect/gemini/functions.h"

namespace agt::dialect::gemini {
namespace {

using std::chrono::milliseconds;

constexpr double days_max = 400.0 * 24 * 3600;  // a longer delay is nonsense

struct Unit {
  std::string_view word;
  double seconds;
};
constexpr std::array units{Unit{"ms", 0.001}, Unit{"s", 1}, Unit{"m", 60}, Unit{"h", 3600}, Unit{"d", 86400}};

// "34.4s", "900ms", "1h2m3.5s", "391609.79s": Go's form of durations, from the start of `words`.
std::optional<milliseconds> leading_duration(std::string_view words) {
  double seconds = 0;
  bool any = false;
  while (!words.empty()) {
    const auto size = std::min(words.find_first_not_of("0123456789."), words.size());
    const auto number = text::parse_number<double>(words.substr(0, size));
    if (!number) break;
    const auto rest = words.substr(size);
    const auto unit = std::ranges::find_if(units, [&](const Unit& one) { return rest.starts_with(one.word); });
    if (unit == units.end()) break;
    seconds += *number * unit->seconds;
    any = true;
    words = rest.substr(unit->word.size());
  }
  if (!any || !(seconds <= days_max)) return std::nullopt;
  return milliseconds(std::llround(seconds * 1000));
}

// "Please retry in 34.4s." and "Your quota will reset after 1h2m3s."
std::optional<milliseconds> delay_in_words(std::string_view message) {
  constexpr std::array<std::string_view, 3> leads{"retry in ", "reset after ", "try again in "};
  const auto low = text::lowered(message);
  for (const auto lead : leads)
    if (const auto at = low.find(lead); at != std::string::npos)
      if (const auto delay = leading_duration(std::string_view(low).substr(at + lead.size()))) return delay;
  return std::nullopt;
}

struct Details {
  std::string message{};
  std::string status{};
  std::string field{};
  std::set<std::string, std::less<>> reasons{};
  std::set<std::string, std::less<>> quotas{};  // quotaId and quotaMetric, lower case
  std::optional<milliseconds> delay{};

  [[nodiscard]] bool has(std::string_view reason) const { return reasons.contains(reason); }
  [[nodiscard]] bool says(std::string_view words) const { return text::lowered(message).contains(words); }
  [[nodiscard]] bool quota(std::string_view words) const {
    return std::ranges::any_of(quotas, [&](const auto& one) { return one.contains(words); });
  }
  void later(std::optional<milliseconds> other) {
    if (other && (!delay || *other > *delay)) delay = other;
  }
};

void take_detail(json::Value detail, Details& out) {
  if (auto reason = detail["reason"].text_or(""); !reason.empty()) out.reasons.insert(std::move(reason));
  out.later(leading_duration(detail["retryDelay"].text_or("")));
  out.later(leading_duration(detail["metadata"]["quotaResetDelay"].text_or("")));
  for (const auto violation : detail["violations"].children())
    for (const std::string_view name : {"quotaId", "quotaMetric"})
      if (const auto value = violation[name]; value.is_string()) out.quotas.insert(text::lowered(value.text_or("")));
  for (const auto violation : detail["fieldViolations"].children())
    if (out.field.empty()) out.field = violation["field"].text_or("");
}

Details read(std::string_view body) {
  Details out;
  const auto document = json::Document::parse(body);
  if (!document) {
    out.message = text::quoted(text::trimmed(body));
    return out;
  }
  auto root = document->root();
  if (root.is_array()) root = root[0];  // a stream without alt=sse: [{"error":…}]
  const auto error = root["error"];
  if (!error.is_object()) {
    out.message = error.is_string() ? error.text_or("") : text::quoted(body);
    return out;
  }
  out.message = error["message"].text_or("");
  out.status = error["status"].text_or("");
  for (const auto detail : error["details"].children()) take_detail(detail, out);
  if (!out.delay) out.delay = delay_in_words(out.message);
  return out;
}

bool is_context(const Details& error) {
  return error.says("exceeds the maximum number of tokens") || error.says("input token count") ||
         error.says("context length") || error.says("prompt is too long");
}

bool is_key(const Details& error) {
  const auto key_reason = [](const auto& reason) { return reason.starts_with("API_KEY_"); };
  return std::ranges::any_of(error.reasons, key_reason) || error.says("api key not valid") ||
         error.says("api key expired") || error.says("api key not found");
}

Code code_400(const Details& error) {
  if (is_key(error)) return Code::key_rejected;
  if (is_context(error)) return Code::context_too_long;
  if (error.status == "FAILED_PRECONDITION") {
    if (error.says("billing")) return Code::credits;
    if (error.says("location is not supported")) return Code::forbidden;
  }
  return Code::upstream_refused;
}

Code code_401(const Details& error) {
  const auto token_reason = [](const auto& reason) { return reason.starts_with("ACCESS_TOKEN_"); };
  const bool token = std::ranges::any_of(error.reasons, token_reason) || error.says("oauth 2 access token");
  return token && !is_key(error) ? Code::token_revoked : Code::key_rejected;
}

Code code_403(const Details& error) {
  if (error.has("VALIDATION_REQUIRED") || error.says("verify your account")) return Code::verification_required;
  if (error.has("CONSUMER_SUSPENDED") || error.says("suspended")) return Code::suspended;
  if (error.has("SERVICE_DISABLED") || error.has("CONSUMER_INVALID")) return Code::project_missing;
  if (error.has("BILLING_DISABLED")) return Code::credits;
  if (is_key(error) || error.says("reported as leaked")) return Code::key_rejected;
  return Code::forbidden;
}

// "limit: 0": the plan has none of it at all.
bool is_limit_zero(const Details& error) {
  const auto low = text::lowered(error.message);
  for (auto at = low.find("limit: 0"); at != std::string::npos; at = low.find("limit: 0", at + 1)) {
    const auto next = at + 8 < low.size() ? low[at + 8] : ' ';
    if ((next < '0' || next > '9') && next != '.') return true;
  }
  return false;
}

Code code_429(const Details& error) {
  if (error.has("MODEL_CAPACITY_EXHAUSTED")) return Code::model_capacity;
  if (error.has("INSUFFICIENT_G1_CREDITS_BALANCE") || is_limit_zero(error) || error.says("prepayment credits") ||
      error.says("spending cap"))
    return Code::credits;
  if (error.quota("perday") || error.quota("per_day")) return Code::daily;
  if (error.quota("perminute") || error.quota("per_minute")) return error.quota("token") ? Code::tpm : Code::rpm;
  if (error.has("QUOTA_EXHAUSTED")) return Code::daily;
  if (error.has("RATE_LIMIT_EXCEEDED")) return Code::rpm;
  if (error.says("at capacity") || error.says("no capacity")) return Code::model_capacity;
  // Google says "check quota" without details also for filters and abuse heuristics: not taken for a used-up quota.
  return Code::unknown_429;
}

Code code_of(int status, const Details& error) {
  switch (status) {
    case 400: return code_400(error);
    case 401: return code_401(error);
    case 402: return Code::credits;
    case 403: return code_403(error);
    case 404: return Code::model_unknown;
    case 408:
    case 504: return Code::first_byte_timeout;
    case 409: return Code::conflict;
    case 413: return is_context(error) ? Code::context_too_long : Code::body_too_large;
    case 429: return code_429(error);
    case 503: return error.has("MODEL_CAPACITY_EXHAUSTED") ? Code::model_capacity : Code::overloaded;
    case 529: return Code::overloaded;
    case 501: return Code::upstream_refused;
    default: return status >= 400 && status < 499 ? Code::upstream_refused : Code::internal_5xx;
  }
}

struct StatusWord {
  std::string_view word;
  int http;
};
constexpr std::array status_words{
    StatusWord{"INVALID_ARGUMENT", 400},
    StatusWord{"FAILED_PRECONDITION", 400},
    StatusWord{"OUT_OF_RANGE", 400},
    StatusWord{"UNAUTHENTICATED", 401},
    StatusWord{"PERMISSION_DENIED", 403},
    StatusWord{"NOT_FOUND", 404},
    StatusWord{"ABORTED", 409},
    StatusWord{"ALREADY_EXISTS", 409},
    StatusWord{"RESOURCE_EXHAUSTED", 429},
    StatusWord{"CANCELLED", 499},
    StatusWord{"INTERNAL", 500},
    StatusWord{"UNKNOWN", 500},
    StatusWord{"DATA_LOSS", 500},
    StatusWord{"UNIMPLEMENTED", 501},
    StatusWord{"UNAVAILABLE", 503},
    StatusWord{"DEADLINE_EXCEEDED", 504},
};

}  // namespace

Error diagnose(int status, std::string_view body) {
  const auto details = read(body);
  // In a stream the HTTP status is 200 and the word tells.
  if (status < 400)
    for (const auto& [word, http] : status_words)
      if (details.status == word) status = http;
  Error error{.code = code_of(status, details), .message = details.message, .field = details.field};
  if (error.message.empty()) error.message = fmt::format("The upstream answered with status {}.", status);
  error.retry_after = details.delay;
  return error;
}

}  // namespace agt::dialect::gemini

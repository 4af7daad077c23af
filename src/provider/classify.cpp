#include "provider/classify.h"

#include <algorithm>
#include <utility>

#include "json/document.h"
#include "provider/upstream_clock.h"

namespace agt::provider {
namespace {

// The request was on its way, so the provider is there.
bool was_reached(Code code) {
  return code == Code::first_byte_timeout || code == Code::idle_timeout || code == Code::stream_cut;
}

// How sure the diagnosis is: a status alone says little, and some words say nothing.
Confidence confidence_of(Code code, std::string_view body) {
  if (code == Code::unknown_429 || code == Code::internal_5xx || code == Code::upstream_refused)
    return Confidence::guess;
  return json::Document::parse(body) ? Confidence::certain : Confidence::likely;
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

std::string_view name(Confidence confidence) {
  switch (confidence) {
    case Confidence::certain: return "certain";
    case Confidence::likely: return "likely";
    case Confidence::guess: return "guess";
  }
  std::unreachable();
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
                   WallTime our_wall) {
  const auto wall = upstream_wall(headers, our_wall);
  Diagnosis diagnosis{.error = codec.diagnose(status, body)};
  auto& error = diagnosis.error;
  if (!error.retry_after) error.retry_after = reset_in_body(body, wall);
  if (error.retry_after) diagnosis.hint = HintSource::body;
  constexpr int too_many = 429;
  const auto used_up = status == too_many ? exhausted(headers, wall) : std::nullopt;
  // The header wins over the body: it is what the provider's own SDKs obey.
  auto hint = retry_after(headers, wall);
  if (used_up && (!hint || used_up->code)) hint = std::max(used_up->wait, hint.value_or(Milliseconds(0)));
  if (hint) {
    error.retry_after = hint;
    diagnosis.hint = HintSource::header;
  }
  if (used_up && used_up->code) error.code = *used_up->code;
  diagnosis.scope = scope_of(error);
  if (used_up && used_up->whole_account) diagnosis.scope = Scope::account;
  diagnosis.confidence = confidence_of(error.code, body);
  return diagnosis;
}

}  // namespace agt::provider

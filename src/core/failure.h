// The words in which every failure is told: a closed class (whose problem is it?), a code (what exactly?) and a
// remedy (what can be done?). One table; everything else (status codes, dialect error types, UI words) is derived.
#pragma once

#include <cstdint>
#include <string_view>

namespace agt {

// Whose problem it is. The same eight words appear in the API, the CLI, the trace and the UI.
enum class FailureClass : std::uint8_t {
  account_invalid,    // this account cannot serve until somebody acts
  rate_limited,       // asked too often; passes by itself within minutes
  quota_exhausted,    // used up; passes at a known reset, or by paying
  upstream_capacity,  // the provider is overloaded; no account is to blame
  network,            // between us and the provider
  client_error,       // the request itself
  gateway_error,      // us
  cancelled,          // the client went away
};

// What a client must be told, in terms that all wire protocols share. Each dialect has one table from this to its own
// status and error type.
enum class Meaning : std::uint8_t {
  bad_request,
  context_too_long,
  key_bad,        // the gateway refused the client's key
  upstream_auth,  // the provider refused the account's credential; never shown as the client's 401
  billing,
  forbidden,
  not_found,
  model_unknown,
  method_not_allowed,
  conflict,
  too_large,
  head_too_large,
  unsupported_media,
  expectation_failed,
  upgrade_required,
  not_implemented,
  request_timeout,
  rate_limit,
  quota,
  overloaded,
  unavailable,
  timeout,
  upstream_broke,
  internal,
  cancelled,
};

enum class Code : std::uint8_t {
  // account_invalid
  token_revoked,
  token_refresh_failed,
  verification_required,
  forbidden,
  suspended,
  key_rejected,
  project_missing,
  // rate_limited
  rpm,
  tpm,
  concurrency,
  unknown_429,
  // quota_exhausted
  window_5h,
  daily,
  weekly,
  credits,
  protected_reserve,
  // upstream_capacity
  overloaded,
  model_capacity,
  internal_5xx,
  // network
  dns,
  refused,
  tls,
  proxy_auth,
  proxy_down,
  connect_timeout,
  first_byte_timeout,
  idle_timeout,
  stream_cut,
  // client_error
  path_unknown,
  path_corrected,
  method,
  key_missing,
  key_unknown,
  key_expired,
  key_elsewhere,
  key_rate,
  key_concurrency,
  key_budget,
  key_guesses,
  key_not_allowed_model,
  model_unknown,
  model_blocked_by_rule,
  no_account,
  bad_json,
  schema,
  context_too_long,
  body_too_large,
  head_too_large,
  feature_unsupported,
  content_blocked,
  content_type,
  content_encoding,
  bad_http,
  expectation,
  peer_refused,
  host_refused,
  origin_refused,
  view_only,
  upgrade_unsupported,
  upstream_refused,
  slow_client,
  conflict,
  // gateway_error
  translate_request,
  translate_reply,
  config,
  storage,
  busy,
  shutting_down,
  internal,
  // cancelled
  client_gone,
};

struct CodeFacts {
  Code code{};
  std::string_view name{};
  FailureClass failure_class{};
  Meaning meaning{};
  std::string_view remedy{};  // one sentence, in the second person, for a human
};

[[nodiscard]] const CodeFacts& facts(Code code);
[[nodiscard]] std::string_view name(FailureClass failure_class);
[[nodiscard]] inline std::string_view name(Code code) { return facts(code).name; }

// True for the failures that another account, or the same one a little later, may not repeat.
[[nodiscard]] bool worth_another_attempt(FailureClass failure_class);

}  // namespace agt

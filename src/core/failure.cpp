#include "core/failure.h"

#include <array>
#include <cassert>
#include <utility>

namespace agt {
namespace {

using enum FailureClass;
using M = Meaning;

constexpr std::array table{
    CodeFacts{Code::token_revoked, "token_revoked", account_invalid, M::upstream_auth,
              "Sign in to this account again."},
    CodeFacts{Code::token_refresh_failed, "token_refresh_failed", account_invalid, M::upstream_auth,
              "Wait a minute and test the account; sign in again if it stays."},
    CodeFacts{Code::verification_required, "verification_required", account_invalid, M::upstream_auth,
              "Open the provider's page named in the error, verify the account, then test it."},
    CodeFacts{Code::forbidden, "forbidden", account_invalid, M::upstream_auth,
              "This account may not use this model: use another account or plan."},
    CodeFacts{Code::suspended, "suspended", account_invalid, M::upstream_auth,
              "The provider suspended this account: write to its support; it is not tried again by itself."},
    CodeFacts{Code::key_rejected, "key_rejected", account_invalid, M::upstream_auth,
              "The provider refused this account's key: replace it."},
    CodeFacts{Code::project_missing, "project_missing", account_invalid, M::upstream_auth,
              "Finish the set-up of this account's project at the provider."},

    CodeFacts{Code::rpm, "rpm", rate_limited, M::rate_limit,
              "Wait for the time given, lower the concurrency, or add an account."},
    CodeFacts{Code::tpm, "tpm", rate_limited, M::rate_limit,
              "Wait for the time given, send shorter requests, or add an account."},
    CodeFacts{Code::concurrency, "concurrency", rate_limited, M::rate_limit,
              "Send fewer requests at the same time, or add an account."},
    CodeFacts{Code::unknown_429, "unknown_429", rate_limited, M::rate_limit,
              "Wait for the time given, or add an account."},

    CodeFacts{Code::window_5h, "window_5h", quota_exhausted, M::quota,
              "Wait for the reset, or use another account or model."},
    CodeFacts{Code::daily, "daily", quota_exhausted, M::quota,
              "Wait for the daily reset, or use another account or model."},
    CodeFacts{Code::weekly, "weekly", quota_exhausted, M::quota,
              "Wait for the weekly reset, or use another account or model."},
    CodeFacts{Code::credits, "credits", quota_exhausted, M::billing,
              "Add credit at the provider, or use another account."},
    CodeFacts{Code::protected_reserve, "protected_reserve", quota_exhausted, M::quota,
              "Lower this account's protected reserve, or use another account."},

    CodeFacts{Code::overloaded, "overloaded", upstream_capacity, M::overloaded,
              "Wait a moment or use another model: your accounts and your key are fine."},
    CodeFacts{Code::model_capacity, "model_capacity", upstream_capacity, M::overloaded,
              "Wait a moment or use another model: this one is at capacity."},
    CodeFacts{Code::internal_5xx, "internal_5xx", upstream_capacity, M::upstream_broke,
              "Try again: the provider failed inside."},

    CodeFacts{Code::dns, "dns", network, M::upstream_broke,
              "Check the network and the account's base URL: its host name was not found."},
    CodeFacts{Code::refused, "refused", network, M::upstream_broke,
              "Check that the server at the account's base URL is running and reachable."},
    CodeFacts{Code::tls, "tls", network, M::upstream_broke,
              "Check the certificate of the upstream; a private authority belongs in network.ca_file."},
    CodeFacts{Code::proxy_auth, "proxy_auth", network, M::upstream_broke,
              "Correct the user and password in network.upstream_proxy."},
    CodeFacts{Code::proxy_down, "proxy_down", network, M::upstream_broke,
              "Check that the proxy in network.upstream_proxy is running."},
    CodeFacts{Code::connect_timeout, "connect_timeout", network, M::timeout,
              "Check the network: the upstream did not accept a connection in time."},
    CodeFacts{Code::first_byte_timeout, "first_byte_timeout", network, M::timeout,
              "Try again: the upstream accepted the request and then stayed silent."},
    CodeFacts{Code::idle_timeout, "idle_timeout", network, M::timeout,
              "Try again: the upstream stopped in the middle of its answer."},
    CodeFacts{Code::stream_cut, "stream_cut", network, M::upstream_broke,
              "Try again: the upstream closed the connection before its answer was complete."},

    CodeFacts{Code::path_unknown, "path_unknown", client_error, M::not_found,
              "Check the client's base URL against the table in the README."},
    CodeFacts{Code::path_corrected, "path_corrected", client_error, M::not_found,
              "Correct the client's base URL as the message says."},
    CodeFacts{Code::method, "method", client_error, M::method_not_allowed,
              "Use the method that the allow header names."},
    CodeFacts{Code::key_missing, "key_missing", client_error, M::key_bad,
              "Send the gateway's key; `agt key list` shows the keys there are."},
    CodeFacts{Code::key_unknown, "key_unknown", client_error, M::key_bad, "Send a key that this gateway issued."},
    CodeFacts{Code::key_expired, "key_expired", client_error, M::key_bad,
              "Send a key that is still valid, or let this one live on: `agt key set NAME --expires never`."},
    CodeFacts{Code::key_elsewhere, "key_elsewhere", client_error, M::forbidden,
              "Use this key from its own networks, or change them: `agt key set NAME --network ADDRESS`."},
    CodeFacts{Code::key_rate, "key_rate", client_error, M::rate_limit,
              "Wait for the time given, or raise this key's limit: `agt key set NAME --rate N`."},
    CodeFacts{Code::key_concurrency, "key_concurrency", client_error, M::rate_limit,
              "Wait until one of this key's requests is over, or raise its limit: `agt key set NAME --concurrency N`."},
    CodeFacts{Code::key_budget, "key_budget", client_error, M::quota,
              "Wait for the next day (UTC), or raise this key's limit: `agt key set NAME --tokens-per-day N`."},
    CodeFacts{Code::key_guesses, "key_guesses", client_error, M::rate_limit,
              "Correct the key in the client, and wait for the time given."},
    CodeFacts{Code::key_not_allowed_model, "key_not_allowed_model", client_error, M::forbidden,
              "Use a model that this key allows."},
    CodeFacts{Code::model_unknown, "model_unknown", client_error, M::model_unknown,
              "Add an account that has this model (`agt account add`), or a route: `agt route add --match MODEL --to "
              "PROVIDER/MODEL`."},
    CodeFacts{Code::model_blocked_by_rule, "model_blocked_by_rule", client_error, M::forbidden,
              "Change the route rule that blocks this model."},
    CodeFacts{Code::no_account, "no_account", client_error, M::unavailable,
              "Add or enable an account: `agt account add PROVIDER --key-env VARIABLE`."},
    CodeFacts{Code::bad_json, "bad_json", client_error, M::bad_request, "Send valid JSON in UTF-8."},
    CodeFacts{Code::schema, "schema", client_error, M::bad_request, "Correct the field that the message names."},
    CodeFacts{Code::context_too_long, "context_too_long", client_error, M::context_too_long,
              "Shorten the conversation, or use a model with a longer context."},
    CodeFacts{Code::body_too_large, "body_too_large", client_error, M::too_large, "Send a smaller request."},
    CodeFacts{Code::head_too_large, "head_too_large", client_error, M::head_too_large,
              "Send fewer or shorter headers."},
    CodeFacts{Code::feature_unsupported, "feature_unsupported", client_error, M::bad_request,
              "Leave the named field out, or use a model whose provider has it."},
    CodeFacts{Code::content_blocked, "content_blocked", client_error, M::bad_request,
              "The provider's safety rules refused the content: rephrase it."},
    CodeFacts{Code::content_type, "content_type", client_error, M::unsupported_media,
              "Send the body with the content-type that the message names."},
    CodeFacts{Code::content_encoding, "content_encoding", client_error, M::unsupported_media,
              "Send the body as it is, or whole in gzip, deflate, br or zstd."},
    CodeFacts{Code::bad_http, "bad_http", client_error, M::bad_request, "Send well-formed HTTP/1.1."},
    CodeFacts{Code::expectation, "expectation", client_error, M::expectation_failed,
              "Send no expect header, or expect: 100-continue."},
    CodeFacts{Code::peer_refused, "peer_refused", client_error, M::forbidden,
              "Call from an address that proxy.allowed_networks names, or add this one to it."},
    CodeFacts{Code::host_refused, "host_refused", client_error, M::forbidden,
              "Call the gateway by its own address, for example 127.0.0.1."},
    CodeFacts{Code::origin_refused, "origin_refused", client_error, M::forbidden,
              "Web pages may not call this gateway."},
    CodeFacts{Code::view_only, "view_only", client_error, M::forbidden,
              "Sign in with the right to change things: `agt open`."},
    CodeFacts{Code::upgrade_unsupported, "upgrade_unsupported", client_error, M::upgrade_required,
              "Use plain HTTP requests with server-sent events."},
    CodeFacts{Code::upstream_refused, "upstream_refused", client_error, M::bad_request,
              "The provider refused the request: correct what its message names."},
    CodeFacts{Code::slow_client, "slow_client", client_error, M::request_timeout, "Send the request faster."},
    CodeFacts{Code::conflict, "conflict", client_error, M::conflict, "Read the current state and try again."},

    CodeFacts{Code::translate_request, "translate_request", gateway_error, M::internal,
              "Report this with the trace: the request could not be translated."},
    CodeFacts{Code::translate_reply, "translate_reply", gateway_error, M::upstream_broke,
              "Try again; report it with the trace if it stays: the upstream's answer could not be read."},
    CodeFacts{Code::config, "config", gateway_error, M::internal, "Correct the setting that the message names."},
    CodeFacts{Code::storage, "storage", gateway_error, M::internal,
              "Check the free space and the permissions of the data folder."},
    CodeFacts{Code::busy, "busy", gateway_error, M::unavailable,
              "The gateway is at its limit: send fewer requests at once."},
    CodeFacts{Code::shutting_down, "shutting_down", gateway_error, M::unavailable,
              "The gateway is stopping: try again when it runs."},
    CodeFacts{Code::internal, "internal", gateway_error, M::internal, "Report this with the trace."},

    CodeFacts{Code::client_gone, "client_gone", FailureClass::cancelled, M::cancelled,
              "Nothing to do: the client closed the connection."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (std::to_underlying(table[i].code) != i) return false;
  return true;
}
static_assert(in_order(), "the table follows the order of the enum, so that a code is its own index");
static_assert(table.size() == std::to_underlying(Code::client_gone) + 1);

}  // namespace

const CodeFacts& facts(Code code) {
  const auto index = std::to_underlying(code);
  assert(index < table.size());
  return table[index];
}

std::string_view name(FailureClass failure_class) {
  switch (failure_class) {
    case account_invalid: return "account_invalid";
    case rate_limited: return "rate_limited";
    case quota_exhausted: return "quota_exhausted";
    case upstream_capacity: return "upstream_capacity";
    case network: return "network";
    case client_error: return "client_error";
    case gateway_error: return "gateway_error";
    case FailureClass::cancelled: return "cancelled";
  }
  std::unreachable();
}

bool worth_another_attempt(FailureClass failure_class) {
  switch (failure_class) {
    case account_invalid:
    case rate_limited:
    case quota_exhausted:
    case upstream_capacity:
    case network: return true;
    case client_error:
    case gateway_error:
    case FailureClass::cancelled: return false;
  }
  std::unreachable();
}

}  // namespace agt

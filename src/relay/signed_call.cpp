// The call of an upstream with the account's credential: a key as it is, or the current access token of an account that
// was signed in.
#include "relay/journey.h"

namespace agt::relay {

Task<Result<std::unique_ptr<net::Reply>>> Journey::send(const provider::Upstream& upstream, const provider::Want& want,
                                                        std::string_view body, const net::Headers* client_headers) {
  if (!upstream.oauth) co_return co_await send_ready(upstream, want, body, client_headers);
  auto* const tokens = services_.access_tokens;
  if (tokens == nullptr) co_return fail(Code::internal, "No access tokens are kept here.");
  provider::Upstream signed_in = upstream;
  CO_TRY(signed_in.key, co_await tokens->current(upstream.account_id, worker_));
  auto reply = co_await send_ready(signed_in, want, body, client_headers);
  if (!reply || (*reply)->head().status != 401) co_return reply;

  // The token had not expired by our clock, so it was revoked or the clocks disagree: one fresh token, one more try.
  auto renewed = co_await tokens->renewed(upstream.account_id, signed_in.key, worker_);
  if (!renewed && renewed.error().code == Code::key_rejected) co_return reply;  // what the provider says is better
  if (!renewed) co_return std::unexpected(std::move(renewed).error());
  signed_in.key = *std::move(renewed);
  co_return co_await send_ready(signed_in, want, body, client_headers);
}

}  // namespace agt::relay

// The call of an account that must get something from its provider first, or whose provider wants an envelope.
#include "provider/exchange.h"
#include "relay/journey.h"
#include "relay/unwrapped_reply.h"

namespace agt::relay {

Task<Result<std::unique_ptr<net::Reply>>> Journey::dispatch(net::Call call) {
  if (!tape_) co_return co_await worker_.client().send(std::move(call));
  tape_->sent(call);
  CO_TRY(auto reply, co_await worker_.client().send(std::move(call)));
  co_return tape_->listen(std::move(reply));
}

Task<Result<std::unique_ptr<net::Reply>>> Journey::send_ready(const provider::Upstream& upstream, provider::Want want,
                                                              std::string_view body,
                                                              const net::Headers* client_headers) {
  const auto& family = *upstream.family;
  if (family.exchange == nullptr && family.envelope == nullptr) {
    auto call = provider::prepare(upstream, want, body, client_headers, snapshot_->timeouts);
    co_return co_await dispatch(std::move(call));
  }
  for (int round = 0;; ++round) {
    provider::Upstream ready = upstream;
    CO_TRY_OK(co_await services_.exchanges.make_ready(ready, worker_, snapshot_->timeouts));
    want.project = ready.project;
    want.location = ready.location;
    std::string wrapped;
    if (family.envelope != nullptr) {
      CO_TRY(wrapped, family.envelope->wrap(body, want));
      client_headers = nullptr;  // they were meant for the dialect's own servers
    }
    auto call = provider::prepare(ready, want, family.envelope != nullptr ? std::string_view(wrapped) : body,
                                  client_headers, snapshot_->timeouts);
    auto reply = co_await dispatch(std::move(call));
    if (!reply) co_return reply;
    // What was got may have been revoked before its time: it is got once more.
    const bool stale = (*reply)->head().status == 401 && round == 0 && services_.exchanges.refused(ready);
    if (stale) continue;
    if (family.envelope != nullptr && (*reply)->head().status < 400)
      co_return unwrapped(*std::move(reply), *family.envelope);
    co_return reply;
  }
}

}  // namespace agt::relay

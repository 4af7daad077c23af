// The call of an account that must get something from its provider first, or whose provider wants an envelope.
#include "net/coding.h"
#include "provider/exchange.h"
#include "relay/journey.h"
#include "relay/tap.h"
#include "relay/unwrapped_reply.h"

namespace agt::relay {
namespace {

// We ask for no compression. A reply that is compressed all the same is handed on as it came where the client takes
// that: only a whole one, because an error must find room behind a stream that breaks. Else it is read decoded.
Result<std::unique_ptr<net::Reply>> readable(std::unique_ptr<net::Reply> reply, const net::Headers* client_headers) {
  const auto encoding = reply->head().headers.get("content-encoding");
  if (!encoding) return reply;
  const bool good = reply->head().status < 400 && !is_event_stream(reply->head());
  const bool known = net::content_codings(reply->head().headers).has_value();
  if (client_headers != nullptr && good && known &&
      net::accepts_encoding(client_headers->get_or("accept-encoding", ""), *encoding))
    return reply;
  return net::decoded(std::move(reply));
}

}  // namespace

Task<Result<std::unique_ptr<net::Reply>>> Journey::dispatch(net::Call call, const net::Headers* client_headers) {
  call.coded = client_headers != nullptr;
  if (tape_) tape_->sent(call);
  CO_TRY(auto reply, co_await worker_.client().send(std::move(call)));
  CO_TRY(reply, readable(std::move(reply), client_headers));
  if (tape_) reply = tape_->listen(std::move(reply));
  co_return reply;
}

Task<Result<std::unique_ptr<net::Reply>>> Journey::send_ready(const provider::Upstream& upstream, provider::Want want,
                                                              std::string_view body,
                                                              const net::Headers* client_headers) {
  const auto& family = *upstream.family;
  if (family.exchange == nullptr && family.envelope == nullptr) {
    auto call = provider::prepare(upstream, want, body, client_headers, snapshot_->timeouts);
    co_return co_await dispatch(std::move(call), client_headers);
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
    auto reply = co_await dispatch(std::move(call), client_headers);
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

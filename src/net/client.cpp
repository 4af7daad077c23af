#include "net/client.h"

#include <boost/asio/this_coro.hpp>

#include "net/coding.h"
#include "net/internal/cancelled.h"
#include "net/internal/dial.h"
#include "net/internal/live_client.h"
#include "net/internal/reply.h"

namespace agt::net {
namespace {

namespace asio = boost::asio;

class LiveClient final : public Client {
 public:
  LiveClient(Loop& loop, Offload& dns, const ClientOptions& options) : dialler_(loop, dns, options) {}

  Task<Result<std::unique_ptr<Reply>>> send(Call call) override;

 private:
  Dialler dialler_;
  UpstreamPool pool_{};
};

Task<Result<std::unique_ptr<Reply>>> LiveClient::send(Call call) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return client_gone();
  const auto begun = std::chrono::steady_clock::now();
  std::string head;
  CO_TRY_OK(append_request_head(head, call));
  for (auto upstream = call.once || call.public_only ? nullptr : pool_.take(call.url);;) {
    CallTimings timings{.reused = upstream != nullptr};
    if (!upstream) {
      CO_TRY(upstream, co_await dialler_.dial(call.url, call.public_only, call.timeouts, begun, timings));
    }
    auto answer = co_await ask(*upstream, head, call, begun, timings);
    if (answer) {
      std::unique_ptr<Reply> reply = std::make_unique<LiveReply>(pool_, std::move(upstream), *std::move(answer),
                                                                 timings, std::move(call.url), call.timeouts.idle);
      if (call.coded) co_return reply;
      co_return decoded(std::move(reply));
    }
    // The peer had closed a connection that was idle: that is nobody's fault, and a new one will do. Only once.
    if (!timings.reused || !answer.error().closed_before_answer)
      co_return std::unexpected(std::move(answer).error().error);
    upstream.reset();
  }
}

}  // namespace

std::unique_ptr<Client> make_client(Loop& loop, Offload& dns, const ClientOptions& options) {
  return std::make_unique<LiveClient>(loop, dns, options);
}

}  // namespace agt::net

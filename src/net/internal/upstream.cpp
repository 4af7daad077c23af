#include "net/internal/upstream.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/internal/cancelled.h"
#include "net/limits.h"

namespace agt::net {

Transfer Upstream::receive(char* to, std::size_t bytes_max) {
  return tls_ ? tls_->receive(to, bytes_max) : Stream::receive(to, bytes_max);
}

Transfer Upstream::send(std::span<const iovec> from) { return tls_ ? tls_->send(from) : Stream::send(from); }

std::array<iovec, 2> Outgoing::pieces() const {
  const auto piece = [](std::string_view bytes) {
    return iovec{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};  // NOLINT: as in Stream
  };
  return {piece(head_), piece(body_)};
}

void Outgoing::sent(std::size_t bytes) {
  const auto of_head = std::min(bytes, head_.size());
  head_.remove_prefix(of_head);
  body_.remove_prefix(bytes - of_head);
}

bool Upstream::begin_sending(Outgoing request) {
  outgoing = request;
  const bool held_back = outgoing.size() <= coalesced_bytes_max;
  if (held_back)
    loop().at_turn_end(*this);
  else
    static_cast<void>(send_more());  // what went wrong goes wrong again when the rest is sent
  return held_back;
}

Transfer Upstream::send_more() {
  const auto pieces = outgoing.pieces();
  const auto first = pieces[0].iov_len == 0 ? 1U : 0U;
  const auto last = pieces[1].iov_len == 0 ? 1U : 2U;
  const auto moved = send(std::span(pieces).subspan(first, last - first));
  outgoing.sent(moved.bytes);
  if (outgoing.done()) sent_at = std::chrono::steady_clock::now();
  return moved;
}

void Upstream::turn_ends() {
  if (outgoing.done()) return;     // whoever was woken before has sent it
  static_cast<void>(send_more());  // mostly that is all
  if (!outgoing.done()) wake_waiter();
}

Transfer Upstream::fill() {
  const auto room = buffer.make_room();
  const auto got = receive(buffer.room(), room);
  buffer.came(got.bytes);
  return got;
}

Task<Result<>> Upstream::secure(TlsContext& context, std::string host, std::string key, Moment until) {
  tls_ = std::make_unique<Tls>(context, static_cast<Stream&>(*this), std::move(host), std::move(key));
  for (;;) {
    const auto step = tls_->handshake();
    if (step.outcome == Transfer::Outcome::moved) co_return Result<>{};
    if (step.outcome != Transfer::Outcome::blocked) co_return std::unexpected(tls_->failure());
    const auto wake = co_await readable_or_writable(until);
    if (wake == Wake::cancelled) co_return client_gone();
    if (wake == Wake::expired) co_return fail(Code::connect_timeout, "The TLS handshake took too long.");
  }
}

Task<Result<>> Upstream::send_all(std::string bytes, Moment until) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto sent = Stream::send(rest);
    if (sent.outcome == Transfer::Outcome::moved) {
      rest.remove_prefix(sent.bytes);
      continue;
    }
    if (sent.outcome != Transfer::Outcome::blocked) co_return fail(Code::stream_cut, "The connection was closed.");
    const auto wake = co_await writable(until);
    if (wake == Wake::cancelled) co_return client_gone();
    if (wake == Wake::expired) co_return fail(Code::connect_timeout, "The other side stopped reading.");
  }
  co_return Result<>{};
}

Task<Result<>> Upstream::receive_more(Moment until) {
  for (;;) {
    const auto got = fill();
    if (got.outcome == Transfer::Outcome::moved) co_return Result<>{};
    if (got.outcome != Transfer::Outcome::blocked) co_return fail(Code::stream_cut, "The connection was closed.");
    const auto wake = co_await readable(until);
    if (wake == Wake::cancelled) co_return client_gone();
    if (wake == Wake::expired) co_return fail(Code::connect_timeout, "The other side did not answer in time.");
  }
}

// Behind an answer that was received to the byte there may be more, of which no event will tell again.
bool Upstream::has_more() {
  char byte = 0;
  return (tls_ || may_read()) && receive(&byte, 1).outcome != Transfer::Outcome::blocked;
}

// An idle connection has nothing to say: bytes or an end mean that it is of no further use. With TLS the event may be
// a session ticket, which OpenSSL swallows.
void Upstream::readable_while_idle() {
  if (parked_in_ == nullptr) return;
  char byte = 0;
  if (receive(&byte, 1).outcome != Transfer::Outcome::blocked) parked_in_->drop(*this);
}

void Upstream::expired() {
  if (parked_in_ != nullptr) parked_in_->drop(*this);
}

UpstreamPool::~UpstreamPool() = default;

UpstreamPool::Origin* UpstreamPool::find(const Url& url) {
  const auto found = std::ranges::find_if(origins_, [&](const Origin& origin) {
    return origin.port == url.port && origin.tls == url.tls && origin.host == url.host;
  });
  return found == origins_.end() ? nullptr : &*found;
}

std::unique_ptr<Upstream> UpstreamPool::take(const Url& url) {
  auto* const origin = find(url);
  if (origin == nullptr || origin->idle.empty()) return nullptr;
  auto upstream = std::move(origin->idle.back());
  origin->idle.pop_back();
  --idle_;
  upstream->parked_in_ = nullptr;
  upstream->disarm();
  return upstream;
}

void UpstreamPool::park(const Url& url, std::unique_ptr<Upstream> upstream) {
  const bool useful = upstream->usable_again && upstream->parser.keep_alive() && upstream->parser.complete() &&
                      upstream->buffer.empty() && !upstream->peer_closed() && !upstream->has_more();
  if (!useful || idle_ >= idle_upstreams_max) return;
  auto* origin = find(url);
  if (origin == nullptr) {
    std::erase_if(origins_, [](const Origin& one) { return one.idle.empty(); });
    origin = &origins_.emplace_back(Origin{.tls = url.tls, .host = url.host, .port = url.port});
  }
  if (origin->idle.size() >= idle_upstreams_per_host_max) return;
  upstream->parked_in_ = this;
  auto& loop = upstream->loop();
  loop.wheel().arm(*upstream, loop.after(upstream_keep_alive_idle));
  origin->idle.push_back(std::move(upstream));
  ++idle_;
}

void UpstreamPool::drop(Upstream& upstream) {
  for (auto& origin : origins_) {
    const auto gone = std::erase_if(origin.idle, [&](const auto& one) { return one.get() == &upstream; });
    if (gone == 0) continue;
    --idle_;
    return;
  }
}

}  // namespace agt::net

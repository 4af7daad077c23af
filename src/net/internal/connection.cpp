#include "net/internal/connection.h"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/overloaded.h"
#include "net/internal/response_head.h"

namespace agt::net {

namespace asio = boost::asio;

namespace {

// A function, because g++ 12 copies a braced aggregate inside a co_await or co_return expression bit by bit.
Refused refused(int status, Code code, std::string message) {
  return {.status = status, .error = {.code = code, .message = std::move(message)}};
}

}  // namespace

Service::~Service() = default;

void Service::serve(int fd, Peer peer) {
  auto* const connection = new Connection(*this, fd, std::move(peer));  // NOLINT: its coroutine's end deletes it
  connection->next = first_;
  if (first_ != nullptr) first_->previous = connection;
  first_ = connection;
  ++open_connections_;
  const auto at_end = [this, connection](const std::exception_ptr& bug) {
    if (bug) log_.write(LogLevel::error, "connection_bug");
    ended(*connection);
  };
  asio::co_spawn(loop_.executor(), connection->run(), asio::bind_cancellation_slot(connection->cancellation(), at_end));
}

void Service::ended(Connection& connection) {
  (connection.previous != nullptr ? connection.previous->next : first_) = connection.next;
  if (connection.next != nullptr) connection.next->previous = connection.previous;
  --open_connections_;
  delete &connection;  // NOLINT: see serve()
}

void Service::drain() {
  draining_ = true;
  for (auto* connection = first_; connection != nullptr; connection = connection->next) connection->drain();
}

void Service::cut() {
  draining_ = true;
  for (auto* connection = first_; connection != nullptr; connection = connection->next) connection->cut();
}

Connection::Connection(Service& service, int fd, Peer peer)
    : Stream(service.loop(), fd), service_(service), peer_(std::move(peer)), buffer_(service.loop().buffers()) {}

Connection::~Connection() { loop().forget(static_cast<TurnEnd&>(*this)); }

void Connection::drain() {
  if (!idle_) return;
  turn_ends();  // an answer of this very turn may be held back
  if (!stalled_) close();
}

void Connection::cut() {
  lose_client();
  close();
}

Task<> Connection::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    auto request = co_await next_request();
    if (!request) {
      if (auto* const refused = std::get_if<Refused>(&request.error())) co_await refuse(std::move(*refused));
      break;
    }
    if (peer_closed()) break;  // half-closed counts as gone, as it does while the handler runs
    begin_exchange();
    try {
      co_await service_.handler().handle(*this);
    } catch (const std::exception& bug) {
      note_bug(bug);
    }
    end_exchange();
    if (answer_ == Answer::none && !gone_)
      co_await refuse(refused(500, Code::internal, "The gateway did not answer this request."));
    if (closing_) break;
  }
  if (stalled_ && !gone_) co_await flush({});
  if (lingering_ && !gone_) co_await linger();
  close();
}

// The length of the head in the buffer, 0 while it is not complete.
std::expected<std::size_t, Connection::Unserved> Connection::head_end() {
  // A client may send an empty line before its request (RFC 9112 §2.2).
  while (scanned_ == 0 && buffer_.received().starts_with("\r\n")) buffer_.take(2);
  if (scanned_ == 0 && buffer_.received() == "\r") return 0;
  auto end = find_head_end(buffer_.received(), scanned_);
  if (!end) return std::unexpected(Unserved(std::move(end).error()));
  return end->value_or(0);
}

Task<std::expected<void, Connection::Unserved>> Connection::next_request() {
  scanned_ = 0;
  const auto& deadlines = service_.deadlines();
  bool begun = !buffer_.empty();
  Moment until = loop().after(begun || !served_before_ ? deadlines.head : deadlines.keep_alive);
  for (;;) {
    auto bytes = head_end();
    if (!bytes) co_return std::unexpected(std::move(bytes).error());
    if (*bytes > 0) co_return accept_head(*bytes);
    if (!begun && service_.draining()) co_return std::unexpected(Quiet{});
    const auto room = std::min(buffer_.make_room(), first_read_bytes);
    const auto got = receive(buffer_.room(), room);
    buffer_.came(got.bytes);
    switch (got.outcome) {
      case Transfer::Outcome::moved:
        if (!begun) until = loop().after(deadlines.head);
        begun = true;
        continue;
      case Transfer::Outcome::ended:
      case Transfer::Outcome::failed: co_return std::unexpected(Quiet{});
      case Transfer::Outcome::blocked: break;
    }
    idle_ = !begun;
    const auto wake = co_await readable(until);
    idle_ = false;
    if (wake == Wake::cancelled) co_return std::unexpected(Quiet{});
    if (wake == Wake::ready) continue;
    if (!begun) co_return std::unexpected(Quiet{});
    co_return std::unexpected(refused(408, Code::slow_client, "The request head took too long to arrive."));
  }
}

std::expected<void, Connection::Unserved> Connection::accept_head(std::size_t bytes) {
  const auto raw = buffer_.received().substr(0, bytes);
  auto request = guard(raw);
  if (!request) return std::unexpected(Unserved(std::move(request).error()));
  // The guard knows all other framings better than any parser; chunks are llhttp's part, so it must agree on the head.
  if (request->framing.kind == Framing::Kind::chunked)
    if (auto refused = parser_.check(raw, request->framing)) return std::unexpected(Unserved(*std::move(refused)));
  buffer_.take(bytes);
  request_ = *std::move(request);
  return {};
}

void Connection::begin_exchange() {
  const auto& framing = request_.framing;
  answer_ = Answer::none;
  chunked_ = false;
  closing_ = !request_.keep_alive;
  served_before_ = true;
  body_taken_ = 0;
  body_complete_ =
      framing.kind == Framing::Kind::none || (framing.kind == Framing::Kind::length && framing.length == 0);
  continue_owed_ = request_.expects_continue;
  handling_ = true;
  set_cancellable(true);
}

void Connection::note_bug(const std::exception& bug) {
  service_.log().write(LogLevel::error, "handler_bug", {{"what", bug.what()}, {"path", request_.head.path}});
  closing_ = true;
}

void Connection::end_exchange() {
  handling_ = false;
  set_cancellable(false);  // between requests there is only cut(), which closes
  if (gone_) {
    closing_ = true;
    return;
  }
  // While draining no next request follows, whose turn would send what is still held back.
  if (service_.draining()) closing_ = true;
  // A stream that the handler left: what it wrote still goes out, and then the connection ends without the last chunk.
  const bool cut_short = answer_ == Answer::streaming;
  if (cut_short || closing_) turn_ends();
  if (cut_short) {
    closing_ = true;
    return;
  }
  skip_unread_body();
  lingering_ = closing_ && (!body_complete_ || !buffer_.empty());
}

Task<> Connection::refuse(Refused refused) {
  auto refusal = service_.handler().refusal(refused.error, request_.head.path);
  ResponseHead head{.status = refused.status};
  if (!refusal.content_type.empty()) head.headers.add("content-type", refusal.content_type);
  if (refused.status == 405) head.headers.add("allow", allowed_methods);
  closing_ = true;
  lingering_ = true;
  answer_ = Answer::none;
  const auto sent = co_await respond(std::move(head), std::move(refusal.body));
  if (!sent) lingering_ = false;
}

// Closing with bytes unread resets the connection, and a reset can overtake our answer in the client's kernel. So the
// answer is followed by an end, and for a moment the rest of the request is read and thrown away.
Task<> Connection::linger() {
  shutdown_write();
  buffer_.clear();
  const Moment until = loop().after(service_.deadlines().linger);
  for (std::size_t total = 0; total < linger_bytes_max && loop().wheel().now() < until;) {
    const auto room = buffer_.make_room();
    const auto got = receive(buffer_.room(), room);
    buffer_.came(0);  // thrown away
    if (got.outcome == Transfer::Outcome::ended || got.outcome == Transfer::Outcome::failed) co_return;
    total += got.bytes;
    if (got.outcome == Transfer::Outcome::moved) continue;
    const auto wake = co_await readable(until);
    if (wake != Wake::ready) co_return;
  }
}

void Connection::lose_client() {
  if (gone_) return;
  gone_ = true;
  if (handling_) cancel_.emit(asio::cancellation_type::terminal);
}

void Connection::peer_has_closed() {
  if (handling_) lose_client();
}

void Connection::turn_ends() {
  std::array<std::string_view, 2> nothing{};
  if (!gone_) stalled_ = !send_some(nothing);
}

// What is held back is sent whatever the coroutine waits for, unless it waits for room itself.
void Connection::room_to_write() {
  if (!stalled_ || flushing_) return;
  turn_ends();
  if (!stalled_ && idle_ && service_.draining()) close();
}

}  // namespace agt::net

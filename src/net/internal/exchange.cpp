// The Exchange side of a connection: the request's body and the answer.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/internal/connection.h"
#include "net/internal/response_head.h"

namespace agt::net {
namespace {

std::unexpected<Error> gone() { return fail(Code::client_gone, "The client closed the connection."); }

}  // namespace

Task<Result<std::string>> Connection::read_body(std::size_t bytes_max) {
  if (gone_) co_return gone();
  if (body_complete_) co_return std::string();
  if (request_.framing.length > bytes_max)
    co_return fail(Code::body_too_large,
                   fmt::format("The body has {} bytes; at most {} are accepted.", request_.framing.length, bytes_max));
  if (continue_owed_) CO_TRY_OK(co_await announce_continue());
  if (request_.framing.kind == Framing::Kind::length && request_.framing.length <= buffer_.size())
    co_return buffered_body();
  if (request_.framing.kind == Framing::Kind::chunked) co_return co_await read_chunked(bytes_max);
  co_return co_await read_sized();
}

// The usual case: the body came with the head.
std::string Connection::buffered_body() {
  const auto length = static_cast<std::size_t>(request_.framing.length);
  std::string body(buffer_.received().substr(0, length));
  buffer_.take(length);
  body_complete_ = true;
  return body;
}

Task<Result<>> Connection::announce_continue() {
  continue_owed_ = false;
  if (!buffer_.empty()) co_return Result<>{};  // a client that sends without waiting needs no leave
  text_to_send() += "HTTP/1.1 100 Continue\r\n\r\n";
  co_return co_await flush({});
}

Task<Result<std::string>> Connection::read_sized() {
  const auto length = static_cast<std::size_t>(request_.framing.length);
  std::string body;
  body.reserve(std::min(length, body_reserve_bytes_max));
  const auto buffered = std::min(length, buffer_.size());
  body.append(buffer_.received().substr(0, buffered));
  buffer_.take(buffered);
  const Moment since = loop().wheel().now();
  while (body.size() < length) {
    const auto had = body.size();
    // What is there decides how much memory is taken: a length alone is only a promise.
    const auto size = std::min(length, std::max(body.capacity(), had * 2));
    Transfer got;
    body.resize_and_overwrite(size, [&](char* to, std::size_t /*capacity*/) {
      got = receive(to + had, size - had);  // not a byte of the next request
      return had + got.bytes;
    });
    body_taken_ = body.size();
    if (got.outcome == Transfer::Outcome::moved) continue;
    if (got.outcome != Transfer::Outcome::blocked) {
      lose_client();
      co_return gone();
    }
    CO_TRY_OK(co_await wait_for_body(since, body.size()));
  }
  body_complete_ = true;
  co_return body;
}

Task<Result<std::string>> Connection::read_chunked(std::size_t bytes_max) {
  std::string body;
  const Moment since = loop().wheel().now();
  for (std::size_t received = 0;;) {
    if (!buffer_.empty()) {
      auto decoded = parser_.decode(buffer_.received(), body, bytes_max);
      if (!decoded) co_return std::unexpected(std::move(decoded).error());
      buffer_.take(decoded->taken);
      if (decoded->complete) break;
    }
    const auto room = buffer_.make_room();
    const auto got = receive(buffer_.room(), room);
    buffer_.came(got.bytes);
    if (got.outcome == Transfer::Outcome::moved) {
      received += got.bytes;
      continue;
    }
    if (got.outcome != Transfer::Outcome::blocked) {
      lose_client();
      co_return gone();
    }
    CO_TRY_OK(co_await wait_for_body(since, received));
  }
  body_complete_ = true;
  co_return body;
}

Task<Result<>> Connection::wait_for_body(Moment since, std::size_t bytes) {
  CO_TRY_OK(trickles(since, bytes));
  const auto wake = co_await readable(loop().after(service_.deadlines().body_idle));
  if (gone_ || wake == Wake::cancelled) co_return gone();
  if (wake == Wake::expired) co_return fail(Code::slow_client, "The request's body stopped arriving.");
  co_return Result<>{};
}

Result<> Connection::trickles(Moment since, std::size_t bytes) const {
  const auto took = deadline_tick * static_cast<long long>(service_.loop().wheel().now() - since);
  if (took < service_.deadlines().body_rate_grace) return {};
  const auto seconds = static_cast<std::size_t>(std::chrono::duration_cast<Seconds>(took).count());
  if (bytes >= seconds * body_rate_bytes_per_second_min) return {};
  return fail(Code::slow_client, "The request's body arrives too slowly.");
}

bool Connection::body_is_here() const {
  if (body_complete_) return true;
  return request_.framing.kind == Framing::Kind::length && !continue_owed_ &&
         request_.framing.length - body_taken_ <= buffer_.size();
}

void Connection::skip_unread_body() {
  if (body_complete_ || closing_) return;
  assert(body_is_here());
  buffer_.take(static_cast<std::size_t>(request_.framing.length) - body_taken_);
  body_complete_ = true;
}

void Connection::start_answer(const ResponseHead& head, bool streaming, std::size_t bytes) {
  assert(answer_ == Answer::none);
  const bool bodiless_status = !has_body(head.status);
  body_wanted_ = !bodiless_status && request_.head.method != "HEAD";
  if (!body_is_here() || service_.draining()) closing_ = true;
  if (streaming && request_.http_1_0) closing_ = true;
  using Kind = ResponseFraming::Kind;
  const auto kind = bodiless_status     ? Kind::none
                    : !streaming        ? Kind::length
                    : request_.http_1_0 ? Kind::until_close
                                        : Kind::chunked;
  chunked_ = kind == Kind::chunked;
  append_response_head(text_to_send(), head, {.kind = kind, .length = bytes, .close = closing_}, loop().date());
  answer_ = streaming ? Answer::streaming : Answer::complete;
}

Task<Result<>> Connection::respond(ResponseHead head, std::string body) {
  if (gone_) co_return gone();
  start_answer(head, false, body.size());
  std::array<std::string_view, 2> tail{body_wanted_ ? std::string_view(body) : std::string_view(), {}};
  // The answers of one turn leave together, for the reason that Upstream gives.
  if (!stalled_ && !closing_ && out_.size() - out_sent_ + tail[0].size() <= coalesced_bytes_max) {
    out_ += tail[0];
    loop().at_turn_end(*this);
    co_return Result<>{};
  }
  stalled_ = !send_some(tail);
  if (gone_) co_return gone();
  if (!stalled_) co_return Result<>{};
  co_return co_await flush(tail);
}

Task<Result<>> Connection::begin(ResponseHead head) {
  if (gone_) co_return gone();
  start_answer(head, true, 0);
  loop().at_turn_end(*this);
  co_return Result<>{};
}

Task<Result<>> Connection::write(std::string_view bytes) {
  if (gone_) co_return gone();
  assert(answer_ == Answer::streaming);
  if (bytes.empty() || !body_wanted_) co_return Result<>{};
  if (chunked_) append_chunk_size(text_to_send(), bytes.size());
  const std::string_view line_end = chunked_ ? "\r\n" : "";
  const bool small = out_.size() - out_sent_ + bytes.size() <= coalesced_bytes_max;
  if (!small || stalled_) co_return co_await flush({bytes, line_end});
  text_to_send() += bytes;
  out_ += line_end;
  loop().at_turn_end(*this);
  co_return Result<>{};
}

Task<Result<>> Connection::end() {
  if (gone_) co_return gone();
  assert(answer_ == Answer::streaming);
  answer_ = Answer::complete;
  if (chunked_ && body_wanted_) text_to_send() += "0\r\n\r\n";
  if (stalled_) co_return co_await flush({});
  loop().at_turn_end(*this);
  co_return Result<>{};
}

// Sends what is in out_ and then `tail`, as far as the kernel has room, and takes it off both.
bool Connection::send_some(std::array<std::string_view, 2>& tail) {
  for (;;) {
    std::array<iovec, 3> pieces{};
    std::size_t count = 0;
    const auto add = [&](std::string_view piece) {
      if (!piece.empty())
        pieces[count++] = {.iov_base = const_cast<char*>(piece.data()), .iov_len = piece.size()};  // NOLINT
    };
    add(std::string_view(out_).substr(out_sent_));
    add(tail[0]);
    add(tail[1]);
    if (count == 0) break;
    const auto sent = send(std::span(pieces).first(count));
    if (sent.outcome == Transfer::Outcome::blocked) return false;
    if (sent.outcome != Transfer::Outcome::moved) {
      lose_client();
      break;
    }
    auto rest = sent.bytes;
    const auto of_out = std::min(rest, out_.size() - out_sent_);
    out_sent_ += of_out;
    rest -= of_out;
    for (auto& piece : tail) {
      const auto of_piece = std::min(rest, piece.size());
      piece.remove_prefix(of_piece);
      rest -= of_piece;
    }
  }
  if (!out_.empty()) loop().buffers().give_back(std::exchange(out_, {}));
  out_sent_ = 0;
  return true;
}

// out_, with memory only while there is something in it: a stream may be silent for hours.
std::string& Connection::text_to_send() {
  if (out_.empty()) out_ = loop().buffers().take_text();
  return out_;
}

Task<Result<>> Connection::flush(std::array<std::string_view, 2> tail) {
  for (;;) {
    if (gone_) co_return gone();
    stalled_ = !send_some(tail);
    if (gone_) co_return gone();
    if (!stalled_) co_return Result<>{};
    flushing_ = true;
    const auto wake = co_await writable(loop().after(service_.deadlines().write_stall));
    flushing_ = false;
    if (gone_ || wake == Wake::cancelled) co_return gone();
    if (wake == Wake::ready) continue;
    lose_client();
    close();
    co_return fail(Code::slow_client, "The client stopped reading its answer.");
  }
}

}  // namespace agt::net

#include "net/internal/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "core/text.h"
#include "net/internal/cancelled.h"
#include "net/internal/dial.h"
#include "net/internal/response_head.h"

namespace agt::net {

namespace asio = boost::asio;
using namespace std::string_view_literals;

namespace {

std::unexpected<Error> cut() {
  return fail(Code::stream_cut, "The upstream closed the connection before its answer was complete.");
}

std::unexpected<Unanswered> unanswered(Code code, std::string message, bool closed = false) {
  return std::unexpected(
      Unanswered{.error = {.code = code, .message = std::move(message)}, .closed_before_answer = closed});
}

std::unexpected<Unanswered> unanswered(Error error) { return std::unexpected(Unanswered{.error = std::move(error)}); }

bool is_target(std::string_view target) {
  return target.starts_with('/') && std::ranges::none_of(target, [](char c) { return c <= ' ' || c >= 0x7F; });
}

// Nothing when all was sent or an answer has begun to come before; then the connection is not used again.
Task<std::expected<void, Unanswered>> send_rest(Upstream& upstream) {
  while (!upstream.outgoing.done()) {
    const auto sent = upstream.send_more();
    if (sent.outcome == Transfer::Outcome::moved) continue;
    upstream.usable_again = sent.outcome == Transfer::Outcome::blocked;
    // A peer that refuses a long body answers and closes: the answer may be there, although sending fails.
    if (!upstream.usable_again) co_return std::expected<void, Unanswered>{};
    const auto wake = co_await upstream.readable_or_writable(upstream.loop().after(write_stall_deadline));
    if (wake == Wake::cancelled) co_return unanswered(Code::client_gone, "The client closed the connection.");
    if (wake == Wake::expired) co_return unanswered(Code::idle_timeout, "The upstream stopped taking the request.");
    if (!upstream.may_read()) continue;
    const auto got = upstream.fill();
    upstream.usable_again = got.outcome == Transfer::Outcome::blocked;
    if (!upstream.usable_again) co_return std::expected<void, Unanswered>{};
  }
  co_return std::expected<void, Unanswered>{};
}

// The head, or nothing while it is not complete.
std::expected<std::optional<ResponseHead>, Unanswered> receive_head(Upstream& upstream, Instant begun,
                                                                    CallTimings& timings) {
  for (;;) {
    while (!upstream.buffer.empty()) {
      const auto end = upstream.parser.find_head_end(upstream.buffer.received());
      if (!end) return unanswered(end.error());
      if (!*end) break;
      const auto interim = upstream.parser.read_head(upstream.buffer.received().substr(0, **end));
      if (!interim) return unanswered(interim.error());
      upstream.buffer.take(**end);
      if (!*interim) return upstream.parser.take_head();
    }
    const auto got = upstream.fill();
    if (got.outcome == Transfer::Outcome::blocked) return std::nullopt;
    if (got.outcome != Transfer::Outcome::moved)
      return unanswered(Code::stream_cut, "The upstream closed the connection without an answer.", !timings.first_byte);
    if (!timings.first_byte) timings.first_byte = elapsed(begun);
  }
}

}  // namespace

Result<> append_request_head(std::string& out, const Call& call) {
  if (!is_target(call.target)) return fail(Code::internal, "The target of an upstream call is not an absolute path.");
  constexpr std::size_t usual_head_bytes = 1000;
  out.reserve(usual_head_bytes);
  out += call.method;
  out += ' ';
  out += call.target;
  out += " HTTP/1.1\r\n"sv;
  append_field(out, "host", call.url.authority());
  for (const auto& [name, value] : call.headers) {
    if (is_framing_field(name) || text::iequals(name, "host")) continue;
    if (!is_writable_field(name, value))
      return fail(Code::internal,
                  fmt::format("The header {} of an upstream call cannot be written.", text::quoted(name, 60)));
    append_field(out, name, value);
  }
  const bool needs_length =
      !call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH";
  if (needs_length) {
    const fmt::format_int digits(call.body.size());
    append_field(out, "content-length", {digits.data(), digits.size()});
  }
  out += "\r\n"sv;
  return {};
}

Task<std::expected<ResponseHead, Unanswered>> ask(Upstream& upstream, std::string_view head, const Call& call,
                                                  Instant begun, CallTimings& timings) {
  upstream.parser.begin(call.method == "HEAD");
  Moment until = upstream.loop().after(call.timeouts.first_byte);
  for (bool held_back = upstream.begin_sending({head, call.body});; held_back = false) {
    if (!held_back) {
      if (!upstream.outgoing.done()) {
        const auto sent = co_await send_rest(upstream);
        if (!sent) co_return std::unexpected(sent.error());
        until = upstream.loop().after(call.timeouts.first_byte);
      }
      if (!timings.sent) timings.sent = std::chrono::duration_cast<Microseconds>(upstream.sent_at - begun);
      auto answer = receive_head(upstream, begun, timings);
      if (!answer) co_return std::unexpected(std::move(answer).error());
      if (*answer) co_return **std::move(answer);
    }
    const auto wake = co_await upstream.readable(until);
    if (wake == Wake::cancelled) co_return unanswered(Code::client_gone, "The client closed the connection.");
    if (wake == Wake::expired)
      co_return unanswered(Code::first_byte_timeout,
                           fmt::format("The upstream did not answer within {} ms.", call.timeouts.first_byte.count()));
  }
}

void LiveReply::give_back() {
  if (upstream_ && upstream_->parser.complete()) {
    upstream_->buffer.take(std::exchange(handed_out_, 0));
    pool_.park(origin_, std::move(upstream_));
  }
  upstream_.reset();
}

Result<std::optional<Piece>> LiveReply::decode() {
  auto& buffer = upstream_->buffer;
  if (buffer.empty()) return std::nullopt;
  TRY(const auto decoded, upstream_->parser.decode(buffer.data(), buffer.size()));
  if (decoded.body == 0) {
    buffer.take(decoded.taken);
    return std::nullopt;
  }
  handed_out_ = decoded.taken;
  return Piece{.kind = Piece::Kind::bytes, .bytes = buffer.received().substr(0, decoded.body)};
}

std::unexpected<Error> LiveReply::silent() const {
  return fail(Code::idle_timeout,
              fmt::format("The upstream was silent for {} ms in the middle of its answer.", idle_.count()));
}

Task<Result<Piece>> LiveReply::next(Milliseconds patience) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return client_gone();
  if (!upstream_) co_return Piece{};
  auto& upstream = *upstream_;
  upstream.buffer.take(std::exchange(handed_out_, 0));
  const Moment patient_until = upstream.loop().after(patience);
  for (;;) {
    if (upstream.parser.complete()) {
      give_back();
      co_return Piece{};
    }
    CO_TRY(const auto piece, decode());
    if (piece) co_return *piece;
    if (upstream.parser.complete()) continue;
    const auto got = upstream.fill();
    if (got.outcome == Transfer::Outcome::moved) {
      silent_until_ = 0;
      continue;
    }
    if (got.outcome == Transfer::Outcome::ended && upstream.parser.until_close()) {
      upstream_.reset();
      co_return Piece{};
    }
    if (got.outcome != Transfer::Outcome::blocked) {
      upstream_.reset();
      co_return cut();
    }
    if (silent_until_ == 0) silent_until_ = upstream.loop().after(idle_);
    const auto wake = co_await upstream.readable(std::min(patient_until, silent_until_));
    if (wake == Wake::ready) continue;
    if (wake == Wake::cancelled) co_return client_gone();
    if (upstream.loop().wheel().now() < silent_until_) co_return Piece{.kind = Piece::Kind::quiet};
    upstream_.reset();
    co_return silent();
  }
}

// The usual short answer: its whole body came with its head.
std::string_view LiveReply::decode_rest() {
  upstream_->buffer.take(std::exchange(handed_out_, 0));
  const auto rest = upstream_->buffer.received();
  upstream_->parser.skip(rest.size());
  handed_out_ = rest.size();
  return rest;
}

// The rest of a body of known length, received straight into its place.
Task<Result<std::string>> LiveReply::whole_of(std::uint64_t bytes) {
  auto& upstream = *upstream_;
  const auto length = static_cast<std::size_t>(bytes);
  std::string body;
  body.reserve(std::min(length, body_reserve_bytes_max));
  upstream.buffer.take(std::exchange(handed_out_, 0));
  const auto buffered = std::min(length, upstream.buffer.size());
  body += upstream.buffer.received().substr(0, buffered);
  upstream.buffer.take(buffered);
  upstream.parser.skip(buffered);
  while (body.size() < length) {
    const auto had = body.size();
    const auto size = std::min(length, std::max(body.capacity(), had * 2));
    Transfer got;
    body.resize_and_overwrite(size, [&](char* to, std::size_t /*capacity*/) {
      got = upstream.receive(to + had, size - had);
      return had + got.bytes;
    });
    upstream.parser.skip(got.bytes);
    if (got.outcome == Transfer::Outcome::moved) continue;
    if (got.outcome != Transfer::Outcome::blocked) {
      upstream_.reset();
      co_return cut();
    }
    const auto wake = co_await upstream.readable(upstream.loop().after(idle_));
    if (wake == Wake::ready) continue;
    if (wake == Wake::cancelled) co_return client_gone();
    upstream_.reset();
    co_return silent();
  }
  give_back();
  co_return body;
}

Task<Result<std::string>> LiveReply::whole(std::size_t bytes_max) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return client_gone();
  std::string body;
  const auto too_long = [bytes_max] {
    return fail(Code::translate_reply, fmt::format("The upstream's answer is longer than {} bytes.", bytes_max));
  };
  const auto length = upstream_ ? upstream_->parser.bytes_left() : std::nullopt;
  if (length.value_or(0) > bytes_max) co_return too_long();
  if (length.value_or(0) > 0 && *length == upstream_->buffer.size() - handed_out_) {
    const auto piece = decode_rest();
    body = piece;
    give_back();
    co_return body;
  }
  if (length) co_return co_await whole_of(*length);
  for (;;) {
    CO_TRY(const auto piece, co_await next(Milliseconds::max()));
    switch (piece.kind) {
      case Piece::Kind::bytes:
        if (piece.bytes.size() > bytes_max - body.size()) co_return too_long();
        body += piece.bytes;
        break;
      case Piece::Kind::quiet: break;
      case Piece::Kind::end: co_return body;
    }
  }
}

}  // namespace agt::net

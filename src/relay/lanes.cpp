// The pass-through lane: same dialect on both sides. Bytes are spliced and forwarded, never re-serialised.
#include <fmt/format.h>

#include "core/text.h"
#include "json/splice.h"
#include "json/writer.h"
#include "relay/journey.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

// Where the last event that ends after `from` ends, or 0. A blank line ends an event, in any spelling of the line ends.
std::size_t end_of_events(std::string_view bytes, std::size_t from) {
  for (auto at = text::last_of(bytes, '\n'); at != std::string_view::npos && at >= from;) {
    const auto before = bytes.substr(0, at);
    if (before.ends_with('\n') || before.ends_with("\n\r")) return at + 1;
    at = text::last_of(before, '\n');
  }
  const auto returns = bytes.rfind("\r\r");
  return returns != std::string_view::npos && returns + 2 > from ? returns + 2 : 0;
}

// Lets whole events through and keeps the beginning of the next: a stream that is cut must not leave half an event in
// front of the error that the client is told. A large event is not worth the wait.
class EventGate {
 public:
  explicit EventGate(bool framed) : framed_(framed) {}

  // What may go on now; good until the next call.
  [[nodiscard]] std::string_view pass(std::string_view bytes) {
    if (!framed_) return bytes;
    passed_.swap(kept_);
    kept_.clear();
    const auto before = passed_.size();
    if (before > 0) bytes = passed_ += bytes;
    auto end = end_of_events(bytes, before);
    if (bytes.size() - end > unfinished_event_bytes_max) end = bytes.size();
    kept_ = bytes.substr(end);
    return bytes.substr(0, end);
  }
  [[nodiscard]] std::string_view rest() const { return kept_; }

 private:
  bool framed_;
  std::string kept_{};
  std::string passed_{};
};

// What a body says that goes to its client compressed, as it came; nothing for one that is plain itself.
Result<std::optional<std::string>> plain_copy(const net::ResponseHead& head, const std::string& body) {
  TRY(const auto codings, net::content_codings(head.headers));
  if (codings.empty()) return std::nullopt;
  auto plain = net::decoded(codings, body, reply_bytes_max);
  if (!plain)
    return fail(Code::translate_reply, fmt::format("The upstream's compressed answer: {}", plain.error().message));
  return *std::move(plain);
}

}  // namespace

// A stream on its way through.
struct Journey::Passage {
  Passage(const dialect::Codec& codec, bool is_framed) : tap(codec, is_framed), gate(is_framed), framed(is_framed) {}
  Tap tap;
  EventGate gate;
  bool framed;
  bool begun = false;
};

Task<Result<std::unique_ptr<net::Reply>>> Journey::call(const Target& target, const provider::Upstream& upstream,
                                                        std::string_view body, bool passthrough) {
  const auto dialect = upstream.family->dialect_for(codec_->dialect);
  // Elsewhere an older completion is a conversation of one turn.
  const bool translated = !passthrough && endpoint_.operation == dialect::Operation::complete;
  provider::Want want{.operation = translated ? dialect::Operation::generate : endpoint_.operation,
                      .dialect = dialect,
                      .model = target.model,
                      .stream = stream_,
                      .passthrough = passthrough,
                      .batch = batch_,
                      .request_id = trace_.id};
  const auto query = passthrough ? net::without_query_parameter(exchange_.head().query, "key") : std::string();
  if (passthrough) {
    want.client_path = exchange_.head().path;
    want.client_query = query;
  }
  CO_TRY(auto reply, co_await send(upstream, want, body, passthrough ? &exchange_.head().headers : nullptr));
  current().timings = reply->timings();
  current().status = reply->head().status;
  if (services_.quotas != nullptr)
    services_.quotas->note(upstream.account_id, reply->head().headers, target.model, services_.clock.wall());
  if (reply->head().status < 400) co_return reply;

  auto refusal = co_await reply->whole(error_body_bytes_max);
  const auto said = std::move(refusal).value_or("");  // a body that cannot be read says nothing; the status still does
  const auto* codec = codec_of(services_, dialect);
  auto diagnosis =
      provider::classify(*codec, reply->head().status, reply->head().headers, said, services_.clock.wall());
  if (upstream.oauth && reply->head().status == 401 && !diagnosis.error.retry_after)
    diagnosis.error.retry_after = refused_token_rest;
  if (services_.quotas != nullptr)
    if (auto spent = provider::quota_in_refusal(diagnosis, target.model, services_.clock.wall()))
      services_.quotas->note(upstream.account_id, {*std::move(spent)});
  current().scope = diagnosis.scope;
  current().hint = diagnosis.hint;
  current().confidence = diagnosis.confidence;
  if (passthrough)
    verbatim_ = Verbatim{
        .status = reply->head().status, .headers = provider::returned_headers(reply->head().headers), .body = said};
  co_return std::unexpected(std::move(diagnosis.error));
}

Task<Result<>> Journey::pass_through(const Target& target, const provider::Upstream& upstream) {
  current().lane = upstream.family->envelope != nullptr ? Lane::envelope : Lane::passthrough;
  const bool same_model = codec_->model_in_path || target.model == model_;
  std::string renamed;
  if (!same_model && form_) renamed = form_->with(body(), "model", target.model);
  if (!same_model && !form_)
    renamed = json::spliced(body(), json::set_member(*shallow_, "model", json::quoted(target.model)));
  CO_TRY(const auto reply, co_await call(target, upstream, same_model ? body() : renamed, true));
  renamed = {};  // it has been sent, and a stream may last for hours
  if (stream_ && (is_event_stream(reply->head()) || endpoint_.array_framing))
    co_return co_await pass_stream(*reply, is_event_stream(reply->head()));

  CO_TRY(auto whole, co_await reply->whole(reply_bytes_max));
  auto headers = provider::returned_headers(reply->head().headers);
  CO_TRY_OK(read_passing(reply->head(), whole, headers));
  co_return co_await respond(reply->head().status, std::move(headers), std::move(whole));
}

// What an answer says that passes as it is.
Result<> Journey::read_passing(const net::ResponseHead& head, const std::string& whole, net::Headers& headers) {
  TRY(const auto plain, plain_copy(head, whole));
  const bool speaks = endpoint_.operation != dialect::Operation::embed;
  const auto document = json::Document::parse(plain ? *plain : whole, desk_.scratch);
  const bool is_text = dialect::is_media(endpoint_.operation);  // a transcript, or data
  if (!document && speaks && !is_text)
    return fail(Code::internal_5xx, fmt::format("The upstream's answer is not JSON: {}", document.error().message));
  if (document && speaks) {
    auto observed = codec_->observe_whole(*document);
    if (observed.failed) return std::unexpected(*std::move(observed.failed));
    if (observed.usage) trace_.usage = *std::move(observed.usage);
    trace_.stop = std::move(observed.stop);
    leave_trail_of(plain ? *plain : whole);
  }
  if (plain) headers.add("content-encoding", head.headers.get_or("content-encoding", ""));
  return {};
}

Task<Result<>> Journey::pass_stream(net::Reply& reply, bool framed) {
  Passage passage(*codec_, framed);
  while (true) {
    auto piece = co_await reply.next(keep_alive_every);
    if (piece && piece->kind == net::Piece::Kind::quiet) continue;  // bytes are not ours to add on this lane
    if (!piece || piece->kind == net::Piece::Kind::end) co_return co_await end_passage(passage, piece);
    const auto passed = passage.tap.take(piece->bytes);
    if (passage.tap.failed()) co_return std::unexpected(*passage.tap.failed());
    if (passed.empty()) continue;
    if (!passage.begun) {
      leave_trail_of(passed);
      CO_TRY_OK(co_await begin_passage(passage, reply.head()));
    }
    CO_TRY_OK(co_await write(passage.gate.pass(passed)));
  }
}

// From here on no other upstream is asked: what the request said is of no more use, and the stream may last for hours.
Task<Result<>> Journey::begin_passage(Passage& passage, const net::ResponseHead& head) {
  if (!request_ && !tape_) {
    shallow_.reset();
    document_.reset();
    body_.reset();
  }
  passage.begun = true;
  auto headers = provider::returned_headers(head.headers);
  headers.add("cache-control", "no-cache");
  return begin(head.status, std::move(headers));
}

Task<Result<>> Journey::end_passage(Passage& passage, Result<net::Piece>& end) {
  auto& tap = passage.tap;
  if (!end && !passage.begun) co_return std::unexpected(std::move(end).error());
  if (!passage.begun && tap.holds_something())
    co_return fail(Code::stream_cut, "The upstream ended its stream before anything was said.");
  if (!passage.begun) co_return fail(Code::stream_cut, "The upstream's stream was empty.");

  std::optional<Error> broken;
  if (!end) {
    broken = std::move(end).error();
  } else {
    CO_TRY_OK(co_await write(passage.gate.rest()));  // a last event without its blank line
  }
  auto observed = tap.finish();
  if (observed.usage) trace_.usage = *std::move(observed.usage);
  trace_.stop = std::move(observed.stop);
  if (!broken && observed.failed) {  // the upstream has said it in the client's dialect; the bytes are through
    CO_TRY_OK(co_await exchange_.end());
    co_return std::unexpected(*std::move(observed.failed));
  }
  if (!broken && passage.framed && !observed.last && !trace_.stop)
    broken = Error{.code = Code::stream_cut, .message = "The upstream ended its stream without its final event."};
  if (broken) co_return co_await cut_off(*broken);
  co_return co_await exchange_.end();
}

// The stream broke after its first byte: the client gets its dialect's error event, never a made-up end. Always fails.
Task<Result<>> Journey::cut_off(const Error& error) {
  if (!endpoint_.array_framing) {  // inside an array of unknown state nothing can be said; it stays open
    std::string out;
    codec_->make_writer(reply_context())->write(ir::Failed{.error = error}, out);
    stream_ended_ = true;
    CO_TRY_OK(co_await write(out));
    CO_TRY_OK(co_await exchange_.end());
  }
  co_return std::unexpected(error);
}

}  // namespace agt::relay

// The translate lane: through the neutral conversation, both ways. And the local lane, which needs no network.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ir/fold.h"
#include "ir/turns.h"
#include "relay/journey.h"
#include "relay/limits.h"

namespace agt::relay {

Result<const ir::Request*> Journey::parsed_request() {
  if (!request_) {
    const bool begun =
        shallow_ && shallow_->source().data() == body().data() && shallow_->source().size() == body().size();
    TRY(document_,
        begun ? json::Document::parse_rest(*shallow_, desk_.scratch) : json::Document::parse(body(), desk_.scratch));
    document_->share(body_);
    dialect::Asked asked{.model = endpoint_.model, .stream = stream_, .version = endpoint_.version};
    if (endpoint_.operation == dialect::Operation::count_tokens)
      asked.operation = dialect::Asked::Operation::count_tokens;
    TRY(auto request, codec_->parse_request(*document_, asked));
    request_ = std::make_unique<ir::Request>(std::move(request));
    TRY_OK(recall());
    put_back_keepsakes();
  }
  return request_.get();
}

// Puts back what the client refers to by an id, if it was we who answered that.
Result<> Journey::recall() {
  const auto* memory = codec_->memory;
  if (memory == nullptr) return {};
  const auto id = memory->continues(*request_);
  if (id.empty()) return {};
  const auto kept = services_.kept.conversations.find(trace_.client_key, id, services_.clock.now());
  if (!kept) return {};
  recalled_ = true;
  return memory->recall(*request_, *kept);
}

// A conversation of ours is unknown to every upstream: it must be told anew, also to one of the client's own dialect.
bool Journey::continues_own() {
  if (codec_->memory == nullptr || !body().contains(codec_->memory->mark)) return false;
  return parsed_request() && recalled_;  // what cannot be read is for the upstream to refuse
}

bool Journey::to_be_remembered() const {
  return codec_->memory != nullptr && request_ && codec_->memory->wanted(*request_) &&
         codec_->memory->continues(*request_).empty();
}

void Journey::remember(const ir::Response& response, const dialect::ReplyContext& context) {
  if (!context.remembered) return;
  const auto id = codec_->memory->reply_id(response.id, context);
  services_.kept.conversations.keep(trace_.client_key, id, codec_->memory->remembered(*request_, response, context),
                                    services_.clock.now());
  leave_trail(id, {});
}

void Journey::remember_events(const std::vector<ir::Event>& events) {
  if (!to_be_remembered()) return;
  if (const auto response = ir::fold(events)) remember(*response, reply_context());  // a failed answer is not continued
}

// What the client's protocol made it forget.
void Journey::put_back_keepsakes() {
  if (!codec_->forgets_signatures) return;
  const auto now = services_.clock.now();
  dialect::put_back(*request_,
                    [&](std::string_view id) { return services_.kept.keepsakes.find(trace_.client_key, id, now); });
}

void Journey::keep_beside_calls(const std::vector<ir::Event>& events) {
  if (!codec_->forgets_signatures) return;
  for (const auto& event : events) beside_calls_.take(event);
}

void Journey::release_beside_calls() {
  const auto now = services_.clock.now();
  for (auto& [id, kept] : std::exchange(beside_calls_, {}).release())
    services_.kept.keepsakes.keep(trace_.client_key, id, std::move(kept), now);
}

dialect::ReplyContext Journey::reply_context() const {
  return {.model = model_,
          .id = trace_.id.substr(trace_.id.find('_') + 1),
          .remembered = to_be_remembered(),
          .created_s = std::chrono::duration_cast<Seconds>(trace_.started.time_since_epoch()).count(),
          .request = request_.get(),
          .array_framing = endpoint_.array_framing,
          .question = question_,
          .more_follow = more_follow(),
          .spent = spent_};
}

Result<> Journey::refuse_losses(const std::vector<ir::Loss>& losses) {
  for (const auto& loss : losses)
    if (loss.weight != ir::Loss::Weight::harmless)
      return fail(Code::feature_unsupported,
                  fmt::format("{}: {}. The rule of this model is strict: nothing may be lost.", loss.path, loss.why),
                  loss.path);
  return {};
}

Task<Result<>> Journey::translate(const Target& target, const provider::Upstream& upstream) {
  current().lane = Lane::translate;
  CO_TRY(const auto* request, parsed_request());
  const auto* upstream_codec = codec_of(services_, upstream.family->dialect_for(codec_->dialect));
  // Another protocol cannot know what this request continues.
  if (codec_->memory != nullptr && upstream_codec != codec_)
    if (const auto id = codec_->memory->continues(*request); !id.empty())
      co_return std::unexpected(codec_->memory->forgotten(id));
  if (upstream_codec == nullptr) co_return fail(Code::internal, "The upstream's dialect is not wired.");
  CO_TRY_OK(co_await bring_media(upstream));
  dialect::RenderTarget rendering{.model = target.model,
                                  .facts = snapshot_->catalogue->lookup(upstream.provider, target.model),
                                  .source_bytes = body().size()};
  if (endpoint_.operation == dialect::Operation::count_tokens)
    rendering.operation = dialect::Asked::Operation::count_tokens;
  // Always from the client's own words: another upstream's rendering may have lost something that this one can carry.
  CO_TRY(auto rendered, upstream_codec->render_request(*request, rendering));
  trace_.losses = rendered.losses.all();
  if (signatures_dropped_)
    trace_.losses.push_back({.path = "signatures",
                             .why = "the upstream could not verify them; sent again without",
                             .weight = ir::Loss::Weight::dropped});
  if (trace_.route->strict) CO_TRY_OK(refuse_losses(trace_.losses));
  dialect::ReadContext context{.id_seed = trace_.id, .names = std::move(rendered.names)};
  auto called = co_await call(target, upstream, rendered.body, false);
  if (!called) co_return std::unexpected(with_media_named(std::move(called).error(), upstream));
  const auto reply = *std::move(called);
  if (stream_ && is_event_stream(reply->head()))
    co_return co_await translate_stream(*reply, *upstream_codec, std::move(context));
  co_return co_await translate_whole(*reply, *upstream_codec, context);
}

// The answer in the client's words; what they cannot say is put into the trace.
Task<Result<>> Journey::answer_whole(const ir::Response& response) {
  if (questions_.size() > 1) {
    responses_.push_back(response);
    co_return Result<>{};
  }
  ir::Losses losses;
  auto context = reply_context();
  context.losses = &losses;
  auto body = codec_->render_response(response, context);
  const bool proofs = std::ranges::any_of(response.parts, [](const auto& part) { return part.signature.has_value(); });
  if (proofs && codec_->forgets_signatures) keep_beside_calls(ir::unfold(response));
  release_beside_calls();
  for (const auto& loss : losses.all()) trace_.losses.push_back(loss);
  remember(response, context);
  net::Headers headers{{"content-type", "application/json"}};
  co_return co_await respond(200, std::move(headers), std::move(body));
}

Task<Result<>> Journey::translate_whole(net::Reply& reply, const dialect::Codec& upstream_codec,
                                        const dialect::ReadContext& context) {
  CO_TRY(auto whole, co_await reply.whole(reply_bytes_max));
  auto document = json::Document::parse(whole, desk_.scratch);
  if (!document)
    co_return fail(Code::internal_5xx, fmt::format("The upstream's answer is not JSON: {}", document.error().message));
  CO_TRY(const auto response, upstream_codec.parse_response(*document, context));
  trace_.usage = response.usage;
  trace_.stop = response.stop;
  if (stream_) {  // an upstream that does not stream answers a client that does
    const auto events = ir::unfold(response);
    co_return co_await send_events(events);
  }
  co_return co_await answer_whole(response);
}

void Journey::take_note(const std::vector<ir::Event>& events) {
  for (const auto& event : events) {
    if (const auto* started = std::get_if<ir::Started>(&event)) trace_.usage.update(started->usage);
    if (const auto* metered = std::get_if<ir::Metered>(&event)) trace_.usage.update(metered->usage);
    if (const auto* finished = std::get_if<ir::Finished>(&event)) trace_.stop = finished->stop;
  }
}

namespace {

// Decodes upstream bytes into events; what one read gave is handed on as one batch.
class Feed {
 public:
  explicit Feed(std::unique_ptr<dialect::EventReader> reader) : reader_(std::move(reader)) {}

  void take(std::string_view bytes, std::vector<ir::Event>& out) {
    decoder_.feed(bytes);
    drain(out, [this](dialect::SseEvent& event) { return decoder_.next(event); });
  }
  void end(std::vector<ir::Event>& out) {
    drain(out, [this](dialect::SseEvent& event) { return decoder_.finish(event); });
    reader_->end(out);
  }

 private:
  template <class Next>
  void drain(std::vector<ir::Event>& out, Next next) {
    dialect::SseEvent event;
    while (true) {
      const auto more = next(event);
      if (!more) {
        out.emplace_back(ir::Failed{.error = more.error()});
        return;
      }
      if (!*more) return;
      reader_->read(event, out);
    }
  }

  dialect::SseDecoder decoder_{};
  std::unique_ptr<dialect::EventReader> reader_;
};

const Error* failure_in(const std::vector<ir::Event>& events) {
  for (const auto& event : events)
    if (const auto* failed = std::get_if<ir::Failed>(&event)) return &failed->error;
  return nullptr;
}

bool any_semantic(const std::vector<ir::Event>& events) {
  for (const auto& event : events)
    if (ir::semantic(event)) return true;
  return false;
}

}  // namespace

Task<Result<>> Journey::translate_stream(net::Reply& reply, const dialect::Codec& upstream_codec,
                                         dialect::ReadContext context) {
  Feed feed(upstream_codec.make_reader(std::move(context)));
  const auto writer = codec_->make_writer(reply_context());
  std::vector<ir::Event> events;
  std::string out;
  bool begun = exchange_.answered();  // by the questions before this one
  bool over = false;
  const bool keeping = to_be_remembered();
  std::vector<ir::Event> said;
  while (!over) {
    auto piece = co_await reply.next(keep_alive_every);
    if (!piece) {
      events.emplace_back(ir::Failed{.error = std::move(piece).error()});
      over = true;
    } else if (piece->kind == net::Piece::Kind::quiet) {
      // Before the first event nothing may be sent: the status is still open, and with it a retry.
      if (begun) writer->keep_alive(out);
    } else if (piece->kind == net::Piece::Kind::end) {
      feed.end(events);
      over = true;
    } else {
      feed.take(piece->bytes, events);
    }
    const auto* failed = failure_in(events);
    if (!begun && failed != nullptr && !any_semantic(events)) co_return std::unexpected(*failed);
    if (!begun && !any_semantic(events)) continue;
    take_note(events);
    keep_beside_calls(events);
    for (const auto& event : events) writer->write(event, out);
    if (keeping) std::ranges::copy(events, std::back_inserter(said));
    if (!begun) {
      net::Headers headers{{"content-type", std::string(writer->content_type())}, {"cache-control", "no-cache"}};
      CO_TRY_OK(co_await begin(200, std::move(headers)));
      begun = true;
    }
    if (!out.empty()) CO_TRY_OK(co_await write(out));
    out.clear();
    if (failed != nullptr) {
      auto error = *failed;
      stream_ended_ = true;
      CO_TRY_OK(co_await exchange_.end());
      co_return std::unexpected(std::move(error));
    }
    events.clear();
  }
  release_beside_calls();
  for (const auto& loss : writer->losses().all()) trace_.losses.push_back(loss);
  if (!begun) co_return fail(Code::stream_cut, "The upstream's stream was empty.");
  if (keeping) remember_events(said);
  co_return co_await end_stream();
}

// A finished list of events to a streaming client, one write an event so that streaming can be seen.
Task<Result<>> Journey::send_events(const std::vector<ir::Event>& events) {
  take_note(events);
  remember_events(events);
  keep_beside_calls(events);
  release_beside_calls();
  const auto writer = codec_->make_writer(reply_context());
  std::vector<std::string> written(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) writer->write(events[i], written[i]);
  for (const auto& loss : writer->losses().all()) trace_.losses.push_back(loss);  // in time for the head
  if (!exchange_.answered()) {
    net::Headers headers{{"content-type", std::string(writer->content_type())}, {"cache-control", "no-cache"}};
    CO_TRY_OK(co_await begin(200, std::move(headers)));
  }
  for (const auto& piece : written)
    if (!piece.empty()) CO_TRY_OK(co_await write(piece));
  co_return co_await end_stream();
}

Task<Result<>> Journey::end_stream() {
  if (more_follow()) co_return Result<>{};
  stream_ended_ = true;
  co_return co_await exchange_.end();
}

Task<Result<>> Journey::answer_locally(const provider::Upstream& upstream) {
  current().lane = Lane::local;
  current().status = 200;
  CO_TRY(const auto* request, parsed_request());
  const auto events = upstream.family->answer(*request, trace_.id);
  trace_.usage_estimated = true;
  if (stream_) co_return co_await send_events(events);
  CO_TRY(const auto response, ir::fold(events));
  trace_.usage = response.usage;
  trace_.stop = response.stop;
  co_return co_await answer_whole(response);
}

// The upstream cannot count for this dialect: a local estimate, marked as one.
Task<Result<>> Journey::estimate_tokens() {
  current().lane = Lane::local;
  current().status = 200;
  CO_TRY(const auto* request, parsed_request());
  trace_.usage.input = ir::estimated_tokens(*request);
  trace_.usage_estimated = true;
  trace_.losses.push_back({.path = "input_tokens",
                           .why = "estimated by the gateway; the upstream has no counter for this",
                           .weight = ir::Loss::Weight::approximated});
  auto body = codec_->render_token_count(*trace_.usage.input);
  net::Headers headers{{"content-type", "application/json"}};
  co_return co_await respond(200, std::move(headers), std::move(body));
}

}  // namespace agt::relay

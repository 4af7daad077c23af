#include "relay/unwrapped_reply.h"

#include "dialect/sse.h"
#include "relay/plan.h"
#include "relay/tap.h"

namespace agt::relay {
namespace {

class Unwrapped final : public net::Reply {
 public:
  Unwrapped(std::unique_ptr<net::Reply> inner, const provider::Envelope& envelope)
      : inner_(std::move(inner)), envelope_(envelope), framed_(is_event_stream(inner_->head())) {}

  [[nodiscard]] const net::ResponseHead& head() const override { return inner_->head(); }
  [[nodiscard]] const net::CallTimings& timings() const override { return inner_->timings(); }

  [[nodiscard]] Task<Result<net::Piece>> next(Milliseconds patience) override {
    while (framed_ && !over_) {
      auto piece = co_await inner_->next(patience);
      if (!piece || piece->kind == net::Piece::Kind::quiet) co_return piece;
      out_.clear();
      over_ = piece->kind == net::Piece::Kind::end;
      if (!over_) decoder_.feed(piece->bytes);
      CO_TRY_OK(drain());
      if (!out_.empty()) {
        net::Piece unwrapped{.kind = net::Piece::Kind::bytes, .bytes = out_};
        co_return unwrapped;
      }
    }
    if (!framed_) co_return co_await inner_->next(patience);
    net::Piece end{.kind = net::Piece::Kind::end};
    co_return end;
  }

  [[nodiscard]] Task<Result<std::string>> whole(std::size_t bytes_max) override {
    CO_TRY(const auto body, co_await inner_->whole(bytes_max));
    co_return envelope_.unwrap(body);
  }

 private:
  Result<> drain() {
    dialect::SseEvent event;
    while (true) {
      TRY(const bool more, over_ ? decoder_.finish(event) : decoder_.next(event));
      if (!more) return {};
      dialect::append_sse(out_, event.name, envelope_.unwrap(event.data));
    }
  }

  std::unique_ptr<net::Reply> inner_;
  const provider::Envelope& envelope_;
  dialect::SseDecoder decoder_{};
  std::string out_{};
  bool framed_;
  bool over_ = false;
};

}  // namespace

std::unique_ptr<net::Reply> unwrapped(std::unique_ptr<net::Reply> reply, const provider::Envelope& envelope) {
  return std::make_unique<Unwrapped>(std::move(reply), envelope);
}

}  // namespace agt::relay

// A reply that its server compressed, read as if it had not.
#include <fmt/format.h>

#include <utility>

#include "net/coding.h"
#include "net/limits.h"

namespace agt::net {
namespace {

// What is wrong with the bytes is the upstream's doing here, not the client's.
std::unexpected<Error> as_upstreams(Error error) {
  return fail(Code::translate_reply, fmt::format("The upstream's compressed answer: {}", error.message));
}

class DecodedReply final : public Reply {
 public:
  DecodedReply(std::unique_ptr<Reply> inner, const std::vector<Coding>& codings)
      : inner_(std::move(inner)), head_(inner_->head()) {
    head_.headers.remove("content-encoding");
    for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding)
      stages_.push_back({.decoder = make_decoder(*coding)});
  }

  [[nodiscard]] const ResponseHead& head() const override { return head_; }
  [[nodiscard]] const CallTimings& timings() const override { return inner_->timings(); }

  [[nodiscard]] Task<Result<Piece>> next(Milliseconds patience) override {
    while (true) {
      CO_TRY_OK(run());
      if (!out_.empty()) {
        Piece piece{.kind = Piece::Kind::bytes, .bytes = out_};
        co_return piece;
      }
      if (over_) break;
      auto piece = co_await inner_->next(patience);
      if (!piece || piece->kind == Piece::Kind::quiet) co_return piece;
      over_ = piece->kind == Piece::Kind::end;
      if (!over_) raw_ = piece->bytes;
    }
    for (const auto& stage : stages_)
      if (!stage.decoder->complete())
        co_return fail(Code::stream_cut, "The upstream's compressed answer ended before it was complete.");
    Piece end{.kind = Piece::Kind::end};
    co_return end;
  }

  [[nodiscard]] Task<Result<std::string>> whole(std::size_t bytes_max) override {
    std::string body;
    while (true) {
      CO_TRY(const auto piece, co_await next(Milliseconds::max()));
      if (piece.kind == Piece::Kind::end) co_return body;
      if (piece.kind != Piece::Kind::bytes) continue;
      if (piece.bytes.size() > bytes_max - body.size())
        co_return fail(Code::translate_reply, fmt::format("The upstream's answer is longer than {} bytes.", bytes_max));
      body += piece.bytes;
    }
  }

 private:
  struct Stage {
    std::unique_ptr<Decoder> decoder{};
    std::string made{};     // by this stage
    std::string_view in{};  // what it has not taken of the stage before
  };

  // The next bytes of the last stage into out_; nothing when more must come first. A stage is asked again before the
  // one in front of it, so that no more than a piece lies between two of them.
  Result<> run() {
    out_.clear();
    while (out_.empty()) {
      std::size_t i = stages_.size();
      while (i > 0) {
        auto& stage = stages_[i - 1];
        auto& in = i == 1 ? raw_ : stage.in;
        stage.made.clear();
        const auto had = in.size();
        if (auto done = stage.decoder->decode(in, stage.made, decoded_piece_bytes); !done)
          return as_upstreams(std::move(done).error());
        if (!stage.made.empty()) {
          if (i == stages_.size()) {
            out_.swap(stage.made);
            return {};
          }
          stages_[i].in = stage.made;
          break;
        }
        if (in.size() != had) continue;
        --i;
      }
      if (i == 0) return {};
    }
    return {};
  }

  std::unique_ptr<Reply> inner_;
  ResponseHead head_;
  std::vector<Stage> stages_{};
  std::string_view raw_{};  // of the inner reply, and not yet taken
  std::string out_{};
  bool over_ = false;
};

}  // namespace

Result<std::unique_ptr<Reply>> decoded(std::unique_ptr<Reply> reply) {
  auto codings = content_codings(reply->head().headers);
  if (!codings) return as_upstreams(std::move(codings).error());
  if (codings->empty()) return reply;
  return std::make_unique<DecodedReply>(std::move(reply), *codings);
}

}  // namespace agt::net

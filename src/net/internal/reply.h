// The answer to a call, and the call itself: what happens on an upstream connection once it is open.
#pragma once

#include <memory>
#include <string>

#include "net/client.h"
#include "net/internal/upstream.h"

namespace agt::net {

// Appends the request head, framing fields included.
[[nodiscard]] Result<> append_request_head(std::string& out, const Call& call);

struct Unanswered {
  Error error{};
  bool closed_before_answer = false;  // the connection was found closed; not a byte of a response came
};
// Sends the request and waits for the head of the final response.
[[nodiscard]] Task<std::expected<ResponseHead, Unanswered>> ask(Upstream& upstream, std::string_view head,
                                                                const Call& call, Instant begun, CallTimings& timings);

class LiveReply final : public Reply {
 public:
  LiveReply(UpstreamPool& pool, std::unique_ptr<Upstream> upstream, ResponseHead head, CallTimings timings, Url origin,
            Milliseconds idle)
      : pool_(pool),
        upstream_(std::move(upstream)),
        head_(std::move(head)),
        timings_(timings),
        origin_(std::move(origin)),
        idle_(idle) {}
  ~LiveReply() override { give_back(); }

  [[nodiscard]] const ResponseHead& head() const override { return head_; }
  [[nodiscard]] const CallTimings& timings() const override { return timings_; }
  [[nodiscard]] Task<Result<Piece>> next(Milliseconds patience) override;
  [[nodiscard]] Task<Result<std::string>> whole(std::size_t bytes_max) override;

 private:
  // A piece out of what is in the buffer; nothing when it holds no content yet.
  [[nodiscard]] Result<std::optional<Piece>> decode();
  [[nodiscard]] Task<Result<std::string>> whole_of(std::uint64_t bytes);
  [[nodiscard]] std::string_view decode_rest();
  [[nodiscard]] std::unexpected<Error> silent() const;
  void give_back();

  UpstreamPool& pool_;
  std::unique_ptr<Upstream> upstream_;  // none after the end
  ResponseHead head_;
  CallTimings timings_;
  Url origin_;
  Milliseconds idle_;
  Moment silent_until_ = 0;  // 0: not silent at the moment
  std::size_t handed_out_ = 0;
};

}  // namespace agt::net

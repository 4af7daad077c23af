// Requests that ask several questions at once, for upstreams that take one at a time: one call after the other on the
// same account, and one answer to the client. What was answered before an account failed need not be asked again.
#include "relay/journey.h"

namespace agt::relay {

Result<bool> Journey::asks_several() {
  if (codec_->questions == nullptr) return false;
  if (questions_.empty()) {
    TRY(const auto document, json::Document::parse(body(), desk_.scratch));
    TRY(questions_, codec_->questions->split(document));
  }
  return questions_.size() > 1;
}

Task<Result<>> Journey::answer_question(const Target& target, const provider::Upstream& upstream) {
  CO_TRY(const auto document, json::Document::parse(questions_[question_], desk_.scratch));
  const dialect::Asked asked{.model = endpoint_.model, .stream = stream_, .version = endpoint_.version};
  CO_TRY(auto request, codec_->parse_request(document, asked));
  request_ = std::make_unique<ir::Request>(std::move(request));
  if (upstream.family->local()) co_return co_await answer_locally(upstream);
  co_return co_await translate(target, upstream);
}

Task<Result<>> Journey::answer_several(const Target& target, const provider::Upstream& upstream) {
  for (; question_ < questions_.size(); ++question_) {
    trace_.usage = {};
    auto outcome = co_await answer_question(target, upstream);
    if (!outcome) {
      trace_.usage.add(spent_);
      if (exchange_.answered() && !stream_ended_) co_return co_await cut_off(outcome.error());
      co_return outcome;
    }
    spent_.add(trace_.usage);
  }
  trace_.usage = spent_;
  if (stream_) co_return Result<>{};
  ir::Losses losses;
  auto context = reply_context();
  context.losses = &losses;
  auto body = codec_->questions->render_responses(responses_, context);
  for (const auto& loss : losses.all()) trace_.losses.push_back(loss);
  net::Headers headers{{"content-type", "application/json"}};
  co_return co_await respond(200, std::move(headers), std::move(body));
}

}  // namespace agt::relay

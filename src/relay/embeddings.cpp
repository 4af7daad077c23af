// Embeddings through another protocol: texts in, vectors out. Where client and upstream speak the same, bytes pass
// through as everywhere.
#include <fmt/format.h>

#include "relay/journey.h"
#include "relay/limits.h"

namespace agt::relay {

Error Journey::not_there(std::string_view what, const provider::Upstream& upstream) const {
  return {.code = Code::path_unknown,
          .message = fmt::format("{} has no {}; send this model to a provider that has (`agt route add`).",
                                 upstream.provider, what)};
}

Task<Result<>> Journey::translate_embeddings(const Target& target, const provider::Upstream& upstream) {
  current().lane = Lane::translate;
  const auto* there = codec_of(services_, upstream.family->dialect);
  if (there == nullptr || there->embedder == nullptr || !upstream.family->embeds)
    co_return std::unexpected(not_there("embeddings", upstream));
  CO_TRY(document_, json::Document::parse(body(), desk_.scratch));
  const dialect::Asked asked{.model = endpoint_.model};
  CO_TRY(const auto request, codec_->embedder->parse_request(*document_, asked));
  trace_.losses = request.losses.all();
  if (trace_.route->strict) CO_TRY_OK(refuse_losses(trace_.losses));
  batch_ = true;
  const auto body = there->embedder->render_request(request, target.model);
  CO_TRY(const auto reply, co_await call(target, upstream, body, false));
  CO_TRY(const auto whole, co_await reply->whole(reply_bytes_max));
  const auto document = json::Document::parse(whole, desk_.scratch);
  if (!document) co_return fail(Code::translate_reply, "The upstream's answer is not JSON.");
  CO_TRY(auto vectors, there->embedder->parse_reply(*document));
  if (vectors.vectors.size() != request.texts.size())
    co_return fail(Code::translate_reply, fmt::format("The upstream gave {} vectors for {} texts.",
                                                      vectors.vectors.size(), request.texts.size()));
  trace_.usage.input = vectors.input_tokens;
  auto shown = codec_->embedder->render_reply(vectors, request);
  net::Headers headers{{"content-type", "application/json"}};
  co_return co_await respond(200, std::move(headers), std::move(shown));
}

}  // namespace agt::relay

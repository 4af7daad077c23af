// OpenAI's endpoints of pictures and speech. They pass through only, so what is read of them is what the monitor shows:
// usage, errors, and where a stream ends.
#include <array>

#include "dialect/openai_chat/embeddings.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_chat/request.h"

namespace agt::dialect::openai_chat {
namespace {

// Newer models count tokens, older ones seconds or nothing.
std::optional<ir::Usage> media_usage(json::Value root) {
  const auto usage = root["usage"];
  if (!usage["input_tokens"].exists()) return std::nullopt;
  ir::Usage out{.input = usage["input_tokens"].integer_or(0)};
  if (usage["output_tokens"].exists()) out.output = usage["output_tokens"].integer_or(0);
  return out;
}

Observation observe_media(const json::Document& body) {
  const auto root = body.root();
  Observation seen{.usage = media_usage(root), .failed = error_in(root, "")};
  seen.semantic = !seen.failed;
  return seen;
}

// transcript.text.delta … transcript.text.done; image_generation.partial_image … image_generation.completed; the same
// with image_edit (2026-11).
Observation observe_media_event(const SseEvent& event) {
  if (event.data == done) return {.last = true};
  const auto document = json::Document::parse(event.data);
  if (!document) return {};
  const auto root = document->root();
  const auto type = root["type"].text_or("");
  Observation seen{.usage = media_usage(root), .failed = error_in(root, event.name)};
  seen.last = type.ends_with(".done") || type.ends_with(".completed");
  seen.semantic = !seen.failed && !type.empty();
  return seen;
}

Result<ir::Request> no_conversation(const json::Document& /*body*/, const Asked& /*asked*/) {
  return fail(Code::feature_unsupported, "Pictures and speech are not translated to other protocols.");
}

}  // namespace

const Codec media_codec{
    .dialect = ir::Dialect::openai_chat,
    .parse_request = no_conversation,
    .render_request = render_request,
    .parse_response = parse_response,
    .render_response = render_response,
    .make_reader = make_reader,
    .make_writer = make_writer,
    .observe = observe_media_event,
    .observe_whole = observe_media,
    .render_error = render_error,
    .diagnose = diagnose,
    .render_token_count = render_token_count,
    .render_models = render_models,
    .render_model = render_model,
};

}  // namespace agt::dialect::openai_chat

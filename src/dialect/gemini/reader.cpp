// The stream of a Gemini upstream as events. A whole reply is read as a stream of one chunk.
#include "dialect/gemini/reader.h"

#include <fmt/format.h>

#include <utility>

#include "dialect/gemini/functions.h"
#include "dialect/gemini/parts.h"

namespace agt::dialect::gemini {
namespace {

ir::Signature signature_of(std::string blob) { return {.blob = std::move(blob), .signer = ir::Dialect::gemini}; }

std::string_view data_member(json::Value part) {
  for (const std::string_view name : {"functionCall", "inlineData", "fileData", "text"})
    if (part[name].present()) return name;
  return {};
}

}  // namespace

void ChunkReader::fail(Error error, Events& out) {
  if (over_) return;
  over_ = true;
  out.emplace_back(ir::Failed{std::move(error)});
}

void ChunkReader::start(json::Value chunk, Events& out) {
  if (started_) return;
  started_ = true;
  out.emplace_back(ir::Started{.id = chunk["responseId"].text_or(""), .model = chunk["modelVersion"].text_or("")});
}

void ChunkReader::chunk(json::Value chunk, Events& out) {
  if (over_) return;
  if (chunk.is_array()) {  // a stream without alt=sse
    for (const auto one : chunk.children()) this->chunk(one, out);
    return;
  }
  if (!chunk.is_object()) {
    fail({.code = Code::translate_reply, .message = "The upstream sent something that is no answer."}, out);
    return;
  }
  if (const auto error = chunk["error"]; error.present()) {
    fail(diagnose(static_cast<int>(error["code"].integer_or(500)), chunk.raw()), out);
    return;
  }
  start(chunk, out);
  if (const auto feedback = chunk["promptFeedback"]; feedback["blockReason"].present()) {
    finish_ = blocked(feedback);
  }
  if (const auto first = first_candidate(chunk); first.exists()) candidate(first, out);
  if (over_) return;
  if (auto usage = usage_of(chunk["usageMetadata"]); known(usage) && !(usage == usage_)) {
    usage_ = usage;
    out.emplace_back(ir::Metered{.usage = std::move(usage)});
  }
}

void ChunkReader::candidate(json::Value candidate, Events& out) {
  scores_of(candidate, scores_);
  for (const auto one : candidate["content"]["parts"].children()) {
    if (!one.is_object()) continue;
    part(one, out);
    if (over_) return;
  }
  tell_scores(out);
  if (candidate["groundingMetadata"].is_object() || candidate["citationMetadata"].is_object()) {
    citations_.clear();  // each report is the whole
    citations_of(candidate, citations_);
  }
  const auto reason = candidate["finishReason"].text_or("");
  if (reason.empty() || reason == "FINISH_REASON_UNSPECIFIED") return;
  auto ending = ending_of(reason, candidate["finishMessage"].text_or(""), calls_ > 0 || pending_);
  if (ending.failed)
    fail(std::move(*ending.failed), out);
  else
    finish_ = std::move(ending.stop);
}

void ChunkReader::part(json::Value part, Events& out) {
  const auto name = data_member(part);
  const bool thought = part["thought"].boolean_or(false);
  auto signature = part["thoughtSignature"].text_or("");
  if (name == "functionCall") {
    call(part["functionCall"], std::move(signature), out);
    return;
  }
  finish_call(out);
  if (name == "text" || (name.empty() && !signature.empty() && part.size() <= 2)) {
    words(part["text"].text_or(""), thought ? Open::thought : Open::text, std::move(signature), out);
  } else if (!name.empty() && !thought) {
    media(part[name], name, std::move(signature), out);
  } else if (part.size() > 0 && !(part.size() == 1 && part["thought"].exists())) {
    ir::Part opaque;
    opaque.body = ir::Opaque{.origin = ir::Dialect::gemini, .raw = {compact(part.raw())}};
    whole(std::move(opaque), {}, out);
  }
}

void ChunkReader::words(std::string text, Open kind, std::string signature, Events& out) {
  if (text.empty() && signature.empty()) return;
  // Text after a signed text is a part of its own: a signature holds for exactly its part.
  if (open_ != kind || (signed_ && !text.empty())) {
    close(out);
    ir::Part part;
    if (kind == Open::thought) part.body = ir::Reasoning{};
    out.emplace_back(ir::Opened{.index = index_, .part = std::move(part)});
    open_ = kind;
  }
  if (!text.empty()) {
    if (kind == Open::thought)
      out.emplace_back(ir::ThoughtGrew{.index = index_, .text = std::move(text)});
    else
      out.emplace_back(ir::TextGrew{.index = index_, .text = std::move(text)});
  }
  if (signature.empty()) return;
  signed_ = true;
  out.emplace_back(ir::Signed{.index = index_, .signature = signature_of(std::move(signature))});
}

void ChunkReader::tell_scores(Events& out) {
  if (open_ != Open::text || scores_.empty()) return;
  out.emplace_back(ir::Scored{.index = index_, .tokens = std::exchange(scores_, {})});
}

void ChunkReader::close(Events& out) {
  if (open_ == Open::nothing) return;
  tell_scores(out);
  if (open_ == Open::text)
    for (auto& citation : std::exchange(citations_, {}))
      out.emplace_back(ir::Cited{.index = index_, .citation = std::move(citation)});
  out.emplace_back(ir::Closed{.index = index_++});
  open_ = Open::nothing;
  signed_ = false;
}

void ChunkReader::whole(ir::Part part, std::string signature, Events& out) {
  close(out);
  out.emplace_back(ir::Opened{.index = index_, .part = std::move(part)});
  if (!signature.empty())
    out.emplace_back(ir::Signed{.index = index_, .signature = signature_of(std::move(signature))});
  out.emplace_back(ir::Closed{.index = index_++});
}

void ChunkReader::media(json::Value data, std::string_view name, std::string signature, Events& out) {
  ir::Media media;
  media.mime = data["mimeType"].text_or("");
  media.name = data["displayName"].text_or("");
  if (name == "inlineData") {
    media.source = ir::InlineData{.base64 = data["data"].text_or("")};
  } else {
    media.source = ir::UrlSource{.url = data["fileUri"].text_or("")};
  }
  media.kind = media_kind(media.mime, data["fileUri"].text_or(""));
  ir::Part part;
  part.body = std::move(media);
  whole(std::move(part), std::move(signature), out);
}

void ChunkReader::call(json::Value call, std::string signature, Events& out) {
  const auto name = call["name"].text_or("");
  const bool pieces = call["partialArgs"].exists() || call["willContinue"].exists();
  if (name.empty()) {  // goes on with the call before it; {} ends it
    if (!pending_) return;
    if (!signature.empty()) pending_signature_ = std::move(signature);
    for (const auto piece : call["partialArgs"].children()) pending_args_.take(piece);
    if (!call["willContinue"].boolean_or(false)) finish_call(out);
    return;
  }
  finish_call(out);
  pending_ = name;
  pending_id_ = call["id"].text_or("");
  pending_signature_ = std::move(signature);
  pending_args_ = {};
  for (const auto piece : call["partialArgs"].children()) pending_args_.take(piece);
  pending_whole_ = call["args"].is_object() ? compact(call["args"].raw()) : std::string{};
  if (!pieces || !call["willContinue"].boolean_or(false)) finish_call(out);
}

void ChunkReader::finish_call(Events& out) {
  if (!pending_) return;
  close(out);
  auto id = pending_id_.empty() ? minted_tool_id(context_.id_seed, calls_) : std::move(pending_id_);
  ++calls_;
  ir::Part part;
  part.body = context_.names.restored({.id = std::move(id), .name = std::move(*pending_)});
  pending_.reset();
  // Said at once: a client's protocol may need to say it before the call.
  if (!pending_signature_.empty()) part.signature = signature_of(std::exchange(pending_signature_, {}));
  out.emplace_back(ir::Opened{.index = index_, .part = std::move(part)});
  auto arguments = pending_whole_.empty() ? pending_args_.object() : std::move(pending_whole_);
  out.emplace_back(ir::ArgumentsGrew{.index = index_, .text = std::move(arguments)});
  out.emplace_back(ir::Closed{.index = index_++});
  if (finish_ && finish_->reason == ir::StopReason::end) finish_->reason = ir::StopReason::tool_use;
}

void ChunkReader::end(Shape shape, Events& out) {
  if (over_) return;
  const bool answered = index_ > 0 || open_ != Open::nothing || pending_;
  // A whole reply cannot be cut: servers that imitate Gemini leave the reason out.
  if (!finish_ && shape == Shape::whole && answered) finish_ = ending_of("", "", calls_ > 0 || pending_).stop;
  if (!finish_) {
    const auto code = shape == Shape::whole ? Code::translate_reply : Code::stream_cut;
    const auto words = shape == Shape::whole ? "The upstream's reply holds no answer."
                                             : "The upstream ended its answer without a finish reason.";
    fail({.code = code, .message = words}, out);
    return;
  }
  finish_call(out);
  close(out);
  over_ = true;
  out.emplace_back(ir::Finished{.stop = std::move(*finish_)});
}

namespace {

class StreamReader final : public EventReader {
 public:
  explicit StreamReader(ReadContext context) : chunks_(std::move(context)) {}

  void read(const SseEvent& event, std::vector<ir::Event>& out) override {
    if (event.data.empty() || event.data == "[DONE]") return;  // servers that imitate Gemini send [DONE]
    const auto document = json::Document::parse(event.data, scratch_);
    if (!document) {
      chunks_.fail({.code = Code::translate_reply, .message = "The upstream sent a chunk that is not JSON."}, out);
      return;
    }
    chunks_.chunk(document->root(), out);
  }
  void end(std::vector<ir::Event>& out) override { chunks_.end(ChunkReader::Shape::stream, out); }

 private:
  json::Scratch scratch_{};
  ChunkReader chunks_;
};

}  // namespace

std::unique_ptr<EventReader> make_reader(ReadContext context) {
  return std::make_unique<StreamReader>(std::move(context));
}

}  // namespace agt::dialect::gemini

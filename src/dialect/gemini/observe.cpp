#include "dialect/gemini/chunk.h"
#include "dialect/gemini/functions.h"

namespace agt::dialect::gemini {
namespace {

bool says_something(json::Value part) {
  if (part["text"].is_string()) return !part["text"].is("");
  return part.size() > 0;
}

Observation observe_one(json::Value chunk) {
  Observation seen;
  if (const auto error = chunk["error"]; error.present()) {
    seen.failed = diagnose(static_cast<int>(error["code"].integer_or(500)), chunk.raw());
    seen.last = true;
    return seen;
  }
  if (auto usage = usage_of(chunk["usageMetadata"]); known(usage)) seen.usage = std::move(usage);
  if (const auto feedback = chunk["promptFeedback"]; feedback["blockReason"].present()) {
    seen.stop = blocked(feedback);
    seen.semantic = seen.last = true;
  }
  const auto candidate = first_candidate(chunk);
  bool calls = false;
  for (const auto part : candidate["content"]["parts"].children()) {
    seen.semantic = seen.semantic || says_something(part);
    calls = calls || part["functionCall"].present();
  }
  const auto reason = candidate["finishReason"].text_or("");
  if (reason.empty() || reason == "FINISH_REASON_UNSPECIFIED") return seen;
  auto ending = ending_of(reason, candidate["finishMessage"].text_or(""), calls);
  if (ending.failed)
    seen.failed = std::move(ending.failed);
  else
    seen.stop = std::move(ending.stop);
  seen.semantic = seen.semantic || !seen.failed;
  seen.last = true;
  return seen;
}

void take_over(Observation& sum, Observation newer) {
  if (newer.usage) sum.usage = std::move(newer.usage);
  if (newer.stop) sum.stop = std::move(newer.stop);
  if (newer.failed) sum.failed = std::move(newer.failed);
  sum.semantic = sum.semantic || newer.semantic;
  sum.last = sum.last || newer.last;
}

Observation observe_value(json::Value value) {
  if (!value.is_array()) return observe_one(value);
  Observation sum;
  for (const auto chunk : value.children()) take_over(sum, observe_one(chunk));
  return sum;
}

}  // namespace

Observation observe(const SseEvent& event) {
  const auto document = json::Document::parse(event.data);
  return document ? observe_value(document->root()) : Observation{};
}

Observation observe_whole(const json::Document& body) {
  auto seen = observe_value(body.root());
  seen.last = true;
  return seen;
}

}  // namespace agt::dialect::gemini

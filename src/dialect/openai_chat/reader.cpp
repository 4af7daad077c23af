#include "core/text.h"
#include "dialect/openai_chat/chunk.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_chat/tools.h"

namespace agt::dialect::openai_chat {
namespace {

class ChatReader final : public EventReader {
 public:
  explicit ChatReader(ReadContext context) : deltas_(std::move(context), DeltaReader::Form::streamed) {}

  void read(const SseEvent& event, std::vector<ir::Event>& out) override {
    const auto data = text::trimmed(event.data);
    if (over_ || data.empty()) return;
    if (data == done) return end(out);
    const auto document = json::Document::parse(data, scratch_);
    if (!document)
      return fail_with({.code = Code::translate_reply,
                        .message = "The upstream sent a chunk that is not JSON: " + document.error().message},
                       out);
    const auto root = document->root();
    if (auto error = error_in(root, event.name)) return fail_with(*std::move(error), out);
    deltas_.take(root, out);
  }

  // Finished waits for [DONE] or the end of the body, because usage may come after the finish reason.
  void end(std::vector<ir::Event>& out) override {
    if (over_) return;
    over_ = true;
    if (deltas_.has_finish()) return deltas_.finish(out);
    out.emplace_back(ir::Failed{
        .error = {.code = Code::stream_cut, .message = "The upstream's stream ended without a finish_reason."}});
  }

 private:
  json::Scratch scratch_{};
  void fail_with(Error error, std::vector<ir::Event>& out) {
    over_ = true;
    out.emplace_back(ir::Failed{.error = std::move(error)});
  }

  DeltaReader deltas_;
  bool over_ = false;
};

bool says_something(json::Value delta) {
  constexpr std::string_view empty_string = R"("")";
  for (const std::string_view key : {"content", "reasoning_content", "reasoning", "refusal"}) {
    const auto value = delta[key];
    if ((value.is_string() && value.raw() != empty_string) || value.size() > 0) return true;
  }
  return delta["tool_calls"].size() > 0 || delta["images"].size() > 0 || delta[legacy_call].is_object();
}

Observation observation(json::Value root, std::string_view event_name, std::string_view member) {
  Observation seen;
  seen.failed = error_in(root, event_name);
  seen.usage = usage_in(root);
  for (const auto choice : root["choices"].children()) {
    const auto delta = choice[member];
    seen.semantic = seen.semantic || says_something(delta);
    const auto word = choice["finish_reason"].text_or("");
    const bool called = word == "tool_calls" || word == "function_call" || delta["tool_calls"].size() > 0;
    if (!word.empty() && !seen.stop) seen.stop = stop_info(word, called, !delta["refusal"].text_or("").empty());
  }
  return seen;
}

}  // namespace

std::unique_ptr<EventReader> make_reader(ReadContext context) {
  return std::make_unique<ChatReader>(std::move(context));
}

Observation observe(const SseEvent& event) {
  const auto data = text::trimmed(event.data);
  if (data == done) return {.last = true};
  const auto document = json::Document::parse(data);
  if (!document) return {};
  return observation(document->root(), event.name, "delta");
}

Observation observe_whole(const json::Document& body) {
  auto seen = observation(body.root(), "", "message");
  seen.semantic = seen.semantic || seen.stop.has_value();
  seen.last = !seen.failed;
  return seen;
}

}  // namespace agt::dialect::openai_chat

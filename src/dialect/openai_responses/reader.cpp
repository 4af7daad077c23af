#include "core/text.h"
#include "dialect/openai_responses/item_reader.h"
#include "dialect/openai_responses/reply.h"
#include "ir/fold.h"

namespace agt::dialect::openai_responses {
namespace {

constexpr std::string_view done = "[DONE]";  // not of this API, but sent by some servers

// The type is said twice; some servers and proxies leave out one of the two.
std::string type_of(json::Value root, std::string_view event_name) {
  auto type = root["type"].text_or("");
  return type.empty() ? std::string(event_name) : type;
}

bool is_last(std::string_view type) { return type == event::completed || type == event::incomplete; }

bool is_lifecycle(std::string_view type) {
  return type == event::created || type == event::queued || type == event::in_progress;
}

Error failure(std::string_view type, json::Value root) {
  const auto value = type == event::failed && root["response"].is_object() ? root["response"] : root;
  return diagnose(200, value.raw());
}

class ResponsesReader final : public EventReader {
 public:
  explicit ResponsesReader(ReadContext context) : items_(std::move(context)) {}

  void read(const SseEvent& event, std::vector<ir::Event>& out) override {
    const auto data = text::trimmed(event.data);
    if (over_ || data.empty() || data == done) return;
    const auto document = json::Document::parse(data, scratch_);
    if (!document)
      return fail_with({.code = Code::translate_reply,
                        .message = "The upstream sent an event that is not JSON: " + document.error().message},
                       out);
    const auto root = document->root();
    const auto type = type_of(root, event.name);
    if (type == event::error || type == event::failed || (type.empty() && root["error"].present()))
      return fail_with(failure(type, root), out);
    const auto response = root["response"];
    if (auto error = error_in(response)) return fail_with(*std::move(error), out);
    if (is_lifecycle(type)) return items_.start(response, out);
    if (!is_last(type)) return items_.take(type, root, out);
    over_ = true;
    items_.finish(response, out);
  }

  void end(std::vector<ir::Event>& out) override {
    if (!over_)
      fail_with({.code = Code::stream_cut, .message = "The upstream's stream ended without response.completed."}, out);
  }

 private:
  void fail_with(Error error, std::vector<ir::Event>& out) {
    over_ = true;
    out.emplace_back(ir::Failed{.error = std::move(error)});
  }

  json::Scratch scratch_{};
  ItemReader items_;
  bool over_ = false;
};

Observation of_response(json::Value response) {
  bool called = false;
  bool refused = false;
  for (const auto item : response["output"].children()) {
    called = called || item["type"].is(item::function_call) || item["type"].is(item::custom_call);
    for (const auto part : item["content"].children()) refused = refused || part["type"].is(part::refusal);
  }
  return {.usage = usage_in(response), .stop = stop_info(response, called, refused), .last = true};
}

}  // namespace

std::unique_ptr<EventReader> make_reader(ReadContext context) {
  return std::make_unique<ResponsesReader>(std::move(context));
}

Result<ir::Response> parse_response(const json::Document& body, const ReadContext& context) {
  const auto root = body.root();
  if (auto error = error_in(root)) return std::unexpected(*std::move(error));
  if (!root["output"].is_array())
    return fail(Code::translate_reply, "The upstream's reply is no response: it has no output.");
  if (root["status"].is("queued") || root["status"].is("in_progress"))
    return fail(Code::translate_reply, "The upstream's reply is not finished: it runs in the background.");
  std::vector<ir::Event> events;
  ItemReader(context).finish(root, events);
  return ir::fold(events);
}

Observation observe(const SseEvent& event) {
  const auto data = text::trimmed(event.data);
  const auto document = json::Document::parse(data);
  if (!document) return {};
  const auto root = document->root();
  const auto type = type_of(root, event.name);
  if (type == event::error) return {.failed = failure(type, root)};
  if (type == event::failed) return {.usage = usage_in(root["response"]), .failed = failure(type, root), .last = true};
  if (is_last(type)) return of_response(root["response"]);
  const bool quiet = is_lifecycle(type) || type == event::keep_alive || type.empty();
  return {.semantic = !quiet};
}

Observation observe_whole(const json::Document& body) {
  const auto root = body.root();
  if (auto error = error_in(root)) return {.usage = usage_in(root), .failed = std::move(error)};
  if (!root["output"].is_array()) return {.usage = usage_in(root)};
  auto seen = of_response(root);
  seen.semantic = true;
  return seen;
}

}  // namespace agt::dialect::openai_responses

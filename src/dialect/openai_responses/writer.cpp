#include <fmt/format.h>

#include <map>

#include "core/overloaded.h"
#include "core/text.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_responses/memory.h"
#include "dialect/openai_responses/output.h"
#include "dialect/openai_responses/reply.h"
#include "ir/fold.h"

namespace agt::dialect::openai_responses {
namespace {

// {"code","message"} of a failed response. Codex reads how long to wait out of the message (0.169.0).
std::string error_of(const Error& error, json::Value envelope, int status) {
  auto message = error.message;
  if (error.retry_after && !message.contains("try again in"))
    message += fmt::format(" Please try again in {:.3f}s.", std::chrono::duration<double>(*error.retry_after).count());
  const auto fallback = status >= 500 ? "server_error" : "invalid_prompt";
  json::Writer writer;
  writer.begin_object();
  writer.field("code", envelope["code"].text_or(fallback));
  writer.field("message", message);
  writer.end_object();
  return std::move(writer).take();
}

// The events of this API may interleave, but not every client can follow: parts are written one after the other, in the
// order in which they opened. What comes for others meanwhile waits.
class ResponsesWriter final : public EventWriter {
 public:
  ResponsesWriter(ReplyContext context, Output::Events events)
      : context_(std::move(context)), output_(context_, events) {}

  void write(const ir::Event& event, std::string& out) override {
    if (over_) return;
    output_.to(out);
    std::visit(Overloaded{
                   [&](const ir::Started& e) { start(e); },
                   [&](const ir::Opened& e) { open(e); },
                   [&](const ir::TextGrew& e) { grow(e.index, event); },
                   [&](const ir::RefusalGrew& e) { grow(e.index, event); },
                   [&](const ir::ThoughtGrew& e) { grow(e.index, event); },
                   [&](const ir::ArgumentsGrew& e) { grow(e.index, event); },
                   [&](const ir::Cited& e) { grow(e.index, event); },
                   [&](const ir::Scored& e) { grow(e.index, event); },
                   [&](const ir::Signed& e) { grow(e.index, event); },
                   [&](const ir::Closed& e) { close(e.index); },
                   [&](const ir::Metered& e) { usage_.update(e.usage); },
                   [&](const ir::Finished& e) { finish(e); },
                   [&](const ir::Failed& e) { fail_with(e.error); },
               },
               event);
  }

  // A comment: an event of this kind would need the next number, which not every client knows to skip.
  void keep_alive(std::string& out) override { out += ": keep-alive\n\n"; }
  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  [[nodiscard]] const ir::Losses& losses() const override { return output_.losses(); }

  [[nodiscard]] std::string items() const { return output_.items(); }
  [[nodiscard]] std::string whole() && { return std::move(last_); }

 private:
  struct Slot {
    ir::Part head{};
    std::vector<ir::Event> waiting{};
    bool closed = false;
  };

  void start(const ir::Started& event) {
    output_.losses().extras_go_home(event.extras, here, "reply");
    usage_.update(event.usage);
    begin(event.id);
  }

  void begin(std::string_view upstream_id) {
    if (!id_.empty()) return;
    id_ = reply_id(upstream_id, context_);
    const auto text = response({.id = id_, .status = "in_progress", .output = "[]"});
    say(event::created, text);
    say(event::in_progress, text);
  }

  [[nodiscard]] std::string response(const Progress& progress) const {
    json::Writer writer;
    write_response(writer, context_, progress);
    return std::move(writer).take();
  }

  void say(std::string_view type, const std::string& text) {
    output_.event(type, [&](json::Writer& writer) {
      writer.key("response");
      writer.raw(text);
    });
  }

  void open(const ir::Opened& event) {
    slots_.emplace(event.index, Slot{.head = event.part});
    if (current_ < 0) become_current(event.index);
  }

  void become_current(int index) {
    current_ = index;
    auto& slot = slots_.at(index);
    output_.begin(slot.head);
    for (const auto& event : std::exchange(slot.waiting, {})) output_.grow(event);
  }

  void grow(int index, const ir::Event& event) {
    const auto found = slots_.find(index);
    if (found == slots_.end()) return;
    if (index == current_)
      output_.grow(event);
    else
      found->second.waiting.push_back(event);
  }

  void close(int index) {
    const auto found = slots_.find(index);
    if (found == slots_.end()) return;
    found->second.closed = true;
    if (index == current_) end_current();
  }

  // Ends the open part, and then writes what waited, as far as it is complete.
  void end_current() {
    while (current_ >= 0) {
      output_.end();
      slots_.erase(current_);
      current_ = -1;
      if (slots_.empty()) return;
      become_current(slots_.begin()->first);
      if (!slots_.at(current_).closed) return;
    }
  }

  void finish(const ir::Finished& event) {
    begin({});
    for (auto& [index, slot] : slots_) slot.closed = true;
    if (current_ >= 0) end_current();
    const auto ending = ending_of(event.stop.reason, output_.refused());
    output_.finish(ending.status);
    last_ = response({.id = id_,
                      .status = ending.status,
                      .incomplete = ending.incomplete,
                      .output = output_.items(),
                      .usage = &usage_,
                      .over = true});
    say(ending.incomplete.empty() ? event::completed : event::incomplete, last_);
    over_ = true;
  }

  // The live API says it twice: as an event, at which SDKs throw, and as a failed response, which Codex reads.
  void fail_with(const Error& error) {
    begin({});
    const auto reply = render_error(error, "");
    const auto document = json::Document::parse(reply.body);
    const auto envelope = document ? document->root()["error"] : json::Value();
    output_.event(event::error, [&](json::Writer& writer) {
      writer.key("error");
      writer.raw(envelope.raw());
    });
    say(event::failed, response({.id = id_,
                                 .status = "failed",
                                 .error = error_of(error, envelope, reply.status),
                                 .output = output_.items(),
                                 .usage = &usage_,
                                 .over = true}));
    over_ = true;
  }

  ReplyContext context_;
  Output output_;
  std::string id_{};
  ir::Usage usage_{};
  std::map<int, Slot> slots_{};  // open parts, and closed ones that wait
  int current_ = -1;             // the part that is written now
  std::string last_{};
  bool over_ = false;
};

}  // namespace

std::unique_ptr<EventWriter> make_writer(ReplyContext context) {
  return std::make_unique<ResponsesWriter>(std::move(context), Output::Events::written);
}

// A whole reply is a stream whose events are left out, so the two cannot differ.
std::string render_response(const ir::Response& response, const ReplyContext& context) {
  ResponsesWriter writer(context, Output::Events::left_out);
  std::string none;
  for (const auto& event : ir::unfold(response)) writer.write(event, none);
  if (context.losses != nullptr) *context.losses = writer.losses();
  return std::move(writer).whole();
}

std::string output_items(const ir::Response& response, const ReplyContext& context) {
  ResponsesWriter writer(context, Output::Events::left_out);
  std::string none;
  for (const auto& event : ir::unfold(response)) writer.write(event, none);
  return writer.items();
}

}  // namespace agt::dialect::openai_responses

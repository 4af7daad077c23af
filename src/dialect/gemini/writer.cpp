// Events as a stream for a Gemini client: SSE with CRLF as Google's server sends it, or one JSON array.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include "core/overloaded.h"
#include "dialect/gemini/chunk.h"
#include "dialect/gemini/functions.h"

namespace agt::dialect::gemini {
namespace {

// A part of the answer. Parts are written in order: only the first one that is not over streams, later ones wait.
struct Slot {
  ir::Part part{};
  std::string waiting{};  // growth that is not written yet
  std::string text{};     // what was written, for citations
  std::vector<ir::TokenScore> scores{};
  bool closed = false;
};

bool streams(const ir::PartBody& body) {
  return std::visit(Overloaded{
                        [](const ir::Text&) { return true; },
                        [](const ir::Refusal&) { return true; },
                        [](const ir::Reasoning&) { return true; },
                        [](const ir::Media&) { return false; },
                        [](const ir::ToolCall&) { return false; },  // Gemini's calls are whole
                        [](const ir::ToolResult&) { return false; },
                        [](const ir::Opaque&) { return false; },
                    },
                    body);
}

class StreamWriter final : public EventWriter {
 public:
  explicit StreamWriter(ReplyContext context)
      : context_(std::move(context)), thoughts_shown_(thoughts_shown(context_)), id_(context_.id) {}

  void write(const ir::Event& event, std::string& out) override {
    if (over_) return;
    std::visit(Overloaded{
                   [&](const ir::Started& e) {
                     if (!e.id.empty()) id_ = e.id;
                     usage_.update(e.usage);
                   },
                   [&](const ir::Opened& e) { open(e, out); },
                   [&](const ir::TextGrew& e) { grow(e.index, e.text, out); },
                   [&](const ir::RefusalGrew& e) { grow(e.index, e.text, out); },
                   [&](const ir::ThoughtGrew& e) { grow(e.index, e.text, out); },
                   [&](const ir::ArgumentsGrew& e) { grow(e.index, e.text, out); },
                   [&](const ir::Cited& e) { cite(e); },
                   [&](const ir::Scored& e) { score(e, out); },
                   [&](const ir::Signed& e) {
                     if (auto* one = slot(e.index)) one->part.signature = e.signature;
                   },
                   [&](const ir::Closed& e) {
                     if (auto* one = slot(e.index)) one->closed = true;
                     advance(out);
                   },
                   [&](const ir::Metered& e) { usage_.update(e.usage); },
                   [&](const ir::Finished& e) { finish(e.stop, out); },
                   [&](const ir::Failed& e) { fail(e.error, out); },
               },
               event);
  }

  void keep_alive(std::string& out) override {
    // A comment in the block of an event would make genai drop the event; alone it is skipped (measured 2026-11).
    out += context_.array_framing ? "\n" : ": keep-alive\r\n\r\n";
  }
  [[nodiscard]] std::string_view content_type() const override {
    return context_.array_framing ? "application/json" : "text/event-stream";
  }
  [[nodiscard]] const ir::Losses& losses() const override { return losses_; }

 private:
  Slot* slot(int index) {
    const auto at = static_cast<std::size_t>(index) - gone_;
    return index >= 0 && at < slots_.size() ? &slots_[at] : nullptr;
  }

  void open(const ir::Opened& event, std::string& out) {
    Slot one{.part = event.part};
    if (auto* text = std::get_if<ir::Text>(&one.part.body)) one.waiting = std::exchange(text->text, {});
    if (auto* text = std::get_if<ir::Refusal>(&one.part.body)) one.waiting = std::exchange(text->text, {});
    if (auto* text = std::get_if<ir::Reasoning>(&one.part.body)) one.waiting = std::exchange(text->text, {});
    if (auto* call = std::get_if<ir::ToolCall>(&one.part.body)) one.waiting = std::exchange(call->arguments, {});
    slots_.push_back(std::move(one));
    advance(out);
  }

  void grow(int index, const std::string& text, std::string& out) {
    auto* one = slot(index);
    if (one == nullptr) return;
    one->waiting += text;
    if (one == &slots_.front()) advance(out);
  }

  void cite(const ir::Cited& event) {
    auto* one = slot(event.index);
    if (one == nullptr) return;
    if (auto* text = std::get_if<ir::Text>(&one->part.body)) text->citations.push_back(event.citation);
  }

  void score(const ir::Scored& event, std::string& out) {
    auto* one = slot(event.index);
    if (one == nullptr) return;
    std::ranges::copy(event.tokens, std::back_inserter(one->scores));
    average_.add(event.tokens);
    if (one == &slots_.front()) advance(out);
  }

  void advance(std::string& out) {
    while (!slots_.empty()) {
      auto& one = slots_.front();
      if (streams(one.part.body)) flush(one, out);
      if (!one.closed) return;
      end(one, out);
      slots_.pop_front();
      ++gone_;
    }
  }

  void flush(Slot& one, std::string& out) {
    if (!one.waiting.empty()) flush_words(one, out);
    if (!one.scores.empty()) chunk(empty_part, {}, nullptr, out, std::exchange(one.scores, {}));
  }

  void flush_words(Slot& one, std::string& out) {
    auto words = std::exchange(one.waiting, {});
    ir::Part part;
    part.body = one.part.body;
    if (auto* text = std::get_if<ir::Text>(&part.body)) text->text = words;
    if (auto* text = std::get_if<ir::Refusal>(&part.body)) text->text = words;
    if (auto* text = std::get_if<ir::Reasoning>(&part.body)) text->text = words;
    one.text += words;
    write_part(part, out);
  }

  void end(Slot& one, std::string& out) {
    if (auto* call = std::get_if<ir::ToolCall>(&one.part.body)) call->arguments = std::move(one.waiting);
    write_part(one.part, out);  // of text only the signature is left
    const auto* text = std::get_if<ir::Text>(&one.part.body);
    if (text == nullptr || text->citations.empty()) return;
    std::vector<CitedText> cited;
    cited.reserve(text->citations.size());
    for (const auto& citation : text->citations) cited.push_back({.citation = citation, .text = one.text});
    chunk(empty_part, cited, nullptr, out);
  }

  void write_part(const ir::Part& part, std::string& out) {
    json::Writer writer;
    writer.begin_object();
    const bool written = write_reply_part(writer, part, thoughts_shown_, losses_);
    writer.end_object();
    if (written) chunk(writer.text(), {}, nullptr, out);
  }

  void finish(const ir::Stop& stop, std::string& out) {
    if (stop.reason == ir::StopReason::paused) losses_.approximated("finishReason", std::string(paused_words));
    chunk(empty_part, {}, &stop, out);
    over(out);
  }

  void fail(const Error& error, std::string& out) {
    frame(fmt::format(R"({{"error":{}}})", error_object(error, context_.id)), out);
    over(out);
  }

  void over(std::string& out) {
    over_ = true;
    if (context_.array_framing) out += "]";
  }

  void chunk(std::string_view part, const std::vector<CitedText>& cited, const ir::Stop* stop, std::string& out,
             const std::vector<ir::TokenScore>& scores = {}) {
    json::Writer writer;
    writer.begin_object();
    writer.key("candidates");
    writer.begin_array();
    writer.begin_object();
    writer.key("content");
    writer.begin_object();
    writer.key("parts");
    writer.begin_array();
    writer.raw(part);
    writer.end_array();
    writer.field("role", "model");
    writer.end_object();
    if (stop != nullptr) writer.field("finishReason", finish_reason_of(*stop));
    if (stop != nullptr && stop->reason == ir::StopReason::refusal && !stop->detail.empty())
      writer.field("finishMessage", stop->detail);
    writer.field("index", 0);
    write_citations(writer, cited);
    write_scores(writer, scores);
    if (stop != nullptr) average_.write(writer);
    writer.end_object();
    writer.end_array();
    write_usage(writer, usage_);
    writer.field("modelVersion", context_.model);
    writer.field("responseId", id_);
    writer.end_object();
    frame(writer.text(), out);
  }

  void frame(std::string_view json, std::string& out) {
    if (context_.array_framing) {
      out += std::exchange(begun_, true) ? ",\r\n" : "[";
      out += json;
      return;
    }
    out += "data: ";
    out += json;
    out += "\r\n\r\n";
  }

  static constexpr std::string_view empty_part = R"({"text":""})";  // Google's last chunks look so

  ReplyContext context_;
  bool thoughts_shown_;
  std::string id_;
  std::deque<Slot> slots_{};
  std::size_t gone_ = 0;  // parts that are written and forgotten
  ir::Usage usage_{};
  ir::Losses losses_{};
  Average average_{};
  bool begun_ = false;
  bool over_ = false;
};

}  // namespace

std::unique_ptr<EventWriter> make_writer(ReplyContext context) {
  return std::make_unique<StreamWriter>(std::move(context));
}

}  // namespace agt::dialect::gemini

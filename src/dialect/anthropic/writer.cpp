#include <algorithm>
#include <map>

#include "core/overloaded.h"
#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/codec_parts.h"
#include "dialect/anthropic/reply.h"
#include "dialect/anthropic/words.h"

namespace agt::dialect::anthropic {
namespace {

// Anthropic's stream has one block open at a time, numbered without gaps. The part that opened first is written
// through; what comes for others meanwhile waits until it closes.
class Writer final : public EventWriter {
 public:
  explicit Writer(ReplyContext context) : context_(std::move(context)) {}

  void write(const ir::Event& event, std::string& out) override {
    std::visit(Overloaded{
                   [&](const ir::Started& e) { start(e, out); },
                   [&](const ir::Opened& e) { open(e, out); },
                   [&](const ir::TextGrew& e) { grow(e.index, event, out); },
                   [&](const ir::RefusalGrew& e) { grow(e.index, event, out); },
                   [&](const ir::ThoughtGrew& e) { grow(e.index, event, out); },
                   [&](const ir::ArgumentsGrew& e) { grow(e.index, event, out); },
                   [&](const ir::Cited& e) { grow(e.index, event, out); },
                   [](const ir::Scored&) {},  // nobody can have asked for them here
                   [&](const ir::Signed& e) { grow(e.index, event, out); },
                   [&](const ir::Closed& e) { close(e.index, out); },
                   [&](const ir::Metered& e) { usage_.update(e.usage); },
                   [&](const ir::Finished& e) { finish(e, out); },
                   [&](const ir::Failed& e) {
                     settle({}, out);
                     append_sse(out, event::error, error_object(e.error));
                   },
               },
               event);
  }

  // Before message_start a ping is out of order; a comment never is.
  void keep_alive(std::string& out) override {
    if (started_)
      append_sse(out, event::ping, R"({"type":"ping"})");
    else
      out += ": keep-alive\n\n";
  }

  std::string_view content_type() const override { return "text/event-stream"; }
  const ir::Losses& losses() const override { return losses_; }

 private:
  struct Block {
    ir::Part head{};
    Showing showing = Showing::whole;
    std::vector<ir::Event> waiting{};
    bool closed = false;
    bool begun = false;       // content_block_start was written
    bool carried = false;     // the signature goes into a block before this one
    std::string signature{};  // the last one counts
  };

  void start(const ir::Started& event, std::string& out) {
    started_ = true;
    usage_ = event.usage;
    json::Writer json;
    json.begin_object();
    json.field("type", event::message_start);
    json.key("message");
    json.begin_object();
    json.field("id", message_id(event.id, context_));
    json.field("type", "message");
    json.field("role", "assistant");
    json.field("model", context_.model);
    json.key("content");
    json.raw("[]");
    json.field_null("stop_reason");
    json.field_null("stop_sequence");
    json.field_null("stop_details");
    write_first_usage(json);
    write_rest(json, event.extras, section::top);
    json.end_object();
    json.end_object();
    append_sse(out, event::message_start, json.text());
  }

  // Claude Code 2.1.79 refused a start whose usage was not complete (seen 2026-08). What is not known yet is an
  // estimate; message_delta corrects it.
  void write_first_usage(json::Writer& json) const {
    const auto read = usage_.cache_read.value_or(0);
    const auto written = usage_.cache_write.value_or(0);
    json.key("usage");
    json.begin_object();
    json.field("input_tokens", usage_.input ? uncached_input(usage_) : context_.estimated_input());
    json.field("cache_creation_input_tokens", written);
    json.field("cache_read_input_tokens", read);
    json.key("cache_creation");
    json.begin_object();
    json.field("ephemeral_5m_input_tokens", written);
    json.field("ephemeral_1h_input_tokens", 0);
    json.end_object();
    json.field("output_tokens", 1);
    json.field("service_tier", "standard");
    json.end_object();
  }

  void open(const ir::Opened& event, std::string& out) {
    Block block{.head = event.part, .showing = showing(event.part, context_.request, &losses_)};
    if (!is_home(block.head.extras)) {
      losses_.extras_go_home(block.head.extras, ir::Dialect::anthropic, "content");
      block.head.extras = {};
    }
    block.signature = shown_signature(event.part);
    block.carried = needs_carrier(event.part, context_.request);
    calls_ = calls_ || std::holds_alternative<ir::ToolCall>(event.part.body);
    if (std::holds_alternative<ir::Refusal>(event.part.body)) {
      refusal_ = true;
      losses_.approximated("content", "a refusal is shown as text");
    }
    blocks_.emplace(event.index, std::move(block));
    if (current_ < 0) become_current(event.index, out);
  }

  void become_current(int index, std::string& out) {
    current_ = index;
    auto& block = blocks_.at(index);
    // A tool's name is worth showing at once; text and thinking open with their first growth.
    const bool at_once =
        std::holds_alternative<ir::ToolCall>(block.head.body) || std::holds_alternative<ir::Opaque>(block.head.body);
    if (at_once && block.showing == Showing::whole) begin(block, out);
    for (const auto& event : std::exchange(block.waiting, {})) grow_current(block, event, out);
  }

  void grow(int index, const ir::Event& event, std::string& out) {
    const auto found = blocks_.find(index);
    if (found == blocks_.end()) return;
    if (index == current_)
      grow_current(found->second, event, out);
    else
      found->second.waiting.push_back(event);
  }

  void grow_current(Block& block, const ir::Event& event, std::string& out) {
    std::visit(Overloaded{
                   [](const ir::Started&) {},
                   [](const ir::Opened&) {},
                   [&](const ir::TextGrew& e) { grow_text(block, delta::text, "text", e.text, out); },
                   [&](const ir::RefusalGrew& e) { grow_text(block, delta::text, "text", e.text, out); },
                   [&](const ir::ThoughtGrew& e) { grow_text(block, delta::thinking, "thinking", e.text, out); },
                   [&](const ir::ArgumentsGrew& e) { grow_input(block, e.text, out); },
                   [&](const ir::Cited& e) { cite(block, e.citation, out); },
                   [](const ir::Scored&) {},
                   [&](const ir::Signed& e) {
                     block.head.signature = e.signature;
                     block.signature = shown_signature(block.head);
                     if (!std::holds_alternative<ir::Reasoning>(block.head.body))
                       losses_.harmless("content", "a signature that came after its part has no place");
                   },
                   [](const ir::Closed&) {},
                   [](const ir::Metered&) {},
                   [](const ir::Finished&) {},
                   [](const ir::Failed&) {},
               },
               event);
  }

  void grow_text(Block& block, std::string_view type, std::string_view key, std::string_view text, std::string& out) {
    bytes_ += text.size();
    if (text.empty() || block.showing != Showing::whole) return;
    begin(block, out);
    delta(type, [&](json::Writer& json) { json.field(key, text); }, out);
  }

  // Of a custom tool the text is no JSON: it is collected, and written as an object at the end.
  void grow_input(Block& block, const std::string& text, std::string& out) {
    auto& call = std::get<ir::ToolCall>(block.head.body);
    if (call.kind == ir::ToolCall::Kind::custom)
      call.arguments += text;
    else
      grow_text(block, delta::input, "partial_json", text, out);
  }

  void cite(Block& block, const ir::Citation& citation, std::string& out) {
    if (!is_own_citation(citation)) {
      losses_.approximated("content", "citations of another provider cannot be shown; their text is");
      return;
    }
    begin(block, out);
    delta(
        delta::citations,
        [&](json::Writer& json) {
          json.key("citation");
          write_citation(json, citation);
        },
        out);
  }

  template <class Members>
  void delta(std::string_view type, Members members, std::string& out) const {
    json::Writer json;
    json.begin_object();
    json.field("type", event::block_delta);
    json.field("index", wire_);
    json.key("delta");
    json.begin_object();
    json.field("type", type);
    members(json);
    json.end_object();
    json.end_object();
    append_sse(out, event::block_delta, one_line(json.text()));
  }

  void begin(Block& block, std::string& out) {
    if (std::exchange(block.begun, true)) return;
    const bool settled = settle(block.carried ? block.signature : "", out);
    if (block.carried && !settled) carry(block.signature, out);
    start_block([&](json::Writer& json) { write_head(json, block); }, out);
    // The API itself begins every input with an empty fragment.
    if (std::holds_alternative<ir::ToolCall>(block.head.body))
      delta(delta::input, [](json::Writer& inner) { inner.field("partial_json", ""); }, out);
  }

  template <class Head>
  void start_block(Head head, std::string& out) const {
    json::Writer json;
    json.begin_object();
    json.field("type", event::block_start);
    json.field("index", wire_);
    json.key("content_block");
    head(json);
    json.end_object();
    append_sse(out, event::block_start, one_line(json.text()));
  }

  void stop_block(std::string& out) {
    json::Writer json;
    json.begin_object();
    json.field("type", event::block_stop);
    json.field("index", wire_++);
    json.end_object();
    append_sse(out, event::block_stop, json.text());
  }

  // Ends the thinking block that still waits for its end, with the signature of the call behind it if there is one.
  bool settle(std::string_view signature, std::string& out) {
    if (!std::exchange(unsigned_open_, false)) return false;
    if (!signature.empty())
      delta(delta::signature, [&](json::Writer& json) { json.field("signature", signature); }, out);
    stop_block(out);
    return true;
  }

  // A thinking block of its own for the signature of the call that comes next.
  void carry(const std::string& signature, std::string& out) {
    start_block([](json::Writer& json) { write_carrier(json, ""); }, out);
    delta(delta::signature, [&](json::Writer& json) { json.field("signature", signature); }, out);
    stop_block(out);
  }

  static void write_head(json::Writer& json, const Block& block) {
    if (const auto* opaque = std::get_if<ir::Opaque>(&block.head.body)) {
      json.value(opaque->raw);
      return;
    }
    json.begin_object();
    if (const auto* call = std::get_if<ir::ToolCall>(&block.head.body)) {
      json.field("type", block::tool_use);
      json.field("id", legal_tool_id(call->id));
      json.field("name", call->name);
      json.key("input");
      json.raw("{}");
    } else if (const auto* reasoning = std::get_if<ir::Reasoning>(&block.head.body); reasoning == nullptr) {
      json.field("type", block::text);
      json.field("text", "");
    } else if (reasoning->redacted) {
      json.field("type", block::redacted);
      json.field("data", block.signature);
    } else {
      json.field("type", block::thinking);
      json.field("thinking", "");
      json.field("signature", "");
    }
    write_rest(json, block.head.extras, section::top);
    json.end_object();
  }

  void close(int index, std::string& out) {
    const auto found = blocks_.find(index);
    if (found == blocks_.end()) return;
    found->second.closed = true;
    if (index == current_) end_current(out);
  }

  // Ends the open block, and then writes what waited, as far as it is complete.
  void end_current(std::string& out) {
    while (current_ >= 0) {
      const auto found = blocks_.find(current_);
      end(found->second, out);
      blocks_.erase(found);
      current_ = -1;
      if (blocks_.empty()) return;
      become_current(blocks_.begin()->first, out);
      if (!blocks_.at(current_).closed) return;
    }
  }

  void end(Block& block, std::string& out) {
    const auto* reasoning = std::get_if<ir::Reasoning>(&block.head.body);
    const bool sign = reasoning != nullptr && !block.signature.empty() && block.showing != Showing::nothing;
    if (sign) begin(block, out);
    if (sign && !reasoning->redacted)
      delta(delta::signature, [&](json::Writer& json) { json.field("signature", block.signature); }, out);
    const auto* call = std::get_if<ir::ToolCall>(&block.head.body);
    if (call != nullptr && call->kind == ir::ToolCall::Kind::custom)
      grow_text(block, delta::input, "partial_json", object_arguments(*call).object, out);
    // Gemini signs the call behind a thought: the thought's block carries that, and ends when it is known.
    unsigned_open_ = block.begun && reasoning != nullptr && !sign;
    if (block.begun && !unsigned_open_) stop_block(out);
  }

  void finish(const ir::Finished& event, std::string& out) {
    while (current_ >= 0) {
      for (auto& [index, block] : blocks_) block.closed = true;
      end_current(out);
    }
    settle({}, out);
    json::Writer json;
    json.begin_object();
    json.field("type", event::message_delta);
    json.key("delta");
    json.begin_object();
    write_stop_words(json, stop_words(event.stop, calls_, refusal_));
    json.end_object();
    write_last_usage(json);
    json.end_object();
    append_sse(out, event::message_delta, json.text());
    append_sse(out, event::message_stop, R"({"type":"message_stop"})");
  }

  void write_last_usage(json::Writer& json) const {
    json.key("usage");
    json.begin_object();
    if (usage_.input) json.field("input_tokens", uncached_input(usage_));
    if (usage_.cache_write) json.field("cache_creation_input_tokens", *usage_.cache_write);
    if (usage_.cache_read) json.field("cache_read_input_tokens", *usage_.cache_read);
    json.field("output_tokens", usage_.output.value_or(estimated_output(bytes_)));
    if (usage_.reasoning) {
      json.key("output_tokens_details");
      json.begin_object();
      json.field("thinking_tokens", *usage_.reasoning);
      json.end_object();
    }
    json.end_object();
  }

  // What is kept verbatim may hold line ends between its tokens, which an SSE line must not. Inside strings JSON has
  // none.
  static std::string one_line(std::string text) {
    std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
  }

  ReplyContext context_;
  ir::Losses losses_{};
  ir::Usage usage_{};
  std::map<int, Block> blocks_{};  // open parts, and closed ones that wait
  int current_ = -1;               // the part whose block is open on the wire
  int wire_ = 0;                   // the index of that block
  std::size_t bytes_ = 0;
  bool started_ = false;
  bool unsigned_open_ = false;  // a thinking block is written but for its end
  bool calls_ = false;
  bool refusal_ = false;
};

}  // namespace

std::unique_ptr<EventWriter> make_writer(ReplyContext context) { return std::make_unique<Writer>(std::move(context)); }

}  // namespace agt::dialect::anthropic

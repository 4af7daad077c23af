#include <algorithm>

#include "core/overloaded.h"
#include "dialect/openai_chat/data_url.h"
#include "dialect/openai_chat/messages.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_chat/tools.h"

namespace agt::dialect::openai_chat {
namespace {

// Chat deltas may interleave freely, so nothing is buffered but the calls of custom tools, whose text may have to be
// unwrapped as a whole.
class ChatWriter final : public EventWriter {
 public:
  explicit ChatWriter(ReplyContext context)
      : context_(std::move(context)),
        usage_wanted_(context_.request != nullptr && context_.request->usage_in_stream),
        thoughts_wanted_(thoughts_wanted(context_)),
        legacy_(context_.request != nullptr && speaks_legacy(*context_.request)) {}

  void write(const ir::Event& event, std::string& out) override {
    if (over_) return;
    std::visit(Overloaded{
                   [&](const ir::Started& e) { start(e); },
                   [&](const ir::Opened& e) { open(e, out); },
                   [&](const ir::TextGrew& e) { grow_text(e, out); },
                   [&](const ir::RefusalGrew& e) { grow_refusal(e, out); },
                   [&](const ir::ThoughtGrew& e) {
                     if (thoughts_wanted_) delta(out, "reasoning_content", e.text);
                   },
                   [&](const ir::ArgumentsGrew& e) { grow_arguments(e, out); },
                   [&](const ir::Cited& e) { cite(e, out); },
                   [&](const ir::Scored& e) { score(e, out); },
                   [&](const ir::Signed& e) { sign(e, out); },
                   [&](const ir::Closed& e) { close(e.index, out); },
                   [&](const ir::Metered& e) { usage_.update(e.usage); },
                   [&](const ir::Finished& e) { finish(e, out); },
                   [&](const ir::Failed& e) { fail_with(e.error, out); },
               },
               event);
  }

  void keep_alive(std::string& out) override { out += ": keep-alive\n\n"; }
  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  [[nodiscard]] const ir::Losses& losses() const override { return losses_; }

 private:
  struct Slot {
    int part = 0;
    int tool = 0;         // its index on the wire
    ir::ToolCall call{};  // arguments: of a custom tool, collected
    std::string text{};   // of a text part, for the offsets of citations
    std::size_t characters_before = 0;
  };

  void start(const ir::Started& event) {
    id_ = reply_id(event.id, context_);
    usage_.update(event.usage);
    if (event.extras.origin == here) extras_ = event.extras.fields;
    losses_.extras_go_home(event.extras, here, "reply");
  }

  // One chunk with what `body` writes into its delta.
  template <class Body>
  void chunk(std::string& out, Body body, std::string_view finish = {},
             const std::vector<ir::TokenScore>& scores = {}) {
    json::Writer writer;
    begin_chunk(writer);
    writer.key("choices");
    writer.begin_array();
    writer.begin_object();
    writer.field("index", 0);
    writer.key("delta");
    writer.begin_object();
    body(writer);
    writer.end_object();
    write_logprobs(writer, scores);
    writer.key("finish_reason");
    finish.empty() ? writer.null() : writer.value(finish);
    writer.end_object();
    writer.end_array();
    if (usage_wanted_) writer.field_null("usage");
    writer.end_object();
    append_sse(out, "", std::move(writer).take());
  }

  void begin_chunk(json::Writer& writer) {
    writer.begin_object();
    writer.field("id", id_.empty() ? reply_id("", context_) : id_);
    writer.field("object", "chat.completion.chunk");
    writer.field("created", context_.created_s);
    writer.field("model", context_.model);
    writer.fields(extras_);
  }

  // The first chunk says the role. Its content is null before a tool call, as OpenAI's is.
  void say_role(std::string& out, bool content_null) {
    if (std::exchange(role_said_, true)) return;
    chunk(out, [&](json::Writer& writer) {
      writer.field("role", "assistant");
      writer.key("content");
      content_null ? writer.null() : writer.value("");
      writer.field_null("refusal");
    });
  }

  void delta(std::string& out, std::string_view key, const std::string& text) {
    say_role(out, false);
    chunk(out, [&](json::Writer& writer) { writer.field(key, text); });
  }

  void open(const ir::Opened& event, std::string& out) {
    if (!event.part.extras.empty()) losses_.extras_go_home(event.part.extras, here, "reply");
    std::visit(Overloaded{
                   [&](const ir::Text& text) {
                     slots_.push_back({.part = event.index, .characters_before = characters_});
                     if (!text.text.empty()) grow_text({.index = event.index, .text = text.text}, out);
                   },
                   [&](const ir::Refusal& refusal) {
                     if (!refusal.text.empty()) grow_refusal({.index = event.index, .text = refusal.text}, out);
                   },
                   [&](const ir::Reasoning& reasoning) {
                     if (thoughts_wanted_ && !reasoning.text.empty()) delta(out, "reasoning_content", reasoning.text);
                     if (reasoning.redacted) losses_.harmless("reply", std::string(lost::redacted));
                   },
                   [&](const ir::Media& media) { give_media(event.part, media, out); },
                   [&](const ir::ToolCall& call) { open_call(event, call, out); },
                   [&](const ir::ToolResult&) { losses_.dropped("reply", std::string(lost::result)); },
                   [&](const ir::Opaque&) { losses_.dropped("reply", std::string(lost::opaque)); },
               },
               event.part.body);
  }

  Slot* slot(int part) {
    const auto found = std::ranges::find(slots_, part, &Slot::part);
    return found == slots_.end() ? nullptr : &*found;
  }

  void grow_text(const ir::TextGrew& event, std::string& out) {
    if (auto* known = slot(event.index)) known->text += event.text;
    characters_ += characters(event.text);
    delta(out, "content", event.text);
  }

  void grow_refusal(const ir::RefusalGrew& event, std::string& out) {
    refused_ = true;
    delta(out, "refusal", event.text);
  }

  // Not OpenAI's field, but what clients of image models read (OpenRouter, LiteLLM, 2026).
  void give_media(const ir::Part& part, const ir::Media& media, std::string& out) {
    const auto* data = std::get_if<ir::InlineData>(&media.source);
    const auto* url = std::get_if<ir::UrlSource>(&media.source);
    if (media.kind != ir::MediaKind::image || (data == nullptr && url == nullptr))
      return losses_.dropped("reply", std::string(lost::media));
    say_role(out, false);
    chunk(out, [&](json::Writer& writer) {
      writer.key("images");
      writer.begin_array();
      write_image(writer, data != nullptr ? data_url(media, *data, part.extras, "data") : url->url);
      writer.end_array();
    });
  }

  static void write_image(json::Writer& writer, const std::string& url) {
    writer.begin_object();
    writer.field("type", "image_url");
    writer.key("image_url");
    writer.begin_object();
    writer.field("url", url);
    writer.end_object();
    writer.end_object();
  }

  void open_call(const ir::Opened& event, const ir::ToolCall& call, std::string& out) {
    if (legacy_ && tools_ > 0) return losses_.dropped("reply", std::string(lost::second_call));
    if (!call.name_space.empty()) losses_.approximated("reply", std::string(lost::name_space));
    say_role(out, true);
    slots_.push_back({.part = event.index, .tool = tools_++, .call = call});
    auto& known = slots_.back();
    if (call.kind == ir::ToolCall::Kind::custom && !legacy_) return;  // written whole by close()
    const auto first = std::exchange(known.call.arguments, {});
    chunk(out, [&](json::Writer& writer) {
      writer.key(legacy_ ? legacy_call : "tool_calls");
      if (!legacy_) begin_call(writer, known, true);
      writer.begin_object();
      writer.field("name", call.name);
      writer.field("arguments", first);
      writer.end_object();
      if (!legacy_) end_call(writer, event.part.signature);
    });
  }

  // Everything of a call delta up to the function object.
  static void begin_call(json::Writer& writer, const Slot& known, bool first) {
    writer.begin_array();
    writer.begin_object();
    writer.field("index", known.tool);
    if (first) writer.field("id", legal_tool_id(known.call.id));
    if (first) writer.field("type", "function");
    writer.key("function");
  }

  static void end_call(json::Writer& writer, const std::optional<ir::Signature>& signature) {
    if (signature && signature->signer == ir::Dialect::gemini)
      writer.field(extra_content, extra_content_with(signature->blob));
    writer.end_object();
    writer.end_array();
  }

  void grow_arguments(const ir::ArgumentsGrew& event, std::string& out) {
    auto* known = slot(event.index);
    if (known == nullptr) return;  // the loss was told when it opened
    if (known->call.kind == ir::ToolCall::Kind::custom && !legacy_) {
      known->call.arguments += event.text;
    } else {
      more_of_call(*known, event.text, {}, out);
    }
  }

  // The function object is written even where only a signature comes: the AI SDK refuses a call delta without it.
  void more_of_call(const Slot& known, const std::string& arguments, const std::optional<ir::Signature>& signature,
                    std::string& out) {
    chunk(out, [&](json::Writer& writer) {
      writer.key(legacy_ ? legacy_call : "tool_calls");
      if (!legacy_) begin_call(writer, known, false);
      writer.begin_object();
      writer.field("arguments", arguments);
      writer.end_object();
      if (!legacy_) end_call(writer, signature);
    });
  }

  void close(int part, std::string& out) {
    const auto* known = slot(part);
    if (known == nullptr || known->call.kind != ir::ToolCall::Kind::custom || legacy_) return;
    chunk(out, [&](json::Writer& writer) {
      writer.key("tool_calls");
      writer.begin_array();
      writer.begin_object();
      writer.field("index", known->tool);
      writer.field("id", legal_tool_id(known->call.id));
      writer.field("type", "custom");
      writer.key("custom");
      writer.begin_object();
      writer.field("name", known->call.name);
      writer.field("input", custom_text(known->call));
      writer.end_object();
      writer.end_object();
      writer.end_array();
    });
  }

  // A signature over a call travels in Google's own field; others have no place here and are kept by the gateway.
  void sign(const ir::Signed& event, std::string& out) {
    const auto* known = slot(event.index);
    const bool call = known != nullptr && !known->call.name.empty() && known->call.kind == ir::ToolCall::Kind::function;
    if (call && !legacy_ && event.signature.signer == ir::Dialect::gemini)
      return more_of_call(*known, "", event.signature, out);
    losses_.harmless("reply", std::string(lost::signature));
  }

  void score(const ir::Scored& event, std::string& out) {
    if (slot(event.index) == nullptr || event.tokens.empty()) return;
    say_role(out, false);
    chunk(out, [](json::Writer& writer) { writer.field("content", ""); }, {}, event.tokens);
  }

  void cite(const ir::Cited& event, std::string& out) {
    const auto* known = slot(event.index);
    if (known == nullptr) return;
    losses_.extras_go_home(event.citation.extras, here, "reply");
    say_role(out, false);
    chunk(out, [&](json::Writer& writer) {
      writer.key("annotations");
      writer.begin_array();
      write_citation(writer, event.citation, known->text, known->characters_before);
      writer.end_array();
    });
  }

  void finish(const ir::Finished& event, std::string& out) {
    over_ = true;
    if (event.stop.reason == ir::StopReason::paused) losses_.approximated("reply", std::string(lost::paused));
    say_role(out, false);
    const bool legacy = legacy_ && tools_ > 0;
    chunk(out, [](json::Writer&) {}, finish_word(event.stop.reason, refused_, legacy));
    if (usage_wanted_) write_usage_chunk(out);
    append_sse(out, "", done);
  }

  void write_usage_chunk(std::string& out) {
    json::Writer writer;
    begin_chunk(writer);
    writer.key("choices");
    writer.begin_array();
    writer.end_array();
    const bool known = write_usage(writer, "usage", usage_);
    writer.end_object();
    if (known) append_sse(out, "", std::move(writer).take());
  }

  // The SDK throws at the error; nothing follows it, no [DONE] and no finish reason.
  void fail_with(const Error& error, std::string& out) {
    over_ = true;
    append_sse(out, "", render_error(error, "").body);
  }

  ReplyContext context_{};
  bool usage_wanted_ = false;
  bool thoughts_wanted_ = true;
  bool legacy_ = false;
  std::string id_{};
  std::vector<json::RawField> extras_{};
  bool role_said_ = false;
  bool refused_ = false;
  bool over_ = false;
  int tools_ = 0;
  std::size_t characters_ = 0;
  std::vector<Slot> slots_{};
  ir::Usage usage_{};
  ir::Losses losses_{};
};

}  // namespace

std::unique_ptr<EventWriter> make_writer(ReplyContext context) {
  return std::make_unique<ChatWriter>(std::move(context));
}

}  // namespace agt::dialect::openai_chat

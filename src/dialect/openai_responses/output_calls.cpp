// Output items of reasoning and of tool calls.
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/output.h"
#include "dialect/openai_responses/reply.h"

namespace agt::dialect::openai_responses {
namespace {

bool is_custom(const ir::Part& part) {
  const auto* call = std::get_if<ir::ToolCall>(&part.body);
  return call != nullptr && call->kind == ir::ToolCall::Kind::custom;
}

}  // namespace

// ---- reasoning -----------------------------------------------------------------------------------------------------

// The API shows no reasoning unless a summary is asked for.
bool Output::thoughts_shown() const {
  if (context_.request == nullptr) return true;
  const auto display = context_.request->thinking.display;
  return context_.request->extras.origin == here ? display == ir::Thinking::Display::shown
                                                 : display != ir::Thinking::Display::hidden;
}

void Output::open_reasoning() {
  if (std::exchange(begun_, true)) return;
  open_item("rs_");
  event(event::item_added, [&](json::Writer& writer) {
    writer.field("output_index", done_.size());
    writer.key("item");
    writer.raw(reasoning_item(State::in_progress));
  });
}

void Output::grow_thought(const std::string& text) {
  if (text.empty() || !thoughts_shown()) return;
  open_reasoning();
  const auto section = [&](json::Writer& writer) {
    place(writer);
    writer.field("summary_index", 0);
  };
  if (text_.empty())
    event(event::summary_added, [&](json::Writer& writer) {
      section(writer);
      writer.key("part");
      writer.raw(R"({"type":"summary_text","text":""})");
    });
  text_ += text;
  event(event::summary_delta, [&](json::Writer& writer) {
    section(writer);
    writer.field("delta", text);
  });
}

// Only a redacted thought is sealed from the start; other signatures come at the end.
std::string Output::reasoning_item(State state) const {
  const auto* reasoning = std::get_if<ir::Reasoning>(&part_.body);
  const bool redacted = reasoning != nullptr && reasoning->redacted;
  json::Writer writer;
  writer.begin_object();
  writer.field("id", id_);
  writer.field("type", item::reasoning);
  writer.key("summary");
  writer.begin_array();
  if (state == State::done && reasoning != nullptr && !text_.empty()) {
    writer.begin_object();
    writer.field("type", part::summary_text);
    writer.field("text", text_);
    writer.end_object();
  }
  writer.end_array();
  if (part_.signature && (redacted || state == State::done)) writer.field(sealed, sealed_text(part_));
  writer.end_object();
  return std::move(writer).take();
}

// Without a text to show, an item is written only for what the client must give back: a signature, or a server's id.
void Output::end_reasoning() {
  const bool given_back = part_.signature || spelling(part_.extras, here, "id") != nullptr;
  if (!begun_ && !given_back) return;
  open_reasoning();
  if (!text_.empty()) {
    event(event::summary_text_done, [&](json::Writer& writer) {
      place(writer);
      writer.field("summary_index", 0);
      writer.field("text", text_);
    });
    event(event::summary_done, [&](json::Writer& writer) {
      place(writer);
      writer.field("summary_index", 0);
      writer.key("part");
      writer.begin_object();
      writer.field("type", part::summary_text);
      writer.field("text", text_);
      writer.end_object();
    });
  }
  auto item = reasoning_item(State::done);
  event(event::item_done, [&](json::Writer& writer) {
    writer.field("output_index", done_.size());
    writer.key("item");
    writer.raw(item);
  });
  done_.push_back(std::move(item));
}

// A signature over a call has no field here: it goes before the call, as reasoning without words, and comes back so.
void Output::seal(const ir::Signature& signature) {
  part_.signature = signature;
  if (std::holds_alternative<ir::Reasoning>(part_.body)) return;
  const bool before_call = std::holds_alternative<ir::ToolCall>(part_.body) && !begun_;
  if (!before_call) losses_.harmless("output", "a signature has no place here");
}

// ---- calls ---------------------------------------------------------------------------------------------------------

// A call waits for a second growth: Gemini gives its arguments in one piece and then signs them. The text of a custom
// tool waits for its end, because it may have to be unwrapped as a whole.
void Output::grow_call(const std::string& text) {
  text_ += text;
  if (is_custom(part_) || ++growths_ < 2) return;
  if (begun_) return say_arguments(text);
  open_call();
  say_arguments(text_);
}

std::string Output::call_item(State state, std::string_view payload) const {
  const auto& call = std::get<ir::ToolCall>(part_.body);
  json::Writer writer;
  writer.begin_object();
  writer.field("id", id_);
  writer.field("type", is_custom(part_) ? item::custom_call : item::function_call);
  // Arguments that the limit has cut are no JSON: the call must not look like one that can be made.
  const bool cut = state == State::done && !is_custom(part_) && !json::Document::parse(payload);
  writer.field("status", cut ? "incomplete" : state == State::done ? "completed" : "in_progress");
  writer.field("call_id", legal_tool_id(call.id));
  writer.field("name", call.name);
  if (!call.name_space.empty()) writer.field("namespace", call.name_space);
  writer.field(is_custom(part_) ? "input" : "arguments", payload);
  writer.end_object();
  return std::move(writer).take();
}

void Output::open_call() {
  if (begun_) return;
  if (part_.signature) {
    ir::Part thought{.signature = part_.signature};
    thought.body = ir::Reasoning{};
    auto call = std::exchange(part_, std::move(thought));
    auto text = std::exchange(text_, {});
    end_reasoning();
    part_ = std::move(call);
    text_ = std::move(text);
  }
  begun_ = true;
  open_item(is_custom(part_) ? "ctc_" : "fc_");
  event(event::item_added, [&](json::Writer& writer) {
    writer.field("output_index", done_.size());
    writer.key("item");
    writer.raw(call_item(State::in_progress, {}));
  });
}

void Output::say_arguments(std::string_view text) {
  event(is_custom(part_) ? event::input_delta : event::arguments_delta, [&](json::Writer& writer) {
    place(writer);
    writer.field("delta", text);
  });
}

void Output::end_call() {
  const bool custom = is_custom(part_);
  if (custom) {
    auto& call = std::get<ir::ToolCall>(part_.body);
    call.arguments = std::move(text_);
    text_ = custom_text(call);
  }
  if (!custom && text_.empty()) text_ = "{}";  // clients parse it
  if (!begun_) {
    open_call();
    if (!text_.empty()) say_arguments(text_);
  }
  event(custom ? event::input_done : event::arguments_done, [&](json::Writer& writer) {
    place(writer);
    if (!custom) writer.field("name", std::get<ir::ToolCall>(part_.body).name);
    writer.field(custom ? "input" : "arguments", text_);
  });
  auto item = call_item(State::done, text_);
  event(event::item_done, [&](json::Writer& writer) {
    writer.field("output_index", done_.size());
    writer.key("item");
    writer.raw(item);
  });
  done_.push_back(std::move(item));
}

}  // namespace agt::dialect::openai_responses

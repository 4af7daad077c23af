// OpenAI Responses, as they answer: the items, the response object with every key, and the full order of events.
#include <fmt/format.h>

#include <utility>

#include "json/writer.h"
#include "sim/replies.h"

namespace agt::sim {
namespace {

constexpr std::string_view refusal_text = "I'm sorry, but I cannot assist with that request.";

enum class State : std::uint8_t { in_progress, done };

std::string_view status_of(const Answer& answer) {
  if (!answer.stop_word.empty()) return answer.stop_word;
  return answer.stop == Stop::length ? "incomplete" : "completed";
}

// What the request said, or what the API would have assumed: strict clients want the key with a value of its type.
void echo(json::Writer& w, json::Value body, std::string_view name, std::string_view otherwise) {
  w.key(name);
  w.raw(body[name].present() ? body[name].raw() : otherwise);
}

void write_usage(json::Writer& w, const Usage& usage) {
  w.begin_object();
  w.field("input_tokens", usage.input);
  w.key("input_tokens_details");
  w.begin_object();
  w.field("cached_tokens", usage.cached);
  w.field("cache_write_tokens", usage.cache_write);
  w.end_object();
  w.field("output_tokens", usage.output);
  w.key("output_tokens_details");
  w.begin_object();
  w.field("reasoning_tokens", usage.reasoning);
  w.end_object();
  w.field("total_tokens", usage.input + usage.output);
  w.end_object();
}

struct Item {
  std::string id{};
  std::string added{};  // JSON of the item when it appears
  std::string done{};   // … and when it is finished
};

std::string text_part(std::string_view text) {
  return fmt::format("{{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":{}}}", json::quoted(text));
}
std::string refusal_part(std::string_view text) {
  return fmt::format("{{\"type\":\"refusal\",\"refusal\":{}}}", json::quoted(text));
}
std::string summary_part(std::string_view text) {
  return fmt::format("{{\"type\":\"summary_text\",\"text\":{}}}", json::quoted(text));
}

Item reasoning_item(const std::string& thinking, Making making) {
  Item item{.id = making.ids.mint("rs_", 48)};
  const auto sealed = making.signer.issue(SignatureKind::responses, making.ids.mint(""));
  item.added =
      fmt::format(R"({{"id":"{}","type":"reasoning","summary":[],"encrypted_content":"{}"}})", item.id, sealed);
  item.done = fmt::format(R"({{"id":"{}","type":"reasoning","summary":[{}],"encrypted_content":"{}"}})", item.id,
                          summary_part(thinking), sealed);
  return item;
}

Item message_item(const Answer& answer, Making making) {
  Item item{.id = making.ids.mint("msg_", 48)};
  const auto part = answer.stop == Stop::refusal ? refusal_part(refusal_text) : text_part(answer.text);
  constexpr std::string_view shape =
      R"({{"id":"{}","type":"message","status":"{}","role":"assistant","content":[{}]}})";
  item.added = fmt::format(shape, item.id, "in_progress", "");
  item.done = fmt::format(shape, item.id, answer.stop == Stop::length ? "incomplete" : "completed", part);
  return item;
}

Item call_item(const ToolCall& call, Making making) {
  Item item{.id = making.ids.mint(call.custom ? "ctc_" : "fc_", 48)};
  const auto call_id = making.ids.mint("call_");
  const auto write = [&](std::string_view status, std::string_view payload) {
    json::Writer w;
    w.begin_object();
    w.field("id", item.id);
    w.field("type", call.custom ? "custom_tool_call" : "function_call");
    w.field("status", status);
    w.field("call_id", call_id);
    w.field("name", call.name);
    if (!call.name_space.empty()) w.field("namespace", call.name_space);
    w.field(call.custom ? "input" : "arguments", payload);
    w.end_object();
    return std::move(w).take();
  };
  item.added = write("in_progress", "");
  item.done = write("completed", call.arguments);
  return item;
}

class Responder {
 public:
  Responder(const Turn& turn, const Answer& answer, Making making) : turn_(turn), answer_(answer), making_(making) {
    id_ = making.ids.mint("resp_", 48);
    if (answer.thinking) items_.push_back(reasoning_item(*answer.thinking, making));
    if (!answer.text.empty() || answer.stop == Stop::refusal) items_.push_back(message_item(answer, making));
    for (const auto& call : answer.calls) items_.push_back(call_item(call, making));
  }

  [[nodiscard]] std::string response(State state) const;
  [[nodiscard]] Frames stream();

 private:
  void event(std::string_view name, std::string_view rest, FrameKind kind);
  void stream_reasoning(std::size_t index);
  void stream_message(std::size_t index);
  void stream_call(std::size_t index, const ToolCall& call);
  [[nodiscard]] std::string place(std::size_t index, std::string_view part_index) const {
    return fmt::format(R"(,"item_id":"{}","output_index":{},"{}":0)", items_[index].id, index, part_index);
  }

  const Turn& turn_;
  const Answer& answer_;
  Making making_;
  std::string id_{};
  std::vector<Item> items_{};
  Frames frames_{};
  int sequence_ = 0;
};

std::string Responder::response(State state) const {
  const bool done = state == State::done;
  const auto body = turn_.body;
  json::Writer w;
  w.begin_object();
  w.field("id", id_);
  w.field("object", "response");
  w.field("created_at", making_.now_s);
  w.field("status", done ? status_of(answer_) : "in_progress");
  w.key("completed_at");
  w.raw(done && status_of(answer_) == "completed" ? std::string(fmt::format_int(making_.now_s).c_str()) : "null");
  w.field_null("error");
  w.key("incomplete_details");
  w.raw(done && answer_.stop == Stop::length ? R"({"reason":"max_output_tokens"})" : "null");
  echo(w, body, "instructions", "null");
  echo(w, body, "max_output_tokens", "null");
  echo(w, body, "max_tool_calls", "null");
  w.field("model", turn_.model);
  w.key("output");
  w.begin_array();
  if (done)
    for (const auto& item : items_) w.raw(item.done);
  w.end_array();
  echo(w, body, "parallel_tool_calls", "true");
  w.field_null("previous_response_id");
  echo(w, body, "prompt_cache_key", "null");
  echo(w, body, "reasoning", R"({"effort":null,"summary":null})");
  echo(w, body, "safety_identifier", "null");
  w.field("service_tier", "default");
  echo(w, body, "store", "true");
  echo(w, body, "temperature", "1");
  echo(w, body, "text", R"({"format":{"type":"text"},"verbosity":"medium"})");
  echo(w, body, "tool_choice", R"("auto")");
  echo(w, body, "tools", "[]");
  echo(w, body, "top_logprobs", "0");
  echo(w, body, "top_p", "1");
  echo(w, body, "truncation", R"("disabled")");
  w.field("presence_penalty", 0);
  w.field("frequency_penalty", 0);
  w.field("background", false);
  w.key("usage");
  if (done)
    write_usage(w, answer_.usage);
  else
    w.null();
  echo(w, body, "user", "null");
  echo(w, body, "metadata", "{}");
  w.end_object();
  return std::move(w).take();
}

void Responder::event(std::string_view name, std::string_view rest, FrameKind kind) {
  auto& out = frames_.bytes;
  out += "event: ";
  out += name;
  out += "\ndata: {\"type\":\"";
  out += name;
  out += "\",\"sequence_number\":";
  out += fmt::format_int(sequence_++).c_str();
  out += rest;
  out += "}\n\n";
  frames_.close(kind);
}

void Responder::stream_reasoning(std::size_t index) {
  const auto at = place(index, "summary_index");
  const auto& text = *answer_.thinking;
  event("response.reasoning_summary_part.added", at + ",\"part\":" + summary_part(""), FrameKind::start);
  std::size_t begin = 0;
  for (const auto end : word_cuts(text)) {
    event("response.reasoning_summary_text.delta", at + ",\"delta\":" + json::quoted(text.substr(begin, end - begin)),
          FrameKind::delta);
    begin = end;
  }
  event("response.reasoning_summary_text.done", at + ",\"text\":" + json::quoted(text), FrameKind::delta);
  event("response.reasoning_summary_part.done", at + ",\"part\":" + summary_part(text), FrameKind::delta);
}

void Responder::stream_message(std::size_t index) {
  const auto at = place(index, "content_index");
  if (answer_.stop == Stop::refusal) {
    event("response.content_part.added", at + ",\"part\":" + refusal_part(""), FrameKind::start);
    event("response.refusal.delta", at + ",\"delta\":" + json::quoted(refusal_text), FrameKind::delta);
    event("response.refusal.done", at + ",\"refusal\":" + json::quoted(refusal_text), FrameKind::delta);
    event("response.content_part.done", at + ",\"part\":" + refusal_part(refusal_text), FrameKind::delta);
    return;
  }
  event("response.content_part.added", at + ",\"part\":" + text_part(""), FrameKind::start);
  std::string rest;
  for (std::size_t i = 0; i < answer_.cuts.size(); ++i) {
    rest = at;
    rest += ",\"delta\":";
    json::append_quoted(rest, answer_.chunk(i));
    rest += ",\"logprobs\":[]";
    event("response.output_text.delta", rest, FrameKind::delta);
  }
  event("response.output_text.done", at + ",\"text\":" + json::quoted(answer_.text) + ",\"logprobs\":[]",
        FrameKind::delta);
  event("response.content_part.done", at + ",\"part\":" + text_part(answer_.text), FrameKind::delta);
}

void Responder::stream_call(std::size_t index, const ToolCall& call) {
  const auto at = fmt::format(R"(,"item_id":"{}","output_index":{})", items_[index].id, index);
  const std::string_view family = call.custom ? "response.custom_tool_call_input" : "response.function_call_arguments";
  for (const auto piece : argument_pieces(call.arguments))
    event(fmt::format("{}.delta", family), at + ",\"delta\":" + json::quoted(piece), FrameKind::delta);
  const auto name = call.custom ? std::string() : fmt::format(",\"name\":{}", json::quoted(call.name));
  event(fmt::format("{}.done", family),
        fmt::format("{}{},\"{}\":{}", at, name, call.custom ? "input" : "arguments", json::quoted(call.arguments)),
        FrameKind::delta);
}

Frames Responder::stream() {
  frames_.bytes.reserve((answer_.cuts.size() + 12) * 260);
  const auto starting = ",\"response\":" + response(State::in_progress);
  event("response.created", starting, FrameKind::start);
  event("response.in_progress", starting, FrameKind::start);
  const std::size_t thinking = answer_.thinking ? 1 : 0;
  const std::size_t first_call = items_.size() - answer_.calls.size();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    event("response.output_item.added", fmt::format(",\"output_index\":{},\"item\":{}", i, items_[i].added),
          FrameKind::start);
    if (i < thinking)
      stream_reasoning(i);
    else if (i < first_call)
      stream_message(i);
    else
      stream_call(i, answer_.calls[i - first_call]);
    event("response.output_item.done", fmt::format(",\"output_index\":{},\"item\":{}", i, items_[i].done),
          FrameKind::delta);
  }
  event(fmt::format("response.{}", status_of(answer_)), ",\"response\":" + response(State::done), FrameKind::finish);
  return std::move(frames_);
}

}  // namespace

std::string responses_whole(const Turn& turn, const Answer& answer, Making making) {
  return Responder(turn, answer, making).response(State::done);
}

Frames responses_stream(const Turn& turn, const Answer& answer, Making making) {
  return Responder(turn, answer, making).stream();
}

}  // namespace agt::sim

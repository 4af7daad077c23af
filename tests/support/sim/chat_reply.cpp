// OpenAI Chat Completions and legacy Completions, as they answer.
#include <fmt/format.h>

#include <utility>

#include "json/writer.h"
#include "sim/replies.h"

namespace agt::sim {
namespace {

constexpr std::string_view refusal_text = "I'm sorry, but I cannot assist with that request.";
constexpr std::string_view fingerprint = "fp_simulated00";

std::string_view finish_reason(const Answer& answer) {
  if (!answer.stop_word.empty()) return answer.stop_word;
  switch (answer.stop) {
    case Stop::end:
    case Stop::stop_sequence: return "stop";
    case Stop::tools: return "tool_calls";
    case Stop::length: return "length";
    case Stop::refusal: return "content_filter";
  }
  std::unreachable();
}

void write_usage(json::Writer& w, const Usage& usage) {
  w.begin_object();
  w.field("prompt_tokens", usage.input);
  w.field("completion_tokens", usage.output);
  w.field("total_tokens", usage.input + usage.output);
  w.key("prompt_tokens_details");
  w.begin_object();
  w.field("cached_tokens", usage.cached);
  if (usage.cache_write > 0) w.field("cache_write_tokens", usage.cache_write);
  w.field("audio_tokens", 0);
  w.end_object();
  w.key("completion_tokens_details");
  w.begin_object();
  w.field("reasoning_tokens", usage.reasoning);
  w.field("audio_tokens", 0);
  w.field("accepted_prediction_tokens", 0);
  w.field("rejected_prediction_tokens", 0);
  w.end_object();
  w.end_object();
}

void write_call(json::Writer& w, const ToolCall& call, std::string_view id) {
  w.begin_object();
  w.field("id", id);
  w.field("type", call.custom ? "custom" : "function");
  w.key(call.custom ? "custom" : "function");
  w.begin_object();
  w.field("name", call.name);
  w.field(call.custom ? "input" : "arguments", call.arguments);
  w.end_object();
  w.end_object();
}

void write_message(json::Writer& w, const Answer& answer, Minter& ids) {
  w.begin_object();
  w.field("role", "assistant");
  const bool refused = answer.stop == Stop::refusal;
  w.key("content");
  if (refused || (answer.text.empty() && !answer.calls.empty()))
    w.null();
  else
    w.value(answer.text);
  // Not OpenAI's: the field that DeepSeek and its followers made common.
  if (answer.thinking) w.field("reasoning_content", *answer.thinking);
  if (!answer.calls.empty()) {
    w.key("tool_calls");
    w.begin_array();
    for (const auto& call : answer.calls) write_call(w, call, ids.mint("call_"));
    w.end_array();
  }
  w.key("refusal");
  if (refused)
    w.value(refusal_text);
  else
    w.null();
  w.key("annotations");
  w.begin_array();
  w.end_array();
  w.end_object();
}

// Chunks share their head; only the choices differ. Building them as text keeps a 200-chunk stream cheap.
class Chunks {
 public:
  Chunks(const Turn& turn, Making making) {
    json::Writer w;
    w.begin_object();
    w.field("id", making.ids.mint("chatcmpl-"));
    w.field("object", "chat.completion.chunk");
    w.field("created", making.now_s);
    w.field("model", turn.model);
    w.field("service_tier", "default");
    w.field("system_fingerprint", fingerprint);
    w.end_object();
    head_ = "data: " + std::move(w).take();
    head_.pop_back();
    head_ += ",\"choices\":[";
    tail_ = turn.usage_wanted ? "],\"usage\":null}\n\n" : "]}\n\n";
  }

  // `delta` is the JSON text of the delta.
  void add(Frames& frames, std::size_t choice, std::string_view delta, std::string_view finish, FrameKind kind) const {
    auto& out = frames.bytes;
    out += head_;
    out += "{\"index\":";
    out += fmt::format_int(choice).c_str();
    out += ",\"delta\":";
    out += delta;
    out += ",\"logprobs\":null,\"finish_reason\":";
    if (finish.empty())
      out += "null";
    else
      json::append_quoted(out, finish);
    out += "}";
    out += tail_;
    frames.close(kind);
  }
  void add_usage(Frames& frames, const Usage& usage) const {
    json::Writer w;
    write_usage(w, usage);
    frames.bytes += head_ + "],\"usage\":" + std::move(w).take() + "}\n\n";
    frames.close(FrameKind::finish);
  }

 private:
  std::string head_{};
  std::string tail_{};
};

void stream_calls(Frames& frames, const Chunks& chunks, std::size_t choice, const Answer& answer, Minter& ids) {
  for (std::size_t i = 0; i < answer.calls.size(); ++i) {
    const auto& call = answer.calls[i];
    const std::string_view kind = call.custom ? "custom" : "function";
    const std::string_view payload = call.custom ? "input" : "arguments";
    chunks.add(frames, choice,
               fmt::format("{{\"tool_calls\":[{{\"index\":{},\"id\":\"{}\",\"type\":\"{}\",\"{}\":{{\"name\":{},\"{}\":"
                           "\"\"}}}}]}}",
                           i, ids.mint("call_"), kind, kind, json::quoted(call.name), payload),
               {}, FrameKind::delta);
    for (const auto piece : argument_pieces(call.arguments))
      chunks.add(frames, choice,
                 fmt::format("{{\"tool_calls\":[{{\"index\":{},\"{}\":{{\"{}\":{}}}}}]}}", i, kind, payload,
                             json::quoted(piece)),
                 {}, FrameKind::delta);
  }
}

void stream_choice(Frames& frames, const Chunks& chunks, std::size_t choice, const Answer& answer, Minter& ids) {
  chunks.add(frames, choice, R"({"role":"assistant","content":"","refusal":null})", {}, FrameKind::start);
  std::string delta;
  if (answer.thinking) {
    std::size_t begin = 0;
    for (const auto end : word_cuts(*answer.thinking)) {
      delta = "{\"reasoning_content\":";
      json::append_quoted(delta, std::string_view(*answer.thinking).substr(begin, end - begin));
      delta += "}";
      chunks.add(frames, choice, delta, {}, FrameKind::delta);
      begin = end;
    }
  }
  if (answer.stop == Stop::refusal)
    chunks.add(frames, choice, fmt::format("{{\"refusal\":{}}}", json::quoted(refusal_text)), {}, FrameKind::delta);
  else
    for (std::size_t i = 0; i < answer.cuts.size(); ++i) {
      delta = "{\"content\":";
      json::append_quoted(delta, answer.chunk(i));
      delta += "}";
      chunks.add(frames, choice, delta, {}, FrameKind::delta);
    }
  stream_calls(frames, chunks, choice, answer, ids);
  chunks.add(frames, choice, "{}", finish_reason(answer), FrameKind::finish);
}

Usage summed(const std::vector<Answer>& answers) {
  Usage sum;
  for (const auto& answer : answers) {
    sum.input = answer.usage.input;
    sum.output += answer.usage.output;
  }
  return sum;
}

}  // namespace

std::string chat_whole(const Turn& turn, const Answer& answer, Making making) {
  json::Writer w;
  w.begin_object();
  w.field("id", making.ids.mint("chatcmpl-"));
  w.field("object", "chat.completion");
  w.field("created", making.now_s);
  w.field("model", turn.model);
  w.key("choices");
  w.begin_array();
  for (std::size_t choice = 0; choice < turn.choices; ++choice) {
    w.begin_object();
    w.field("index", choice);
    w.key("message");
    write_message(w, answer, making.ids);
    w.field_null("logprobs");
    w.field("finish_reason", finish_reason(answer));
    w.end_object();
  }
  w.end_array();
  w.key("usage");
  write_usage(w, answer.usage);
  w.field("service_tier", "default");
  w.field("system_fingerprint", fingerprint);
  w.end_object();
  return std::move(w).take();
}

Frames chat_stream(const Turn& turn, const Answer& answer, Making making) {
  Frames frames;
  frames.bytes.reserve((answer.cuts.size() + 8) * 280);
  const Chunks chunks(turn, making);
  for (std::size_t choice = 0; choice < turn.choices; ++choice)
    stream_choice(frames, chunks, choice, answer, making.ids);
  if (turn.usage_wanted) chunks.add_usage(frames, answer.usage);
  frames.bytes += "data: [DONE]\n\n";
  frames.close(FrameKind::done);
  return frames;
}

std::string completions_whole(const Turn& turn, const std::vector<Answer>& answers, Making making) {
  json::Writer w;
  w.begin_object();
  w.field("id", making.ids.mint("cmpl-"));
  w.field("object", "text_completion");
  w.field("created", making.now_s);
  w.field("model", turn.model);
  w.key("choices");
  w.begin_array();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    w.begin_object();
    w.field("text", answers[i].text);
    w.field("index", i);
    w.field_null("logprobs");
    w.field("finish_reason", finish_reason(answers[i]));
    w.end_object();
  }
  w.end_array();
  w.key("usage");
  write_usage(w, summed(answers));
  w.field("system_fingerprint", fingerprint);
  w.end_object();
  return std::move(w).take();
}

Frames completions_stream(const Turn& turn, const std::vector<Answer>& answers, Making making) {
  Frames frames;
  const auto head = fmt::format(
      "data: {{\"id\":\"{}\",\"object\":\"text_completion\",\"created\":{},\"model\":{},"
      "\"system_fingerprint\":\"{}\",\"choices\":[",
      making.ids.mint("cmpl-"), making.now_s, json::quoted(turn.model), fingerprint);
  const std::string_view tail = turn.usage_wanted ? "],\"usage\":null}\n\n" : "]}\n\n";
  const auto add = [&](std::string_view piece, std::size_t index, std::string_view finish, FrameKind kind) {
    frames.bytes += fmt::format("{}{{\"text\":{},\"index\":{},\"logprobs\":null,\"finish_reason\":{}}}{}", head,
                                json::quoted(piece), index, finish.empty() ? "null" : json::quoted(finish), tail);
    frames.close(kind);
  };
  for (std::size_t index = 0; index < answers.size(); ++index) {
    for (std::size_t i = 0; i < answers[index].cuts.size(); ++i)
      add(answers[index].chunk(i), index, {}, FrameKind::delta);
    add("", index, finish_reason(answers[index]), FrameKind::finish);
  }
  if (turn.usage_wanted) {
    json::Writer w;
    write_usage(w, summed(answers));
    frames.bytes += head + "],\"usage\":" + std::move(w).take() + "}\n\n";
    frames.close(FrameKind::finish);
  }
  frames.bytes += "data: [DONE]\n\n";
  frames.close(FrameKind::done);
  return frames;
}

}  // namespace agt::sim

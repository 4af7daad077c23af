// Anthropic Messages, as they answer.
#include <fmt/format.h>

#include <utility>

#include "json/writer.h"
#include "sim/replies.h"

namespace agt::sim {
namespace {

std::string_view stop_reason(const Answer& answer) {
  if (!answer.stop_word.empty()) return answer.stop_word;
  switch (answer.stop) {
    case Stop::end: return "end_turn";
    case Stop::tools: return "tool_use";
    case Stop::length: return "max_tokens";
    case Stop::refusal: return "refusal";
    case Stop::stop_sequence: return "stop_sequence";
  }
  std::unreachable();
}

// input_tokens leaves both cache counters out: Anthropic counts them apart.
std::string usage_json(const Usage& usage, std::int64_t output) {
  return fmt::format(
      "{{\"input_tokens\":{},\"cache_creation_input_tokens\":{},\"cache_read_input_tokens\":{},\"cache_creation\":"
      "{{\"ephemeral_5m_input_tokens\":{},\"ephemeral_1h_input_tokens\":0}},\"output_tokens\":{},"
      "\"output_tokens_details\":{{\"thinking_tokens\":{}}},\"server_tool_use\":null,\"service_tier\":\"standard\","
      "\"speed\":\"standard\",\"inference_geo\":\"not_available\"}}",
      usage.input - usage.cached - usage.cache_write, usage.cache_write, usage.cached, usage.cache_write, output,
      output == usage.output ? usage.reasoning : 0);
}

void write_stop(json::Writer& w, const Answer& answer) {
  w.field("stop_reason", stop_reason(answer));
  w.key("stop_sequence");
  if (answer.stop == Stop::stop_sequence)
    w.value(answer.stop_sequence);
  else
    w.null();
  w.key("stop_details");
  if (answer.stop == Stop::refusal)
    w.raw(R"({"type":"refusal","category":null,"explanation":"The request was declined by the simulator."})");
  else
    w.null();
  w.field_null("container");
}

void begin_message(json::Writer& w, const Turn& turn, Minter& ids) {
  w.begin_object();
  w.field("id", ids.mint("msg_01", 22));
  w.field("type", "message");
  w.field("role", "assistant");
  w.field("model", turn.model);
}

class Events {
 public:
  explicit Events(Frames& frames) : frames_(frames) {}

  void add(std::string_view name, std::string_view rest, FrameKind kind) {
    frames_.bytes += fmt::format("event: {0}\ndata: {{\"type\":\"{0}\"{1}}}\n\n", name, rest);
    frames_.close(kind);
  }
  void start(std::string_view block) {
    add("content_block_start", fmt::format(",\"index\":{},\"content_block\":{}", index_, block), FrameKind::start);
  }
  void delta(std::string_view type, std::string_view member, std::string_view value) {
    auto& out = frames_.bytes;
    out += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":";
    out += fmt::format_int(index_).c_str();
    out += ",\"delta\":{\"type\":\"";
    out += type;
    out += "\",\"";
    out += member;
    out += "\":";
    json::append_quoted(out, value);
    out += "}}\n\n";
    frames_.close(FrameKind::delta);
  }
  void stop() {
    add("content_block_stop", fmt::format(",\"index\":{}", index_), FrameKind::delta);
    ++index_;
  }

 private:
  Frames& frames_;
  int index_ = 0;
};

void stream_thinking(Events& events, const std::string& thinking, Making making) {
  events.start(R"({"type":"thinking","thinking":"","signature":""})");
  std::size_t begin = 0;
  for (const auto end : word_cuts(thinking)) {
    events.delta("thinking_delta", "thinking", std::string_view(thinking).substr(begin, end - begin));
    begin = end;
  }
  events.delta("signature_delta", "signature", making.signer.issue(SignatureKind::anthropic, making.ids.mint("")));
  events.stop();
}

}  // namespace

std::string anthropic_whole(const Turn& turn, const Answer& answer, Making making) {
  json::Writer w;
  begin_message(w, turn, making.ids);
  w.key("content");
  w.begin_array();
  if (answer.thinking) {
    w.begin_object();
    w.field("type", "thinking");
    w.field("thinking", *answer.thinking);
    w.field("signature", making.signer.issue(SignatureKind::anthropic, making.ids.mint("")));
    w.end_object();
  }
  if (!answer.text.empty() && answer.stop != Stop::refusal) {
    w.begin_object();
    w.field("type", "text");
    w.field("text", answer.text);
    w.field_null("citations");
    w.end_object();
  }
  for (const auto& call : answer.calls) {
    w.begin_object();
    w.field("type", "tool_use");
    w.field("id", making.ids.mint("toolu_01", 22));
    w.field("name", call.name);
    w.key("input");
    w.raw(call.arguments);
    w.end_object();
  }
  w.end_array();
  write_stop(w, answer);
  w.key("usage");
  w.raw(usage_json(answer.usage, answer.usage.output));
  w.end_object();
  return std::move(w).take();
}

Frames anthropic_stream(const Turn& turn, const Answer& answer, Making making) {
  Frames frames;
  frames.bytes.reserve((answer.cuts.size() + 12) * 150);
  Events events(frames);
  json::Writer message;
  begin_message(message, turn, making.ids);
  message.key("content");
  message.raw("[]");
  for (const std::string_view name : {"stop_reason", "stop_sequence", "stop_details", "container"})
    message.field_null(name);
  message.key("usage");
  message.raw(usage_json(answer.usage, 1));
  message.end_object();
  events.add("message_start", ",\"message\":" + std::move(message).take(), FrameKind::start);
  if (answer.thinking) stream_thinking(events, *answer.thinking, making);
  if (!answer.text.empty() && answer.stop != Stop::refusal) {
    events.start(R"({"type":"text","text":""})");
    events.add("ping", "", FrameKind::start);
    for (std::size_t i = 0; i < answer.cuts.size(); ++i) events.delta("text_delta", "text", answer.chunk(i));
    events.stop();
  }
  for (const auto& call : answer.calls) {
    events.start(fmt::format("{{\"type\":\"tool_use\",\"id\":\"{}\",\"name\":{},\"input\":{{}}}}",
                             making.ids.mint("toolu_01", 22), json::quoted(call.name)));
    events.delta("input_json_delta", "partial_json", "");
    for (const auto piece : argument_pieces(call.arguments)) events.delta("input_json_delta", "partial_json", piece);
    events.stop();
  }
  json::Writer stop;
  stop.begin_object();
  write_stop(stop, answer);
  stop.end_object();
  events.add(
      "message_delta",
      fmt::format(",\"delta\":{},\"usage\":{}", std::move(stop).take(), usage_json(answer.usage, answer.usage.output)),
      FrameKind::finish);
  events.add("message_stop", "", FrameKind::done);
  return frames;
}

}  // namespace agt::sim

// Google's generateContent, as it answers; with the Code Assist envelope when the request came in one.
#include <fmt/format.h>

#include <utility>

#include "json/writer.h"
#include "sim/replies.h"

namespace agt::sim {
namespace {

constexpr std::string_view ratings =
    R"([{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","probability":"HIGH","blocked":true}])";

std::string_view finish_reason(const Answer& answer) {
  if (!answer.stop_word.empty()) return answer.stop_word;
  switch (answer.stop) {
    case Stop::end:
    case Stop::tools:
    case Stop::stop_sequence: return "STOP";
    case Stop::length: return "MAX_TOKENS";
    case Stop::refusal: return "SAFETY";
  }
  std::unreachable();
}

// candidatesTokenCount leaves thoughts out: Google counts them apart.
std::string usage_json(const Usage& usage, std::int64_t output) {
  const auto candidates = std::max<std::int64_t>(0, output - usage.reasoning);
  auto out = fmt::format("{{\"promptTokenCount\":{},\"candidatesTokenCount\":{},\"totalTokenCount\":{}", usage.input,
                         candidates, usage.input + candidates + usage.reasoning);
  if (usage.cached > 0) out += fmt::format(",\"cachedContentTokenCount\":{}", usage.cached);
  out += fmt::format(",\"promptTokensDetails\":[{{\"modality\":\"TEXT\",\"tokenCount\":{}}}]", usage.input);
  if (usage.reasoning > 0) out += fmt::format(",\"thoughtsTokenCount\":{}", usage.reasoning);
  return out + "}";
}

std::string text_part(std::string_view text, std::string_view signature) {
  std::string out = "{\"text\":";
  json::append_quoted(out, text);
  if (!signature.empty()) out += fmt::format(",\"thoughtSignature\":\"{}\"", signature);
  return out + "}";
}

std::string thought_part(std::string_view text) {
  return fmt::format("{{\"text\":{},\"thought\":true}}", json::quoted(text));
}

// Parallel siblings have no signature: only the first call of a step carries it. No ids: the Developer API gives none.
std::string call_part(const ToolCall& call, std::string_view signature) {
  auto out = fmt::format("{{\"functionCall\":{{\"name\":{}", json::quoted(call.name));
  if (call.arguments != "{}") out += fmt::format(",\"args\":{}", call.arguments);
  out += "}";
  if (!signature.empty()) out += fmt::format(",\"thoughtSignature\":\"{}\"", signature);
  return out + "}";
}

class Chunk {
 public:
  Chunk(const Turn& turn, Making making) {
    tail_ =
        fmt::format(",\"modelVersion\":{},\"responseId\":\"{}\"}}", json::quoted(turn.model), making.ids.mint("", 22));
    if (!turn.wrapped) return;
    head_ = "{\"response\":";
    tail_ += fmt::format(",\"traceId\":\"{}\"}}", making.ids.mint("", 16));
  }

  // `parts` is the JSON text of the parts without brackets; empty parts leave the content out.
  void write(std::string& out, std::string_view parts, std::string_view finish, std::string_view usage) const {
    out += head_;
    out += "{\"candidates\":[{";
    if (!parts.empty()) {
      out += "\"content\":{\"parts\":[";
      out += parts;
      out += "],\"role\":\"model\"},";
    }
    if (!finish.empty()) {
      out += "\"finishReason\":";
      json::append_quoted(out, finish);
      out += ',';
    }
    if (finish == "SAFETY") {
      out += "\"safetyRatings\":";
      out += ratings;
      out += ',';
    }
    out += "\"index\":0}],\"usageMetadata\":";
    out += usage;
    out += tail_;
  }
  void write_blocked(std::string& out, std::string_view usage) const {
    out +=
        fmt::format("{}{{\"promptFeedback\":{{\"blockReason\":\"SAFETY\",\"safetyRatings\":{}}},\"usageMetadata\":{}{}",
                    head_, ratings, usage, tail_);
  }

 private:
  std::string head_{};
  std::string tail_{};
};

std::string signature_for(const Turn& turn, const Answer& answer, Making making) {
  const bool signs = answer.thinking || (turn.model.starts_with("gemini-3") && !answer.calls.empty());
  return signs ? making.signer.issue(SignatureKind::gemini, making.ids.mint("")) : std::string();
}

bool blocked(const Answer& answer) { return answer.stop_word == "blocked"; }

}  // namespace

std::string gemini_whole(const Turn& turn, const Answer& answer, Making making) {
  std::string out;
  const Chunk chunk(turn, making);
  const auto usage = usage_json(answer.usage, answer.usage.output);
  if (blocked(answer)) {
    chunk.write_blocked(out, usage);
    return out;
  }
  std::vector<std::string> parts;
  const auto signature = signature_for(turn, answer, making);
  if (answer.stop != Stop::refusal) {
    if (answer.thinking) parts.push_back(thought_part(*answer.thinking));
    if (!answer.text.empty()) parts.push_back(text_part(answer.text, answer.calls.empty() ? signature : ""));
    for (const auto& call : answer.calls)
      parts.push_back(call_part(call, &call == answer.calls.data() ? signature : ""));
  }
  chunk.write(out, fmt::format("{}", fmt::join(parts, ",")), finish_reason(answer), usage);
  return out;
}

Frames gemini_stream(const Turn& turn, const Answer& answer, Making making) {
  Frames frames;
  frames.bytes.reserve((answer.cuts.size() + 6) * 330);
  const Chunk chunk(turn, making);
  const auto signature = signature_for(turn, answer, making);
  // Every chunk repeats the usage so far; the last one is right.
  const auto running = usage_json(answer.usage, answer.usage.reasoning + 1);
  const auto final_usage = usage_json(answer.usage, answer.usage.output);
  const auto add = [&](std::string_view parts, std::string_view finish, FrameKind kind) {
    if (turn.sse)
      frames.bytes += "data: ";
    else
      frames.bytes += frames.marks.empty() ? "[" : ",\r\n";
    if (blocked(answer))
      chunk.write_blocked(frames.bytes, final_usage);
    else
      chunk.write(frames.bytes, parts, finish, kind == FrameKind::finish ? final_usage : running);
    frames.bytes += turn.sse ? "\r\n\r\n" : "\n";
    frames.close(kind);
  };
  if (answer.stop != Stop::refusal && !blocked(answer)) {
    if (answer.thinking) add(thought_part(*answer.thinking), {}, FrameKind::delta);
    for (std::size_t i = 0; i < answer.cuts.size(); ++i) add(text_part(answer.chunk(i), {}), {}, FrameKind::delta);
    for (const auto& call : answer.calls)
      add(call_part(call, &call == answer.calls.data() ? signature : ""), {}, FrameKind::delta);
  }
  const bool silent = answer.stop == Stop::refusal;
  add(silent ? std::string() : text_part("", answer.calls.empty() ? signature : ""), finish_reason(answer),
      FrameKind::finish);
  if (!turn.sse) {
    frames.bytes += "]";
    frames.close(FrameKind::done);
  }
  return frames;
}

}  // namespace agt::sim

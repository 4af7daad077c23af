#include "dialect/anthropic/reply.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/overloaded.h"
#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/words.h"
#include "dialect/carried_signature.h"

namespace agt::dialect::anthropic {
namespace {

using Reason = ir::StopReason;

struct ReasonWord {
  std::string_view word;
  Reason reason;
};
// The first of a reason is the one that is written.
constexpr std::array reason_words{
    ReasonWord{"end_turn", Reason::end},
    ReasonWord{"stop_sequence", Reason::stop_sequence},
    ReasonWord{"max_tokens", Reason::length},
    ReasonWord{"tool_use", Reason::tool_use},
    ReasonWord{"refusal", Reason::refusal},
    ReasonWord{"pause_turn", Reason::paused},
    ReasonWord{"model_context_window_exceeded", Reason::context_full},
    ReasonWord{"compaction", Reason::paused},  // beta: the turn can be continued after the compaction
};

std::string_view word_for(Reason reason) { return std::ranges::find(reason_words, reason, &ReasonWord::reason)->word; }

void take_over(std::optional<std::int64_t>& count, json::Value value) {
  constexpr std::int64_t none = -1;
  constexpr std::int64_t sane_max = 1'000'000'000'000;  // so that sums cannot overflow
  if (const auto n = value.integer_or(none); n >= 0 && n <= sane_max) count = n;
}

ir::Part text_of(json::Value value) {
  ir::Text text{.text = value["text"].text_or("")};
  for (const auto citation : value["citations"].children())
    if (citation.is_object()) text.citations.push_back(parse_citation(citation));
  ir::Part part;
  part.body = std::move(text);
  return part;
}

ir::Part thinking_of(json::Value value) {
  ir::Part part;
  part.body = ir::Reasoning{.text = value["thinking"].text_or("")};
  if (auto blob = value["signature"].text_or(""); !blob.empty())
    part.signature = uncarried(std::move(blob), ir::Dialect::anthropic);
  return part;
}

ir::Part redacted_of(json::Value value) {
  ir::Part part;
  part.body = ir::Reasoning{.redacted = true};
  part.signature = uncarried(value["data"].text_or(""), ir::Dialect::anthropic);
  return part;
}

ir::Part call_of(json::Value value, const ReadContext& context, std::size_t position) {
  ir::ToolCall call{.id = value["id"].text_or(""), .name = value["name"].text_or("")};
  if (call.id.empty()) call.id = minted_tool_id(context.id_seed, position);
  call.arguments = value["input"].is_object() ? std::string(value["input"].raw()) : "{}";
  ir::Part part;
  part.body = context.names.restored(std::move(call));
  return part;
}

// Members of a block that the IR has no word for. Nulls say nothing.
void keep_said(json::Value value, std::initializer_list<std::string_view> known, ir::Part& part) {
  for (const auto child : value.children())
    if (child.present() && std::ranges::find(known, child.key()) == known.end())
      keep(part.extras, section::top, child.key(), child.keep());
}

}  // namespace

void Counters::take(json::Value said) {
  if (!said.is_object()) return;
  take_over(input, said["input_tokens"]);
  take_over(cache_read, said["cache_read_input_tokens"]);
  take_over(cache_write, said["cache_creation_input_tokens"]);
  take_over(output, said["output_tokens"]);
  take_over(thinking, said["output_tokens_details"]["thinking_tokens"]);
  raw = said.keep();
}

ir::Usage Counters::usage() const {
  ir::Usage out{
      .output = output, .cache_read = cache_read, .cache_write = cache_write, .reasoning = thinking, .raw = raw};
  if (input) out.input = *input + cache_read.value_or(0) + cache_write.value_or(0);
  return out;
}

std::int64_t uncached_input(const ir::Usage& usage) {
  auto left = std::max<std::int64_t>(usage.input.value_or(0), 0);
  for (const auto& cached : {usage.cache_read, usage.cache_write})
    left -= std::clamp<std::int64_t>(cached.value_or(0), 0, left);
  return left;
}

ir::Stop stop_of(json::Value reason, json::Value sequence, json::Value details, bool calls) {
  ir::Stop out{.reason = Reason::end, .raw = reason.text_or("")};
  const auto* found = std::ranges::find(reason_words, out.raw, &ReasonWord::word);
  if (found != reason_words.end()) out.reason = found->reason;
  // Compatible servers say end_turn although tool calls are there (seen 2026-08).
  if (calls && (out.reason == Reason::end || out.reason == Reason::stop_sequence)) out.reason = Reason::tool_use;
  if (out.reason == Reason::stop_sequence) out.sequence = sequence.text_or("");
  if (out.reason == Reason::refusal) out.detail = details["explanation"].text_or("");
  return out;
}

StopWords stop_words(const ir::Stop& stop, bool calls, bool refusal_text) {
  auto reason = stop.reason;
  // Other providers do not say which sequence it was; Anthropic always does.
  if (reason == Reason::stop_sequence && stop.sequence.empty()) reason = Reason::end;
  if (reason == Reason::end && calls) reason = Reason::tool_use;
  if (reason == Reason::end && refusal_text) reason = Reason::refusal;
  StopWords out{.reason = word_for(reason), .refused = reason == Reason::refusal};
  if (reason == Reason::stop_sequence) out.sequence = stop.sequence;
  if (out.refused) out.explanation = stop.detail;
  return out;
}

void write_stop_words(json::Writer& writer, const StopWords& words) {
  const auto text_or_null = [&](std::string_view key, std::string_view text) {
    if (text.empty())
      writer.field_null(key);
    else
      writer.field(key, text);
  };
  writer.field("stop_reason", words.reason);
  text_or_null("stop_sequence", words.sequence);
  if (!words.refused) {
    writer.field_null("stop_details");
    return;
  }
  writer.key("stop_details");
  writer.begin_object();
  writer.field("type", "refusal");
  writer.field_null("category");
  text_or_null("explanation", words.explanation);
  writer.end_object();
}

ir::Part reply_part(json::Value value, const ReadContext& context, std::size_t position) {
  const auto type = value["type"];
  ir::Part part;
  if (type.is(block::text)) {
    part = text_of(value);
    keep_said(value, {"type", "text", "citations"}, part);
  } else if (type.is(block::thinking)) {
    part = thinking_of(value);
    keep_said(value, {"type", "thinking", "signature"}, part);
  } else if (type.is(block::redacted)) {
    part = redacted_of(value);
    keep_said(value, {"type", "data"}, part);
  } else if (type.is(block::tool_use)) {
    part = call_of(value, context, position);
    keep_said(value, {"type", "id", "name", "input"}, part);
  } else {
    part.body = ir::Opaque{.origin = ir::Dialect::anthropic, .raw = value.keep()};
  }
  return part;
}

Showing showing(const ir::Part& part, const ir::Request* request, ir::Losses* losses) {
  const auto lost = [&](std::string why) {
    if (losses != nullptr) losses->dropped("content", std::move(why));
    return Showing::nothing;
  };
  const bool foreign_sign = part.signature && part.signature->signer != ir::Dialect::anthropic;
  const bool reasoning = std::holds_alternative<ir::Reasoning>(part.body);
  if (foreign_sign && !reasoning && !needs_carrier(part, request) && losses != nullptr)
    losses->harmless("content",
                     fmt::format("Anthropic has no place for the signature of a {}", ir::kind_name(part.body)));
  return std::visit(
      Overloaded{
          [](const ir::Text&) { return Showing::whole; },
          [](const ir::Refusal&) { return Showing::whole; },
          [&](const ir::Reasoning&) {
            if (request == nullptr) return Showing::whole;
            if (request->thinking.mode == ir::Thinking::Mode::off) return Showing::nothing;
            const bool hidden = request->thinking.display == ir::Thinking::Display::hidden;
            return hidden ? Showing::signature_only : Showing::whole;
          },
          [&](const ir::Media& media) { return lost(fmt::format("Anthropic answers hold no {}", name(media.kind))); },
          [](const ir::ToolCall&) { return Showing::whole; },
          [&](const ir::ToolResult&) { return lost("a tool result inside of an answer"); },
          [&](const ir::Opaque& opaque) {
            if (opaque.origin == ir::Dialect::anthropic) return Showing::whole;
            return lost(fmt::format("a part that only {} understands", name(opaque.origin)));
          },
      },
      part.body);
}

std::string shown_signature(const ir::Part& part) {
  return part.signature ? carried(*part.signature, ir::Dialect::anthropic) : std::string{};
}

bool needs_carrier(const ir::Part& part, const ir::Request* request) {
  const bool off = request != nullptr && request->thinking.mode == ir::Thinking::Mode::off;
  return !off && part.signature && part.signature->signer != ir::Dialect::anthropic &&
         std::holds_alternative<ir::ToolCall>(part.body);
}

void write_carrier(json::Writer& writer, std::string_view signature) {
  writer.begin_object();
  writer.field("type", block::thinking);
  writer.field("thinking", "");
  writer.field("signature", signature);
  writer.end_object();
}

std::string message_id(std::string_view upstream_id, const ReplyContext& context) {
  constexpr std::string_view prefix = "msg_";
  if (upstream_id.starts_with(prefix)) return std::string(upstream_id);
  return fmt::format("{}{}", prefix, context.id.empty() ? upstream_id : std::string_view(context.id));
}

std::int64_t estimated_output(std::size_t bytes) {
  constexpr std::size_t bytes_per_token = 4;
  return static_cast<std::int64_t>(std::max<std::size_t>(bytes / bytes_per_token, 1));
}

}  // namespace agt::dialect::anthropic

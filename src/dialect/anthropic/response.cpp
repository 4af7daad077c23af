#include <fmt/format.h>

#include <algorithm>

#include "core/overloaded.h"
#include "core/text.h"
#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/codec_parts.h"
#include "dialect/anthropic/reply.h"
#include "dialect/anthropic/words.h"

namespace agt::dialect::anthropic {
namespace {

constexpr int ok_status = 200;

bool is_error(json::Value body) {
  return body["type"].is(event::error) || (body["error"].present() && !body["content"].exists());
}

bool has_calls(const std::vector<ir::Part>& parts) {
  return std::ranges::any_of(parts, [](const auto& part) { return std::holds_alternative<ir::ToolCall>(part.body); });
}

// Writes a part of an answer and returns the bytes of text in it; nothing for parts that are not shown.
std::size_t write_part(json::Writer& writer, const ir::Part& part, const ReplyContext& context, ir::Losses& losses) {
  const auto shown = showing(part, context.request, &losses);
  if (shown == Showing::nothing) return 0;
  std::size_t bytes = 0;
  ir::Part out = part;
  if (part.signature) out.signature->blob = shown_signature(part);
  if (!losses.extras_go_home(out.extras, ir::Dialect::anthropic, "content")) out.extras = {};
  out.cache.reset();
  const bool empty =
      std::visit(Overloaded{
                     [&](ir::Text& body) {
                       const auto foreign =
                           std::erase_if(body.citations, [](const ir::Citation& c) { return !is_own_citation(c); });
                       if (foreign > 0)
                         losses.approximated("content", "citations of another provider cannot be shown; their text is");
                       bytes = body.text.size();
                       return body.text.empty() && body.citations.empty();
                     },
                     [&](ir::Refusal& body) {
                       losses.approximated("content", "a refusal is shown as text");
                       bytes = body.text.size();
                       return body.text.empty();
                     },
                     [&](ir::Reasoning& body) {
                       bytes = body.text.size();
                       if (shown == Showing::signature_only) body.text.clear();
                       return body.text.empty() && !part.signature;
                     },
                     [&](ir::ToolCall& body) {
                       bytes = body.arguments.size();
                       body.id = legal_tool_id(body.id);
                       out.extras.origin = ir::Dialect::anthropic;  // its name is the client's own
                       return false;
                     },
                     [](ir::Media&) { return true; },
                     [](ir::ToolResult&) { return true; },
                     [](ir::Opaque&) { return false; },
                 },
                 out.body);
  if (!empty) write_block(writer, out, {}, losses);
  return bytes;
}

// All parts; returns the bytes of text in them. The signature of a call stands in the thought before it, or in a block
// of its own.
std::size_t write_parts(json::Writer& writer, const ir::Response& response, const ReplyContext& context,
                        ir::Losses& losses) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < response.parts.size(); ++i) {
    auto part = response.parts[i];
    const auto* next = i + 1 < response.parts.size() ? &response.parts[i + 1] : nullptr;
    const bool thought = std::holds_alternative<ir::Reasoning>(part.body) && !part.signature;
    if (thought && next != nullptr && needs_carrier(*next, context.request)) part.signature = next->signature;
    const bool carried =
        i > 0 && std::holds_alternative<ir::Reasoning>(response.parts[i - 1].body) && !response.parts[i - 1].signature;
    if (needs_carrier(part, context.request) && !carried) write_carrier(writer, shown_signature(part));
    bytes += write_part(writer, part, context, losses);
  }
  return bytes;
}

// A count that must be there: null where the API allows it.
void count(json::Writer& writer, std::string_view key, const std::optional<std::int64_t>& n) {
  if (n)
    writer.field(key, *n);
  else
    writer.field_null(key);
}

void write_usage(json::Writer& writer, const ir::Usage& usage, const ReplyContext& context, std::size_t bytes) {
  writer.key("usage");
  writer.begin_object();
  writer.field("input_tokens", usage.input ? uncached_input(usage) : context.estimated_input());
  count(writer, "cache_creation_input_tokens", usage.cache_write);
  count(writer, "cache_read_input_tokens", usage.cache_read);
  writer.field("output_tokens", usage.output.value_or(estimated_output(bytes)));
  if (usage.reasoning) {
    writer.key("output_tokens_details");
    writer.begin_object();
    writer.field("thinking_tokens", *usage.reasoning);
    writer.end_object();
  }
  writer.end_object();
}

}  // namespace

Result<ir::Response> parse_response(const json::Document& document, const ReadContext& context) {
  const auto body = document.root();
  if (is_error(body)) return std::unexpected(diagnose(ok_status, document.source()));
  if (!body["content"].is_array() && !body["stop_reason"].is_string())
    return fail(Code::translate_reply,
                fmt::format("The upstream's reply is no message: {}", text::quoted(document.source())));
  ir::Response out{.id = body["id"].text_or(""), .model = body["model"].text_or("")};
  for (const auto block : body["content"].children()) out.parts.push_back(reply_part(block, context, out.parts.size()));
  Counters counters;
  counters.take(body["usage"]);
  out.usage = counters.usage();
  out.stop = stop_of(body["stop_reason"], body["stop_sequence"], body["stop_details"], has_calls(out.parts));
  keep_rest(body, {"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "usage"},
            section::top, out.extras);
  return out;
}

std::string render_response(const ir::Response& response, const ReplyContext& context) {
  json::Writer writer;
  writer.begin_object();
  writer.field("id", message_id(response.id, context));
  writer.field("type", "message");
  writer.field("role", "assistant");
  writer.field("model", context.model);
  writer.key("content");
  writer.begin_array();
  ir::Losses unasked;
  auto& losses = context.losses != nullptr ? *context.losses : unasked;
  const auto bytes = write_parts(writer, response, context, losses);
  writer.end_array();
  const bool refusal = std::ranges::any_of(
      response.parts, [](const auto& part) { return std::holds_alternative<ir::Refusal>(part.body); });
  write_stop_words(writer, stop_words(response.stop, has_calls(response.parts), refusal));
  write_usage(writer, response.usage, context, bytes);
  losses.extras_go_home(response.extras, ir::Dialect::anthropic, "");
  write_rest(writer, response.extras, section::top);
  writer.end_object();
  return std::move(writer).take();
}

Observation observe(const SseEvent& event) {
  Observation out;
  const auto document = json::Document::parse(event.data);
  if (!document || !document->root().is_object()) return out;
  const auto root = document->root();
  const auto type = root["type"].text_or(event.name);
  Counters counters;
  if (type == event::message_start) {
    counters.take(root["message"]["usage"]);
    counters.output.reset();  // a placeholder
    if (counters.input) out.usage = counters.usage();
  } else if (type == event::message_delta) {
    const auto usage = root["usage"];
    counters.take(usage);
    // Without its cache counters the input would be told too small; message_start said the whole.
    if (!usage["cache_read_input_tokens"].present()) counters.input.reset();
    if (usage.is_object()) out.usage = counters.usage();
    const auto delta = root["delta"];
    if (delta["stop_reason"].is_string())
      out.stop = stop_of(delta["stop_reason"], delta["stop_sequence"], delta["stop_details"], false);
    out.semantic = out.stop.has_value();
  } else if (type == event::message_stop) {
    out.semantic = out.last = true;
  } else if (type == event::block_start || type == event::block_delta || type == event::block_stop) {
    out.semantic = true;
  } else if (type == event::error) {
    out.failed = diagnose(ok_status, event.data);
    out.last = true;
  }
  return out;
}

Observation observe_whole(const json::Document& document) {
  Observation out{.last = true};
  const auto body = document.root();
  if (is_error(body)) {
    out.failed = diagnose(ok_status, document.source());
    return out;
  }
  out.semantic = true;
  Counters counters;
  counters.take(body["usage"]);
  if (body["usage"].is_object()) out.usage = counters.usage();
  bool calls = false;
  for (const auto block : body["content"].children()) calls = calls || block["type"].is(block::tool_use);
  if (body["stop_reason"].is_string())
    out.stop = stop_of(body["stop_reason"], body["stop_sequence"], body["stop_details"], calls);
  return out;
}

}  // namespace agt::dialect::anthropic

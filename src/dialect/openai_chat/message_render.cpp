#include <fmt/format.h>

#include <algorithm>

#include "core/overloaded.h"
#include "core/text.h"
#include "dialect/openai_chat/data_url.h"
#include "dialect/openai_chat/messages.h"
#include "dialect/openai_chat/tools.h"

namespace agt::dialect::openai_chat {
namespace {

constexpr std::string_view breakpoint = "prompt_cache_breakpoint";

bool in_content(const ir::Part& part) {
  return std::visit(Overloaded{
                        [](const ir::Text&) { return true; },
                        [&](const ir::Refusal&) { return spelling(part.extras, "type") != nullptr; },
                        [](const ir::Reasoning&) { return false; },
                        [](const ir::Media&) { return true; },
                        [](const ir::ToolCall&) { return false; },
                        [](const ir::ToolResult&) { return false; },
                        [](const ir::Opaque&) { return true; },
                    },
                    part.body);
}

void write_breakpoint(ObjectOut& out, const ir::Part& part) {
  out.settled(breakpoint);
  if (!part.cache) return;
  if (const auto* kept = spelling(part.extras, breakpoint)) {
    const auto document = json::Document::parse(kept->text);
    if (document && read_breakpoint(document->root()) == part.cache) return out.field(breakpoint, *kept);
  }
  // The API knows two lifetimes, "30m" (its default) and "12h" (2026-11).
  constexpr std::int64_t half_hour = 1800;
  auto& writer = out.key(breakpoint);
  writer.begin_object();
  writer.field("mode", "explicit");
  if (part.cache->ttl_seconds.value_or(0) > half_hour) writer.field("ttl", "12h");
  writer.end_object();
}

void write_media(ObjectOut& out, const ir::Part& part, const ir::Media& media) {
  const auto url =
      std::visit(Overloaded{
                     [&](const ir::InlineData& data) { return data_url(media, data, part.extras, "data"); },
                     [](const ir::UrlSource& source) { return source.url; },
                     [](const ir::FileSource& source) { return source.id; },
                 },
                 media.source);
  out.settled("data");
  switch (media.kind) {
    case ir::MediaKind::image: {
      out.field("type", "image_url");
      if (spelling(part.extras, "image_url") != nullptr) return out.field("image_url", url);
      auto inner = out.inner("image_url");
      inner.field("url", url);
      if (media.detail != ir::Detail::unset) inner.field("detail", name(media.detail));
      return inner.end();
    }
    case ir::MediaKind::audio: {
      out.field("type", "input_audio");
      auto inner = out.inner("input_audio");
      const auto* data = std::get_if<ir::InlineData>(&media.source);
      inner.field("data", data != nullptr ? data->base64 : url);
      inner.field("format", media.mime.substr(media.mime.find('/') + 1));
      return inner.end();
    }
    case ir::MediaKind::document:
    case ir::MediaKind::video: break;
  }
  out.field("type", "file");
  auto inner = out.inner("file");
  inner.field(std::holds_alternative<ir::FileSource>(media.source) ? "file_id" : "file_data", url);
  if (!media.name.empty()) inner.field("filename", media.name);
  inner.end();
}

void write_part(json::Writer& writer, const ir::Part& part) {
  if (const auto* opaque = std::get_if<ir::Opaque>(&part.body)) return writer.value(opaque->raw);
  ObjectOut out(writer, part.extras);
  if (const auto* text = std::get_if<ir::Text>(&part.body)) {
    out.field("type", "text");
    out.field("text", text->text);
  } else if (const auto* refusal = std::get_if<ir::Refusal>(&part.body)) {
    out.field("type", "refusal");
    out.field("refusal", refusal->text);
  } else if (const auto* media = std::get_if<ir::Media>(&part.body)) {
    write_media(out, part, *media);
  }
  write_breakpoint(out, part);
  out.end();
}

bool is_plain(const ir::Part& part) {
  return std::holds_alternative<ir::Text>(part.body) && !part.cache && part.extras.empty() &&
         part.extras.spelling.empty();
}

void write_content(ObjectOut& out, const std::vector<ir::Part>& parts, const ir::Extras& owner) {
  const auto* kept = spelling(owner, "content");
  std::vector<const ir::Part*> content;
  for (const auto& part : parts)
    if (in_content(part)) content.push_back(&part);
  if (content.empty()) {
    if (kept != nullptr) out.field("content", *kept);
    return;
  }
  const bool array = kept != nullptr && kept->text == "[]";
  if (content.size() == 1 && is_plain(*content[0]) && !array)
    return out.field("content", std::get<ir::Text>(content[0]->body).text);
  auto& writer = out.key("content");
  writer.begin_array();
  for (const auto* part : content) write_part(writer, *part);
  writer.end_array();
}

void write_call(json::Writer& writer, const ir::Part& part, const ir::ToolCall& call) {
  const bool custom = call.kind == ir::ToolCall::Kind::custom;
  const std::string_view kind = custom ? "custom" : "function";
  ObjectOut out(writer, part.extras);
  out.field("id", call.id);
  if (spelling(part.extras, "type") == nullptr) out.field("type", kind);
  auto inner = out.inner(kind);
  inner.field("name", call.name);
  inner.field(custom ? "input" : "arguments", call.arguments);
  inner.end();
  const bool signed_here = part.signature && part.signature->signer == ir::Dialect::gemini;
  if (signed_here && spelling(part.extras, extra_content) == nullptr)
    out.field(extra_content, extra_content_with(part.signature->blob));
  out.end();
}

void write_calls(ObjectOut& out, const ir::Message& message) {
  bool open = false;
  json::Writer* writer = nullptr;
  for (const auto& part : message.parts) {
    const auto* call = std::get_if<ir::ToolCall>(&part.body);
    if (call == nullptr || is_legacy(part.extras, legacy_call)) continue;
    if (!open) {
      writer = &out.key("tool_calls");
      writer->begin_array();
      open = true;
    }
    write_call(*writer, part, *call);
  }
  if (open) writer->end_array();
  for (const auto& part : message.parts) {
    const auto* call = std::get_if<ir::ToolCall>(&part.body);
    if (call == nullptr || !is_legacy(part.extras, legacy_call)) continue;
    ObjectOut inner(out.key(legacy_call), part.extras);
    inner.field("name", call->name);
    inner.field("arguments", call->arguments);
    inner.end();
  }
}

void write_assistant(ObjectOut& out, const ir::Message& message) {
  write_content(out, message.parts, message.extras);
  for (const auto& part : message.parts) {
    if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.body)) {
      const bool renamed = spelling(part.extras, "reasoning") != nullptr;
      out.field(renamed ? "reasoning" : "reasoning_content", reasoning->text);
    }
    const auto* refusal = std::get_if<ir::Refusal>(&part.body);
    if (refusal != nullptr && !in_content(part)) out.field("refusal", refusal->text);
  }
  write_calls(out, message);
}

void write_result(ObjectOut& out, const ir::Message& message, const ir::Part& part) {
  const auto& result = std::get<ir::ToolResult>(part.body);
  const bool legacy = is_legacy(part.extras, legacy_call);
  out.field("role", legacy ? "function" : "tool");
  if (!legacy) out.field("tool_call_id", result.call_id);
  if (!result.name.empty()) out.field("name", result.name);
  write_content(out, result.content, message.extras);
}

void write_message(json::Writer& writer, const ir::Message& message) {
  const auto result = std::ranges::find_if(
      message.parts, [](const ir::Part& part) { return std::holds_alternative<ir::ToolResult>(part.body); });
  ObjectOut out(writer, message.extras);
  out.settled("tool_call_id");
  if (result != message.parts.end()) {
    write_result(out, message, *result);
  } else {
    out.field("role", ir::name(message.role));
    if (message.role == ir::Role::assistant) {
      write_assistant(out, message);
    } else {
      write_content(out, message.parts, message.extras);
    }
  }
  if (!message.name.empty()) out.field("name", message.name);
  out.end();
}

}  // namespace

void write_messages(json::Writer& writer, const std::vector<ir::Message>& messages) {
  writer.begin_array();
  for (const auto& message : messages) write_message(writer, message);
  writer.end_array();
}

}  // namespace agt::dialect::openai_chat

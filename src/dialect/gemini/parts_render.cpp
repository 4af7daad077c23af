#include "core/overloaded.h"
#include "dialect/gemini/parts.h"
#include "ir/turns.h"

namespace agt::dialect::gemini {
namespace {

void write_signature(json::Writer& writer, const ir::Part& part) {
  if (part.signature && part.signature->signer == ir::Dialect::gemini)
    writer.field("thoughtSignature", part.signature->blob);
}

void write_home_text(json::Writer& writer, const ir::Extras& extras, const std::string& text) {
  if (!write_spelled(writer, extras, section::top, "text")) writer.field("text", text);
}

void write_home_call(json::Writer& writer, const ir::Extras& extras, const ir::ToolCall& call) {
  writer.key("functionCall");
  writer.begin_object();
  if (!write_spelled(writer, extras, section::call, "id")) writer.field("id", call.id);
  writer.field("name", call.name);
  if (!write_spelled(writer, extras, section::call, "args")) {
    writer.key("args");
    writer.raw(object_arguments(call).object);
  }
  write_rest(writer, extras, section::call);
  writer.end_object();
}

// A text that stood among functionResponse.parts, not in the response itself, has extras of its own.
bool stood_in_parts(const ir::Part& part) { return part.extras.origin == ir::Dialect::gemini; }

std::string said(const ir::ToolResult& result) {
  auto content = result.content;
  std::erase_if(content, stood_in_parts);
  return ir::plain_text(content);
}

void write_home_result(json::Writer& writer, const ir::Extras& extras, const ir::ToolResult& result) {
  writer.key("functionResponse");
  writer.begin_object();
  if (!write_spelled(writer, extras, section::response, "id")) writer.field("id", result.call_id);
  if (!write_spelled(writer, extras, section::response, "name")) writer.field("name", result.name);
  if (!write_spelled(writer, extras, section::response, "response")) {
    writer.key("response");
    writer.begin_object();
    writer.field(result.is_error ? "error" : "output", said(result));
    writer.end_object();
  }
  bool open = false;
  for (const auto& inner : result.content) {
    if (!stood_in_parts(inner)) continue;
    if (!open) {
      writer.key("parts");
      writer.begin_array();
      open = true;
    }
    writer.begin_object();
    write_home_part(writer, inner);
    writer.end_object();
  }
  if (open) writer.end_array();
  if (!open) write_spelled(writer, extras, section::response, "parts");
  write_rest(writer, extras, section::response);
  writer.end_object();
}

// The members of a JSON object's text, for splicing into an open object.
void write_members(json::Writer& writer, const json::Raw& object) {
  const auto document = json::Document::parse(object.text);
  if (!document) return;
  for (const auto child : document->root().children()) {
    writer.key(child.key());
    writer.raw(child.raw());
  }
}

void write_source(json::Writer& writer, const ir::Media& media, const ir::Extras& extras) {
  const auto file = [&](const std::string& uri) {
    writer.key("fileData");
    writer.begin_object();
    if (!media.mime.empty()) writer.field("mimeType", media.mime);
    if (!media.name.empty()) writer.field("displayName", media.name);
    writer.field("fileUri", uri);
    write_rest(writer, extras, section::file_data);
    writer.end_object();
  };
  std::visit(Overloaded{
                 [&](const ir::InlineData& data) {
                   writer.key("inlineData");
                   writer.begin_object();
                   if (!media.mime.empty() || data.plain)
                     writer.field("mimeType", media.mime.empty() ? std::string("text/plain") : media.mime);
                   if (!media.name.empty() && extras.origin == ir::Dialect::gemini)
                     writer.field("displayName", media.name);
                   if (!write_spelled(writer, extras, section::inline_data, "data"))
                     writer.field("data", data.plain ? base64_of(data.base64) : data.base64);
                   write_rest(writer, extras, section::inline_data);
                   writer.end_object();
                 },
                 [&](const ir::UrlSource& url) { file(url.url); },
                 [&](const ir::FileSource& id) { file(id.id); },
             },
             media.source);
}

}  // namespace

void write_home_part(json::Writer& writer, const ir::Part& part) {
  const auto& extras = part.extras;
  std::visit(Overloaded{
                 [&](const ir::Text& body) { write_home_text(writer, extras, body.text); },
                 [&](const ir::Refusal& body) { write_home_text(writer, extras, body.text); },
                 [&](const ir::Reasoning& body) {
                   write_home_text(writer, extras, body.text);
                   writer.field("thought", true);
                 },
                 [&](const ir::Media& body) { write_source(writer, body, extras); },
                 [&](const ir::ToolCall& body) { write_home_call(writer, extras, body); },
                 [&](const ir::ToolResult& body) { write_home_result(writer, extras, body); },
                 [&](const ir::Opaque& body) { write_members(writer, body.raw); },
             },
             part.body);
  write_spelled(writer, extras, section::top, "thought");
  write_signature(writer, part);
  write_rest(writer, extras, section::top);
}

void write_call(json::Writer& writer, std::string_view id, std::string_view name, std::string_view arguments) {
  writer.begin_object();
  if (!id.empty()) writer.field("id", id);
  writer.field("name", name);
  writer.key("args");
  writer.raw(arguments);
  writer.end_object();
}

void write_media(json::Writer& writer, const ir::Media& media) {
  // displayName is refused outside of functionResponse.parts on the Developer API (2026-11), so extras stay empty.
  write_source(writer, media, {});
}

Arguments object_arguments(const ir::ToolCall& call) {
  json::Writer writer;
  writer.begin_object();
  if (call.kind == ir::ToolCall::Kind::custom && !call.wrapped) {
    writer.field(custom_argument, call.arguments);
    writer.end_object();
    return {.object = std::move(writer).take()};
  }
  const bool blank = call.arguments.find_first_not_of(" \t\r\n") == std::string::npos;
  if (blank) return {.object = "{}"};
  const auto document = json::Document::parse(call.arguments);
  if (document && document->root().is_object()) return {.object = std::string(document->root().raw())};
  writer.field("_raw", call.arguments);
  writer.end_object();
  return {.object = std::move(writer).take(), .wrapped = true};
}

}  // namespace agt::dialect::gemini

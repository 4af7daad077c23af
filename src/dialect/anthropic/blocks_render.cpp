#include "core/overloaded.h"
#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/words.h"

namespace agt::dialect::anthropic {
namespace {

void write_text(json::Writer& writer, const ir::Part& part, const ir::Text& text) {
  writer.field("type", block::text);
  writer.field("text", text.text);
  write_spelled(writer, part.extras, section::top, "citations");
  if (text.citations.empty()) return;
  writer.key("citations");
  writer.begin_array();
  for (const auto& citation : text.citations) write_citation(writer, citation);
  writer.end_array();
}

void write_thinking(json::Writer& writer, const ir::Part& part, const ir::Reasoning& reasoning) {
  const std::string blob = part.signature ? part.signature->blob : std::string{};
  if (reasoning.redacted) {
    writer.field("type", block::redacted);
    writer.field("data", blob);
    return;
  }
  writer.field("type", block::thinking);
  writer.field("thinking", reasoning.text);
  writer.field("signature", blob);
}

void write_source(json::Writer& writer, const ir::Media& media, const ir::Extras& extras) {
  writer.key("source");
  writer.begin_object();
  std::visit(Overloaded{
                 [&](const ir::InlineData& data) {
                   writer.field("type", data.plain ? source::text : source::base64);
                   writer.field("media_type", media.mime);
                   writer.field("data", data.base64);
                 },
                 [&](const ir::UrlSource& url) {
                   writer.field("type", source::url);
                   writer.field("url", url.url);
                 },
                 [&](const ir::FileSource& file) {
                   writer.field("type", source::file);
                   writer.field("file_id", file.id);
                 },
             },
             media.source);
  write_rest(writer, extras, section::source);
  writer.end_object();
}

void write_media(json::Writer& writer, const ir::Part& part, const ir::Media& media, ir::Losses& losses) {
  if (media.detail != ir::Detail::unset)
    losses.dropped("messages.detail", "nobody can be told here how closely to look at an image");
  const bool image = media.kind == ir::MediaKind::image;
  writer.field("type", image ? block::image : block::document);
  write_source(writer, media, part.extras);
  if (!image && !media.name.empty()) writer.field("title", media.name);
  write_spelled(writer, part.extras, section::top, "title");
}

void write_call(json::Writer& writer, const ir::Part& part, const ir::ToolCall& call, const ToolNames& names,
                ir::Losses& losses) {
  const auto arguments = object_arguments(call);
  if (arguments.wrapped)
    losses.approximated("messages",
                        "the arguments of tool call " + call.id + " are no JSON object; they travel as _raw");
  writer.field("type", block::tool_use);
  writer.field("id", is_home(part.extras) ? call.id : legal_tool_id(call.id));
  writer.field("name", is_home(part.extras) ? call.name : names.upstream(call.name, call.name_space));
  writer.key("input");
  writer.raw(arguments.object);
}

void write_result(json::Writer& writer, const ir::Part& part, const ir::ToolResult& result, const ToolNames& names,
                  ir::Losses& losses) {
  writer.field("type", block::tool_result);
  writer.field("tool_use_id", is_home(part.extras) ? result.call_id : legal_tool_id(result.call_id));
  if (!result.content.empty())
    write_content(writer, result.content, part.extras, names, losses);
  else
    write_spelled(writer, part.extras, section::top, "content");
  if (result.is_error) writer.field("is_error", true);
  write_spelled(writer, part.extras, section::top, "is_error");
}

bool is_bare_text(const ir::Part& part) {
  const auto* text = std::get_if<ir::Text>(&part.body);
  return text != nullptr && text->citations.empty() && !part.cache && part.extras.empty();
}

}  // namespace

Arguments object_arguments(const ir::ToolCall& call) {
  const auto wrapped = [&](std::string_view key) {
    json::Writer writer;
    writer.begin_object();
    writer.field(key, call.arguments);
    writer.end_object();
    return std::move(writer).take();
  };
  if (call.arguments.find_first_not_of(" \t\r\n") == std::string::npos && call.kind == ir::ToolCall::Kind::function)
    return {.object = "{}"};
  const auto document = json::Document::parse(call.arguments);
  const bool object = document && document->root().is_object();
  if (call.kind == ir::ToolCall::Kind::custom && !call.wrapped) return {.object = wrapped("input")};
  if (object) return {.object = std::string(document->root().raw())};
  return {.object = wrapped("_raw"), .wrapped = true};
}

bool is_own_citation(const ir::Citation& citation) { return kept(citation.extras, section::top, "type") != nullptr; }

void write_citation(json::Writer& writer, const ir::Citation& citation) {
  writer.begin_object();
  if (!citation.url.empty()) writer.field("url", citation.url);
  if (!citation.title.empty()) writer.field("title", citation.title);
  write_rest(writer, citation.extras, section::top);
  writer.end_object();
}

void write_cache_mark(json::Writer& writer, const std::optional<ir::CacheMark>& mark, const ir::Extras& extras) {
  if (!mark) return;
  writer.key("cache_control");
  writer.begin_object();
  if (kept(extras, section::cache, "type") == nullptr) writer.field("type", ephemeral);
  const bool known = mark->ttl_seconds && kept(extras, section::cache, "ttl") == nullptr;
  if (known) writer.field("ttl", *mark->ttl_seconds >= ttl_long_seconds ? ttl_long : ttl_short);
  write_rest(writer, extras, section::cache);
  writer.end_object();
}

void write_text_block(json::Writer& writer, std::string_view text) {
  writer.begin_object();
  writer.field("type", block::text);
  writer.field("text", text);
  writer.end_object();
}

void write_block(json::Writer& writer, const ir::Part& part, const ToolNames& names, ir::Losses& losses) {
  if (const auto* opaque = std::get_if<ir::Opaque>(&part.body)) {
    writer.value(opaque->raw);
    return;
  }
  writer.begin_object();
  std::visit(Overloaded{
                 [&](const ir::Text& body) { write_text(writer, part, body); },
                 [&](const ir::Refusal& body) {
                   writer.field("type", block::text);
                   writer.field("text", body.text);
                 },
                 [&](const ir::Reasoning& body) { write_thinking(writer, part, body); },
                 [&](const ir::Media& body) { write_media(writer, part, body, losses); },
                 [&](const ir::ToolCall& body) { write_call(writer, part, body, names, losses); },
                 [&](const ir::ToolResult& body) { write_result(writer, part, body, names, losses); },
                 [](const ir::Opaque&) {},
             },
             part.body);
  write_cache_mark(writer, part.cache, part.extras);
  write_rest(writer, part.extras, section::top);
  writer.end_object();
}

void write_content(json::Writer& writer, const std::vector<ir::Part>& parts, const ir::Extras& extras,
                   const ToolNames& names, ir::Losses& losses) {
  writer.key("content");
  const auto* shape = spelled(extras, section::top, "content");
  const bool as_string = !is_home(extras) || (shape != nullptr && shape->text == R"("")");
  if (as_string && parts.size() == 1 && is_bare_text(parts.front())) {
    writer.value(std::get<ir::Text>(parts.front().body).text);
    return;
  }
  writer.begin_array();
  for (const auto& part : parts) write_block(writer, part, names, losses);
  writer.end_array();
}

}  // namespace agt::dialect::anthropic

#include <algorithm>

#include "core/overloaded.h"
#include "dialect/openai_chat/messages.h"
#include "dialect/openai_responses/items.h"

namespace agt::dialect::openai_responses {
namespace {

void write_breakpoint(MembersOut& out, const ir::Part& part) {
  out.settled(breakpoint);
  if (!part.cache) return;
  if (const auto* kept = spelling(part.extras, here, breakpoint)) {
    const auto document = json::Document::parse(kept->text);
    if (document && openai_chat::read_breakpoint(document->root()) == part.cache) return out.field(breakpoint, *kept);
  }
  // The API knows two lifetimes, "30m" (its default) and "12h" (2026-11).
  constexpr std::int64_t half_hour = 1800;
  auto& writer = out.key(breakpoint);
  writer.begin_object();
  writer.field("mode", "explicit");
  if (part.cache->ttl_seconds.value_or(0) > half_hour) writer.field("ttl", "12h");
  writer.end_object();
}

void write_text_type(MembersOut& out, const ir::Part& part, std::string_view usual) {
  if (const auto* kept = spelling(part.extras, here, "type")) return out.field("type", *kept);
  out.field("type", usual);
}

void write_parts(json::Writer& writer, const std::vector<ir::Part>& parts, std::string_view usual) {
  writer.begin_array();
  for (const auto& part : parts) write_content_part(writer, part, usual);
  writer.end_array();
}

// As a string where it was one, and where nothing but one text is said.
void write_content(MembersOut& out, std::string_view key, const std::vector<ir::Part>& parts, const ir::Extras& owner,
                   std::string_view usual) {
  out.settled(array_mark);
  const auto* text = parts.size() == 1 ? std::get_if<ir::Text>(&parts[0].body) : nullptr;
  const bool plain = text != nullptr && !parts[0].cache && parts[0].extras.empty() && parts[0].extras.spelling.empty();
  if (plain && spelling(owner, here, array_mark) == nullptr) return out.field(key, text->text);
  write_parts(out.key(key), parts, usual);
}

void write_message(json::Writer& writer, const ir::Message& message) {
  MembersOut out(writer, message.extras, here);
  if (spelling(message.extras, here, "type") == nullptr) out.field("type", item::message);
  out.field("role", ir::name(message.role));
  const auto usual = message.role == ir::Role::assistant ? part::output_text : part::input_text;
  write_content(out, "content", message.parts, message.extras, usual);
  out.end();
}

void write_call(json::Writer& writer, const ir::Part& part, const ir::ToolCall& call) {
  const bool custom = call.kind == ir::ToolCall::Kind::custom;
  MembersOut out(writer, part.extras, here);
  out.field("type", custom ? item::custom_call : item::function_call);
  out.field("call_id", call.id);
  out.field("name", call.name);
  out.field(custom ? "input" : "arguments", call.arguments);
  if (!call.name_space.empty()) out.field("namespace", call.name_space);
  out.end();
}

void write_output(json::Writer& writer, const ir::Part& part, const ir::ToolResult& result) {
  const bool custom = result.kind == ir::ToolCall::Kind::custom;
  MembersOut out(writer, part.extras, here);
  out.field("type", custom ? item::custom_output : item::function_output);
  out.field("call_id", result.call_id);
  write_content(out, "output", result.content, part.extras, part::input_text);
  out.end();
}

void write_reasoning(json::Writer& writer, const ir::Part& part, const ir::Reasoning& reasoning) {
  MembersOut out(writer, part.extras, here);
  out.field("type", item::reasoning);
  if (const auto* kept = spelling(part.extras, here, "summary")) {
    out.field("summary", *kept);
  } else {
    auto& list = out.key("summary");
    list.begin_array();
    if (!reasoning.text.empty()) {
      list.begin_object();
      list.field("type", part::summary_text);
      list.field("text", reasoning.text);
      list.end_object();
    }
    list.end_array();
  }
  if (part.signature) out.field(sealed, sealed_text(part));
  out.end();
}

bool of_another(const ir::Part& part) {
  return std::holds_alternative<ir::Reasoning>(part.body) && part.signature && part.signature->signer != here;
}

void write_item(json::Writer& writer, const ir::Message& message) {
  const auto* kept = spelling(message.extras, here, item_mark);
  if (kept == nullptr) return write_message(writer, message);
  if (!kept->empty()) return writer.value(*kept);
  const auto& part = message.parts.front();
  std::visit(Overloaded{
                 [](const ir::Text&) {},
                 [](const ir::Refusal&) {},
                 [](const ir::Media&) {},
                 [&](const ir::Reasoning& body) { write_reasoning(writer, part, body); },
                 [&](const ir::ToolCall& body) { write_call(writer, part, body); },
                 [&](const ir::ToolResult& body) { write_output(writer, part, body); },
                 [&](const ir::Opaque& body) { writer.value(body.raw); },
             },
             part.body);
}

}  // namespace

void write_content_part(json::Writer& writer, const ir::Part& part, std::string_view usual) {
  if (const auto* opaque = std::get_if<ir::Opaque>(&part.body)) return writer.value(opaque->raw);
  MembersOut out(writer, part.extras, here);
  if (const auto* text = std::get_if<ir::Text>(&part.body)) {
    write_text_type(out, part, usual);
    out.field("text", text->text);
  } else if (const auto* refusal = std::get_if<ir::Refusal>(&part.body)) {
    out.field("type", part::refusal);
    out.field("refusal", refusal->text);
  } else if (const auto* media = std::get_if<ir::Media>(&part.body)) {
    write_media(out, part, *media);
  }
  write_breakpoint(out, part);
  out.end();
}

void write_items(json::Writer& writer, const std::vector<ir::Message>& messages, ir::Losses* losses) {
  writer.begin_array();
  for (const auto& message : messages) {
    if (losses != nullptr && std::ranges::any_of(message.parts, of_another))
      losses->harmless("input", "reasoning that another provider signed stays behind");
    else
      write_item(writer, message);
  }
  writer.end_array();
}

}  // namespace agt::dialect::openai_responses

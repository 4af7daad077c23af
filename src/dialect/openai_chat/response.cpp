// Whole replies.
#include <algorithm>
#include <iterator>

#include "core/overloaded.h"
#include "dialect/openai_chat/chunk.h"
#include "dialect/openai_chat/data_url.h"
#include "dialect/openai_chat/messages.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_chat/tools.h"
#include "ir/fold.h"

namespace agt::dialect::openai_chat {
namespace {

// The parts of an answer sorted by where they stand in a message.
struct Sorted {
  std::string content{};
  std::string thoughts{};
  std::string refusal{};
  bool has_text = false;
  std::vector<ir::TokenScore> scores{};
  std::vector<const ir::Part*> calls{};
  std::vector<std::string> images{};
};

void sort_media(const ir::Part& part, const ir::Media& media, Sorted& out, ir::Losses& losses) {
  const auto* data = std::get_if<ir::InlineData>(&media.source);
  const auto* url = std::get_if<ir::UrlSource>(&media.source);
  if (media.kind != ir::MediaKind::image || (data == nullptr && url == nullptr))
    return losses.dropped("reply", std::string(lost::media));
  out.images.push_back(data != nullptr ? data_url(media, *data, part.extras, "data") : url->url);
}

Sorted sorted(const ir::Response& response, ir::Losses& losses) {
  Sorted out;
  for (const auto& part : response.parts) {
    losses.extras_go_home(part.extras, here, "reply");
    std::visit(Overloaded{
                   [&](const ir::Text& text) {
                     out.has_text = true;
                     out.content += text.text;
                     std::ranges::copy(text.scores, std::back_inserter(out.scores));
                   },
                   [&](const ir::Refusal& refusal) { out.refusal += refusal.text; },
                   [&](const ir::Reasoning& reasoning) {
                     out.thoughts += reasoning.text;
                     if (reasoning.redacted) losses.harmless("reply", std::string(lost::redacted));
                   },
                   [&](const ir::Media& media) { sort_media(part, media, out, losses); },
                   [&](const ir::ToolCall& call) {
                     out.calls.push_back(&part);
                     if (!call.name_space.empty()) losses.approximated("reply", std::string(lost::name_space));
                   },
                   [&](const ir::ToolResult&) { losses.dropped("reply", std::string(lost::result)); },
                   [&](const ir::Opaque&) { losses.dropped("reply", std::string(lost::opaque)); },
               },
               part.body);
    const bool call = std::holds_alternative<ir::ToolCall>(part.body);
    if (part.signature && !(call && part.signature->signer == ir::Dialect::gemini))
      losses.harmless("reply", std::string(lost::signature));
  }
  return out;
}

void write_call(json::Writer& writer, const ir::Part& part) {
  const auto& call = std::get<ir::ToolCall>(part.body);
  const bool custom = call.kind == ir::ToolCall::Kind::custom;
  writer.begin_object();
  writer.field("id", legal_tool_id(call.id));
  writer.field("type", custom ? "custom" : "function");
  writer.key(custom ? "custom" : "function");
  writer.begin_object();
  writer.field("name", call.name);
  if (custom) {
    writer.field("input", custom_text(call));
  } else {
    writer.field("arguments", call.arguments);
  }
  writer.end_object();
  if (part.signature && part.signature->signer == ir::Dialect::gemini)
    writer.field(extra_content, extra_content_with(part.signature->blob));
  writer.end_object();
}

void write_calls(json::Writer& writer, const std::vector<const ir::Part*>& calls, bool legacy) {
  if (calls.empty()) return;
  if (legacy) {
    const auto& call = std::get<ir::ToolCall>(calls.front()->body);
    writer.key(legacy_call);
    writer.begin_object();
    writer.field("name", call.name);
    writer.field("arguments", call.arguments);
    writer.end_object();
    return;
  }
  writer.key("tool_calls");
  writer.begin_array();
  for (const auto* part : calls) write_call(writer, *part);
  writer.end_array();
}

void write_annotations(json::Writer& writer, const ir::Response& response) {
  writer.key("annotations");
  writer.begin_array();
  std::size_t before = 0;
  for (const auto& part : response.parts) {
    const auto* text = std::get_if<ir::Text>(&part.body);
    if (text == nullptr) continue;
    for (const auto& citation : text->citations) write_citation(writer, citation, text->text.plain(), before);
    before += characters(text->text.plain());
  }
  writer.end_array();
}

void write_images(json::Writer& writer, const std::vector<std::string>& images) {
  if (images.empty()) return;
  writer.key("images");
  writer.begin_array();
  for (const auto& url : images) {
    writer.begin_object();
    writer.field("type", "image_url");
    writer.key("image_url");
    writer.begin_object();
    writer.field("url", url);
    writer.end_object();
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

Result<ir::Response> parse_response(const json::Document& body, const ReadContext& context) {
  const auto root = body.root();
  if (auto error = error_in(root, "")) return std::unexpected(*std::move(error));
  const auto choice = root["choices"][std::size_t{0}];
  if (!choice["message"].is_object())
    return fail(Code::translate_reply, "The upstream's reply holds no choices with a message.");
  DeltaReader reader(context, DeltaReader::Form::whole);
  std::vector<ir::Event> events;
  reader.take(root, events);
  reader.finish(events);
  return ir::fold(events);
}

std::string render_response(const ir::Response& response, const ReplyContext& context) {
  const bool legacy = context.request != nullptr && speaks_legacy(*context.request);
  ir::Losses unasked;
  auto& losses = context.losses != nullptr ? *context.losses : unasked;
  const auto parts = sorted(response, losses);
  losses.extras_go_home(response.extras, here, "reply");
  if (legacy && parts.calls.size() > 1) losses.dropped("reply", std::string(lost::second_call));
  if (response.stop.reason == ir::StopReason::paused) losses.approximated("reply", std::string(lost::paused));
  json::Writer writer;
  writer.begin_object();
  writer.field("id", reply_id(response.id, context));
  writer.field("object", "chat.completion");
  writer.field("created", context.created_s);
  writer.field("model", context.model);
  writer.key("choices");
  writer.begin_array();
  writer.begin_object();
  writer.field("index", 0);
  writer.key("message");
  writer.begin_object();
  writer.field("role", "assistant");
  writer.key("content");
  const bool silent = !parts.has_text && (!parts.calls.empty() || !parts.refusal.empty());
  silent ? writer.null() : writer.value(parts.content);
  writer.key("refusal");
  parts.refusal.empty() ? writer.null() : writer.value(parts.refusal);
  if (!parts.thoughts.empty() && thoughts_wanted(context)) writer.field("reasoning_content", parts.thoughts);
  write_annotations(writer, response);
  write_images(writer, parts.images);
  write_calls(writer, parts.calls, legacy);
  writer.end_object();
  write_logprobs(writer, parts.scores);
  writer.field("finish_reason",
               finish_word(response.stop.reason, !parts.refusal.empty(), legacy && !parts.calls.empty()));
  writer.end_object();
  writer.end_array();
  write_usage(writer, "usage", response.usage);
  if (response.extras.origin == here) writer.fields(response.extras.fields);
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace agt::dialect::openai_chat

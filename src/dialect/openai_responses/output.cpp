#include "dialect/openai_responses/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/overloaded.h"
#include "core/text.h"
#include "dialect/members.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/reply.h"

namespace agt::dialect::openai_responses {
namespace {

// What is kept verbatim may hold line ends between its tokens, which an SSE line must not. Inside strings JSON has
// none.
void put_on_one_line(std::string& text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

std::string kept_id(const ir::Part& part) {
  const auto* kept = spelling(part.extras, here, "id");
  if (kept == nullptr) return {};
  const auto document = json::Document::parse(kept->text);
  return document ? document->root().text_or("") : std::string();
}

}  // namespace

void Output::append(std::string_view type, std::string text) {
  put_on_one_line(text);
  append_sse(*out_, type, text);
}

void Output::place(json::Writer& writer) const {
  writer.field("item_id", id_);
  writer.field("output_index", done_.size());
}

std::string Output::items() const {
  std::string out = "[";
  for (const auto& item : done_) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  put_on_one_line(out);
  return out + ']';
}

// Items that a Responses server made keep its ids, because sealed reasoning may be bound to them.
void Output::open_item(std::string_view prefix) {
  close_message("completed");
  id_ = kept_id(part_);
  if (id_.empty()) id_ = fmt::format("{}{}_{}", prefix, context_.id, minted_++);
}

void Output::begin(const ir::Part& part) {
  part_ = part;
  text_.clear();
  annotations_.clear();
  scores_.clear();
  begun_ = false;
  growths_ = 0;
  losses_.extras_go_home(part.extras, here, "output");
  const auto first = [](auto& head) -> std::string { return std::exchange(head, {}); };
  std::visit(Overloaded{
                 [&](ir::Text& body) {
                   if (auto head = first(body.text); !head.empty()) grow_words(head);
                   for (const auto& citation : std::exchange(body.citations, {})) cite(citation);
                 },
                 [&](ir::Refusal& body) {
                   if (auto head = first(body.text); !head.empty()) grow_words(head);
                 },
                 [&](ir::Reasoning& body) {
                   if (auto head = first(body.text); !head.empty()) grow_thought(head);
                 },
                 [&](ir::ToolCall& body) {
                   if (auto head = first(body.arguments); !head.empty()) grow_call(head);
                 },
                 [](ir::Media&) {},
                 [](ir::ToolResult&) {},
                 [](ir::Opaque&) {},
             },
             part_.body);
}

void Output::grow(const ir::Event& event) {
  std::visit(Overloaded{
                 [](const ir::Started&) {},
                 [](const ir::Opened&) {},
                 [&](const ir::TextGrew& e) { grow_words(e.text); },
                 [&](const ir::RefusalGrew& e) { grow_words(e.text); },
                 [&](const ir::ThoughtGrew& e) { grow_thought(e.text); },
                 [&](const ir::ArgumentsGrew& e) { grow_call(e.text); },
                 [&](const ir::Cited& e) { cite(e.citation); },
                 [&](const ir::Scored& e) { std::ranges::copy(e.tokens, std::back_inserter(scores_)); },
                 [&](const ir::Signed& e) { seal(e.signature); },
                 [](const ir::Closed&) {},
                 [](const ir::Metered&) {},
                 [](const ir::Finished&) {},
                 [](const ir::Failed&) {},
             },
             event);
}

void Output::end() {
  std::visit(Overloaded{
                 [&](const ir::Text&) { end_words(); },
                 [&](const ir::Refusal&) { end_words(); },
                 [&](const ir::Reasoning&) { end_reasoning(); },
                 [&](const ir::ToolCall&) { end_call(); },
                 [&](const ir::Media&) { give_whole(); },
                 [&](const ir::ToolResult&) { losses_.dropped("output", "a tool result cannot be shown"); },
                 [&](const ir::Opaque&) { give_whole(); },
             },
             part_.body);
}

void Output::finish(std::string_view status) { close_message(status); }

// ---- messages ------------------------------------------------------------------------------------------------------

// With the first words: a text that stays empty is no item, unless it was one at home.
void Output::begin_words() {
  if (std::exchange(begun_, true)) return;
  const auto id = kept_id(part_);
  if (message_open_ && !id.empty() && id != id_) close_message("completed");
  if (!message_open_) {
    open_item("msg_");
    message_open_ = true;
    const auto* phase = spelling(part_.extras, here, "phase");
    phase_ = phase == nullptr ? json::Raw{} : *phase;
    event(event::item_added, [&](json::Writer& writer) {
      writer.field("output_index", done_.size());
      writer.key("item");
      writer.raw(message_item("in_progress"));
    });
  }
  refused_ = refused_ || std::holds_alternative<ir::Refusal>(part_.body);
  event(event::part_added, [&](json::Writer& writer) {
    place(writer);
    writer.field("content_index", contents_.size());
    writer.key("part");
    writer.raw(content({}));
  });
}

void Output::grow_words(const std::string& text) {
  if (text.empty()) return;
  begin_words();
  text_ += text;
  const bool refusal = std::holds_alternative<ir::Refusal>(part_.body);
  event(refusal ? event::refusal_delta : event::text_delta, [&](json::Writer& writer) {
    place(writer);
    writer.field("content_index", contents_.size());
    writer.field("delta", text);
    if (refusal) return;
    writer.key("logprobs");
    writer.raw("[]");
  });
}

void Output::cite(const ir::Citation& citation) {
  losses_.extras_go_home(citation.extras, here, "output");
  if (citation.url.empty()) return losses_.approximated("output", "a citation without an address cannot be shown");
  begin_words();
  json::Writer annotation;
  write_citation(annotation, citation, text_);
  annotations_.push_back(std::move(annotation).take());
  event(event::annotation, [&](json::Writer& writer) {
    place(writer);
    writer.field("content_index", contents_.size());
    writer.field("annotation_index", annotations_.size() - 1);
    writer.key("annotation");
    writer.raw(annotations_.back());
  });
}

std::string Output::content(std::string_view text) const {
  json::Writer writer;
  writer.begin_object();
  if (std::holds_alternative<ir::Refusal>(part_.body)) {
    writer.field("type", part::refusal);
    writer.field("refusal", text);
  } else {
    writer.field("type", part::output_text);
    writer.field("text", text);
    writer.key("annotations");
    writer.begin_array();
    for (const auto& annotation : annotations_) writer.raw(annotation);
    writer.end_array();
    writer.key("logprobs");
    openai_chat::write_scores(writer, scores_);
  }
  writer.end_object();
  return std::move(writer).take();
}

void Output::end_words() {
  if (!begun_ && kept_id(part_).empty()) return;
  begin_words();
  const bool refusal = std::holds_alternative<ir::Refusal>(part_.body);
  event(refusal ? event::refusal_done : event::text_done, [&](json::Writer& writer) {
    place(writer);
    writer.field("content_index", contents_.size());
    writer.field(refusal ? "refusal" : "text", text_);
    if (refusal) return;
    writer.key("logprobs");
    openai_chat::write_scores(writer, scores_);
  });
  auto whole = content(text_);
  event(event::part_done, [&](json::Writer& writer) {
    place(writer);
    writer.field("content_index", contents_.size());
    writer.key("part");
    writer.raw(whole);
  });
  contents_.push_back(std::move(whole));
}

std::string Output::message_item(std::string_view status) const {
  json::Writer writer;
  writer.begin_object();
  writer.field("id", id_);
  writer.field("type", item::message);
  writer.field("status", status);
  writer.field("role", "assistant");
  if (!phase_.empty()) writer.field("phase", phase_);
  writer.key("content");
  writer.begin_array();
  for (const auto& content : contents_) writer.raw(content);
  writer.end_array();
  writer.end_object();
  return std::move(writer).take();
}

void Output::close_message(std::string_view status) {
  if (!std::exchange(message_open_, false)) return;
  auto item = message_item(status);
  event(event::item_done, [&](json::Writer& writer) {
    writer.field("output_index", done_.size());
    writer.key("item");
    writer.raw(item);
  });
  done_.push_back(std::move(item));
  contents_.clear();
}

// ---- whole items ---------------------------------------------------------------------------------------------------

void Output::give_whole() {
  if (const auto* media = std::get_if<ir::Media>(&part_.body)) {
    const auto* data = std::get_if<ir::InlineData>(&media->source);
    if (media->kind == ir::MediaKind::image && data != nullptr) return give_image(*media, *data);
    return losses_.dropped("output", "media other than inline images cannot be shown");
  }
  const auto& opaque = std::get<ir::Opaque>(part_.body);
  if (opaque.origin != here) return losses_.dropped("output", "a part of another provider cannot be shown");
  close_message("completed");
  for (const auto type : {event::item_added, event::item_done})
    event(type, [&](json::Writer& writer) {
      writer.field("output_index", done_.size());
      writer.key("item");
      writer.value(opaque.raw);
    });
  done_.push_back(opaque.raw.text);
}

void Output::give_image(const ir::Media& media, const ir::InlineData& data) {
  open_item("ig_");
  const auto written = [&](std::string_view status, bool whole) {
    json::Writer writer;
    writer.begin_object();
    writer.field("id", id_);
    writer.field("type", item::image_call);
    writer.field("status", status);
    writer.field("output_format", media.mime.substr(media.mime.find('/') + 1));
    writer.key("result");
    whole ? writer.value(data.base64) : writer.null();
    writer.end_object();
    return std::move(writer).take();
  };
  auto done = written("completed", true);
  const auto say = [&](std::string_view type, const std::string& item) {
    event(type, [&](json::Writer& writer) {
      writer.field("output_index", done_.size());
      writer.key("item");
      writer.raw(item);
    });
  };
  say(event::item_added, written("in_progress", false));
  for (const auto type : {event::image_in_progress, event::image_completed})
    event(type, [&](json::Writer& writer) { place(writer); });
  say(event::item_done, done);
  done_.push_back(std::move(done));
}

}  // namespace agt::dialect::openai_responses

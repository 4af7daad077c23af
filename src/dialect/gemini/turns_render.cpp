#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/overloaded.h"
#include "dialect/gemini/config.h"
#include "dialect/gemini/parts.h"
#include "ir/turns.h"

namespace agt::dialect::gemini {
namespace {

constexpr std::string_view filler_text = ".";  // blank texts are refused

void write_text(json::Writer& writer, const json::Words& text) {
  writer.begin_object();
  writer.field("text", text);
  writer.end_object();
}

// Writes the turns as they come: a request is large, and its parts are not put together twice.
class Turns {
 public:
  Turns(const Rendering& rendering, json::Writer& writer)
      : rendering_(rendering), losses_(rendering.losses), writer_(writer) {}

  Result<> run() {
    const auto messages = ir::turns(rendering_.request, {.merge_same_role = true}, losses_);
    note_calls(messages);
    for (const auto& message : messages) {
      losses_.extras_go_home(message.extras, ir::Dialect::gemini, "messages");
      if (!message.name.empty()) losses_.harmless("messages.name", "gemini does not tell participants apart");
      model_ = message.role == ir::Role::assistant;
      if (model_) {
        TRY_OK(model_turn(message));
      } else {
        TRY_OK(user_turn(message));
      }
    }
    if (!open_) put_filler_first();
    if (open_model_)
      losses_.approximated("messages", "gemini does not continue a begun answer; it was sent as a finished turn");
    end_turn();
    return {};
  }

 private:
  void begin_turn(bool model) {
    writer_.begin_object();
    writer_.field("role", model ? "model" : "user");
    writer_.key("parts");
    writer_.begin_array();
    open_ = true;
    open_model_ = model;
  }

  void end_turn() {
    writer_.end_array();
    writer_.end_object();
  }

  void put_filler_first() {
    losses_.approximated("messages", "gemini wants a user turn first; a short one was put in front");
    begin_turn(false);
    write_text(writer_, filler_text);
  }

  // Whatever must be written before a part of the turn at hand: empty turns are none, and those of the same side in a
  // row are one.
  void turn() {
    if (inside_ > 0 || (open_ && open_model_ == model_)) return;
    if (!open_ && model_) put_filler_first();
    if (open_) end_turn();
    begin_turn(model_);
  }

  template <class Body>
  void part(Body&& body) {
    turn();
    writer_.begin_object();
    body();
    writer_.end_object();
  }

  void note(const ir::Part& part) {
    losses_.extras_go_home(part.extras, ir::Dialect::gemini, fmt::format("messages.{}", kind_name(part.body)));
    if (part.signature && part.signature->signer != ir::Dialect::gemini &&
        !std::holds_alternative<ir::Reasoning>(part.body))
      losses_.harmless("messages.signature", "a signature means something to its signer only");
  }

  static std::string own_signature(const ir::Part& part) {
    return part.signature && part.signature->signer == ir::Dialect::gemini ? part.signature->blob : std::string{};
  }

  Result<> model_turn(const ir::Message& message) {
    std::string carried;  // the signature of a thought belongs to the part after it: thoughts themselves have none
    // Google asks for it in the current turn only. It is given in all: a turn that changed its bytes when the next one
    // begins would miss the provider's cache.
    bool needs_signature = rendering_.target.facts.signatures_required;
    for (const auto& part : message.parts) {
      note(part);
      auto signature = own_signature(part);
      if (std::holds_alternative<ir::Reasoning>(part.body)) {
        if (!signature.empty()) carried = std::move(signature);
        losses_.harmless("messages.reasoning", "gemini takes no thoughts back, only its own signatures");
        continue;
      }
      if (signature.empty()) std::swap(signature, carried);
      if (const auto* call = std::get_if<ir::ToolCall>(&part.body)) {
        if (needs_signature && signature.empty()) signature = signature_sentinel;
        needs_signature = false;
        call_part(*call, signature);
        continue;
      }
      TRY_OK(plain_part(part, signature));
    }
    if (!carried.empty()) text_part(json::Words(), carried);
    return {};
  }

  void text_part(const json::Words& text, std::string_view signature) {
    part([&] {
      writer_.field("text", text);
      if (!signature.empty()) writer_.field("thoughtSignature", signature);
    });
  }

  void call_part(const ir::ToolCall& call, std::string_view signature) {
    const auto arguments = object_arguments(call);
    if (arguments.wrapped)
      losses_.approximated("messages",
                           fmt::format("the arguments of tool call {} are no JSON object; sent as _raw", call.id));
    part([&] {
      writer_.key("functionCall");
      const auto name = rendering_.names.upstream(call.name, call.name_space);
      write_call(writer_, legal_tool_id(call.id), name, arguments.object);
      if (!signature.empty()) writer_.field("thoughtSignature", signature);
    });
  }

  Result<> user_turn(const ir::Message& message) {
    for (const auto& part : message.parts)
      if (const auto* result = std::get_if<ir::ToolResult>(&part.body)) TRY_OK(result_part(*result));
    for (const auto& part : message.parts) {
      note(part);
      if (const auto* result = std::get_if<ir::ToolResult>(&part.body)) {
        TRY_OK(beside_result(*result));
        continue;
      }
      TRY_OK(plain_part(part, own_signature(part)));
    }
    return {};
  }

  // Inline images and documents stand in the functionResponse itself where the model takes them there.
  [[nodiscard]] bool stays_in_result(const ir::Part& part) const {
    const auto* media = std::get_if<ir::Media>(&part.body);
    return media != nullptr && rendering_.target.facts.media_in_results &&
           std::holds_alternative<ir::InlineData>(media->source) &&
           (media->kind == ir::MediaKind::image || media->kind == ir::MediaKind::document);
  }

  Result<> beside_result(const ir::ToolResult& result) {
    for (const auto& inner : result.content) {
      if (std::holds_alternative<ir::Text>(inner.body) || stays_in_result(inner)) continue;
      if (std::holds_alternative<ir::Media>(inner.body))
        losses_.approximated("messages", "media of a tool result were put beside it");
      TRY_OK(plain_part(inner, ""));
    }
    return {};
  }

  Result<> result_part(const ir::ToolResult& result) {
    const bool media = std::ranges::any_of(
        result.content, [](const ir::Part& part) { return std::holds_alternative<ir::Media>(part.body); });
    Result<> within;
    part([&] {
      writer_.key("functionResponse");
      writer_.begin_object();
      writer_.field("id", legal_tool_id(result.call_id));
      writer_.field("name", upstream_name(result));
      writer_.key("response");
      writer_.begin_object();
      // Also when the text happens to be JSON: one stable rule.
      write_said(result, result.is_error ? "error" : "output", media ? "The result is attached." : "");
      writer_.end_object();
      if (std::ranges::any_of(result.content, [this](const auto& inner) { return stays_in_result(inner); }))
        within = parts_in_result(result);
      writer_.end_object();
    });
    return within;
  }

  void write_said(const ir::ToolResult& result, std::string_view member, std::string_view instead) {
    // The usual result is one text, which need not be put together.
    const auto* only = result.content.size() == 1 ? std::get_if<ir::Text>(&result.content.front().body) : nullptr;
    if (only != nullptr && !only->text.empty()) return writer_.field(member, only->text);
    const auto text = ir::plain_text(result.content);
    writer_.field(member, text.empty() ? json::Words(instead) : text);
  }

  Result<> parts_in_result(const ir::ToolResult& result) {
    writer_.key("parts");
    writer_.begin_array();
    ++inside_;  // what is inside has no resolution of its own
    Result<> written;
    for (const auto& inner : result.content)
      if (written && stays_in_result(inner)) written = plain_part(inner, "");
    --inside_;
    writer_.end_array();
    return written;
  }

  void note_calls(const std::vector<ir::Message>& messages) {
    for (const auto& message : messages)
      for (const auto& part : message.parts)
        if (const auto* call = std::get_if<ir::ToolCall>(&part.body)) calls_.emplace(call->id, call);
  }

  // The namespace of a result's tool is said by its call only.
  std::string upstream_name(const ir::ToolResult& result) const {
    const auto found = calls_.find(result.call_id);
    if (found == calls_.end()) return rendering_.names.upstream(result.name);
    return rendering_.names.upstream(found->second->name, found->second->name_space);
  }

  Result<> plain_part(const ir::Part& one, const std::string& signature) {
    const auto text = [&](const json::Words& words) -> Result<> {
      if (!words.empty() || !signature.empty()) text_part(words, signature);
      return {};
    };
    return std::visit(Overloaded{
                          [&](const ir::Text& body) { return text(body.text); },
                          [&](const ir::Refusal& body) { return text(body.text); },
                          [&](const ir::Reasoning&) -> Result<> {
                            losses_.harmless("messages.reasoning", "gemini takes no thoughts back");
                            return {};
                          },
                          [&](const ir::Media& body) { return media(body, signature); },
                          [&](const ir::ToolCall& body) -> Result<> {
                            call_part(body, signature);
                            return {};
                          },
                          [](const ir::ToolResult&) -> Result<> { return {}; },
                          [&](const ir::Opaque& body) -> Result<> {
                            if (body.origin == ir::Dialect::gemini)
                              turn(), writer_.value(body.raw);
                            else
                              losses_.dropped("messages",
                                              fmt::format("a part that only {} understands", name(body.origin)));
                            return {};
                          },
                      },
                      one.body);
  }

  Result<> media(const ir::Media& media, const std::string& signature) {
    TRY_OK(accepted(media));
    if (std::holds_alternative<ir::UrlSource>(media.source))
      losses_.approximated("messages", fmt::format("gemini fetches the URL of the {} itself", name(media.kind)));
    if (!media.name.empty()) losses_.harmless("messages.filename", "gemini has no field for the name of a file");
    part([&] {
      write_media(writer_, media);
      write_resolution(media);
      if (!signature.empty()) writer_.field("thoughtSignature", signature);
    });
    return {};
  }

  void write_resolution(const ir::Media& media) {
    if (media.detail == ir::Detail::unset) return;
    const auto& facts = rendering_.target.facts;
    if (!facts.media_resolution)
      return losses_.dropped("messages.detail", "this model cannot be told how closely to look at an image");
    losses_.approximated("messages.detail", "it became a media resolution, which is not quite the same");
    if (!facts.part_resolution || inside_ > 0) return;  // the request says it for all of them
    writer_.key("mediaResolution");
    writer_.begin_object();
    writer_.field("level", resolution_of(media.detail, true));
    writer_.end_object();
  }

  Result<> accepted(const ir::Media& media) const {
    const auto& facts = rendering_.target.facts;
    const auto refuse = [&](std::string_view why) {
      return fail(Code::feature_unsupported, fmt::format("messages: {}", why), "messages");
    };
    const auto* file = std::get_if<ir::FileSource>(&media.source);
    if (file != nullptr && file->origin != ir::Dialect::gemini)
      return refuse(fmt::format("gemini cannot read a file that was uploaded to {}.", name(file->origin)));
    if (facts.estimated) return {};
    const bool taken = media.kind == ir::MediaKind::image      ? facts.images
                       : media.kind == ir::MediaKind::document ? facts.documents
                       : media.kind == ir::MediaKind::audio    ? facts.audio
                                                               : true;
    if (!taken) return refuse(fmt::format("this model takes no {} input.", name(media.kind)));
    return {};
  }

  const Rendering& rendering_;
  ir::Losses& losses_;
  std::map<std::string_view, const ir::ToolCall*> calls_{};  // by id, the first of each
  json::Writer& writer_;
  bool model_ = false;       // whose turn the part at hand belongs to
  bool open_ = false;        // a turn is being written …
  bool open_model_ = false;  // … and whose
  int inside_ = 0;           // of a functionResponse
};

std::string schema_words(const ir::ResponseFormat& format) {
  if (format.schema.empty()) return "Answer with one JSON object and nothing else.";
  return fmt::format("Answer with one JSON value and nothing else. It must match this JSON Schema:\n{}",
                     format.schema.text);
}

}  // namespace

Result<> write_contents(json::Writer& writer, const Rendering& rendering) {
  if (rendering.home) {
    write_home_contents(writer, rendering.request);
    return {};
  }
  writer.key("contents");
  writer.begin_array();
  TRY_OK(Turns(rendering, writer).run());
  writer.end_array();
  return {};
}

void write_system(json::Writer& writer, const Rendering& rendering) {
  const auto& request = rendering.request;
  if (rendering.home) {
    write_home_system(writer, request);
    return;
  }
  std::vector<json::Words> texts;
  for (const auto& part : ir::system_parts(request)) {
    rendering.losses.extras_go_home(part.extras, ir::Dialect::gemini, "system");
    const auto* text = std::get_if<ir::Text>(&part.body);
    if (text == nullptr)
      rendering.losses.dropped("system", fmt::format("a {} in the system prompt", kind_name(part.body)));
    else if (!text->text.empty())
      texts.push_back(text->text);
  }
  if (schema_goes_into_words(rendering)) {
    rendering.losses.approximated("response_format",
                                  "this model takes no schema beside tools; it was asked for in words");
    texts.emplace_back(schema_words(*request.response_format));
  }
  if (texts.empty()) return;
  writer.key("systemInstruction");
  writer.begin_object();
  writer.key("parts");
  writer.begin_array();
  for (const auto& text : texts) write_text(writer, text);
  writer.end_array();
  writer.end_object();
}

}  // namespace agt::dialect::gemini

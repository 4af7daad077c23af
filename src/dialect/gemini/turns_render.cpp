#include <fmt/format.h>

#include <algorithm>

#include "core/overloaded.h"
#include "dialect/gemini/config.h"
#include "dialect/gemini/parts.h"
#include "ir/turns.h"

namespace agt::dialect::gemini {
namespace {

// ---- home ----------------------------------------------------------------------------------------------------------

void write_home_parts(json::Writer& writer, const std::vector<ir::Part>& parts, const ir::Extras& extras,
                      std::string_view section) {
  const auto* own = spelled(extras, section, "parts");
  if (own != nullptr && own->text != "{}" && parts.empty()) return;  // absent, or null and written with the rest
  const bool alone = own != nullptr && parts.size() == 1;
  writer.key("parts");
  if (!alone) writer.begin_array();
  for (const auto& part : parts) {
    writer.begin_object();
    write_home_part(writer, part);
    writer.end_object();
  }
  if (!alone) writer.end_array();
}

void write_home_content(json::Writer& writer, const ir::Message& message) {
  writer.begin_object();
  if (!write_spelled(writer, message.extras, section::top, "role"))
    writer.field("role", message.role == ir::Role::assistant ? "model" : "user");
  write_home_parts(writer, message.parts, message.extras, section::top);
  write_rest(writer, message.extras, section::top);
  writer.end_object();
}

void write_home_contents(json::Writer& writer, const ir::Request& request) {
  const bool alone = spelled(request.extras, section::top, "contents") != nullptr && request.messages.size() == 1;
  writer.key("contents");
  if (!alone) writer.begin_array();
  for (const auto& message : request.messages) write_home_content(writer, message);
  if (!alone) writer.end_array();
}

void write_home_system(json::Writer& writer, const ir::Request& request) {
  const auto& extras = request.extras;
  if (write_spelled(writer, extras, section::top, "systemInstruction")) return;
  if (request.system.empty() && !has_rest(extras, section::system)) return;
  writer.key("systemInstruction");
  writer.begin_object();
  write_spelled(writer, extras, section::system, "role");
  write_home_parts(writer, request.system, extras, section::system);
  write_rest(writer, extras, section::system);
  writer.end_object();
}

// ---- from elsewhere ------------------------------------------------------------------------------------------------

constexpr std::string_view filler_text = ".";  // blank texts are refused

struct Turn {
  bool model = false;
  std::vector<std::string> parts{};  // JSON objects
};

template <class Body>
std::string object_of(Body&& body) {
  json::Writer writer;
  writer.begin_object();
  body(writer);
  writer.end_object();
  return std::move(writer).take();
}

std::string text_object(std::string_view text, std::string_view signature = {}) {
  return object_of([&](json::Writer& writer) {
    writer.field("text", text);
    if (!signature.empty()) writer.field("thoughtSignature", signature);
  });
}

class Turns {
 public:
  explicit Turns(const Rendering& rendering) : rendering_(rendering), losses_(rendering.losses) {}

  Result<std::vector<Turn>> run() {
    messages_ = ir::turns(rendering_.request, {.merge_same_role = true}, losses_);
    for (const auto& message : messages_) {
      losses_.extras_go_home(message.extras, ir::Dialect::gemini, "messages");
      if (!message.name.empty()) losses_.harmless("messages.name", "gemini does not tell participants apart");
      if (message.role == ir::Role::assistant) {
        TRY_OK(model_turn(message));
      } else {
        TRY_OK(user_turn(message));
      }
    }
    close_the_ends();
    return std::move(out_);
  }

 private:
  void add(Turn turn) {
    if (turn.parts.empty()) return;
    if (!out_.empty() && out_.back().model == turn.model)
      std::ranges::move(turn.parts, std::back_inserter(out_.back().parts));
    else
      out_.push_back(std::move(turn));
  }

  void close_the_ends() {
    if (out_.empty() || out_.front().model) {
      losses_.approximated("messages", "gemini wants a user turn first; a short one was put in front");
      out_.insert(out_.begin(), Turn{.model = false, .parts = {text_object(filler_text)}});
    }
    if (out_.back().model)
      losses_.approximated("messages", "gemini does not continue a begun answer; it was sent as a finished turn");
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
    Turn turn{.model = true};
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
        turn.parts.push_back(call_object(*call, signature));
        continue;
      }
      TRY_OK(plain_part(part, signature, turn.parts));
    }
    if (!carried.empty()) turn.parts.push_back(text_object("", carried));
    add(std::move(turn));
    return {};
  }

  std::string call_object(const ir::ToolCall& call, std::string_view signature) {
    const auto arguments = object_arguments(call);
    if (arguments.wrapped)
      losses_.approximated("messages",
                           fmt::format("the arguments of tool call {} are no JSON object; sent as _raw", call.id));
    return object_of([&](json::Writer& writer) {
      writer.key("functionCall");
      const auto name = rendering_.names.upstream(call.name, call.name_space);
      write_call(writer, legal_tool_id(call.id), name, arguments.object);
      if (!signature.empty()) writer.field("thoughtSignature", signature);
    });
  }

  Result<> user_turn(const ir::Message& message) {
    Turn turn{.model = false};
    for (const auto& part : message.parts)
      if (const auto* result = std::get_if<ir::ToolResult>(&part.body)) {
        TRY(auto object, result_object(*result));
        turn.parts.push_back(std::move(object));
      }
    for (const auto& part : message.parts) {
      note(part);
      if (const auto* result = std::get_if<ir::ToolResult>(&part.body)) {
        TRY_OK(beside_result(*result, turn));
        continue;
      }
      TRY_OK(plain_part(part, own_signature(part), turn.parts));
    }
    add(std::move(turn));
    return {};
  }

  // Inline images and documents stand in the functionResponse itself where the model takes them there.
  [[nodiscard]] bool stays_in_result(const ir::Part& part) const {
    const auto* media = std::get_if<ir::Media>(&part.body);
    return media != nullptr && rendering_.target.facts.media_in_results &&
           std::holds_alternative<ir::InlineData>(media->source) &&
           (media->kind == ir::MediaKind::image || media->kind == ir::MediaKind::document);
  }

  Result<> beside_result(const ir::ToolResult& result, Turn& turn) {
    for (const auto& inner : result.content) {
      if (std::holds_alternative<ir::Text>(inner.body) || stays_in_result(inner)) continue;
      if (std::holds_alternative<ir::Media>(inner.body))
        losses_.approximated("messages", "media of a tool result were put beside it");
      TRY_OK(plain_part(inner, "", turn.parts));
    }
    return {};
  }

  Result<std::string> result_object(const ir::ToolResult& result) {
    const bool media = std::ranges::any_of(
        result.content, [](const ir::Part& part) { return std::holds_alternative<ir::Media>(part.body); });
    auto text = ir::plain_text(result.content);
    if (text.empty() && media) text = "The result is attached.";
    std::vector<std::string> inside;
    resolution_said_ = false;  // a part of a functionResponse has no such field
    for (const auto& inner : result.content)
      if (stays_in_result(inner)) TRY_OK(plain_part(inner, "", inside));
    resolution_said_ = true;
    return object_of([&](json::Writer& writer) {
      writer.key("functionResponse");
      writer.begin_object();
      writer.field("id", legal_tool_id(result.call_id));
      writer.field("name", upstream_name(result));
      writer.key("response");
      writer.begin_object();
      // Also when the text happens to be JSON: one stable rule.
      writer.field(result.is_error ? "error" : "output", text);
      writer.end_object();
      if (!inside.empty()) {
        writer.key("parts");
        writer.begin_array();
        for (const auto& part : inside) writer.raw(part);
        writer.end_array();
      }
      writer.end_object();
    });
  }

  // The namespace of a result's tool is said by its call only.
  std::string upstream_name(const ir::ToolResult& result) const {
    for (const auto& message : messages_)
      for (const auto& part : message.parts)
        if (const auto* call = std::get_if<ir::ToolCall>(&part.body); call != nullptr && call->id == result.call_id)
          return rendering_.names.upstream(call->name, call->name_space);
    return rendering_.names.upstream(result.name);
  }

  Result<> plain_part(const ir::Part& part, const std::string& signature, std::vector<std::string>& out) {
    const auto text = [&](const std::string& words) -> Result<> {
      if (!words.empty() || !signature.empty()) out.push_back(text_object(words, signature));
      return {};
    };
    return std::visit(Overloaded{
                          [&](const ir::Text& body) { return text(body.text); },
                          [&](const ir::Refusal& body) { return text(body.text); },
                          [&](const ir::Reasoning&) -> Result<> {
                            losses_.harmless("messages.reasoning", "gemini takes no thoughts back");
                            return {};
                          },
                          [&](const ir::Media& body) { return media(body, signature, out); },
                          [&](const ir::ToolCall& body) -> Result<> {
                            out.push_back(call_object(body, signature));
                            return {};
                          },
                          [](const ir::ToolResult&) -> Result<> { return {}; },
                          [&](const ir::Opaque& body) -> Result<> {
                            if (body.origin == ir::Dialect::gemini)
                              out.push_back(body.raw.text);
                            else
                              losses_.dropped("messages",
                                              fmt::format("a part that only {} understands", name(body.origin)));
                            return {};
                          },
                      },
                      part.body);
  }

  Result<> media(const ir::Media& media, const std::string& signature, std::vector<std::string>& out) {
    TRY_OK(accepted(media));
    if (std::holds_alternative<ir::UrlSource>(media.source))
      losses_.approximated("messages", fmt::format("gemini fetches the URL of the {} itself", name(media.kind)));
    if (!media.name.empty()) losses_.harmless("messages.filename", "gemini has no field for the name of a file");
    out.push_back(object_of([&](json::Writer& writer) {
      write_media(writer, media);
      write_resolution(writer, media);
      if (!signature.empty()) writer.field("thoughtSignature", signature);
    }));
    return {};
  }

  void write_resolution(json::Writer& writer, const ir::Media& media) {
    if (media.detail == ir::Detail::unset) return;
    const auto& facts = rendering_.target.facts;
    if (!facts.media_resolution)
      return losses_.dropped("messages.detail", "this model cannot be told how closely to look at an image");
    losses_.approximated("messages.detail", "it became a media resolution, which is not quite the same");
    if (!facts.part_resolution || !resolution_said_) return;  // the request says it for all of them
    writer.key("mediaResolution");
    writer.begin_object();
    writer.field("level", resolution_of(media.detail, true));
    writer.end_object();
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
  std::vector<ir::Message> messages_{};
  std::vector<Turn> out_{};
  bool resolution_said_ = true;
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
  TRY(const auto turns, Turns(rendering).run());
  writer.key("contents");
  writer.begin_array();
  for (const auto& turn : turns) {
    writer.begin_object();
    writer.field("role", turn.model ? "model" : "user");
    writer.key("parts");
    writer.begin_array();
    for (const auto& part : turn.parts) writer.raw(part);
    writer.end_array();
    writer.end_object();
  }
  writer.end_array();
  return {};
}

void write_system(json::Writer& writer, const Rendering& rendering) {
  const auto& request = rendering.request;
  if (rendering.home) {
    write_home_system(writer, request);
    return;
  }
  std::vector<std::string> texts;
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
    texts.push_back(schema_words(*request.response_format));
  }
  if (texts.empty()) return;
  writer.key("systemInstruction");
  writer.begin_object();
  writer.key("parts");
  writer.begin_array();
  for (const auto& text : texts) writer.raw(text_object(text));
  writer.end_array();
  writer.end_object();
}

}  // namespace agt::dialect::gemini

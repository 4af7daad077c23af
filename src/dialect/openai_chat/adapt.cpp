// The conversation of another dialect as chat messages.
#include <fmt/format.h>

#include <algorithm>

#include "core/overloaded.h"
#include "dialect/openai_chat/request.h"
#include "dialect/openai_chat/shared_messages.h"
#include "dialect/openai_chat/wire.h"
#include "ir/turns.h"

namespace agt::dialect::openai_chat {
namespace {

class Adapter : private SharedMessages {
 public:
  Adapter(const RenderTarget& target, const ToolNames& names, ir::Losses& losses)
      : SharedMessages(here, target, names, losses) {}

  Result<> add_system(const std::vector<ir::Part>& parts) {
    for (const auto& part : parts) {
      ir::Message message{.role = facts_.developer_role ? ir::Role::developer : ir::Role::system};
      TRY_OK(add_words(message, part, "system"));
      push(std::move(message));
    }
    return {};
  }

  Result<> add(const ir::Message& turn) {
    losses_.extras_go_home(turn.extras, here, path);
    switch (turn.role) {
      case ir::Role::system:
      case ir::Role::developer: return add_system(turn.parts);
      case ir::Role::user: return add_user(turn);
      case ir::Role::assistant: break;
    }
    return add_assistant(turn);
  }

  std::vector<ir::Message> take() && {
    trim_cache_marks();
    return std::move(out_);
  }

 private:
  void push(ir::Message message) {
    if (!message.parts.empty()) out_.push_back(std::move(message));
  }

  Result<> add_words(ir::Message& message, const ir::Part& part, std::string_view at) {
    if (std::holds_alternative<ir::Text>(part.body)) {
      message.parts.push_back(stripped(part, at));
    } else {
      losses_.dropped(std::string(at), fmt::format("a system message cannot hold a {}", ir::kind_name(part.body)));
    }
    return {};
  }

  // Tool results first, one message each; then the media that were in them; then what the user says.
  Result<> add_user(const ir::Message& turn) {
    ir::Message media{.role = ir::Role::user};
    ir::Message words{.role = ir::Role::user, .name = turn.name};
    for (const auto& part : turn.parts) {
      if (std::holds_alternative<ir::ToolResult>(part.body)) {
        TRY_OK(add_result(part, media));
      } else {
        TRY_OK(add_user_part(part, words));
      }
    }
    push(std::move(media));
    push(std::move(words));
    return {};
  }

  Result<> add_user_part(const ir::Part& part, ir::Message& to) {
    return std::visit(Overloaded{
                          [&](const ir::Text&) -> Result<> {
                            to.parts.push_back(stripped(part, path));
                            return {};
                          },
                          [&](const ir::Refusal& refusal) -> Result<> {
                            to.parts.push_back(ir::text_part(refusal.text));
                            return {};
                          },
                          [&](const ir::Reasoning&) -> Result<> { return drop(part); },
                          [&](const ir::Media& media) -> Result<> { return add_media(part, media, to); },
                          [&](const ir::ToolCall&) -> Result<> { return drop(part); },
                          [&](const ir::ToolResult&) -> Result<> { return drop(part); },
                          [&](const ir::Opaque&) -> Result<> { return drop(part); },
                      },
                      part.body);
  }

  void tell_dropped(const ir::Part& part) {
    losses_.dropped(std::string(path), fmt::format("a {} has no place here", ir::kind_name(part.body)));
  }
  Result<> drop(const ir::Part& part) {
    tell_dropped(part);
    return {};
  }

  Result<> add_media(const ir::Part& part, const ir::Media& media, ir::Message& to) {
    auto out = stripped(part, path);
    auto& own = std::get<ir::Media>(out.body);
    switch (media.kind) {
      case ir::MediaKind::image: TRY_OK(check_image(media)); break;
      case ir::MediaKind::audio: TRY_OK(adapt_audio(own)); break;
      case ir::MediaKind::document: TRY_OK(adapt_document(out, own)); break;
      case ir::MediaKind::video: return unsupported("Chat Completions takes no video");
    }
    to.parts.push_back(std::move(out));
    return {};
  }

  Result<> check_image(const ir::Media& media) const {
    if (!facts_.images && !facts_.estimated) return unsupported("this model takes no images");
    if (std::holds_alternative<ir::FileSource>(media.source))
      return unsupported("Chat Completions takes images by URL or inline, not by file id");
    return {};
  }

  Result<> adapt_audio(ir::Media& media) const {
    if (!facts_.audio && !facts_.estimated) return unsupported("this model takes no audio");
    if (!std::holds_alternative<ir::InlineData>(media.source))
      return unsupported("Chat Completions takes audio inline only");
    // The API takes the formats "wav" and "mp3" (2026-11).
    const bool mp3 = media.mime == "audio/mpeg" || media.mime == "audio/mp3";
    const bool wav = media.mime == "audio/wav" || media.mime == "audio/wave" || media.mime == "audio/x-wav";
    if (!mp3 && !wav) return unsupported(fmt::format("Chat Completions takes wav and mp3, not {}", media.mime));
    media.mime = mp3 ? "audio/mp3" : "audio/wav";
    return {};
  }

  Result<> adapt_document(ir::Part& part, ir::Media& media) {
    if (const auto* file = std::get_if<ir::FileSource>(&media.source)) {
      if (file->origin == ir::Dialect::openai_responses) return {};  // both APIs of OpenAI share their files
      return unsupported("a file id of another provider means nothing here");
    }
    if (!std::holds_alternative<ir::InlineData>(media.source))
      return unsupported("Chat Completions takes documents inline, not by URL");
    TRY(const bool done, document_as_text(part));
    if (done) return {};
    if (!facts_.documents && !facts_.estimated) return unsupported("this model takes no documents");
    if (media.name.empty()) media.name = "document.pdf";  // the API wants a name beside file_data
    return {};
  }

  Result<> add_result(const ir::Part& part, ir::Message& media) {
    auto own = stripped(part, path);
    own.cache.reset();
    auto& result = std::get<ir::ToolResult>(own.body);
    const auto content = std::exchange(result.content, {});
    ir::Message message{.role = ir::Role::user};
    const auto media_before = media.parts.size();
    for (const auto& inner : content) {
      if (const auto* text = std::get_if<ir::Text>(&inner.body); text != nullptr) {
        result.content.push_back(stripped(inner, path));
      } else if (const auto* attached = std::get_if<ir::Media>(&inner.body)) {
        if (media.parts.size() == media_before)
          media.parts.push_back(
              ir::text_part(fmt::format("Attached to the result of tool call {}:", legal_tool_id(result.call_id))));
        TRY_OK(add_media(inner, *attached, media));
      } else {
        TRY_OK(drop(inner));
      }
    }
    if (media.parts.size() != media_before) {
      losses_.approximated(std::string(path), "what a tool result held beside text was moved to a user message");
      if (result.content.empty())
        result.content.push_back(ir::text_part("The result is attached to the next user message."));
    }
    if (result.is_error) mark_error(result);
    if (result.content.empty()) result.content.push_back(ir::text_part(""));
    result.call_id = legal_tool_id(result.call_id);
    result.name.clear();
    message.parts.push_back(std::move(own));
    push(std::move(message));
    return {};
  }

  void mark_error(ir::ToolResult& result) {
    losses_.approximated(std::string(path), "a tool message cannot say that it is an error; its text does");
    if (result.content.empty()) result.content.push_back(ir::text_part(""));
    auto& first = std::get<ir::Text>(result.content.front().body);
    first.text = "Error: " + first.text.plain();
  }

  Result<> add_assistant(const ir::Message& turn) {
    ir::Message message{.role = ir::Role::assistant, .name = turn.name};
    bool called = false;
    bool reordered = false;
    for (const auto& part : turn.parts) {
      reordered = reordered || (called && std::holds_alternative<ir::Text>(part.body));
      called = called || std::holds_alternative<ir::ToolCall>(part.body);
      add_assistant_part(part, message);
    }
    if (reordered) losses_.approximated(std::string(path), "text after a tool call stands before it");
    const bool says = std::ranges::any_of(message.parts,
                                          [](const auto& part) { return std::holds_alternative<ir::Text>(part.body); });
    if (!says) spell(message.extras, "content", "null");
    push(std::move(message));
    return {};
  }

  void add_assistant_part(const ir::Part& part, ir::Message& to) {
    std::visit(
        Overloaded{
            [&](const ir::Text&) { to.parts.push_back(stripped(part, path)); },
            [&](const ir::Refusal&) { to.parts.push_back(stripped(part, path)); },
            [&](const ir::Reasoning&) {
              losses_.harmless(std::string(path), "reasoning is not sent back on this protocol");
            },
            [&](const ir::Media&) { losses_.dropped(std::string(path), "an assistant message cannot hold media"); },
            [&](const ir::ToolCall& call) { to.parts.push_back(adapted_call(part, call)); },
            [&](const ir::ToolResult&) { tell_dropped(part); },
            [&](const ir::Opaque&) { tell_dropped(part); },
        },
        part.body);
  }
};

}  // namespace

Result<ir::Request> adapted(const ir::Request& request, const RenderTarget& target, const ToolNames& names,
                            ir::Losses& losses) {
  ir::Request own;
  TRY_OK(adapt_settings(request, target, names, own, losses));
  Adapter adapter(target, names, losses);
  TRY_OK(adapter.add_system(ir::system_parts(request)));
  // Same-role messages are merged because Responses says one assistant turn in several items.
  const auto turns = ir::turns(request, {.merge_same_role = true, .system_inside = true}, losses);
  for (const auto& turn : turns) TRY_OK(adapter.add(turn));
  if (!turns.empty() && turns.back().role == ir::Role::assistant)
    losses.approximated("messages", "a begun answer is not continued here; it was sent as a finished message");
  own.messages = std::move(adapter).take();
  if (own.messages.empty()) return fail(Code::schema, "The conversation is empty.", "messages");
  return own;
}

}  // namespace agt::dialect::openai_chat

// The conversation of another dialect as input items.
#include <fmt/format.h>

#include <algorithm>

#include "core/overloaded.h"
#include "dialect/openai_chat/request.h"
#include "dialect/openai_chat/shared_messages.h"
#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/request.h"
#include "ir/turns.h"

namespace agt::dialect::openai_responses {
namespace {

constexpr std::string_view between_blocks = "\n\n";

class Adapter : private openai_chat::SharedMessages {
 public:
  Adapter(const RenderTarget& target, const ToolNames& names, ir::Losses& losses)
      : SharedMessages(here, target, names, losses) {}

  // As `instructions`, which every server knows; as a developer message where cache marks are worth keeping.
  Result<> add_system(const std::vector<ir::Part>& parts, ir::Request& to) {
    ir::Message message{.role = ir::Role::developer};
    for (const auto& part : parts) TRY_OK(add_part(part, message, "system"));
    const bool marked = std::ranges::any_of(message.parts, [](const auto& part) { return part.cache.has_value(); });
    if (marked) return push(std::move(message));
    std::string text;
    for (const auto& part : message.parts) {
      const auto* block = std::get_if<ir::Text>(&part.body);
      if (block == nullptr) continue;
      if (!text.empty()) text += between_blocks;
      text += block->text;
    }
    if (!text.empty()) to.system.push_back(ir::text_part(std::move(text)));
    return {};
  }

  Result<> add(const ir::Message& turn) {
    losses_.extras_go_home(turn.extras, here, path);
    if (!turn.name.empty()) losses_.harmless(std::string(path), "Responses knows no names of participants");
    if (turn.role == ir::Role::assistant) return add_assistant(turn);
    ir::Message words{.role = turn.role == ir::Role::user ? ir::Role::user : ir::Role::developer};
    for (const auto& part : turn.parts) {
      if (std::holds_alternative<ir::ToolResult>(part.body)) {
        TRY_OK(add_result(part));
      } else {
        TRY_OK(add_part(part, words, path));
      }
    }
    return push(std::move(words));
  }

  std::vector<ir::Message> take() && {
    trim_cache_marks();
    return std::move(out_);
  }

 private:
  Result<> push(ir::Message message) {
    if (message.parts.empty()) return {};
    spell(message.extras, here, array_mark, "");
    out_.push_back(std::move(message));
    return {};
  }

  void push_item(ir::Role role, ir::Part part) {
    ir::Message message{.role = role};
    message.parts.push_back(std::move(part));
    spell(message.extras, here, item_mark, "");
    out_.push_back(std::move(message));
  }

  void drop(const ir::Part& part, std::string_view at) {
    losses_.dropped(std::string(at), fmt::format("a {} has no place here", ir::kind_name(part.body)));
  }

  Result<> add_part(const ir::Part& part, ir::Message& to, std::string_view at) {
    if (std::holds_alternative<ir::Text>(part.body)) {
      to.parts.push_back(stripped(part, at));
    } else if (const auto* refusal = std::get_if<ir::Refusal>(&part.body)) {
      to.parts.push_back(ir::text_part(refusal->text));
    } else if (const auto* media = std::get_if<ir::Media>(&part.body); media != nullptr && to.role == ir::Role::user) {
      TRY_OK(add_media(part, *media, to.parts));
    } else {
      drop(part, at);
    }
    return {};
  }

  Result<> add_media(const ir::Part& part, const ir::Media& media, std::vector<ir::Part>& to) {
    auto out = stripped(part, path);
    switch (media.kind) {
      case ir::MediaKind::image:
        if (!facts_.images && !facts_.estimated) return unsupported("this model takes no images");
        break;
      case ir::MediaKind::document: TRY_OK(adapt_document(out)); break;
      case ir::MediaKind::audio: return unsupported("the Responses API takes no audio");
      case ir::MediaKind::video: return unsupported("the Responses API takes no video");
    }
    const auto* file = std::get_if<ir::FileSource>(&media.source);
    // Both APIs of OpenAI share their files.
    const bool own = file == nullptr || file->origin == here || file->origin == ir::Dialect::openai_chat;
    if (!own) return unsupported("a file id of another provider means nothing here");
    to.push_back(std::move(out));
    return {};
  }

  Result<> adapt_document(ir::Part& part) {
    TRY(const bool done, document_as_text(part));
    if (done) return {};
    auto& media = std::get<ir::Media>(part.body);
    if (!std::holds_alternative<ir::InlineData>(media.source))
      media.name.clear();  // a name stands beside file_data only
    else if (media.name.empty())
      media.name = "document.pdf";  // the API wants one there
    if (!facts_.documents && !facts_.estimated) return unsupported("this model takes no documents");
    return {};
  }

  Result<> add_result(const ir::Part& part) {
    auto own = stripped(part, path);
    own.cache.reset();
    auto& result = std::get<ir::ToolResult>(own.body);
    const auto content = std::exchange(result.content, {});
    for (const auto& inner : content) {
      if (const auto* media = std::get_if<ir::Media>(&inner.body)) {
        TRY_OK(add_media(inner, *media, result.content));
      } else if (std::holds_alternative<ir::Text>(inner.body)) {
        auto text = stripped(inner, path);
        std::get<ir::Text>(text.body).citations.clear();
        result.content.push_back(std::move(text));
      } else {
        drop(inner, path);
      }
    }
    if (result.is_error) mark_error(result);
    if (result.content.empty()) result.content.push_back(ir::text_part(""));
    result.call_id = legal_tool_id(result.call_id);
    const bool native = result.kind == ir::ToolCall::Kind::custom && facts_.custom_tools;
    if (!native) result.kind = ir::ToolCall::Kind::function;
    push_item(ir::Role::user, std::move(own));
    return {};
  }

  void mark_error(ir::ToolResult& result) {
    losses_.approximated(std::string(path), "an output cannot say that it is an error; its text does");
    auto* first = result.content.empty() ? nullptr : std::get_if<ir::Text>(&result.content.front().body);
    if (first == nullptr)
      result.content.insert(result.content.begin(), ir::text_part("Error: "));
    else
      first->text = "Error: " + first->text.plain();
  }

  // Text in a row is one message; calls and reasoning are items between. Reasoning without an item behind it is a 400
  // ("was provided without its required following item", seen 2026), so what ends a turn stays behind.
  Result<> add_assistant(const ir::Message& turn) {
    ir::Message words{.role = ir::Role::assistant};
    const auto flush = [&] { return push(std::exchange(words, ir::Message{.role = ir::Role::assistant})); };
    const auto says = [&](const ir::Part& part) {
      return std::holds_alternative<ir::Text>(part.body) || std::holds_alternative<ir::Refusal>(part.body) ||
             std::holds_alternative<ir::ToolCall>(part.body);
    };
    const auto last_said = std::find_if(turn.parts.rbegin(), turn.parts.rend(), says).base();
    for (auto part = turn.parts.begin(); part != turn.parts.end(); ++part) {
      const bool own = part->signature && part->signature->signer == here;
      if (const auto* call = std::get_if<ir::ToolCall>(&part->body)) {
        TRY_OK(flush());
        push_item(ir::Role::assistant, adapted_call(*part, *call));
      } else if (std::holds_alternative<ir::Reasoning>(part->body)) {
        if (!own || part >= last_said) {
          losses_.harmless(std::string(path), "reasoning that this provider has not signed stays behind");
          continue;
        }
        TRY_OK(flush());
        auto reasoning = stripped(*part, path);
        reasoning.signature = part->signature;
        push_item(ir::Role::assistant, std::move(reasoning));
      } else if (says(*part)) {
        words.parts.push_back(stripped(*part, path));
      } else {
        drop(*part, path);
      }
    }
    return flush();
  }
};

}  // namespace

Result<ir::Request> adapted(const ir::Request& request, const RenderTarget& target, const ToolNames& names,
                            ir::Losses& losses) {
  ir::Request own;
  TRY_OK(adapt_settings(request, target, names, own, losses));
  Adapter adapter(target, names, losses);
  TRY_OK(adapter.add_system(ir::system_parts(request), own));
  const auto turns = ir::turns(request, {.merge_same_role = true, .system_inside = true}, losses);
  for (const auto& turn : turns) TRY_OK(adapter.add(turn));
  if (!turns.empty() && turns.back().role == ir::Role::assistant)
    losses.approximated("messages", "a begun answer is not continued here; it was sent as a finished message");
  own.messages = std::move(adapter).take();
  if (own.messages.empty()) return fail(Code::schema, "The conversation is empty.", "messages");
  return own;
}

}  // namespace agt::dialect::openai_responses

#include "ir/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/overloaded.h"
#include "ir/limits.h"

namespace agt::ir {
namespace {

std::unexpected<Error> broken(std::string_view why) {
  return fail(Code::translate_reply, fmt::format("The upstream's stream is out of order: {}.", why));
}

template <class Body, class Words>
Result<> append(Part& part, Words Body::* field, const std::string& text) {
  auto* body = std::get_if<Body>(&part.body);
  if (body == nullptr) return broken(fmt::format("a {} grew as something else", kind_name(part.body)));
  body->*field += text;
  return {};
}

}  // namespace

Result<Part*> Folder::part(int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= response_.parts.size()) return broken("a part that never opened");
  return &response_.parts[static_cast<std::size_t>(index)];
}

Result<> Folder::take(const Event& event) {
  const auto grow = [this](int index, auto field, const std::string& text) -> Result<> {
    TRY(auto* grown, part(index));
    return append(*grown, field, text);
  };
  return std::visit(Overloaded{
                        [&](const Started& e) -> Result<> {
                          response_.id = e.id;
                          response_.model = e.model;
                          response_.usage = e.usage;
                          response_.extras = e.extras;
                          return {};
                        },
                        [&](const Opened& e) -> Result<> {
                          if (static_cast<std::size_t>(e.index) != response_.parts.size())
                            return broken("parts out of order");
                          if (response_.parts.size() >= parts_max) return broken("too many parts");
                          response_.parts.push_back(e.part);
                          return {};
                        },
                        [&](const TextGrew& e) { return grow(e.index, &Text::text, e.text); },
                        [&](const RefusalGrew& e) { return grow(e.index, &Refusal::text, e.text); },
                        [&](const ThoughtGrew& e) { return grow(e.index, &Reasoning::text, e.text); },
                        [&](const ArgumentsGrew& e) { return grow(e.index, &ToolCall::arguments, e.text); },
                        [&](const Cited& e) -> Result<> {
                          TRY(auto* cited, part(e.index));
                          auto* text = std::get_if<Text>(&cited->body);
                          if (text == nullptr) return broken("a citation outside of text");
                          text->citations.push_back(e.citation);
                          return {};
                        },
                        [&](const Scored& e) -> Result<> {
                          TRY(auto* scored, part(e.index));
                          auto* text = std::get_if<Text>(&scored->body);
                          if (text == nullptr) return broken("scores of something that is no text");
                          std::ranges::copy(e.tokens, std::back_inserter(text->scores));
                          return {};
                        },
                        [&](const Signed& e) -> Result<> {
                          TRY(auto* part_signed, part(e.index));
                          part_signed->signature = e.signature;
                          return {};
                        },
                        [&](const Closed& e) -> Result<> {
                          TRY_OK(part(e.index));
                          return {};
                        },
                        [&](const Metered& e) -> Result<> {
                          response_.usage.update(e.usage);
                          return {};
                        },
                        [&](const Finished& e) -> Result<> {
                          response_.stop = e.stop;
                          finished_ = true;
                          return {};
                        },
                        [&](const Failed& e) -> Result<> { return std::unexpected(e.error); },
                    },
                    event);
}

Result<Response> fold(std::span<const Event> events) {
  Folder folder;
  for (const auto& event : events) TRY_OK(folder.take(event));
  if (!folder.finished()) return broken("it has no end");
  return folder.release();
}

std::vector<Event> unfold(const Response& response) {
  std::vector<Event> events;
  events.emplace_back(Started{.id = response.id, .model = response.model, .usage = {}, .extras = response.extras});
  int index = 0;
  for (const auto& whole : response.parts) {
    Opened opened{.index = index, .part = whole};
    std::vector<Event> growth;
    const auto grew = [&]<class Grew>(Grew&& event, auto& head) {
      event.text = std::exchange(head, {});
      if (!event.text.empty()) growth.emplace_back(std::forward<Grew>(event));
    };
    std::visit(Overloaded{
                   [&](Text& body) {
                     grew(TextGrew{.index = index}, body.text);
                     for (auto& citation : body.citations)
                       growth.emplace_back(Cited{.index = index, .citation = std::move(citation)});
                     body.citations.clear();
                     if (!body.scores.empty())
                       growth.emplace_back(Scored{.index = index, .tokens = std::exchange(body.scores, {})});
                   },
                   [&](Refusal& body) { grew(RefusalGrew{.index = index}, body.text); },
                   [&](Reasoning& body) { grew(ThoughtGrew{.index = index}, body.text); },
                   [&](ToolCall& body) { grew(ArgumentsGrew{.index = index}, body.arguments); },
                   [](Media&) {},
                   [](ToolResult&) {},
                   [](Opaque&) {},
               },
               opened.part.body);
    const auto* reasoning = std::get_if<Reasoning>(&whole.body);
    const bool signed_at_once =
        (reasoning != nullptr && reasoning->redacted) || std::holds_alternative<ToolCall>(whole.body);
    const bool signed_later = whole.signature && !signed_at_once;
    if (signed_later) {
      growth.emplace_back(Signed{.index = index, .signature = *whole.signature});
      opened.part.signature.reset();
    }
    events.emplace_back(std::move(opened));
    for (auto& event : growth) events.push_back(std::move(event));
    events.emplace_back(Closed{.index = index++});
  }
  events.emplace_back(Metered{.usage = response.usage});
  events.emplace_back(Finished{.stop = response.stop});
  return events;
}

}  // namespace agt::ir

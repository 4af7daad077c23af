// The built-in upstream: deterministic answers without a network, so that a newcomer's first request works offline.
// It can do what clients need to be tried out: text, reasoning when asked for, a tool call when the last user message
// says "call NAME" (with a JSON object behind it as arguments), and an answer to tool results.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "ir/fold.h"
#include "ir/turns.h"
#include "json/document.h"
#include "provider/families.h"

namespace agt::provider {
namespace {

constexpr std::size_t quoted_bytes_max = 2000;
constexpr std::size_t piece_bytes = 24;  // a stream comes in pieces of about this size

// The text and the tool results of everything after the last assistant message.
struct LastTurn {
  std::string text{};
  std::vector<std::string> results{};
};

LastTurn last_turn(const ir::Request& request) {
  LastTurn last;
  const auto is_assistant = [](const ir::Message& m) { return m.role == ir::Role::assistant; };
  const auto from = std::ranges::find_if(request.messages.rbegin(), request.messages.rend(), is_assistant).base();
  for (auto message = from; message != request.messages.end(); ++message) {
    if (message->role != ir::Role::user) continue;
    last.text += (last.text.empty() ? "" : "\n") + ir::plain_text(message->parts).plain();
    for (const auto& part : message->parts)
      if (const auto* result = std::get_if<ir::ToolResult>(&part.body))
        last.results.push_back(ir::plain_text(result->content));
  }
  return last;
}

// The JSON object at the start of `text`, or "{}".
std::string leading_object(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos || text[begin] != '{') return "{}";
  for (auto end = text.find('}', begin); end != std::string_view::npos; end = text.find('}', end + 1)) {
    const auto candidate = text.substr(begin, end + 1 - begin);
    if (json::Document::parse(candidate).has_value()) return std::string(candidate);
  }
  return "{}";
}

std::vector<ir::Part> tool_calls(const ir::Request& request, std::string_view text, std::string_view seed) {
  std::vector<ir::Part> calls;
  for (const auto& either : request.tools) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    if (tool == nullptr) continue;
    const auto wanted = "call " + tool->name;
    const auto at = text.find(wanted);
    if (at == std::string_view::npos) continue;
    ir::Part part;
    part.body = ir::ToolCall{.id = dialect::minted_tool_id(seed, calls.size()),
                             .name = tool->name,
                             .arguments = leading_object(text.substr(at + wanted.size())),
                             .kind = tool->kind,
                             .name_space = tool->name_space};
    calls.push_back(std::move(part));
  }
  return calls;
}

bool wants_reasoning(const ir::Thinking& thinking) {
  if (thinking.mode == ir::Thinking::Mode::adaptive || thinking.mode == ir::Thinking::Mode::budget) return true;
  return thinking.mode != ir::Thinking::Mode::off && thinking.effort && *thinking.effort != ir::Effort::none;
}

std::string answer_text(const LastTurn& last) {
  if (!last.results.empty())
    return fmt::format("The tool said: {}", text::clipped(text::joined(last.results, " | "), quoted_bytes_max));
  if (last.text.empty()) return "Hello from the demo model of Antigravity Tools.";
  return fmt::format("Hello from the demo model of Antigravity Tools. You said: {}",
                     text::clipped(last.text, quoted_bytes_max));
}

// A growth event becomes several, cut between characters, so that streaming can be seen.
template <class Grew>
void in_pieces(const Grew& grew, std::vector<ir::Event>& out) {
  std::string_view rest = grew.text;
  while (!rest.empty()) {
    auto piece = text::clipped(rest, piece_bytes);
    if (piece.empty()) piece = rest;
    out.emplace_back(Grew{.index = grew.index, .text = std::string(piece)});
    rest.remove_prefix(piece.size());
  }
}

std::vector<ir::Event> answer(const ir::Request& request, std::string_view seed) {
  const auto last = last_turn(request);
  ir::Response response{.model = request.model};  // the writer makes an id in its own form
  if (wants_reasoning(request.thinking)) {
    ir::Part thought;
    thought.body = ir::Reasoning{.text = "The demo model thinks for a moment, as it was asked to."};
    response.parts.push_back(std::move(thought));
  }
  auto calls = last.results.empty() ? tool_calls(request, last.text, seed) : std::vector<ir::Part>{};
  response.stop.reason = calls.empty() ? ir::StopReason::end : ir::StopReason::tool_use;
  if (calls.empty()) response.parts.push_back(ir::text_part(answer_text(last)));
  std::ranges::move(calls, std::back_inserter(response.parts));
  std::int64_t output = 0;
  for (const auto& part : response.parts)
    if (const auto* body = std::get_if<ir::Text>(&part.body))
      output += static_cast<std::int64_t>(body->text.size() / 4) + 1;
  response.usage = {.input = ir::estimated_tokens(request), .output = std::max<std::int64_t>(output, 1)};

  std::vector<ir::Event> events;
  for (auto& event : ir::unfold(response)) {
    if (const auto* text = std::get_if<ir::TextGrew>(&event))
      in_pieces(*text, events);
    else if (const auto* thought = std::get_if<ir::ThoughtGrew>(&event))
      in_pieces(*thought, events);
    else
      events.push_back(std::move(event));
  }
  return events;
}

}  // namespace

const Family demo_family{
    .name = "demo", .dialect = ir::Dialect::openai_chat, .key_style = KeyStyle::none, .answer = answer};

}  // namespace agt::provider

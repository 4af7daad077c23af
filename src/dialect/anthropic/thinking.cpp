// How a model is told to think, and what that asks of the rest of the request.
#include <algorithm>

#include "dialect/anthropic/render.h"
#include "dialect/anthropic/words.h"

namespace agt::dialect::anthropic {
namespace {

using Mode = ir::Thinking::Mode;
using Effort = ir::Effort;

constexpr std::int64_t output_tokens_default = 8192;     // what every model since Claude 3.5 can write
constexpr std::int64_t tokens_sane_max = 1'000'000'000;  // so that sums cannot overflow
constexpr std::int64_t budget_min = 1024;   // "budget_tokens: Input should be greater than or equal to 1024"
constexpr std::int64_t budget_all = 65536;  // Effort::max, before limits of the model count

std::int64_t budget_for(Effort effort) {
  switch (effort) {
    case Effort::none:
    case Effort::minimal: return budget_min;
    case Effort::low: return 4096;
    case Effort::medium: return 8192;
    case Effort::high: return 24576;
    case Effort::xhigh: return 32768;
    case Effort::max: return budget_all;
  }
  std::unreachable();
}

Effort effort_for(std::int64_t budget) {
  if (budget <= 1024) return Effort::low;
  if (budget <= 8192) return Effort::medium;
  if (budget <= 24576) return Effort::high;
  return Effort::xhigh;
}

std::string_view word(ir::Thinking::Display display) {
  switch (display) {
    case ir::Thinking::Display::unset: return "";
    case ir::Thinking::Display::hidden: return thinking::hidden;
    case ir::Thinking::Display::shown: return thinking::shown;
  }
  std::unreachable();
}

bool wants_off(const ir::Thinking& asked) {
  return asked.mode == Mode::off || (asked.mode == Mode::unset && asked.effort == Effort::none);
}
bool wants_on(const ir::Thinking& asked) {
  return !wants_off(asked) && (asked.mode != Mode::unset || asked.effort.has_value());
}

std::string_view own_word(Mode mode) {
  switch (mode) {
    case Mode::unset: return "";
    case Mode::off: return thinking::disabled;
    case Mode::adaptive: return thinking::adaptive;
    case Mode::budget: return thinking::enabled;
  }
  std::unreachable();
}

Thought verbatim(const ir::Thinking& asked) {
  return {.type = own_word(asked.mode),
          .budget = asked.budget_tokens,
          .display = word(asked.display),
          .effort = asked.effort};
}

// Anthropic's words for effort have no "none" and no "minimal".
Effort legal_effort(Effort effort, const Rendering& rendering) {
  if (effort == Effort::xhigh && !rendering.target.facts.effort_xhigh) {
    rendering.losses.approximated("thinking", "this model knows no effort above high but max; high was sent");
    return Effort::high;
  }
  return std::max(effort, Effort::low);
}

Thought by_effort(const Rendering& rendering) {
  const auto& asked = rendering.request.thinking;
  if (wants_off(asked)) {
    if (rendering.target.facts.thinking_can_be_off) return {.type = thinking::disabled};
    rendering.losses.approximated("thinking", "this model always thinks; it was asked for little effort");
    return {.type = thinking::adaptive, .display = word(asked.display), .effort = Effort::low};
  }
  if (!wants_on(asked)) return {};
  Thought out{.type = thinking::adaptive, .display = word(asked.display)};
  if (asked.effort)
    out.effort = legal_effort(*asked.effort, rendering);
  else if (asked.budget_tokens && *asked.budget_tokens >= 0)
    out.effort = legal_effort(effort_for(*asked.budget_tokens), rendering);
  if (asked.budget_tokens && !asked.effort) rendering.losses.approximated("thinking", "a budget became an effort");
  return out;
}

Thought by_budget(const Rendering& rendering) {
  const auto& asked = rendering.request.thinking;
  if (wants_off(asked)) return {.type = thinking::disabled};
  if (!wants_on(asked)) return {};
  auto budget = budget_for(asked.effort.value_or(Effort::high));
  if (asked.budget_tokens && *asked.budget_tokens >= 0) budget = *asked.budget_tokens;
  if (const auto most = rendering.target.facts.thinking_budget_max) budget = std::min(budget, *most);
  return {.type = thinking::enabled, .budget = std::max(budget, budget_min), .display = word(asked.display)};
}

Thought translated(const Rendering& rendering) {
  switch (rendering.target.facts.thinking) {
    case ThinkingStyle::none:
      if (wants_on(rendering.request.thinking)) rendering.losses.dropped("thinking", "this model does not think");
      return {};
    case ThinkingStyle::effort:
    case ThinkingStyle::level: return by_effort(rendering);
    case ThinkingStyle::budget: return by_budget(rendering);
  }
  std::unreachable();
}

bool begins_with_thinking(const ir::Message& message) {
  return !message.parts.empty() && std::holds_alternative<ir::Reasoning>(message.parts.front().body);
}

bool has_results(const ir::Message& message) {
  return std::ranges::any_of(message.parts,
                             [](const auto& part) { return std::holds_alternative<ir::ToolResult>(part.body); });
}

// With a budget, the last assistant message of an open tool loop must begin with signed thinking: 400 "Expected
// `thinking` or `redacted_thinking`, but found `tool_use`" (seen 2026-08). Adaptive models do not ask for it.
bool loop_lacks_thinking(const std::vector<ir::Message>& messages) {
  if (messages.empty()) return false;
  const auto& last = messages.back();
  if (last.role == ir::Role::assistant) return !begins_with_thinking(last);
  if (!has_results(last) || messages.size() < 2) return false;
  return !begins_with_thinking(messages[messages.size() - 2]);
}

void turn_off(const Rendering& rendering, Thought& thought, std::string why) {
  rendering.losses.approximated("thinking", std::move(why));
  const bool can = rendering.target.facts.thinking_can_be_off;
  thought = {.type = can ? thinking::disabled : "", .effort = thought.effort};
  // 400 of the opus-5 family for disabled thinking with more effort than this (2026-10).
  if (thought.effort && *thought.effort > Effort::high) thought.effort = Effort::high;
}

void fit_budget(const Rendering& rendering, Fitted& fitted) {
  auto& thought = fitted.thought;
  if (thought.type != thinking::enabled || !thought.budget || *thought.budget < fitted.max_tokens) return;
  const auto most = rendering.target.facts.output_tokens;
  if (!rendering.request.sampling.max_tokens) {
    fitted.max_tokens = std::min(*thought.budget, tokens_sane_max) + output_tokens_default;
    if (most) fitted.max_tokens = std::min(fitted.max_tokens, *most);
    if (*thought.budget < fitted.max_tokens) return;
  }
  if (fitted.max_tokens <= budget_min) {
    turn_off(rendering, thought, "max_tokens leaves no room for thinking");
    return;
  }
  thought.budget = std::max(fitted.max_tokens / 2, budget_min);
  rendering.losses.approximated("thinking", "the thinking budget was lowered to fit into max_tokens");
}

}  // namespace

bool Thought::on() const { return !type.empty() && type != thinking::disabled; }

void fit_thinking(const Rendering& rendering, Fitted& fitted) {
  const auto& asked = rendering.request;
  const auto most = rendering.target.facts.output_tokens;
  fitted.max_tokens = asked.sampling.max_tokens.value_or(most.value_or(output_tokens_default));
  if (!rendering.home && most && fitted.max_tokens > *most) {
    rendering.losses.approximated("max_tokens", "more than the model can write; lowered to its limit");
    fitted.max_tokens = *most;
  }
  if (!rendering.home && fitted.max_tokens < 1) fitted.max_tokens = 1;

  auto& thought = fitted.thought;
  const bool unknown_to_model =
      asked.thinking.mode == Mode::adaptive && rendering.target.facts.thinking == ThinkingStyle::budget;
  thought = rendering.home && !unknown_to_model ? verbatim(asked.thinking) : translated(rendering);
  if (rendering.home && unknown_to_model)
    rendering.losses.approximated("thinking", "this model thinks by budget; adaptive became one");

  const auto mode = fitted.choice.mode;
  const bool forced = mode == ir::ToolChoice::Mode::required || mode == ir::ToolChoice::Mode::named;
  if (thought.on() && forced) turn_off(rendering, thought, "Anthropic does not think when a tool is forced");
  if (thought.type == thinking::enabled && loop_lacks_thinking(fitted.messages))
    turn_off(rendering, thought, "the open tool loop has no signed thinking of Anthropic");
  if (!rendering.home && thought.on() && fitted.messages.back().role == ir::Role::assistant)
    turn_off(rendering, thought, "a message that the model shall continue does not go with thinking");
  fit_budget(rendering, fitted);
}

}  // namespace agt::dialect::anthropic

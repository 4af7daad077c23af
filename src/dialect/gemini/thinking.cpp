#include <algorithm>
#include <array>
#include <utility>

#include "dialect/gemini/config.h"

namespace agt::dialect::gemini {
namespace {

using ir::Effort;

constexpr std::int64_t budget_off = 0;
constexpr std::int64_t budget_least = 128;  // where thinking cannot be switched off
constexpr std::int64_t budget_dynamic = -1;
constexpr std::int64_t budget_max_everywhere = 24576;  // every budget model takes this much (2026-11)

std::int64_t budget_of(Effort effort) {
  switch (effort) {
    case Effort::none: return budget_off;
    case Effort::minimal: return 512;
    case Effort::low: return 1024;
    case Effort::medium: return 8192;
    case Effort::high: return 24576;
    case Effort::xhigh:
    case Effort::max: return INT64_MAX;
  }
  std::unreachable();
}

std::optional<Effort> effort_of(std::int64_t budget) {
  if (budget < 0) return std::nullopt;
  if (budget == 0) return Effort::none;
  if (budget <= 512) return Effort::minimal;
  if (budget <= 1024) return Effort::low;
  if (budget <= 8192) return Effort::medium;
  return budget <= 24576 ? Effort::high : Effort::xhigh;
}

std::string level_of(Effort effort, const Rendering& rendering) {
  auto& losses = rendering.losses;
  const bool minimal = rendering.target.facts.thinking_minimal;
  const auto* lowest = minimal ? "MINIMAL" : "LOW";
  switch (effort) {
    case Effort::none:
      losses.approximated("thinking", "this model cannot stop thinking; it was told to think as little as it can");
      return lowest;
    case Effort::minimal:
      if (!minimal) losses.approximated("thinking.effort", "minimal is not known to this model; low was asked");
      return lowest;
    case Effort::low: return "LOW";
    case Effort::medium: return "MEDIUM";
    case Effort::high: return "HIGH";
    case Effort::xhigh:
    case Effort::max:
      losses.approximated("thinking.effort", "high is the highest level that gemini has");
      return "HIGH";
  }
  std::unreachable();
}

// The budget that the model accepts, and that leaves room for an answer.
std::int64_t fitting(std::int64_t budget, const Rendering& rendering) {
  const auto& facts = rendering.target.facts;
  auto& losses = rendering.losses;
  const auto most = facts.thinking_budget_max.value_or(budget_max_everywhere);
  if (budget == budget_off && !facts.thinking_can_be_off) {
    losses.approximated("thinking", "this model cannot stop thinking; it was given the smallest budget");
    return budget_least;
  }
  if (budget <= 0) return budget;
  auto out = budget;
  if (out > most) {
    losses.approximated("thinking.budget", "lowered to the most that this model accepts");
    out = most;
  }
  const auto limit = rendering.request.sampling.max_tokens;
  if (limit && out >= *limit) {
    losses.approximated("thinking.budget", "lowered below the limit of output tokens, which counts thinking too");
    out = *limit * 3 / 4;
  }
  return facts.thinking_can_be_off ? out : std::max(out, budget_least);
}

std::optional<Effort> wanted_effort(const ir::Thinking& thinking) {
  if (thinking.mode == ir::Thinking::Mode::off) return Effort::none;
  if (thinking.effort) return thinking.effort;
  return thinking.budget_tokens ? effort_of(*thinking.budget_tokens) : std::nullopt;
}

void take_level(ThinkingWords& words, const Rendering& rendering) {
  const auto& thinking = rendering.request.thinking;
  const auto effort = wanted_effort(thinking);
  if (!effort) return;
  words.level = level_of(*effort, rendering);
  if (!thinking.effort && thinking.mode == ir::Thinking::Mode::budget)
    rendering.losses.approximated("thinking.budget", "this model takes a level; the nearest one was asked");
}

void take_budget(ThinkingWords& words, const Rendering& rendering) {
  const auto& thinking = rendering.request.thinking;
  if (thinking.mode == ir::Thinking::Mode::off) {
    words.budget = fitting(budget_off, rendering);
  } else if (thinking.budget_tokens) {
    words.budget = fitting(*thinking.budget_tokens, rendering);
  } else if (thinking.effort) {
    words.budget = fitting(budget_of(*thinking.effort), rendering);
  } else if (thinking.mode == ir::Thinking::Mode::adaptive) {
    words.budget = budget_dynamic;
  }
}

}  // namespace

ThinkingWords thinking_words(const Rendering& rendering) {
  const auto& thinking = rendering.request.thinking;
  const bool mentioned =
      thinking.mode != ir::Thinking::Mode::unset || thinking.effort || thinking.display != ir::Thinking::Display::unset;
  ThinkingWords words;
  if (!mentioned) return words;
  const bool off = thinking.mode == ir::Thinking::Mode::off || thinking.effort == Effort::none;
  switch (rendering.target.facts.thinking) {
    case ThinkingStyle::none:
      if (!off) rendering.losses.dropped("thinking", "this model does not think");
      return words;
    case ThinkingStyle::effort:
    case ThinkingStyle::level: take_level(words, rendering); break;
    case ThinkingStyle::budget: take_budget(words, rendering); break;
  }
  if (!off && thinking.display != ir::Thinking::Display::hidden) words.include = true;
  return words;
}

}  // namespace agt::dialect::gemini

#include "dialect/openai_chat/shared_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "dialect/called.h"

namespace agt::dialect::openai_chat {
namespace {

using Mode = ir::ToolChoice::Mode;

// A free-text tool as a function with one string; the grammar becomes advice.
void wrap(ir::Tool& tool) {
  if (!tool.format.empty())
    tool.description += fmt::format("\n\nThe input must follow this format: {}", tool.format.text);
  tool.kind = ir::ToolCall::Kind::function;
  tool.schema = {fmt::format(R"({{"type":"object","properties":{{"{0}":{{"type":"string"}}}},"required":["{0}"]}})",
                             custom_argument)};
  tool.format = {};
}

// The thresholds are those by which the other dialects turn an effort into a budget.
std::optional<ir::Effort> effort_of(std::int64_t budget) {
  if (budget <= 0) return std::nullopt;
  if (budget <= 512) return ir::Effort::minimal;
  if (budget <= 1024) return ir::Effort::low;
  if (budget <= 8192) return ir::Effort::medium;
  if (budget <= 24576) return ir::Effort::high;
  return ir::Effort::xhigh;
}

}  // namespace

std::unexpected<Error> unsupported(std::string_view field, std::string_view why) {
  return fail(Code::feature_unsupported, fmt::format("{}: {}.", field, why), std::string(field));
}

void SharedSettings::add_tool(const ir::Tool& tool, const std::string& at) {
  losses_.extras_go_home(tool.extras, to_.extras.origin, at);
  if (tool.cache) losses_.harmless(at + ".cache_control", "tools take no cache marks here");
  ir::Tool own{.kind = tool.kind,
               .name = names_.upstream(tool.name, tool.name_space),
               .description = tool.description,
               .schema = tool.schema,
               .format = tool.format,
               .strict = tool.strict};
  if (tool.kind == ir::ToolCall::Kind::custom && !facts_.custom_tools) {
    losses_.approximated(at, "a custom tool travels as a function with one text argument; its grammar is not enforced");
    wrap(own);
  }
  to_.tools.emplace_back(std::move(own));
}

Result<> SharedSettings::adapt_choice() {
  const auto& choice = from_.tool_choice;
  if (!choice.raw.empty()) return unsupported("tool_choice", "it forces a tool that runs at another provider");
  if (to_.tools.empty()) {  // the API refuses both fields without tools
    const bool forced = choice.mode == Mode::required || choice.mode == Mode::named;
    if (forced && !from_.tools.empty())
      return unsupported("tool_choice", "it forces a tool that runs at another provider");
    return {};
  }
  to_.tool_choice = choice;
  for (auto& name : to_.tool_choice.names) name = names_.chosen(name, from_);
  if (choice.mode != Mode::allowed) return {};
  std::erase_if(to_.tool_choice.names, [&](const std::string& name) {
    return std::ranges::none_of(to_.tools, [&](const auto& either) {
      const auto* tool = std::get_if<ir::Tool>(&either);
      return tool != nullptr && tool->name == name;
    });
  });
  if (to_.tool_choice.names.empty()) to_.tool_choice.mode = Mode::none;  // only hosted tools were allowed
  return {};
}

Result<> SharedSettings::refuse_candidates() const {
  if (from_.sampling.candidates.value_or(1) <= 1) return {};
  return unsupported(called(from_.extras.origin, "generationConfig.candidateCount", "n", "n"),
                     "only one answer can be carried over");
}

void SharedSettings::adapt_limit() {
  const auto& limit = from_.sampling.max_tokens;
  to_.sampling.max_tokens = limit;
  if (!facts_.output_tokens || facts_.estimated || limit.value_or(0) <= *facts_.output_tokens) return;
  losses_.approximated(std::string(called(from_.extras.origin, "generationConfig.maxOutputTokens", "max_tokens",
                                          "max_completion_tokens")),
                       "more than the model can write; lowered to its limit");
  to_.sampling.max_tokens = facts_.output_tokens;
}

void SharedSettings::keep_if_accepted(const std::optional<double>& in, std::optional<double>& out,
                                      std::string_view field) {
  if (facts_.sampling_accepted)
    out = in;
  else if (in)
    losses_.dropped(std::string(field), "this model refuses sampling settings");
}

void SharedSettings::adapt_format() {
  if (!from_.response_format) return;
  const auto& format = *from_.response_format;
  losses_.extras_go_home(format.extras, to_.extras.origin, "response_format");
  if (format.kind == ir::ResponseFormat::Kind::text) return;
  ir::ResponseFormat own{.kind = format.kind,
                         .name = format.name,
                         .description = format.description,
                         .schema = format.schema,
                         .strict = format.strict};
  if (own.kind == ir::ResponseFormat::Kind::json_schema) {
    if (own.schema.empty()) own.kind = ir::ResponseFormat::Kind::json_object;
    own.name = own.name.empty() ? "response" : names_.upstream(own.name);  // required, and of the same alphabet
  }
  to_.response_format = std::move(own);
}

std::optional<ir::Effort> SharedSettings::effort(std::string_view field) {
  const auto& thinking = from_.thinking;
  const bool off = thinking.mode == ir::Thinking::Mode::off;
  auto effort = off ? std::optional(ir::Effort::none) : thinking.effort;
  if (!effort && thinking.mode == ir::Thinking::Mode::budget) effort = effort_of(thinking.budget_tokens.value_or(0));
  if (!effort) return std::nullopt;
  if (facts_.thinking == ThinkingStyle::none) {
    if (!off) losses_.dropped(std::string(field), "this model cannot be told how much to think");
    return std::nullopt;
  }
  if (*effort == ir::Effort::none && !facts_.thinking_can_be_off) {
    losses_.approximated(std::string(field), "this model always thinks; it was told to think little");
    effort = ir::Effort::low;
  }
  if (*effort > ir::Effort::high && !facts_.effort_xhigh) {
    losses_.approximated(std::string(field), "this model knows no effort above high");
    effort = ir::Effort::high;
  }
  return effort;
}

// OpenAI takes 64 characters; a longer one, such as Claude Code's JSON, becomes a digest: it still tells users apart.
void SharedSettings::adapt_user() {
  constexpr std::size_t user_bytes_max = 64;
  if (from_.end_user.empty()) return;
  const bool fits = from_.end_user.size() <= user_bytes_max;
  if (!fits) losses_.harmless("user", "it is longer than the provider takes; a digest was sent");
  to_.end_user = fits ? from_.end_user : fmt::format("user_{:016x}", fingerprint(from_.end_user));
}

void SharedSettings::adapt_tier() {
  const auto& tier = from_.service_tier;
  if (tier.empty() || tier == "auto") return;
  const bool standard = tier == "standard" || tier == "standard_only";
  const bool known = tier == "default" || tier == "flex" || tier == "priority" || tier == "scale" || tier == "fast";
  if (!standard && !known) return losses_.harmless("service_tier", fmt::format("there is no tier {} here", tier));
  to_.service_tier = standard ? "default" : tier;
}

}  // namespace agt::dialect::openai_chat

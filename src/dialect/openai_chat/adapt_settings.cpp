// The settings of another dialect's request as chat fields.
#include <fmt/format.h>

#include <algorithm>

#include "dialect/called.h"
#include "dialect/limits.h"
#include "dialect/openai_chat/request.h"
#include "dialect/openai_chat/wire.h"

namespace agt::dialect::openai_chat {
namespace {

using Mode = ir::ToolChoice::Mode;

std::unexpected<Error> unsupported(std::string_view field, std::string_view why) {
  return fail(Code::feature_unsupported, fmt::format("{}: {}.", field, why), std::string(field));
}

class Settings {
 public:
  Settings(const ir::Request& from, const ModelFacts& facts, const ToolNames& names, ir::Request& to,
           ir::Losses& losses)
      : from_(from), facts_(facts), names_(names), to_(to), losses_(losses) {}

  Result<> adapt() {
    to_.extras.origin = here;
    TRY_OK(ir::refuse_essential(from_.extras, here));
    losses_.extras_go_home(from_.extras, here, "");
    to_.model = from_.model;
    to_.stream = from_.stream;
    to_.usage_in_stream = from_.stream;  // the gateway counts, whether the client asked or not
    for (std::size_t i = 0; i < from_.tools.size(); ++i) add_tool(from_.tools[i], i);
    if (!to_.tools.empty() && !facts_.tools) return unsupported("tools", "this model takes no tools");
    TRY_OK(adapt_choice());
    TRY_OK(adapt_sampling());
    adapt_format();
    adapt_thinking();
    adapt_user();
    adapt_tier();
    return {};
  }

 private:
  void add_tool(const std::variant<ir::Tool, ir::HostedTool>& either, std::size_t index) {
    const auto at = fmt::format("tools[{}]", index);
    if (const auto* hosted = std::get_if<ir::HostedTool>(&either)) {
      losses_.dropped(at, fmt::format("{} runs at its own provider only", hosted->type));
      return;
    }
    const auto& tool = std::get<ir::Tool>(either);
    losses_.extras_go_home(tool.extras, here, at);
    if (tool.cache) losses_.harmless(at + ".cache_control", "tools take no cache marks here");
    ir::Tool own{.kind = tool.kind,
                 .name = names_.upstream(tool.name, tool.name_space),
                 .description = tool.description,
                 .schema = tool.schema,
                 .format = tool.format,
                 .strict = tool.strict};
    if (tool.kind == ir::ToolCall::Kind::custom && !facts_.custom_tools) wrap(own, at);
    to_.tools.emplace_back(std::move(own));
  }

  // A free-text tool as a function with one string; the grammar becomes advice.
  void wrap(ir::Tool& tool, const std::string& at) {
    losses_.approximated(at, "a custom tool travels as a function with one text argument; its grammar is not enforced");
    if (!tool.format.empty())
      tool.description += fmt::format("\n\nThe input must follow this format: {}", tool.format.text);
    tool.kind = ir::ToolCall::Kind::function;
    tool.schema = {fmt::format(R"({{"type":"object","properties":{{"{0}":{{"type":"string"}}}},"required":["{0}"]}})",
                               custom_argument)};
    tool.format = {};
  }

  Result<> adapt_choice() {
    const auto& choice = from_.tool_choice;
    if (!choice.raw.empty()) return unsupported("tool_choice", "it forces a tool that runs at another provider");
    const bool forced = choice.mode == Mode::required || choice.mode == Mode::named;
    if (to_.tools.empty()) {  // the API refuses both fields without tools
      if (forced && !from_.tools.empty())
        return unsupported("tool_choice", "it forces a tool that runs at another provider");
      return {};
    }
    to_.tool_choice = choice;
    for (auto& name : to_.tool_choice.names) name = names_.chosen(name, from_);
    if (choice.mode != Mode::allowed) return {};
    const auto known = [&](const std::string& name) {
      return std::ranges::any_of(to_.tools, [&](const auto& tool) { return std::get<ir::Tool>(tool).name == name; });
    };
    std::erase_if(to_.tool_choice.names, [&](const std::string& name) { return !known(name); });
    if (to_.tool_choice.names.empty()) to_.tool_choice.mode = Mode::none;  // only hosted tools were allowed
    return {};
  }

  Result<> adapt_sampling() {
    const auto& in = from_.sampling;
    auto& out = to_.sampling;
    const auto origin = from_.extras.origin;
    if (in.candidates.value_or(1) > 1)
      return unsupported(called(origin, "generationConfig.candidateCount", "n", "n"),
                         "only one answer can be carried over");
    if (in.logprobs.value_or(false) || in.top_logprobs.value_or(0) > 0)
      return unsupported(called(origin, "generationConfig.responseLogprobs", "logprobs", "top_logprobs"),
                         "log probabilities cannot be carried over");
    if (in.stop.size() > stop_sequences_max)
      return unsupported(called(origin, "generationConfig.stopSequences", "stop_sequences", "stop"),
                         "at most 4 stop sequences are possible");
    out.stop = in.stop;
    out.max_tokens = in.max_tokens;
    if (facts_.output_tokens && !facts_.estimated && in.max_tokens.value_or(0) > *facts_.output_tokens) {
      losses_.approximated("max_tokens", "more than the model can write; lowered to its limit");
      out.max_tokens = facts_.output_tokens;
    }
    out.seed = in.seed;
    keep_if_accepted(in.temperature, out.temperature, "temperature");
    keep_if_accepted(in.top_p, out.top_p, "top_p");
    keep_if_accepted(in.presence_penalty, out.presence_penalty, "presence_penalty");
    keep_if_accepted(in.frequency_penalty, out.frequency_penalty, "frequency_penalty");
    if (in.top_k) losses_.dropped("top_k", "Chat Completions has no top_k");
    return {};
  }

  void keep_if_accepted(const std::optional<double>& in, std::optional<double>& out, std::string_view field) {
    if (facts_.sampling_accepted) {
      out = in;
    } else if (in) {
      losses_.dropped(std::string(field), "this model refuses sampling settings");
    }
  }

  void adapt_format() {
    if (!from_.response_format) return;
    const auto& format = *from_.response_format;
    losses_.extras_go_home(format.extras, here, "response_format");
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

  void adapt_thinking() {
    const auto& thinking = from_.thinking;
    const bool off = thinking.mode == ir::Thinking::Mode::off;
    auto effort = off ? std::optional(ir::Effort::none) : thinking.effort;
    if (!effort && thinking.mode == ir::Thinking::Mode::budget) effort = effort_of(thinking.budget_tokens.value_or(0));
    if (!effort) return;
    if (facts_.thinking == ThinkingStyle::none) {
      if (!off) losses_.dropped("reasoning_effort", "this model cannot be told how much to think");
      return;
    }
    if (effort == ir::Effort::none && !facts_.thinking_can_be_off) {
      losses_.approximated("reasoning_effort", "this model always thinks; it was told to think little");
      effort = ir::Effort::low;
    }
    if (*effort > ir::Effort::high && !facts_.effort_xhigh) {
      losses_.approximated("reasoning_effort", "this model knows no effort above high");
      effort = ir::Effort::high;
    }
    to_.thinking = {.mode = thinking.mode, .effort = effort};
  }

  // The thresholds are those by which the other dialects turn an effort into a budget.
  static std::optional<ir::Effort> effort_of(std::int64_t budget) {
    if (budget <= 0) return std::nullopt;
    if (budget <= 512) return ir::Effort::minimal;
    if (budget <= 1024) return ir::Effort::low;
    if (budget <= 8192) return ir::Effort::medium;
    if (budget <= 24576) return ir::Effort::high;
    return ir::Effort::xhigh;
  }

  // `user` is deprecated at OpenAI for safety_identifier, but is the one that compatible servers know. OpenAI takes 64
  // characters; a longer one, such as Claude Code's JSON, becomes a digest: it still tells users apart.
  void adapt_user() {
    constexpr std::size_t user_bytes_max = 64;
    if (from_.end_user.empty()) return;
    const bool fits = from_.end_user.size() <= user_bytes_max;
    if (!fits) losses_.harmless("user", "it is longer than the provider takes; a digest was sent");
    to_.end_user = fits ? from_.end_user : fmt::format("user_{:016x}", fingerprint(from_.end_user));
    spell(to_.extras, "user", "");
  }

  void adapt_tier() {
    const auto& tier = from_.service_tier;
    if (tier.empty() || tier == "auto") return;
    const bool standard = tier == "standard" || tier == "standard_only";
    const bool known = tier == "default" || tier == "flex" || tier == "priority" || tier == "scale" || tier == "fast";
    if (!standard && !known) return losses_.harmless("service_tier", fmt::format("there is no tier {} here", tier));
    to_.service_tier = standard ? "default" : tier;
  }

  const ir::Request& from_;
  const ModelFacts& facts_;
  const ToolNames& names_;
  ir::Request& to_;
  ir::Losses& losses_;
};

}  // namespace

Result<> adapt_settings(const ir::Request& from, const RenderTarget& target, const ToolNames& names, ir::Request& to,
                        ir::Losses& losses) {
  return Settings(from, target.facts, names, to, losses).adapt();
}

}  // namespace agt::dialect::openai_chat

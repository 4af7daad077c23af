// The settings of another dialect's request as Responses fields.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dialect/called.h"
#include "dialect/openai_chat/request.h"
#include "dialect/openai_responses/request.h"

namespace agt::dialect::openai_responses {
namespace {

using Mode = ir::ToolChoice::Mode;

constexpr std::int64_t output_tokens_min = 16;  // below it the API answers 400 (2026-11)

std::unexpected<Error> unsupported(std::string_view field, std::string_view why) {
  return fail(Code::feature_unsupported, fmt::format("{}: {}.", field, why), std::string(field));
}

class Settings {
 public:
  Settings(const ir::Request& from, const RenderTarget& target, const ToolNames& names, ir::Request& to,
           ir::Losses& losses)
      : from_(from), target_(target), facts_(target.facts), names_(names), to_(to), losses_(losses) {}

  Result<> adapt() {
    to_.extras.origin = here;
    spell(to_.extras, here, array_mark, "");
    TRY_OK(ir::refuse_essential(from_.extras, here));
    adapt_extras();
    to_.model = from_.model;
    for (std::size_t i = 0; i < from_.tools.size(); ++i) add_tool(from_.tools[i], i);
    if (!to_.tools.empty() && !facts_.tools) return unsupported("tools", "this model takes no tools");
    TRY_OK(adapt_choice());
    adapt_format();
    adapt_thinking();
    if (target_.operation == Asked::Operation::count_tokens) return {};  // its endpoint takes nothing of what follows
    TRY_OK(adapt_sampling());
    to_.stream = from_.stream;
    adapt_user();
    adapt_tier();
    ask_for_no_store();
    return {};
  }

 private:
  // OpenAI's two protocols share these, word for word.
  void adapt_extras() {
    constexpr std::array shared{"prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "metadata"};
    auto rest = from_.extras;
    std::erase_if(rest.fields, [&](const json::RawField& field) {
      const bool keep = rest.origin == ir::Dialect::openai_chat && std::ranges::find(shared, field.key) != shared.end();
      if (keep && target_.operation == Asked::Operation::generate) to_.extras.fields.push_back(field);
      return keep;
    });
    losses_.extras_go_home(rest, here, "");
  }

  // The gateway replays the conversation itself; the sealed reasoning comes back so that it can. Models that do not
  // reason refuse to be asked for it.
  void ask_for_no_store() {
    to_.extras.fields.push_back({.key = "store", .value = {"false"}});
    if (facts_.thinking != ThinkingStyle::none)
      to_.extras.fields.push_back({.key = "include", .value = {fmt::format("[{}]", json::quoted(include_sealed))}});
  }

  void add_tool(const std::variant<ir::Tool, ir::HostedTool>& either, std::size_t index) {
    const auto at = fmt::format("tools[{}]", index);
    if (const auto* hosted = std::get_if<ir::HostedTool>(&either)) return add_hosted(*hosted, at);
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

  void add_hosted(const ir::HostedTool& hosted, const std::string& at) {
    const bool search = hosted.type == "googleSearch" || hosted.type == "google_search" ||
                        hosted.type == "web_search_options" || hosted.type.starts_with("web_search");
    if (!search) return losses_.dropped(at, fmt::format("{} runs at its own provider only", hosted.type));
    losses_.approximated(at, fmt::format("{} became web_search; its settings stay behind", hosted.type));
    to_.tools.emplace_back(ir::HostedTool{.origin = here, .type = "web_search", .raw = {R"({"type":"web_search"})"}});
  }

  // A free-text tool as a function with one string; the grammar becomes advice.
  void wrap(ir::Tool& tool, const std::string& at) {
    losses_.approximated(at, "a custom tool travels as a function with one text argument; its grammar is not enforced");
    if (!tool.format.empty())
      tool.description += fmt::format("\n\nThe input must follow this format: {}", tool.format.text);
    tool.kind = ir::ToolCall::Kind::function;
    tool.schema = {fmt::format(R"({{"type":"object","properties":{{"{0}":{{"type":"string"}}}},"required":["{0}"]}})",
                               openai_chat::custom_argument)};
    tool.format = {};
  }

  Result<> adapt_choice() {
    const auto& choice = from_.tool_choice;
    if (!choice.raw.empty()) return unsupported("tool_choice", "it forces a tool that runs at another provider");
    if (to_.tools.empty()) {
      const bool forced = choice.mode == Mode::required || choice.mode == Mode::named;
      if (forced && !from_.tools.empty())
        return unsupported("tool_choice", "it forces a tool that runs at another provider");
      return {};
    }
    to_.tool_choice = choice;
    for (auto& name : to_.tool_choice.names) name = names_.chosen(name, from_);
    if (choice.mode != Mode::allowed) return {};
    std::erase_if(to_.tool_choice.names, [&](const std::string& name) { return !has_tool(name); });
    if (to_.tool_choice.names.empty()) to_.tool_choice.mode = Mode::none;  // only hosted tools were allowed
    return {};
  }

  bool has_tool(const std::string& name) const {
    return std::ranges::any_of(to_.tools, [&](const auto& either) {
      const auto* tool = std::get_if<ir::Tool>(&either);
      return tool != nullptr && tool->name == name;
    });
  }

  Result<> adapt_sampling() {
    const auto& in = from_.sampling;
    const auto origin = from_.extras.origin;
    if (in.candidates.value_or(1) > 1)
      return unsupported(called(origin, "generationConfig.candidateCount", "n", "n"),
                         "only one answer can be carried over");
    if (in.logprobs.value_or(false) || in.top_logprobs.value_or(0) > 0)
      return unsupported(called(origin, "generationConfig.responseLogprobs", "logprobs", "logprobs"),
                         "log probabilities cannot be carried over");
    if (!in.stop.empty())
      return unsupported(called(origin, "generationConfig.stopSequences", "stop_sequences", "stop"),
                         "the Responses API knows no stop sequences");
    to_.sampling.max_tokens = in.max_tokens;
    if (in.max_tokens && *in.max_tokens < output_tokens_min) {
      const auto field = called(origin, "generationConfig.maxOutputTokens", "max_tokens", "max_completion_tokens");
      losses_.approximated(std::string(field), "the provider takes no less than 16");
      to_.sampling.max_tokens = output_tokens_min;
    }
    if (facts_.output_tokens && !facts_.estimated && in.max_tokens.value_or(0) > *facts_.output_tokens) {
      const auto field = called(origin, "generationConfig.maxOutputTokens", "max_tokens", "max_completion_tokens");
      losses_.approximated(std::string(field), "more than the model can write; lowered to its limit");
      to_.sampling.max_tokens = facts_.output_tokens;
    }
    keep_if_accepted(in.temperature, to_.sampling.temperature, "temperature");
    keep_if_accepted(in.top_p, to_.sampling.top_p, "top_p");
    drop_if_set(in.top_k.has_value(), "top_k");
    drop_if_set(in.presence_penalty.has_value(), "presence_penalty");
    drop_if_set(in.frequency_penalty.has_value(), "frequency_penalty");
    drop_if_set(in.seed.has_value(), "seed");
    return {};
  }

  void drop_if_set(bool set, std::string_view field) {
    if (set) losses_.dropped(std::string(field), "the Responses API has no such setting");
  }

  void keep_if_accepted(const std::optional<double>& in, std::optional<double>& out, std::string_view field) {
    if (facts_.sampling_accepted)
      out = in;
    else if (in)
      losses_.dropped(std::string(field), "this model refuses sampling settings");
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
    if (facts_.thinking == ThinkingStyle::none) {
      if (effort && !off) losses_.dropped("reasoning.effort", "this model cannot be told how much to think");
      return;
    }
    // A summary is asked for only where somebody wants to see it: OpenAI gives it to verified organisations only.
    to_.thinking.display = thinking.display;
    if (!effort) return;
    if (effort == ir::Effort::none && !facts_.thinking_can_be_off) {
      losses_.approximated("reasoning.effort", "this model always thinks; it was told to think little");
      effort = ir::Effort::low;
    }
    if (*effort >= ir::Effort::xhigh && !facts_.effort_xhigh) {
      losses_.approximated("reasoning.effort", "this model's highest effort is high");
      effort = ir::Effort::high;
    }
    to_.thinking.mode = thinking.mode;
    to_.thinking.effort = effort;
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

  // OpenAI takes 64 characters; a longer one, such as Claude Code's JSON, becomes a digest: it still tells users apart.
  void adapt_user() {
    constexpr std::size_t user_bytes_max = 64;
    if (from_.end_user.empty()) return;
    const bool fits = from_.end_user.size() <= user_bytes_max;
    if (!fits) losses_.harmless("user", "it is longer than the provider takes; a digest was sent");
    to_.end_user = fits ? from_.end_user : fmt::format("user_{:016x}", fingerprint(from_.end_user));
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
  const RenderTarget& target_;
  const ModelFacts& facts_;
  const ToolNames& names_;
  ir::Request& to_;
  ir::Losses& losses_;
};

}  // namespace

Result<> adapt_settings(const ir::Request& from, const RenderTarget& target, const ToolNames& names, ir::Request& to,
                        ir::Losses& losses) {
  return Settings(from, target, names, to, losses).adapt();
}

}  // namespace agt::dialect::openai_responses

// The settings of another dialect's request as Responses fields.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dialect/called.h"
#include "dialect/openai_chat/shared_settings.h"
#include "dialect/openai_responses/request.h"

namespace agt::dialect::openai_responses {
namespace {

using openai_chat::unsupported;

constexpr std::int64_t output_tokens_min = 16;  // below it the API answers 400 (2026-11)

class Settings : private openai_chat::SharedSettings {
 public:
  using SharedSettings::SharedSettings;

  Result<> adapt() {
    to_.extras.origin = here;
    spell(to_.extras, here, array_mark, "");
    TRY_OK(ir::refuse_essential(from_.extras, here));
    adapt_extras();
    to_.model = from_.model;
    adapt_tools();
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

  void adapt_tools() {
    for (std::size_t i = 0; i < from_.tools.size(); ++i) {
      const auto at = fmt::format("tools[{}]", i);
      if (const auto* hosted = std::get_if<ir::HostedTool>(&from_.tools[i]))
        add_hosted(*hosted, at);
      else
        add_tool(std::get<ir::Tool>(from_.tools[i]), at);
    }
  }

  void add_hosted(const ir::HostedTool& hosted, const std::string& at) {
    const bool search = hosted.type == "googleSearch" || hosted.type == "google_search" ||
                        hosted.type == "web_search_options" || hosted.type.starts_with("web_search");
    if (!search) return losses_.dropped(at, fmt::format("{} runs at its own provider only", hosted.type));
    losses_.approximated(at, fmt::format("{} became web_search; its settings stay behind", hosted.type));
    to_.tools.emplace_back(ir::HostedTool{.origin = here, .type = "web_search", .raw = {R"({"type":"web_search"})"}});
  }

  Result<> adapt_sampling() {
    const auto& in = from_.sampling;
    const auto origin = from_.extras.origin;
    TRY_OK(refuse_candidates());
    if (in.logprobs.value_or(false) || in.top_logprobs.value_or(0) > 0)
      return unsupported(called(origin, "generationConfig.responseLogprobs", "logprobs", "logprobs"),
                         "log probabilities cannot be carried over");
    if (!in.stop.empty())
      return unsupported(called(origin, "generationConfig.stopSequences", "stop_sequences", "stop"),
                         "the Responses API knows no stop sequences");
    adapt_limit();
    if (in.max_tokens && *in.max_tokens < output_tokens_min) {
      const auto field = called(origin, "generationConfig.maxOutputTokens", "max_tokens", "max_completion_tokens");
      losses_.approximated(std::string(field), "the provider takes no less than 16");
      to_.sampling.max_tokens = output_tokens_min;
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

  void adapt_thinking() {
    if (const auto told = effort("reasoning.effort")) {
      to_.thinking.mode = from_.thinking.mode;
      to_.thinking.effort = told;
    }
    // A summary is asked for only where somebody wants to see it: OpenAI gives it to verified organisations only.
    if (facts_.thinking != ThinkingStyle::none) to_.thinking.display = from_.thinking.display;
  }
};

}  // namespace

Result<> adapt_settings(const ir::Request& from, const RenderTarget& target, const ToolNames& names, ir::Request& to,
                        ir::Losses& losses) {
  return Settings(from, target, names, to, losses).adapt();
}

}  // namespace agt::dialect::openai_responses

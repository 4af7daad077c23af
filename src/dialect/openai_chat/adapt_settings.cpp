// The settings of another dialect's request as chat fields.
#include <fmt/format.h>

#include "dialect/called.h"
#include "dialect/limits.h"
#include "dialect/openai_chat/request.h"
#include "dialect/openai_chat/shared_settings.h"
#include "dialect/openai_chat/wire.h"

namespace agt::dialect::openai_chat {
namespace {

class Settings : private SharedSettings {
 public:
  using SharedSettings::SharedSettings;

  Result<> adapt() {
    to_.extras.origin = here;
    TRY_OK(ir::refuse_essential(from_.extras, here));
    losses_.extras_go_home(from_.extras, here, "");
    to_.model = from_.model;
    to_.stream = from_.stream;
    to_.usage_in_stream = from_.stream;  // the gateway counts, whether the client asked or not
    adapt_tools();
    if (!to_.tools.empty() && !facts_.tools) return unsupported("tools", "this model takes no tools");
    TRY_OK(adapt_choice());
    TRY_OK(adapt_sampling());
    adapt_format();
    if (const auto told = effort("reasoning_effort")) to_.thinking = {.mode = from_.thinking.mode, .effort = told};
    adapt_user();
    // Deprecated at OpenAI for safety_identifier, but the one that compatible servers know.
    if (!to_.end_user.empty()) spell(to_.extras, "user", "");
    adapt_tier();
    return {};
  }

 private:
  void adapt_tools() {
    for (std::size_t i = 0; i < from_.tools.size(); ++i) {
      const auto at = fmt::format("tools[{}]", i);
      if (const auto* hosted = std::get_if<ir::HostedTool>(&from_.tools[i]))
        losses_.dropped(at, fmt::format("{} runs at its own provider only", hosted->type));
      else
        add_tool(std::get<ir::Tool>(from_.tools[i]), at);
    }
  }

  Result<> adapt_sampling() {
    const auto& in = from_.sampling;
    auto& out = to_.sampling;
    TRY_OK(refuse_candidates());
    TRY_OK(adapt_logprobs());
    if (in.stop.size() > stop_sequences_max)
      return unsupported(called(from_.extras.origin, "generationConfig.stopSequences", "stop_sequences", "stop"),
                         "at most 4 stop sequences are possible");
    out.stop = in.stop;
    adapt_limit();
    out.seed = in.seed;
    keep_if_accepted(in.temperature, out.temperature, "temperature");
    keep_if_accepted(in.top_p, out.top_p, "top_p");
    keep_if_accepted(in.presence_penalty, out.presence_penalty, "presence_penalty");
    keep_if_accepted(in.frequency_penalty, out.frequency_penalty, "frequency_penalty");
    if (in.top_k) losses_.dropped("top_k", "Chat Completions has no top_k");
    return {};
  }

  // Models that refuse sampling settings refuse to be asked for probabilities, too (OpenAI's reasoning models,
  // 2026-11).
  Result<> adapt_logprobs() {
    const auto& in = from_.sampling;
    const bool wanted = in.logprobs.value_or(false) || in.top_logprobs.value_or(0) > 0;
    if (!wanted) return {};
    if (!facts_.sampling_accepted)
      return unsupported(called(from_.extras.origin, "generationConfig.responseLogprobs", "logprobs", "top_logprobs"),
                         "this model gives no log probabilities");
    to_.sampling.logprobs = true;
    to_.sampling.top_logprobs = in.top_logprobs;
    return {};
  }
};

}  // namespace

Result<> adapt_settings(const ir::Request& from, const RenderTarget& target, const ToolNames& names, ir::Request& to,
                        ir::Losses& losses) {
  return Settings(from, target, names, to, losses).adapt();
}

}  // namespace agt::dialect::openai_chat

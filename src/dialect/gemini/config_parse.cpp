#include <array>

#include "core/text.h"
#include "dialect/gemini/config.h"
#include "dialect/gemini/schema.h"

namespace agt::dialect::gemini {
namespace {

Result<> parse_stop(json::Value config, ir::Request& request) {
  TRY(const auto stop, optional_array(config, "stopSequences"));
  if (stop.exists() && stop.size() == 0) spell(request.extras, section::config, "stopSequences", stop.keep());
  for (const auto one : stop.children()) {
    TRY(auto text, one.text());
    request.sampling.stop.push_back(std::move(text));
  }
  return {};
}

Result<> parse_sampling(json::Value config, ir::Request& request) {
  auto& sampling = request.sampling;
  TRY(sampling.temperature, optional_number(config, "temperature"));
  TRY(sampling.top_p, optional_number(config, "topP"));
  TRY(sampling.top_k, optional_number(config, "topK"));
  TRY(sampling.presence_penalty, optional_number(config, "presencePenalty"));
  TRY(sampling.frequency_penalty, optional_number(config, "frequencyPenalty"));
  TRY(sampling.seed, optional_integer(config, "seed"));
  TRY(sampling.max_tokens, optional_integer(config, "maxOutputTokens"));
  TRY(sampling.candidates, optional_integer(config, "candidateCount"));
  TRY(sampling.logprobs, optional_boolean(config, "responseLogprobs"));
  TRY(sampling.top_logprobs, optional_integer(config, "logprobs"));
  return parse_stop(config, request);
}

Result<> parse_format(json::Value config, ir::Request& request) {
  TRY(const auto mime, optional_text(config, "responseMimeType"));
  TRY(const auto own, optional_object(config, "responseSchema"));
  const auto real = member(config, "responseJsonSchema");
  const bool has_schema = own.exists() || real.present();
  if (!mime && !has_schema) return {};
  if (mime && *mime != "application/json") {
    // text/plain is the default; text/x.enum exists nowhere else.
    auto& extras = request.extras;
    if (*mime == "text/plain" && !has_schema) {
      spell(extras, section::config, "responseMimeType", member(config, "responseMimeType").keep());
      return {};
    }
    for (const std::string name : {"responseMimeType", "responseSchema", "responseJsonSchema"})
      if (const auto value = member(config, name); value.present()) keep(extras, section::config, name, value);
    return {};
  }
  ir::ResponseFormat format;
  format.extras = home_extras();
  format.kind = has_schema ? ir::ResponseFormat::Kind::json_schema : ir::ResponseFormat::Kind::json_object;
  if (!mime) spell(format.extras, section::config, "responseMimeType", {});
  if (own.exists()) {
    spell(format.extras, section::config, "responseSchema", own.keep());
    format.schema = json_schema_of(own);
  }
  if (real.present())
    format.schema = real.keep();
  else
    spell(format.extras, section::config, "responseJsonSchema", {});
  request.response_format = std::move(format);
  return {};
}

struct Level {
  std::string_view word;
  std::optional<ir::Effort> effort;
};
constexpr std::array levels{
    Level{"MINIMAL", ir::Effort::minimal},
    Level{"LOW", ir::Effort::low},
    Level{"MEDIUM", ir::Effort::medium},
    Level{"HIGH", ir::Effort::high},
    Level{"THINKING_LEVEL_UNSPECIFIED", std::nullopt},
};

Result<> parse_level(json::Value thinking, ir::Request& request) {
  TRY(const auto word, optional_text(thinking, "thinkingLevel"));
  if (!word) return {};
  const auto value = member(thinking, "thinkingLevel");
  for (const auto& level : levels) {
    if (!text::iequals(level.word, *word)) continue;
    request.thinking.effort = level.effort;
    if (level.effort) request.thinking.mode = ir::Thinking::Mode::adaptive;
    spell(request.extras, section::thinking, "thinkingLevel", value.keep());
    return {};
  }
  return value.refuse("MINIMAL, LOW, MEDIUM or HIGH");
}

Result<> parse_thinking(json::Value config, ir::Request& request) {
  TRY(const auto thinking, optional_object(config, "thinkingConfig"));
  if (!thinking.exists()) return {};
  auto& out = request.thinking;
  if (thinking.size() == 0) spell(request.extras, section::config, "thinkingConfig", thinking.keep());
  TRY(const auto include, optional_boolean(thinking, "includeThoughts"));
  if (include) out.display = *include ? ir::Thinking::Display::shown : ir::Thinking::Display::hidden;
  TRY_OK(parse_level(thinking, request));
  TRY(const auto budget, optional_integer(thinking, "thinkingBudget"));
  if (budget) {
    spell(request.extras, section::thinking, "thinkingBudget", member(thinking, "thinkingBudget").keep());
    out.mode = *budget == 0  ? ir::Thinking::Mode::off
               : *budget < 0 ? ir::Thinking::Mode::adaptive
                             : ir::Thinking::Mode::budget;
    if (*budget > 0) out.budget_tokens = budget;
  }
  keep_rest(thinking, {"includeThoughts", "thinkingLevel", "thinkingBudget"}, section::thinking, request.extras);
  return {};
}

}  // namespace

Result<> parse_config(json::Value body, ir::Request& request) {
  TRY(const auto config, optional_object(body, "generationConfig"));
  if (!config.exists()) return {};
  if (config.size() == 0) spell(request.extras, section::top, "generationConfig", config.keep());
  TRY_OK(parse_sampling(config, request));
  TRY_OK(parse_format(config, request));
  TRY_OK(parse_thinking(config, request));
  keep_rest(config,
            {"temperature", "topP", "topK", "presencePenalty", "frequencyPenalty", "seed", "maxOutputTokens",
             "candidateCount", "responseLogprobs", "logprobs", "stopSequences", "responseMimeType", "responseSchema",
             "responseJsonSchema", "thinkingConfig"},
            section::config, request.extras);
  return {};
}

}  // namespace agt::dialect::gemini

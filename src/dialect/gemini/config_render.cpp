#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dialect/called.h"
#include "dialect/gemini/config.h"
#include "dialect/gemini/schema.h"

namespace agt::dialect::gemini {
namespace {

constexpr std::size_t stop_max = 5;  // GenerationConfig.stopSequences (2026-11)

template <class T>
void write_known(json::Writer& writer, std::string_view name, const std::optional<T>& value) {
  if (value) writer.field(name, *value);
}

void write_stop(json::Writer& writer, const ir::Sampling& sampling) {
  if (sampling.stop.empty()) return;
  writer.key("stopSequences");
  writer.begin_array();
  for (const auto& one : sampling.stop) writer.value(one);
  writer.end_array();
}

void write_sampling(json::Writer& writer, const ir::Sampling& sampling) {
  write_known(writer, "temperature", sampling.temperature);
  write_known(writer, "topP", sampling.top_p);
  write_known(writer, "topK", sampling.top_k);
  write_known(writer, "candidateCount", sampling.candidates);
  write_known(writer, "maxOutputTokens", sampling.max_tokens);
  write_stop(writer, sampling);
  write_known(writer, "seed", sampling.seed);
  write_known(writer, "presencePenalty", sampling.presence_penalty);
  write_known(writer, "frequencyPenalty", sampling.frequency_penalty);
  write_known(writer, "responseLogprobs", sampling.logprobs);
  write_known(writer, "logprobs", sampling.top_logprobs);
}

// What a request from elsewhere may ask of this target.
Result<ir::Sampling> acceptable(const Rendering& rendering) {
  auto sampling = rendering.request.sampling;
  auto& losses = rendering.losses;
  const auto& facts = rendering.target.facts;
  if (sampling.stop.size() > stop_max) {
    std::string field(called(rendering.request.extras.origin, "", "stop_sequences", "stop"));
    auto message = fmt::format("{}: gemini takes at most {} stop sequences.", field, stop_max);
    return fail(Code::feature_unsupported, std::move(message), std::move(field));
  }
  if (sampling.candidates.value_or(1) > 1)
    return fail(Code::feature_unsupported, "n: several answers to one request cannot be translated.", "n");
  const bool scored = sampling.logprobs.value_or(false) || sampling.top_logprobs.value_or(0) > 0;
  if (scored && !facts.sampling_accepted)
    return fail(Code::feature_unsupported, "logprobs: this model gives no log probabilities.", "logprobs");
  if (scored)
    sampling.logprobs = true;
  else
    sampling.logprobs.reset();
  if (!scored || sampling.top_logprobs == 0) sampling.top_logprobs.reset();
  sampling.candidates.reset();
  if (!facts.sampling_accepted) {
    if (sampling.temperature) losses.dropped("temperature", "this model takes no sampling parameters");
    if (sampling.top_p) losses.dropped("top_p", "this model takes no sampling parameters");
    if (sampling.top_k) losses.dropped("top_k", "this model takes no sampling parameters");
    sampling.temperature = sampling.top_p = sampling.top_k = std::nullopt;
  }
  if (sampling.max_tokens && facts.output_tokens && *sampling.max_tokens > *facts.output_tokens) {
    losses.approximated("max_tokens", "lowered to the most that this model can write");
    sampling.max_tokens = facts.output_tokens;
  }
  return sampling;
}

void write_home_format(json::Writer& writer, const ir::ResponseFormat& format) {
  const auto& extras = format.extras;
  if (!write_spelled(writer, extras, section::config, "responseMimeType"))
    writer.field("responseMimeType", "application/json");
  write_spelled(writer, extras, section::config, "responseSchema");
  if (!write_spelled(writer, extras, section::config, "responseJsonSchema") && !format.schema.empty())
    writer.field("responseJsonSchema", format.schema);
}

void write_format(json::Writer& writer, const Rendering& rendering) {
  const auto& format = rendering.request.response_format;
  if (!format) return;
  rendering.losses.extras_go_home(format->extras, ir::Dialect::gemini, "response_format");
  if (format->kind == ir::ResponseFormat::Kind::text || schema_goes_into_words(rendering)) return;
  writer.field("responseMimeType", "application/json");
  if (format->kind != ir::ResponseFormat::Kind::json_schema || format->schema.empty()) return;
  if (rendering.target.facts.json_schema_tools)
    writer.field("responseJsonSchema", format->schema);
  else
    writer.field("responseSchema", gemini_schema_of(format->schema, Root::any, "response_format", rendering.losses));
}

void write_home_thinking(json::Writer& writer, const Rendering& rendering) {
  const auto& extras = rendering.request.extras;
  if (write_spelled(writer, extras, section::config, "thinkingConfig")) return;
  const auto display = rendering.request.thinking.display;
  if (display == ir::Thinking::Display::unset && !has_rest(extras, section::thinking)) return;
  writer.key("thinkingConfig");
  writer.begin_object();
  if (display != ir::Thinking::Display::unset) writer.field("includeThoughts", display == ir::Thinking::Display::shown);
  write_spelled(writer, extras, section::thinking, "thinkingBudget");
  write_spelled(writer, extras, section::thinking, "thinkingLevel");
  write_rest(writer, extras, section::thinking);
  writer.end_object();
}

void write_thinking(json::Writer& writer, const Rendering& rendering) {
  const auto words = thinking_words(rendering);
  if (!words.include && !words.budget && words.level.empty()) return;
  writer.key("thinkingConfig");
  writer.begin_object();
  write_known(writer, "includeThoughts", words.include);
  write_known(writer, "thinkingBudget", words.budget);
  if (!words.level.empty()) writer.field("thinkingLevel", words.level);
  writer.end_object();
}

// Models before Gemini 3 take one resolution for all images: the highest that one of them asks for.
void write_resolution(json::Writer& writer, const Rendering& rendering) {
  const auto& facts = rendering.target.facts;
  if (!facts.media_resolution || facts.part_resolution) return;
  auto detail = ir::Detail::unset;
  const auto look = [&](const std::vector<ir::Part>& parts, const auto& self) -> void {
    for (const auto& part : parts) {
      if (const auto* media = std::get_if<ir::Media>(&part.body)) detail = std::max(detail, media->detail);
      if (const auto* result = std::get_if<ir::ToolResult>(&part.body)) self(result->content, self);
    }
  };
  for (const auto& message : rendering.request.messages) look(message.parts, look);
  if (detail != ir::Detail::unset) writer.field("mediaResolution", resolution_of(detail, false));
}

void write_home_config(json::Writer& writer, const Rendering& rendering) {
  const auto& request = rendering.request;
  write_sampling(writer, request.sampling);
  write_spelled(writer, request.extras, section::config, "stopSequences");
  if (request.response_format)
    write_home_format(writer, *request.response_format);
  else
    write_spelled(writer, request.extras, section::config, "responseMimeType");
  write_home_thinking(writer, rendering);
  write_rest(writer, request.extras, section::config);
}

}  // namespace

std::string_view resolution_of(ir::Detail detail, bool part) {
  switch (detail) {
    case ir::Detail::unset: return "MEDIA_RESOLUTION_UNSPECIFIED";
    case ir::Detail::low: return "MEDIA_RESOLUTION_LOW";
    case ir::Detail::high: return "MEDIA_RESOLUTION_HIGH";
    case ir::Detail::original: return part ? "MEDIA_RESOLUTION_ULTRA_HIGH" : "MEDIA_RESOLUTION_HIGH";
  }
  std::unreachable();
}

bool schema_goes_into_words(const Rendering& rendering) {
  // "Function calling with a response mime type: 'application/json' is unsupported": models before Gemini 3 (2026-11).
  const auto& request = rendering.request;
  const auto& format = request.response_format;
  return !rendering.home && format && format->kind != ir::ResponseFormat::Kind::text && !request.tools.empty() &&
         !rendering.target.facts.schema_with_tools;
}

Result<> write_config(json::Writer& writer, const Rendering& rendering) {
  json::Writer config;
  config.begin_object();
  if (rendering.home) {
    write_home_config(config, rendering);
  } else {
    TRY(const auto sampling, acceptable(rendering));
    write_sampling(config, sampling);
    write_resolution(config, rendering);
    write_format(config, rendering);
    write_thinking(config, rendering);
  }
  config.end_object();
  // Empty unless it came so; a null one is written with the rest of the extras.
  const auto* own = spelled(rendering.request.extras, section::top, "generationConfig");
  if (config.text() == "{}" && (own == nullptr || own->text == "null")) return {};
  writer.field("generationConfig", json::Raw{std::move(config).take()});
  return {};
}

}  // namespace agt::dialect::gemini

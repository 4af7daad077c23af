#include <fmt/format.h>

#include <algorithm>

#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/codec_parts.h"
#include "dialect/anthropic/render.h"
#include "dialect/anthropic/words.h"
#include "dialect/called.h"

namespace agt::dialect::anthropic {
namespace {

constexpr NameRule name_rule{.extra_characters = "-", .letter_first = false, .bytes_max = 128};
constexpr std::string_view json_instruction = "Answer with one valid JSON object and nothing else.";
constexpr std::size_t user_id_bytes_max = 256;  // metadata.user_id (API reference, 2026-11)
constexpr double temperature_max = 1.0;
constexpr double thinking_top_p_min = 0.95;  // "Extended thinking": compatibility, 2026-11

bool counting(const Rendering& rendering) { return rendering.target.operation == Asked::Operation::count_tokens; }

// What would change the answer's shape and has no place in Anthropic's API.
Result<> refuse_what_cannot_be(const ir::Request& request) {
  TRY_OK(ir::refuse_essential(request.extras, ir::Dialect::anthropic));
  const auto& sampling = request.sampling;
  const auto refuse = [&](std::string_view gemini, std::string_view openai, std::string_view why) {
    std::string field(called(request.extras.origin, gemini, openai, openai));
    auto message = fmt::format("{}: {}", field, why);
    return fail(Code::feature_unsupported, std::move(message), std::move(field));
  };
  if (sampling.candidates.value_or(1) > 1)
    return refuse("generationConfig.candidateCount", "n", "Anthropic gives one answer at a time.");
  if (sampling.logprobs.value_or(false) || sampling.top_logprobs.value_or(0) > 0)
    return refuse("generationConfig.responseLogprobs", "logprobs", "Anthropic has none.");
  for (const auto& stop : sampling.stop)
    if (stop.find_first_not_of(" \t\r\n") == std::string::npos)
      return refuse("generationConfig.stopSequences", "stop", "Anthropic takes no stop sequence of white space only.");
  return {};
}

Result<> fit_format(const Rendering& rendering, Fitted& fitted) {
  const auto& format = rendering.request.response_format;
  if (!format) return {};
  if (rendering.home && is_home(format->extras)) {
    fitted.format_schema = format->schema;
    return {};
  }
  rendering.losses.extras_go_home(format->extras, ir::Dialect::anthropic, "response_format");
  const auto by_words = [&] {
    fitted.system.push_back(ir::text_part(std::string(json_instruction)));
    rendering.losses.approximated("response_format", "Anthropic has no JSON mode; the model was told in words");
  };
  switch (format->kind) {
    case ir::ResponseFormat::Kind::text: return {};
    case ir::ResponseFormat::Kind::json_object: by_words(); return {};
    case ir::ResponseFormat::Kind::json_schema: break;
  }
  if (format->schema.empty()) {
    by_words();
    return {};
  }
  auto schema = fitted_schema(format->schema);
  if (schema.changed)
    rendering.losses.approximated("response_format", "constraints that Anthropic does not enforce became descriptions");
  if (!format->description.empty())
    rendering.losses.harmless("response_format.description", "Anthropic has no such field");
  fitted.format_schema = std::move(schema.schema);
  return {};
}

void write_system(json::Writer& writer, const Rendering& rendering, const Fitted& fitted) {
  write_spelled(writer, rendering.request.extras, section::top, "system");
  if (fitted.system.empty()) return;
  writer.key("system");
  const auto* text = std::get_if<ir::Text>(&fitted.system.front().body);
  if (rendering.home && rendering.request.system_is_text && fitted.system.size() == 1 && text != nullptr) {
    writer.value(text->text);
    return;
  }
  writer.begin_array();
  for (const auto& part : fitted.system) write_block(writer, part, rendering.names, rendering.losses);
  writer.end_array();
}

void write_messages(json::Writer& writer, const Rendering& rendering, const Fitted& fitted) {
  writer.key("messages");
  writer.begin_array();
  for (const auto& message : fitted.messages) {
    writer.begin_object();
    writer.field("role", message.role == ir::Role::developer ? ir::name(ir::Role::system) : ir::name(message.role));
    write_content(writer, message.parts, message.extras, rendering.names, rendering.losses);
    write_rest(writer, message.extras, section::top);
    writer.end_object();
  }
  writer.end_array();
}

void write_thinking(json::Writer& writer, const Rendering& rendering, const Fitted& fitted) {
  const auto& thought = fitted.thought;
  const auto& extras = rendering.request.extras;
  if (thought.type.empty()) return;
  writer.key("thinking");
  writer.begin_object();
  const bool own_word = thought.type == thinking::adaptive && kept(extras, section::thinking, "type") != nullptr;
  if (!own_word) writer.field("type", thought.type);
  if (thought.budget) writer.field("budget_tokens", *thought.budget);
  if (spelled(extras, section::thinking, "display") != nullptr && !thought.display.empty())
    write_spelled(writer, extras, section::thinking, "display");
  else if (!thought.display.empty())
    writer.field("display", thought.display);
  // When the type was changed, the client's own rest of the object may not fit it.
  if (rendering.home && (own_word || thought.on() || rendering.request.thinking.mode == ir::Thinking::Mode::off))
    write_rest(writer, extras, section::thinking);
  writer.end_object();
}

void write_format(json::Writer& writer, const Rendering& rendering, const Fitted& fitted, std::string_view key) {
  writer.key(key);
  writer.begin_object();
  writer.field("type", json_schema);
  writer.field("schema", fitted.format_schema);
  const auto& format = *rendering.request.response_format;
  if (rendering.home && !format.name.empty()) writer.field("name", format.name);
  write_spelled(writer, format.extras, section::top, "name");
  write_rest(writer, format.extras, section::top);
  writer.end_object();
}

void write_output(json::Writer& writer, const Rendering& rendering, const Fitted& fitted) {
  const auto& extras = rendering.request.extras;
  const bool old_place = spelled(extras, section::top, "output_format") != nullptr;
  const bool format = !fitted.format_schema.empty();
  const auto& effort = fitted.thought.effort;
  if (format && old_place) write_format(writer, rendering, fitted, "output_format");
  if (!effort && !(format && !old_place) && !has_rest(extras, section::output)) {
    write_spelled(writer, extras, section::top, "output_config");
    return;
  }
  writer.key("output_config");
  writer.begin_object();
  if (effort) writer.field("effort", ir::name(*effort));
  if (format && !old_place) write_format(writer, rendering, fitted, "format");
  write_rest(writer, extras, section::output);
  writer.end_object();
}

void write_home_sampling(json::Writer& writer, const Rendering& rendering) {
  const auto& sampling = rendering.request.sampling;
  const bool accepted = rendering.target.facts.sampling_accepted;
  const auto one = [&](std::string_view name, const std::optional<double>& value) {
    if (value && accepted) writer.field(name, *value);
    if (value && !accepted) rendering.losses.dropped(std::string(name), "this model takes no sampling parameters");
  };
  one("temperature", sampling.temperature);
  one("top_p", sampling.top_p);
  one("top_k", sampling.top_k);
}

void write_sampling(json::Writer& writer, const Rendering& rendering, bool thinks) {
  const auto& sampling = rendering.request.sampling;
  const bool accepted = rendering.target.facts.sampling_accepted;
  auto& losses = rendering.losses;
  const auto out = [&](std::string name, std::string why) { losses.dropped(std::move(name), std::move(why)); };
  const std::string unknown = "Anthropic has no such field";
  if (sampling.presence_penalty.value_or(0) != 0) out("presence_penalty", unknown);
  if (sampling.frequency_penalty.value_or(0) != 0) out("frequency_penalty", unknown);
  if (sampling.seed) out("seed", unknown);

  const std::string why_not =
      accepted ? "Anthropic takes it only without thinking" : "this model takes no sampling parameters";
  const bool temperature_fits = accepted && (!thinks || sampling.temperature.value_or(1) == 1);
  if (sampling.temperature && !temperature_fits) out("temperature", why_not);
  if (sampling.temperature && temperature_fits) {
    if (*sampling.temperature > temperature_max) losses.approximated("temperature", "Anthropic's scale ends at 1");
    writer.field("temperature", std::clamp(*sampling.temperature, 0.0, temperature_max));
  }
  if (sampling.top_p) {
    const bool both = sampling.temperature.has_value() && temperature_fits;
    const bool fits = accepted && !both && (!thinks || *sampling.top_p >= thinking_top_p_min);
    if (fits) writer.field("top_p", std::clamp(*sampling.top_p, 0.0, 1.0));
    if (!fits) out("top_p", both ? "Anthropic takes temperature or top_p, not both" : why_not);
  }
  if (sampling.top_k) {
    if (accepted && !thinks) writer.field("top_k", static_cast<std::int64_t>(std::clamp(*sampling.top_k, 0.0, 1e6)));
    if (!accepted || thinks) out("top_k", why_not);
  }
}

void write_metadata(json::Writer& writer, const Rendering& rendering) {
  const auto& request = rendering.request;
  auto user = request.end_user;
  if (!rendering.home && (user.contains('@') || user.size() > user_id_bytes_max)) {
    rendering.losses.harmless("user", "Anthropic takes neither addresses nor long names of users");
    user.clear();
  }
  const bool empty_id = spelled(request.extras, section::metadata, "user_id") != nullptr;
  if (user.empty() && !empty_id && !has_rest(request.extras, section::metadata)) {
    write_spelled(writer, request.extras, section::top, "metadata");
    return;
  }
  writer.key("metadata");
  writer.begin_object();
  if (!user.empty()) writer.field("user_id", user);
  write_spelled(writer, request.extras, section::metadata, "user_id");
  write_rest(writer, request.extras, section::metadata);
  writer.end_object();
}

void write_service_tier(json::Writer& writer, const Rendering& rendering) {
  const auto& tier = rendering.request.service_tier;
  write_spelled(writer, rendering.request.extras, section::top, "service_tier");
  if (tier.empty()) return;
  if (rendering.home)
    writer.field("service_tier", tier);
  else if (tier != "auto" && tier != "default")
    rendering.losses.harmless("service_tier", "Anthropic sells no such tier");
}

void write_stop(json::Writer& writer, const Rendering& rendering) {
  write_spelled(writer, rendering.request.extras, section::top, "stop_sequences");
  if (rendering.request.sampling.stop.empty()) return;
  writer.key("stop_sequences");
  writer.begin_array();
  for (const auto& stop : rendering.request.sampling.stop) writer.value(stop);
  writer.end_array();
}

std::string body_text(const Rendering& rendering, const Fitted& fitted) {
  const auto& request = rendering.request;
  const bool whole = !counting(rendering);
  json::Writer writer(rendering.target.usual_bytes());
  writer.begin_object();
  writer.field("model", rendering.target.model);
  if (whole || (rendering.home && request.sampling.max_tokens)) writer.field("max_tokens", fitted.max_tokens);
  write_tools(writer, rendering, fitted);
  write_tool_choice(writer, rendering, fitted);
  write_system(writer, rendering, fitted);
  write_messages(writer, rendering, fitted);
  write_thinking(writer, rendering, fitted);
  write_output(writer, rendering, fitted);
  if (rendering.home) {
    write_home_sampling(writer, rendering);
    write_stop(writer, rendering);
  } else if (whole) {
    write_sampling(writer, rendering, fitted.thought.on());
    write_stop(writer, rendering);
  }
  if (whole || rendering.home) {
    write_metadata(writer, rendering);
    write_service_tier(writer, rendering);
  }
  if (request.stream && (whole || rendering.home)) writer.field("stream", true);
  write_spelled(writer, request.extras, section::top, "stream");
  write_rest(writer, request.extras, section::top);
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace

Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target) {
  Rendered out;
  const bool home = is_home(request.extras);
  if (!home) out.names = ToolNames(request, name_rule);
  const Rendering rendering{
      .request = request, .target = target, .losses = out.losses, .names = out.names, .home = home};
  if (!home) TRY_OK(refuse_what_cannot_be(request));
  out.losses.extras_go_home(request.extras, ir::Dialect::anthropic, "");
  Fitted fitted;
  TRY_OK(fit_tools(rendering, fitted));
  TRY(fitted.system, fitted_system(rendering));
  TRY_OK(fit_format(rendering, fitted));
  TRY(fitted.messages, fitted_messages(rendering));
  fit_thinking(rendering, fitted);
  fit_cache_marks(rendering, fitted);
  out.body = body_text(rendering, fitted);
  return out;
}

}  // namespace agt::dialect::anthropic

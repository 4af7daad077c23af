// What Google's generateContent refuses, in its words.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "json/writer.h"
#include "sim/checks.h"

namespace agt::sim {
namespace {

constexpr auto fields = std::to_array<std::string_view>(
    {"contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig", "cachedContent",
     "serviceTier", "store", "continuationToken", "labels", "model", "generateContentRequest"});
constexpr auto wrapped_only = std::to_array<std::string_view>({"session_id", "sessionId"});
constexpr auto config_fields = std::to_array<std::string_view>({"temperature",
                                                                "topP",
                                                                "topK",
                                                                "candidateCount",
                                                                "maxOutputTokens",
                                                                "stopSequences",
                                                                "seed",
                                                                "presencePenalty",
                                                                "frequencyPenalty",
                                                                "responseLogprobs",
                                                                "logprobs",
                                                                "responseMimeType",
                                                                "responseSchema",
                                                                "responseJsonSchema",
                                                                "responseModalities",
                                                                "mediaResolution",
                                                                "speechConfig",
                                                                "imageConfig",
                                                                "thinkingConfig",
                                                                "audioTranscriptionConfig",
                                                                "enableEnhancedCivicAnswers",
                                                                "routingConfig",
                                                                "modelSelectionConfig",
                                                                "audioTimestamp"});
constexpr auto part_fields =
    std::to_array<std::string_view>({"text", "thought", "thoughtSignature", "inlineData", "fileData", "functionCall",
                                     "functionResponse", "executableCode", "codeExecutionResult", "toolCall",
                                     "toolResponse", "videoMetadata", "mediaResolution", "partMetadata"});
constexpr std::string_view sentinel = "skip_thought_signature_validator";  // documented by Google

struct Place {
  std::size_t content = 0;
  std::size_t part = 0;
};

Outcome<> known_fields(json::Value object, std::span<const std::string_view> known, std::string_view at) {
  for (const auto member : object.children())
    if (!one_of(camel(member.key()), known)) return std::unexpected(unknown_name(member.key(), at));
  return {};
}

// Google reports a bad value by its message's name and the snake_case path.
std::unexpected<Problem> bad_value(std::string_view path, std::string_view why) {
  return refuse(fmt::format("* GenerateContentRequest.{}: {}\n", path, why));
}

std::string response_text(json::Value response) {
  for (const std::string_view name : {"output", "result", "error", "content"})
    if (response[name].exists()) {
      const auto value = response[name];
      return value.is_string() || value.is_array() ? value.text_or(content_text(value)) : std::string(value.raw());
    }
  return std::string(response.raw());
}

Outcome<> check_signature(json::Value part, const Signer& signer) {
  const auto signature = either(part, "thoughtSignature");
  if (!signature.present() || signature.is(sentinel)) return {};
  if (!signer.knows(SignatureKind::gemini, signature.text_or(""))) return refuse("Corrupted thought signature.");
  return {};
}

Outcome<> check_call(json::Value call, Place place) {
  const auto at = fmt::format("contents[{}].parts[{}].function_call", place.content, place.part);
  if (call["name"].text_or("").empty()) return bad_value(at + ".name", "Name cannot be empty.");
  const auto args = call["args"];
  if (args.present() && !args.is_object())
    return refuse(
        fmt::format("Invalid value at '{}.args' (type.googleapis.com/google.protobuf.Struct), {}", at, args.raw()));
  return {};
}

Outcome<> check_response(json::Value response, Place place, Turn& turn) {
  const auto at = fmt::format("contents[{}].parts[{}].function_response", place.content, place.part);
  if (response["name"].text_or("").empty()) return bad_value(at + ".name", "Name cannot be empty.");
  const auto value = response["response"];
  if (!value.is_object())
    return value.exists()
               ? refuse(fmt::format("Invalid value at '{}.response' (type.googleapis.com/google.protobuf.Struct), {}",
                                    at, value.raw()))
               : bad_value(at + ".response", "response is required.");
  turn.said.tool_result(response_text(value));
  return {};
}

struct Counts {
  std::size_t calls = 0;
  std::size_t responses = 0;
  std::size_t texts = 0;
  bool first_call_signed = true;
  std::string first_call{};
};

Outcome<> read_part(json::Value part, Place place, bool model, Counts& counts, const Signer& signer, Turn& turn) {
  const auto at = fmt::format("contents[{}].parts[{}]", place.content, place.part);
  TRY_OK(known_fields(part, part_fields, at));
  TRY_OK(check_signature(part, signer));
  const auto call = either(part, "functionCall");
  const auto response = either(part, "functionResponse");
  if (call.exists()) {
    TRY_OK(check_call(call, place));
    if (!model)
      return refuse(
          "Please ensure that function call turn comes immediately after a user turn or after a "
          "function response turn.");
    if (counts.calls++ == 0) {
      counts.first_call = call["name"].text_or("");
      counts.first_call_signed = either(part, "thoughtSignature").present();
    }
    return {};
  }
  if (response.exists()) {
    if (model) return refuse("Please ensure that function response turn comes immediately after a function call turn.");
    ++counts.responses;
    return check_response(response, place, turn);
  }
  const bool media = either(part, "inlineData").exists() || either(part, "fileData").exists();
  const bool other = part.size() > 0 && !part["text"].exists();
  if (!media && !other && !part["text"].is_string())
    return bad_value(at + ".data", "required oneof field 'data' must have one initialized field");
  if (media) {
    const auto blob = either(part, "inlineData");
    if (blob.exists() && (!either(blob, "mimeType").is_string() || !blob["data"].is_string()))
      return bad_value(at + ".inline_data", "mime_type and data are required.");
  }
  if (!part["text"].is_string()) return {};
  ++counts.texts;
  if (!model) turn.said.user_text(part["text"].text_or(""));
  return {};
}

Outcome<Counts> read_content(json::Value content, std::size_t index, const Signer& signer, Turn& turn) {
  static constexpr auto known = std::to_array<std::string_view>({"role", "parts"});
  TRY_OK(known_fields(content, known, fmt::format("contents[{}]", index)));
  const auto role = content["role"].text_or("user");
  if (role != "user" && role != "model" && role != "function") return refuse("Please use a valid role: user, model.");
  const bool model = role == "model";
  if (model) turn.said.model_turn();
  Counts counts;
  Place place{.content = index};
  const auto parts = content["parts"];
  if (parts.size() == 0)
    return bad_value(fmt::format("contents[{}].parts", index), "contents.parts must not be empty.");
  for (const auto part : parts.children()) {
    TRY_OK(read_part(part, place, model, counts, signer, turn));
    ++place.part;
  }
  return counts;
}

Outcome<> check_signed_steps(const std::vector<Counts>& all, std::size_t turn_begin) {
  for (std::size_t i = turn_begin; i < all.size(); ++i) {
    if (all[i].calls == 0 || all[i].first_call_signed) continue;
    return refuse(
        fmt::format("Function call is missing a thought_signature in functionCall parts. This is required for "
                    "tools to work correctly, and missing thought_signature may lead to degraded model "
                    "performance. Additional data, function call `default_api:{}` , position {}. Please refer "
                    "to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
                    all[i].first_call, i + 1));
  }
  return {};
}

Outcome<> check_counts(const std::vector<Counts>& all, const std::vector<bool>& is_model) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto calls_before = i == 0 ? 0 : all[i - 1].calls;
    if (all[i].responses > 0 && calls_before == 0)
      return refuse("Please ensure that function response turn comes immediately after a function call turn.");
    if (all[i].responses != calls_before)
      return refuse(
          "Please ensure that the number of function response parts is equal to the number of function call "
          "parts of the function call turn.");
    if (all[i].calls > 0 && (i == 0 || is_model[i - 1]))
      return refuse(
          "Please ensure that function call turn comes immediately after a user turn or after a function "
          "response turn.");
  }
  if (!all.empty() && all.back().calls > 0)
    return refuse(
        "Please ensure that the number of function response parts is equal to the number of function call "
        "parts of the function call turn.");
  return {};
}

Outcome<> read_contents(Turn& turn, const Signer& signer) {
  const auto contents = turn.body["contents"];
  if (contents.size() == 0) return refuse("* GenerateContentRequest.contents: contents is not specified\n");
  std::vector<Counts> all;
  std::vector<bool> is_model;
  std::size_t turn_begin = 0;  // the step after the last thing the user said
  for (const auto content : contents.children()) {
    TRY(auto counts, read_content(content, all.size(), signer, turn));
    is_model.push_back(content["role"].is("model"));
    if (!is_model.back() && counts.texts > 0 && counts.responses == 0) turn_begin = all.size() + 1;
    all.push_back(std::move(counts));
  }
  turn.said.close();
  if (is_model.front()) return refuse("Please ensure that multiturn requests start with a user turn.");
  TRY_OK(check_counts(all, is_model));
  if (turn.model.starts_with("gemini-3")) TRY_OK(check_signed_steps(all, turn_begin));
  return {};
}

Outcome<> check_config(Turn& turn) {
  const auto config = either(turn.body, "generationConfig");
  TRY_OK(known_fields(config, config_fields, "generation_config"));
  const auto thinking = either(config, "thinkingConfig");
  static constexpr auto known = std::to_array<std::string_view>({"includeThoughts", "thinkingBudget", "thinkingLevel"});
  TRY_OK(known_fields(thinking, known, "generation_config.thinking_config"));
  if (either(thinking, "thinkingBudget").present() && either(thinking, "thinkingLevel").present())
    return refuse("You can only set only one of thinking budget and thinking level.");
  const auto temperature = config["temperature"];
  if (temperature.present() && (temperature.number_or(-1) < 0 || temperature.number_or(-1) > 2))
    return bad_value("generation_config.temperature", "temperature must be in the range [0.0, 2.0].");
  for (const auto stop : either(config, "stopSequences").children()) turn.stops.push_back(stop.text_or(""));
  if (turn.stops.size() > 5)
    return bad_value("generation_config.stop_sequences", "at most 5 stop sequences are allowed.");
  const auto schema = either(config, "responseSchema");
  if (schema.exists()) {
    if (!either(config, "responseMimeType").is("application/json"))
      return refuse("Function calling config or response schema requires response_mime_type application/json.");
    TRY_OK(check_gemini_schema(schema, "generation_config.response_schema"));
  }
  return {};
}

Outcome<> check_tool_config(Turn& turn) {
  const auto calling = either(either(turn.body, "toolConfig"), "functionCallingConfig");
  const auto mode = calling["mode"].text_or("AUTO");
  static constexpr auto modes =
      std::to_array<std::string_view>({"AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED"});
  if (!one_of(mode, modes))
    return refuse(
        fmt::format("Invalid value at 'tool_config.function_calling_config.mode' "
                    "(type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), "
                    "\"{}\"",
                    mode));
  if (either(calling, "allowedFunctionNames").size() > 0 && mode != "ANY" && mode != "VALIDATED")
    return refuse("Function calling config allowed_function_names should only be set when mode is ANY or VALIDATED.");
  return {};
}

void declare_tools(Turn& turn) {
  for (const auto tool : turn.body["tools"].children())
    for (const auto function : either(tool, "functionDeclarations").children())
      turn.tools.push_back({.name = function["name"].text_or("")});
}

}  // namespace

Problem unknown_name(std::string_view name, std::string_view at) {
  const auto place = at.empty() ? std::string() : fmt::format(" at '{}'", at);
  auto message = fmt::format("Invalid JSON payload received. Unknown name \"{}\"{}: Cannot find field.", name, place);
  json::Writer w;
  w.begin_array();
  w.begin_object();
  w.field("@type", "type.googleapis.com/google.rpc.BadRequest");
  w.key("fieldViolations");
  w.begin_array();
  w.begin_object();
  if (!at.empty()) w.field("field", at);
  w.field("description", message);
  w.end_object();
  w.end_array();
  w.end_object();
  w.end_array();
  auto details = std::move(w).take();
  return {.message = std::move(message), .details = {std::move(details)}};
}

Outcome<> read_gemini(Turn& turn, const Signer& signer, Counting counting) {
  for (const auto member : turn.body.children()) {
    const auto name = member.key();
    const bool known = one_of(camel(name), fields) || (turn.wrapped && one_of(name, wrapped_only));
    if (!known) return std::unexpected(unknown_name(name, turn.wrapped ? "request" : ""));
  }
  const auto nested = either(turn.body, "generateContentRequest");
  if (counting == Counting::yes && nested.exists()) turn.body = nested;
  TRY_OK(check_config(turn));
  if (turn.body["tools"].exists()) TRY_OK(check_gemini_tools(turn.body["tools"]));
  TRY_OK(check_tool_config(turn));
  const auto system = either(turn.body, "systemInstruction");
  if (system.present() && system["parts"].size() == 0)
    return bad_value("system_instruction.parts", "contents.parts must not be empty.");
  declare_tools(turn);
  return read_contents(turn, signer);
}

}  // namespace agt::sim

// What OpenAI's Chat Completions and legacy Completions refuse, in their words.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/checks.h"
#include "sim/limits.h"

namespace agt::sim {
namespace {

constexpr auto chat_fields = std::to_array<std::string_view>({"model",
                                                              "messages",
                                                              "stream",
                                                              "stream_options",
                                                              "store",
                                                              "metadata",
                                                              "modalities",
                                                              "audio",
                                                              "prediction",
                                                              "temperature",
                                                              "top_p",
                                                              "frequency_penalty",
                                                              "presence_penalty",
                                                              "logit_bias",
                                                              "seed",
                                                              "n",
                                                              "stop",
                                                              "max_completion_tokens",
                                                              "max_tokens",
                                                              "logprobs",
                                                              "top_logprobs",
                                                              "verbosity",
                                                              "tools",
                                                              "tool_choice",
                                                              "parallel_tool_calls",
                                                              "functions",
                                                              "function_call",
                                                              "reasoning_effort",
                                                              "response_format",
                                                              "prompt_cache_key",
                                                              "prompt_cache_options",
                                                              "prompt_cache_retention",
                                                              "service_tier",
                                                              "safety_identifier",
                                                              "user",
                                                              "moderation",
                                                              "web_search_options"});
constexpr std::array<std::string_view, 6> roles{"system", "assistant", "user", "function", "tool", "developer"};
constexpr std::array<std::string_view, 8> part_types{"text",    "image_url", "input_audio", "file",
                                                     "refusal", "video_url", "thinking",    "reasoning"};

std::unexpected<Problem> missing(std::string_view what) {
  return refuse(fmt::format("Missing required parameter: '{}'.", what), std::string(what),
                "missing_required_parameter");
}
std::unexpected<Problem> wrong_type(json::Value value, std::string_view wanted) {
  return refuse(fmt::format("Invalid type for '{}': expected {}, but got {} instead.", value.path(), wanted,
                            json::name(value.kind())),
                value.path(), "invalid_type");
}

Outcome<> check_content(json::Value content) {
  if (content.is_string() || !content.present()) return {};
  if (!content.is_array()) return wrong_type(content, "one of a string or array of objects");
  for (const auto part : content.children()) {
    if (!part.is_object()) return wrong_type(part, "an object");
    const auto type = part["type"].text_or("");
    if (!one_of(type, part_types))
      return refuse(fmt::format("Invalid value: '{}'. Supported values are: 'text', 'image_url', 'input_audio', "
                                "'refusal', 'audio', and 'file'.",
                                type),
                    part.path() + ".type", "invalid_value");
    if (type == "text" && !part["text"].is_string()) return missing(part.path() + ".text");
    if (type == "image_url" && !part["image_url"]["url"].is_string()) return missing(part.path() + ".image_url.url");
  }
  return {};
}

Outcome<> check_calls(json::Value calls) {
  if (!calls.present()) return {};
  if (!calls.is_array()) return wrong_type(calls, "an array of objects");
  if (calls.size() == 0)
    return refuse(fmt::format("Invalid '{}': empty array. Expected an array with minimum length 1, but got an empty "
                              "array instead.",
                              calls.path()),
                  calls.path(), "empty_array");
  for (const auto call : calls.children()) {
    if (!call["id"].is_string()) return missing(call.path() + ".id");
    if (call["id"].text_or("").size() > 64)
      return refuse(
          fmt::format("Invalid '{}.id': string too long. Expected a string with maximum length 64.", call.path()),
          call.path() + ".id", "string_above_max_length");
    if (call["type"].is("custom")) {
      if (!call["custom"]["input"].is_string()) return missing(call.path() + ".custom.input");
      continue;
    }
    if (!call["type"].is("function")) return missing(call.path() + ".type");
    const auto function = call["function"];
    if (!is_plain_name(function["name"].text_or(""), 64))
      return refuse(fmt::format("Invalid '{}.function.name': string does not match pattern. Expected a string that "
                                "matches the pattern '^[a-zA-Z0-9_-]+$'.",
                                call.path()),
                    call.path() + ".function.name", "invalid_value");
    const auto arguments = function["arguments"];
    if (!arguments.exists()) return missing(call.path() + ".function.arguments");
    if (!arguments.is_string()) return wrong_type(arguments, "a string");
  }
  return {};
}

// The calls of the last assistant message that no tool message has answered yet.
class OpenCalls {
 public:
  Outcome<> before(json::Value message, std::string_view role) {
    if (role == "tool") return {};
    if (ids_.empty()) return {};
    return refuse(fmt::format("An assistant message with 'tool_calls' must be followed by tool messages responding to "
                              "each 'tool_call_id'. The following tool_call_ids did not have response messages: {}",
                              fmt::join(ids_, ", ")),
                  message.exists() ? message.path() : "messages");
  }
  void called(json::Value calls) {
    answered_.clear();
    for (const auto call : calls.children()) ids_.push_back(call["id"].text_or(""));
  }
  Outcome<> answered(json::Value message) {
    const auto id = message["tool_call_id"];
    if (!id.is_string()) return missing(message.path() + ".tool_call_id");
    const auto text = id.text_or("");
    if (const auto found = std::ranges::find(ids_, text); found != ids_.end()) {
      answered_.push_back(text);
      ids_.erase(found);
      return {};
    }
    if (std::ranges::find(answered_, text) != answered_.end()) return {};
    return refuse(
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
        "'tool_calls'.",
        message.path() + ".role");
  }
  void forget() { answered_.clear(); }

 private:
  std::vector<std::string> ids_{};
  std::vector<std::string> answered_{};
};

Outcome<> read_message(json::Value message, Turn& turn, OpenCalls& calls) {
  if (!message.is_object()) return wrong_type(message, "an object");
  const auto role = message["role"].text_or("");
  if (!one_of(role, roles))
    return refuse(fmt::format("Invalid value: '{}'. Supported values are: 'system', 'assistant', 'user', 'function', "
                              "'tool', and 'developer'.",
                              role),
                  message.path() + ".role", "invalid_value");
  TRY_OK(calls.before(message, role));
  const auto content = message["content"];
  TRY_OK(check_content(content));
  if (role == "assistant") {
    TRY_OK(check_calls(message["tool_calls"]));
    const bool says = content.present() || message["tool_calls"].present() || message["function_call"].present() ||
                      message["refusal"].present() || message["audio"].present();
    if (!says) return missing(message.path() + ".content");
    turn.said.model_turn();
    calls.called(message["tool_calls"]);
    return {};
  }
  if (!content.present())
    return refuse(fmt::format("Invalid value for 'content': expected a string, got null."),
                  message.path() + ".content");
  if (role == "tool") {
    TRY_OK(calls.answered(message));
    turn.said.tool_result(content_text(content));
    return {};
  }
  calls.forget();
  if (role == "function") turn.said.tool_result(content_text(content));
  if (role == "user") turn.said.user_text(content_text(content));
  return {};
}

Outcome<> read_tools(Turn& turn) {
  const auto tools = turn.body["tools"];
  if (!tools.present()) {
    if (turn.body["tool_choice"].present() && !turn.body["functions"].present() && !turn.body["tool_choice"].is("none"))
      return refuse("Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
                    "tool_choice");
    return {};
  }
  if (!tools.is_array()) return wrong_type(tools, "an array of objects");
  if (tools.size() == 0)
    return refuse(
        "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array "
        "instead.",
        "tools", "empty_array");
  for (const auto tool : tools.children()) {
    const bool custom = tool["type"].is("custom");
    if (!custom && !tool["type"].is("function"))
      return refuse(
          fmt::format("Invalid value: '{}'. Supported values are: 'function' and 'custom'.", tool["type"].text_or("")),
          tool.path() + ".type", "invalid_value");
    const auto name = tool[custom ? "custom" : "function"]["name"];
    if (!is_plain_name(name.text_or(""), 64))
      return refuse(fmt::format("Invalid '{}.function.name': string does not match pattern. Expected a string that "
                                "matches the pattern '^[a-zA-Z0-9_-]+$'.",
                                tool.path()),
                    tool.path() + ".function.name", "invalid_value");
    const auto parameters = tool["function"]["parameters"];
    if (parameters.present() && !parameters["type"].is("object"))
      return refuse(fmt::format("Invalid schema for function '{}': schema must be a JSON Schema of 'type: \"object\"', "
                                "got 'type: \"{}\"'.",
                                name.text_or(""), parameters["type"].text_or("None")),
                    tool.path() + ".function.parameters", "invalid_function_parameters");
    turn.tools.push_back({.name = name.text_or(""), .custom = custom});
  }
  return {};
}

Outcome<> read_common(Turn& turn) {
  const auto body = turn.body;
  if (!body["model"].is_string()) return missing("model");
  turn.model = body["model"].text_or("");
  turn.stream = body["stream"].boolean_or(false);
  if (body["stream_options"].present() && !turn.stream)
    return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
  turn.usage_wanted = body["stream_options"]["include_usage"].boolean_or(false);
  const auto temperature = body["temperature"];
  if (temperature.present() && (temperature.number_or(-1) < 0 || temperature.number_or(-1) > 2))
    return refuse(fmt::format("Invalid 'temperature': {} is out of range 0 to 2.", temperature.raw()), "temperature",
                  "decimal_above_max_value");
  const auto n = body["n"].integer_or(1);
  if (n < 1 || n > static_cast<std::int64_t>(choices_max)) return refuse("Invalid 'n'.", "n", "integer_out_of_range");
  turn.choices = static_cast<std::size_t>(n);
  const auto stop = body["stop"];
  if (stop.is_string()) turn.stops.push_back(stop.text_or(""));
  for (const auto one : stop.children()) turn.stops.push_back(one.text_or(""));
  if (turn.stops.size() > 4)
    return refuse(fmt::format("Invalid 'stop': array too long. Expected an array with maximum length 4, but got an "
                              "array with length {} instead.",
                              turn.stops.size()),
                  "stop", "array_above_max_length");
  return {};
}

}  // namespace

Outcome<> read_chat(Turn& turn) {
  const auto body = turn.body;
  if (const auto unknown = unknown_member(body, chat_fields))
    return refuse(fmt::format("Unknown parameter: '{}'.", *unknown), *unknown, "unknown_parameter");
  TRY_OK(read_common(turn));
  if (body["max_tokens"].present() && body["max_completion_tokens"].present())
    return refuse("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens",
                  "invalid_parameter_combination");
  const auto messages = body["messages"];
  if (!messages.exists()) return missing("messages");
  if (!messages.is_array()) return wrong_type(messages, "an array of objects");
  if (messages.size() == 0)
    return refuse(
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array "
        "instead.",
        "messages", "empty_array");
  OpenCalls calls;
  for (const auto message : messages.children()) TRY_OK(read_message(message, turn, calls));
  TRY_OK(calls.before({}, "end"));
  turn.said.close();
  return read_tools(turn);
}

Outcome<> read_completions(Turn& turn) {
  TRY_OK(read_common(turn));
  const auto prompt = turn.body["prompt"];
  if (prompt.is_string()) turn.prompts.push_back(prompt.text_or(""));
  for (const auto one : prompt.children()) turn.prompts.push_back(one.text_or("tokens"));
  if (turn.prompts.empty()) turn.prompts.emplace_back();
  if (turn.prompts.size() * turn.choices > choices_max) return refuse("Too many prompts.", "prompt");
  return {};
}

}  // namespace agt::sim

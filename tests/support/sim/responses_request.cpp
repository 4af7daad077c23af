// What OpenAI's Responses API refuses, in its words.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/checks.h"

namespace agt::sim {
namespace {

// client_metadata is not in the SDK's types, but Codex sends it and the live API takes it (2026-11).
constexpr auto fields = std::to_array<std::string_view>({"model",
                                                         "input",
                                                         "instructions",
                                                         "previous_response_id",
                                                         "conversation",
                                                         "store",
                                                         "background",
                                                         "stream",
                                                         "stream_options",
                                                         "include",
                                                         "max_output_tokens",
                                                         "max_tool_calls",
                                                         "temperature",
                                                         "top_p",
                                                         "top_logprobs",
                                                         "tools",
                                                         "tool_choice",
                                                         "parallel_tool_calls",
                                                         "reasoning",
                                                         "text",
                                                         "truncation",
                                                         "prompt",
                                                         "context_management",
                                                         "metadata",
                                                         "service_tier",
                                                         "safety_identifier",
                                                         "prompt_cache_key",
                                                         "prompt_cache_options",
                                                         "prompt_cache_retention",
                                                         "user",
                                                         "moderation",
                                                         "access_programs",
                                                         "image",
                                                         "client_metadata"});
constexpr auto item_types = std::to_array<std::string_view>({"message",
                                                             "function_call",
                                                             "function_call_output",
                                                             "custom_tool_call",
                                                             "custom_tool_call_output",
                                                             "reasoning",
                                                             "item_reference",
                                                             "compaction",
                                                             "compaction_trigger",
                                                             "configuration_update",
                                                             "additional_tools",
                                                             "tool_search_call",
                                                             "tool_search_output",
                                                             "web_search_call",
                                                             "file_search_call",
                                                             "code_interpreter_call",
                                                             "image_generation_call",
                                                             "computer_call",
                                                             "computer_call_output",
                                                             "local_shell_call",
                                                             "local_shell_call_output",
                                                             "shell_call",
                                                             "shell_call_output",
                                                             "apply_patch_call",
                                                             "apply_patch_call_output",
                                                             "mcp_list_tools",
                                                             "mcp_approval_request",
                                                             "mcp_approval_response",
                                                             "mcp_call",
                                                             "program",
                                                             "program_output"});
constexpr auto roles = std::to_array<std::string_view>({"assistant", "system", "developer", "user"});
constexpr auto user_parts = std::to_array<std::string_view>({"input_text", "input_image", "input_file", "input_audio"});
constexpr auto model_parts = std::to_array<std::string_view>({"output_text", "refusal"});

std::unexpected<Problem> missing(std::string what) {
  auto message = fmt::format("Missing required parameter: '{}'.", what);
  return refuse(std::move(message), std::move(what), "missing_required_parameter");
}
std::unexpected<Problem> invalid_value(std::string_view seen, std::span<const std::string_view> known, std::string at) {
  return refuse(fmt::format("Invalid value: '{}'. Supported values are: '{}'.", seen, fmt::join(known, "', '")),
                std::move(at), "invalid_value");
}

struct Calls {
  std::vector<std::string> called{};
  std::vector<std::string> answered{};
};

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

Outcome<> read_message(json::Value item, Turn& turn) {
  const auto role = item["role"].text_or("");
  if (!one_of(role, roles)) return invalid_value(role, roles, item.path() + ".role");
  const auto content = item["content"];
  if (!content.present()) return missing(item.path() + ".content");
  const bool model = role == "assistant";
  for (const auto part : content.children()) {
    const auto type = part["type"].text_or("");
    const std::span<const std::string_view> known =
        model ? std::span<const std::string_view>(model_parts) : std::span<const std::string_view>(user_parts);
    if (!one_of(type, known)) return invalid_value(type, known, part.path() + ".type");
    const bool has_text = type == "input_text" || type == "output_text";
    if (has_text && !part["text"].is_string()) return missing(part.path() + ".text");
  }
  if (model) turn.said.model_turn();
  if (role == "user") turn.said.user_text(content_text(content));
  return {};
}

Outcome<> read_call(json::Value item, bool custom, Calls& calls, Turn& turn) {
  if (!item["call_id"].is_string()) return missing(item.path() + ".call_id");
  if (!item["name"].is_string()) return missing(item.path() + ".name");
  const auto payload = item[custom ? "input" : "arguments"];
  if (!payload.is_string())
    return refuse(
        fmt::format("Invalid type for '{}.{}': expected a string.", item.path(), custom ? "input" : "arguments"),
        item.path(), "invalid_type");
  const auto id = item["id"].text_or("");
  const std::string_view prefix = custom ? "ctc" : "fc";
  if (!id.empty() && !id.starts_with(prefix))
    return refuse(fmt::format("Invalid '{}.id': '{}'. Expected an ID that begins with '{}'.", item.path(), id, prefix),
                  item.path() + ".id", "invalid_value");
  calls.called.push_back(item["call_id"].text_or(""));
  turn.said.model_turn();
  return {};
}

Outcome<> read_output(json::Value item, Calls& calls, Turn& turn) {
  if (!item["call_id"].is_string()) return missing(item.path() + ".call_id");
  const auto call_id = item["call_id"].text_or("");
  const auto output = item["output"];
  if (!output.is_string() && !output.is_array()) return missing(item.path() + ".output");
  if (!contains(calls.called, call_id))
    return refuse(fmt::format("No tool call found for function call output with call_id {}.", call_id), "input");
  calls.answered.push_back(call_id);
  turn.said.tool_result(content_text(output));
  return {};
}

Outcome<> read_reasoning(json::Value item, json::Value next, const Signer& signer, Turn& turn) {
  const auto id = item["id"].text_or("");
  if (!id.empty() && !id.starts_with("rs_"))
    return refuse(fmt::format("Invalid '{}.id': '{}'. Expected an ID that begins with 'rs'.", item.path(), id),
                  item.path() + ".id", "invalid_value");
  if (!item["summary"].is_array()) return missing(item.path() + ".summary");
  const auto sealed = item["encrypted_content"];
  if (sealed.present() && !signer.knows(SignatureKind::responses, sealed.text_or("")))
    return refuse(
        fmt::format("The encrypted content for item {} could not be verified. Reason: Encrypted content could "
                    "not be decrypted or parsed.",
                    id.empty() ? "rs_unknown" : id),
        {}, "invalid_encrypted_content");
  const bool followed = next.exists() && !next["type"].is("function_call_output") && !next["role"].is("user");
  if (!followed)
    return refuse(fmt::format("Item '{}' of type 'reasoning' was provided without its required following item.", id),
                  "input");
  turn.said.model_turn();
  return {};
}

void declare(json::Value tool, std::string_view name_space, Turn& turn) {
  const auto type = tool["type"].text_or("");
  if (type == "namespace")
    for (const auto inner : tool["tools"].children()) declare(inner, tool["name"].text_or(""), turn);
  if (type == "function" || type == "custom")
    turn.tools.push_back(
        {.name = tool["name"].text_or(""), .name_space = std::string(name_space), .custom = type == "custom"});
}

Outcome<> read_tools(json::Value tools, Turn& turn) {
  for (const auto tool : tools.children()) {
    const auto type = tool["type"].text_or("");
    if (type.empty()) return missing(tool.path() + ".type");
    const bool named = type == "function" || type == "custom" || type == "namespace";
    if (named && !tool["name"].is_string()) return missing(tool.path() + ".name");
    if (named && !is_plain_name(tool["name"].text_or(""), 128))
      return refuse(fmt::format("Invalid '{}.name': string does not match pattern. Expected a string that matches the "
                                "pattern '^[a-zA-Z0-9_-]+$'.",
                                tool.path()),
                    tool.path() + ".name", "invalid_value");
    const auto parameters = tool["parameters"];
    if (type == "function" && parameters.present() && !parameters["type"].is("object"))
      return refuse(fmt::format("Invalid schema for function '{}': schema must be a JSON Schema of 'type: \"object\"', "
                                "got 'type: \"{}\"'.",
                                tool["name"].text_or(""), parameters["type"].text_or("None")),
                    tool.path() + ".parameters", "invalid_function_parameters");
    declare(tool, {}, turn);
  }
  return {};
}

Outcome<> read_item(json::Value item, json::Value next, Calls& calls, const Signer& signer, Turn& turn) {
  if (!item.is_object())
    return refuse(fmt::format("Invalid type for '{}': expected an object.", item.path()), item.path());
  const auto type = item["type"].text_or(item["role"].exists() ? "message" : "");
  if (!one_of(type, item_types)) return invalid_value(type, item_types, item.path() + ".type");
  if (type == "message") return read_message(item, turn);
  if (type == "function_call") return read_call(item, false, calls, turn);
  if (type == "custom_tool_call") return read_call(item, true, calls, turn);
  if (type == "function_call_output" || type == "custom_tool_call_output") return read_output(item, calls, turn);
  if (type == "reasoning") return read_reasoning(item, next, signer, turn);
  if (type == "additional_tools") return read_tools(item["tools"], turn);
  return {};
}

Outcome<> read_input(Turn& turn, const Signer& signer) {
  const auto input = turn.body["input"];
  if (input.is_string()) turn.said.user_text(input.text_or(""));
  if (!input.is_string() && !input.is_array()) return missing("input");
  Calls calls;
  std::vector<std::string> ids;
  std::vector<json::Value> items;
  for (const auto item : input.children()) items.push_back(item);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto id = items[i]["id"].text_or("");
    if (!id.empty() && contains(ids, id))
      return refuse(
          fmt::format("Duplicate item found with id {}. Remove duplicate items from your input and try again.", id),
          "input");
    ids.push_back(id);
    TRY_OK(read_item(items[i], i + 1 < items.size() ? items[i + 1] : json::Value{}, calls, signer, turn));
  }
  for (const auto& call : calls.called)
    if (!contains(calls.answered, call))
      return refuse(fmt::format("No tool output found for function call {}.", call), "input");
  return {};
}

}  // namespace

Outcome<> read_responses(Turn& turn, const Signer& signer) {
  const auto body = turn.body;
  if (const auto unknown = unknown_member(body, fields))
    return refuse(fmt::format("Unknown parameter: '{}'.", *unknown), *unknown, "unknown_parameter");
  if (!body["model"].is_string()) return missing("model");
  turn.model = body["model"].text_or("");
  turn.stream = body["stream"].boolean_or(false);
  if (body["previous_response_id"].present())
    return std::unexpected(Problem{
        .status = 400,
        .message = fmt::format("Previous response with id '{}' not found.", body["previous_response_id"].text_or("")),
        .code = "previous_response_not_found",
        .param = "previous_response_id"});
  if (body["max_output_tokens"].present() && body["max_output_tokens"].integer_or(0) < 16)
    return refuse(
        fmt::format("Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got "
                    "{} instead.",
                    body["max_output_tokens"].raw()),
        "max_output_tokens", "integer_below_min_value");
  TRY_OK(read_tools(body["tools"], turn));
  TRY_OK(read_input(turn, signer));
  turn.said.close();
  return {};
}

}  // namespace agt::sim

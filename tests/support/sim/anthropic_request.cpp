// What Anthropic's Messages API refuses, in its words.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/checks.h"

namespace agt::sim {
namespace {

constexpr auto fields = std::to_array<std::string_view>({"model",          "max_tokens",
                                                         "messages",       "system",
                                                         "stop_sequences", "stream",
                                                         "temperature",    "top_p",
                                                         "top_k",          "tools",
                                                         "tool_choice",    "thinking",
                                                         "output_config",  "output_format",
                                                         "metadata",       "service_tier",
                                                         "speed",          "inference_geo",
                                                         "container",      "cache_control",
                                                         "diagnostics",    "context_management",
                                                         "fallbacks",      "compaction",
                                                         "thread",         "mcp_servers",
                                                         "task_budget",    "safeguards",
                                                         "betas"});
constexpr auto roles = std::to_array<std::string_view>({"user", "assistant", "system"});
constexpr auto block_types = std::to_array<std::string_view>({"text",
                                                              "image",
                                                              "document",
                                                              "search_result",
                                                              "thinking",
                                                              "redacted_thinking",
                                                              "tool_use",
                                                              "tool_result",
                                                              "server_tool_use",
                                                              "web_search_tool_result",
                                                              "web_fetch_tool_result",
                                                              "code_execution_tool_result",
                                                              "bash_code_execution_tool_result",
                                                              "text_editor_code_execution_tool_result",
                                                              "tool_search_tool_result",
                                                              "container_upload",
                                                              "compaction",
                                                              "fallback",
                                                              "mcp_tool_use",
                                                              "mcp_tool_result",
                                                              "tool_addition",
                                                              "tool_removal"});
constexpr auto versions = std::to_array<std::string_view>({"2023-06-01", "2026-10-21"});
constexpr std::size_t breakpoints_max = 4;
constexpr auto npos = static_cast<std::size_t>(-1);  // so that index + 1 is the first message

std::unexpected<Problem> required(std::string_view at) { return refuse(fmt::format("{}: Field required", at)); }

// messages[2].content[0] as Anthropic spells it: messages.2.content.0
std::string dotted(json::Value value) {
  std::string out;
  for (const char c : value.path()) {
    if (c == ']') continue;
    out += c == '[' ? '.' : c;
  }
  return out;
}

struct Reading {
  Turn& turn;
  const Signer& signer;
  std::size_t breakpoints = 0;
};

Outcome<> check_text(json::Value block, Reading& reading) {
  const auto text = block["text"];
  if (!text.is_string()) return required(dotted(block) + ".text");
  const bool marked = block["cache_control"].present();
  reading.breakpoints += marked ? 1 : 0;
  if (!text.is("")) return {};
  if (marked) return refuse(fmt::format("{}: cache_control cannot be set for empty text blocks", dotted(block)));
  return refuse("messages: text content blocks must be non-empty");
}

Outcome<> check_thinking(json::Value block, const Signer& signer) {
  const auto at = dotted(block);
  if (block["type"].is("redacted_thinking")) {
    if (!block["data"].is_string()) return required(at + ".data");
    if (!signer.knows(SignatureKind::redacted, block["data"].text_or("")))
      return refuse(fmt::format("{}: Invalid `data` in `redacted_thinking` block", at));
    return {};
  }
  if (!block["thinking"].is_string()) return required(at + ".thinking");
  if (!block["signature"].is_string()) return required(at + ".signature");
  if (!signer.knows(SignatureKind::anthropic, block["signature"].text_or("")))
    return refuse(fmt::format("{}: Invalid `signature` in `thinking` block", at));
  return {};
}

Outcome<> check_tool_use(json::Value block) {
  const auto at = dotted(block);
  if (!block["id"].is_string()) return required(at + ".id");
  if (!is_plain_name(block["id"].text_or(""), 256))
    return refuse(fmt::format("{}.id: String should match pattern '^[a-zA-Z0-9_-]+$'", at));
  if (!is_plain_name(block["name"].text_or(""), 200))
    return refuse(fmt::format("{}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,200}}$'", at));
  if (!block["input"].exists()) return required(at + ".input");
  if (!block["input"].is_object()) return refuse(fmt::format("{}.input: Input should be a valid dictionary", at));
  return {};
}

Outcome<> check_tool_result(json::Value block, Reading& reading) {
  const auto at = dotted(block);
  if (!block["tool_use_id"].is_string()) return required(at + ".tool_use_id");
  const auto content = block["content"];
  if (content.present() && !content.is_string() && !content.is_array())
    return refuse(fmt::format("{}.content: Input should be a valid string or list", at));
  for (const auto part : content.children())
    if (part["type"].is("text")) TRY_OK(check_text(part, reading));
  reading.turn.said.tool_result(content_text(content));
  return {};
}

Outcome<> check_block(json::Value block, std::string_view role, Reading& reading) {
  const auto at = dotted(block);
  const auto type = block["type"].text_or("");
  if (!block["type"].is_string()) return required(at + ".type");
  if (!one_of(type, block_types))
    return refuse(fmt::format("{}: Input tag '{}' found using 'type' does not match any of the expected tags: '{}'", at,
                              type, fmt::join(block_types, "', '")));
  if (type != "text" && block["cache_control"].present()) ++reading.breakpoints;
  const bool model_only = type == "tool_use" || type == "thinking" || type == "redacted_thinking";
  if (model_only && role != "assistant")
    return refuse(fmt::format("{}: `{}` blocks can only be in `assistant` messages", dotted(block), type));
  if (type == "tool_result" && role != "user")
    return refuse(fmt::format("{}: `tool_result` blocks can only be in `user` messages", dotted(block)));
  if (role == "system" && type != "text") return refuse(fmt::format("{}: system messages may only hold text", at));
  if (type == "text") {
    TRY_OK(check_text(block, reading));
    if (role == "user") reading.turn.said.user_text(block["text"].text_or(""));
    return {};
  }
  if (type == "tool_use") return check_tool_use(block);
  if (type == "tool_result") return check_tool_result(block, reading);
  if (type == "thinking" || type == "redacted_thinking") return check_thinking(block, reading.signer);
  const bool media = type == "image" || type == "document";
  if (media && !block["source"]["type"].is_string()) return required(at + ".source");
  return {};
}

Outcome<> check_message(json::Value message, Reading& reading) {
  const auto at = dotted(message);
  static constexpr auto known = std::to_array<std::string_view>({"role", "content", "output_config", "cache_control"});
  if (const auto unknown = unknown_member(message, known))
    return refuse(fmt::format("{}.{}: Extra inputs are not permitted", at, *unknown));
  const auto role = message["role"].text_or("");
  if (!one_of(role, roles)) return refuse(fmt::format("{}.role: Input should be 'user' or 'assistant'", at));
  const auto content = message["content"];
  if (!content.exists()) return required(at + ".content");
  if (role == "assistant") reading.turn.said.model_turn();
  if (content.is_string()) {
    if (content.is("") && role == "user")
      return refuse(fmt::format("{}: user messages must have non-empty content", at));
    if (role == "user") reading.turn.said.user_text(content.text_or(""));
    return {};
  }
  if (!content.is_array()) return refuse(fmt::format("{}.content: Input should be a valid list", at));
  if (content.size() == 0 && role == "user")
    return refuse(fmt::format("{}: user messages must have non-empty content", at));
  for (const auto block : content.children()) TRY_OK(check_block(block, role, reading));
  return {};
}

std::vector<std::string> ids_of(json::Value message, std::string_view type, std::string_view member) {
  std::vector<std::string> ids;
  for (const auto block : message["content"].children())
    if (block["type"].is(type)) ids.push_back(block[member].text_or(""));
  return ids;
}

// Only the results at the start of the content count: text before them makes the API find none.
std::vector<std::string> leading_results(json::Value message) {
  std::vector<std::string> ids;
  for (const auto block : message["content"].children()) {
    if (!block["type"].is("tool_result")) break;
    ids.push_back(block["tool_use_id"].text_or(""));
  }
  return ids;
}

Outcome<> check_pairing(json::Value message, json::Value next, std::size_t index) {
  const auto called = ids_of(message, "tool_use", "id");
  const auto answered = leading_results(next);
  std::vector<std::string> open;
  for (const auto& id : called)
    if (std::ranges::find(answered, id) == answered.end()) open.push_back(id);
  if (!open.empty())
    return refuse(
        fmt::format("messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                    "{}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
                    "message.",
                    index, fmt::join(open, ", ")));
  std::size_t position = 0;
  std::vector<std::string> seen;
  for (const auto& id : ids_of(next, "tool_result", "tool_use_id")) {
    if (std::ranges::find(called, id) == called.end())
      return refuse(
          fmt::format("messages.{}.content.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. "
                      "Each `tool_result` block must have a corresponding `tool_use` block in the previous "
                      "message.",
                      index + 1, position, id));
    if (std::ranges::find(seen, id) != seen.end())
      return refuse(
          fmt::format("messages.{}.content.{}: each tool_use must have a single result. Found multiple "
                      "`tool_result` blocks with id: {}",
                      index + 1, position, id));
    seen.push_back(id);
    ++position;
  }
  return {};
}

Outcome<> check_final(json::Value last, json::Value before, std::size_t index, json::Value body) {
  if (last["role"].is("assistant")) {
    const auto text = last["content"].is_string() ? last["content"].text_or("") : std::string();
    if (text.ends_with(' ') || text.ends_with('\n'))
      return refuse("messages: final assistant content cannot end with trailing whitespace");
  }
  const bool in_loop = !leading_results(last).empty() && body["thinking"]["type"].is("enabled");
  const auto first = before["content"][0]["type"];
  if (in_loop && !first.is("thinking") && !first.is("redacted_thinking"))
    return refuse(
        fmt::format("messages.{}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{}`. "
                    "When `thinking` is enabled, a final `assistant` message must start with a thinking block "
                    "(preceeding the lastmost set of `tool_use` and `tool_result` blocks). To avoid this "
                    "requirement, disable `thinking`.",
                    index - 1, first.text_or("text")));
  return {};
}

Outcome<> check_messages(Reading& reading) {
  const auto messages = reading.turn.body["messages"];
  if (!messages.exists()) return required("messages");
  if (!messages.is_array()) return refuse("messages: Input should be a valid list");
  if (messages.size() == 0) return refuse("messages: at least one message is required");
  std::vector<json::Value> all;
  for (const auto message : messages.children()) {
    TRY_OK(check_message(message, reading));
    all.push_back(message);
  }
  reading.turn.said.close();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0) {
      if (!ids_of(all[0], "tool_result", "tool_use_id").empty()) TRY_OK(check_pairing({}, all[0], npos));
    }
    TRY_OK(check_pairing(all[i], i + 1 < all.size() ? all[i + 1] : json::Value{}, i));
  }
  return check_final(all.back(), all.size() > 1 ? all[all.size() - 2] : json::Value{}, all.size() - 1,
                     reading.turn.body);
}

Outcome<> check_tools(Reading& reading) {
  const auto tools = reading.turn.body["tools"];
  std::size_t index = 0;
  for (const auto tool : tools.children()) {
    const auto type = tool["type"].text_or("custom");
    if (tool["cache_control"].present()) ++reading.breakpoints;
    const auto at = fmt::format("tools.{}.custom", index++);
    if (tool["name"].is_string()) {
      if (declared(reading.turn, tool["name"].text_or("")) != nullptr)
        return refuse("tools: Tool names must be unique.");
      reading.turn.tools.push_back({.name = tool["name"].text_or("")});
    }
    if (type != "custom") continue;
    if (!tool["name"].is_string()) return required(at + ".name");
    if (!is_plain_name(tool["name"].text_or(""), 128))
      return refuse(fmt::format("{}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'", at));
    const auto schema = tool["input_schema"];
    if (!schema.is_object()) return required(at + ".input_schema");
    if (!schema["type"].exists()) return required(at + ".input_schema.type");
    if (!schema["type"].is("object")) return refuse(fmt::format("{}.input_schema.type: Input should be 'object'", at));
  }
  const auto choice = reading.turn.body["tool_choice"];
  if (choice.present() && tools.size() == 0 && !choice["type"].is("none"))
    return refuse("tool_choice: tool_choice may only be specified while providing tools.");
  return {};
}

Outcome<> check_sampling(json::Value body, std::string_view version) {
  for (const std::string_view name : {"temperature", "top_p", "top_k"})
    if (version == "2026-10-21" && body[name].exists())
      return refuse(fmt::format("{}: Extra inputs are not permitted", name));
  const auto temperature = body["temperature"];
  if (temperature.present() && (temperature.number_or(-1) < 0 || temperature.number_or(-1) > 1))
    return refuse("temperature: range: 0..1");
  for (const auto stop : body["stop_sequences"].children())
    if (stop.text_or("").find_first_not_of(" \t\r\n") == std::string::npos)
      return refuse("stop_sequences: each stop sequence must contain non-whitespace");
  const auto thinking = body["thinking"];
  if (!thinking["type"].is("enabled")) return {};
  const auto budget = thinking["budget_tokens"].integer_or(0);
  if (budget < 1024) return refuse("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  if (body["max_tokens"].exists() && body["max_tokens"].integer_or(0) <= budget)
    return refuse("`max_tokens` must be greater than `thinking.budget_tokens`.");
  const auto choice = body["tool_choice"]["type"];
  if (choice.is("any") || choice.is("tool"))
    return refuse("Thinking may not be enabled when tool_choice forces tool use.");
  return {};
}

Outcome<> check_system(Reading& reading) {
  const auto system = reading.turn.body["system"];
  if (!system.present() || system.is_string()) return {};
  if (!system.is_array()) return refuse("system: Input should be a valid list");
  for (const auto block : system.children()) {
    if (!block["type"].is("text")) return refuse(fmt::format("{}.type: Input should be 'text'", dotted(block)));
    if (block["text"].is("")) return refuse("system: text content blocks must be non-empty");
    if (block["cache_control"].present()) ++reading.breakpoints;
  }
  return {};
}

}  // namespace

Outcome<> read_anthropic(Turn& turn, const Request& request, const Signer& signer, Counting counting) {
  const auto body = turn.body;
  const auto version = request.header("anthropic-version");
  if (version.empty()) return refuse("anthropic-version: header is required");
  if (!one_of(version, versions))
    return refuse(fmt::format("anthropic-version: \"{}\" is not a valid version", version));
  if (const auto unknown = unknown_member(body, fields))
    return refuse(fmt::format("{}: Extra inputs are not permitted", *unknown));
  // The simulator keeps no conversations; a client that is told so in these words sends the whole one (SDK 1.12).
  if (body["thread"].present())
    return std::unexpected(
        Problem{.message = "thread: threads are not supported here; send the whole conversation.",
                .details = {R"({"error_code":"thread_unsupported_request","unsupported":["thread"]})"}});
  if (!body["model"].is_string()) return required("model");
  turn.model = body["model"].text_or("");
  turn.stream = body["stream"].boolean_or(false);
  const auto max_tokens = body["max_tokens"];
  if (counting == Counting::no && !max_tokens.exists()) return required("max_tokens");
  if (counting == Counting::no && max_tokens.integer_or(-1) < 0)
    return refuse("max_tokens: Input should be a valid integer, greater than or equal to 0");
  if (counting == Counting::yes && max_tokens.exists()) return refuse("max_tokens: Extra inputs are not permitted");
  TRY_OK(check_sampling(body, version));
  for (const auto stop : body["stop_sequences"].children()) turn.stops.push_back(stop.text_or(""));
  Reading reading{.turn = turn, .signer = signer};
  TRY_OK(check_tools(reading));
  TRY_OK(check_system(reading));
  TRY_OK(check_messages(reading));
  if (reading.breakpoints > breakpoints_max)
    return refuse(
        fmt::format("A maximum of 4 blocks with cache_control may be provided. Found {}.", reading.breakpoints));
  return {};
}

}  // namespace agt::sim

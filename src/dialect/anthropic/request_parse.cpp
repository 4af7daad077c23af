#include <fmt/format.h>

#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/codec_parts.h"
#include "dialect/anthropic/words.h"

namespace agt::dialect::anthropic {
namespace {

Result<> parse_model(json::Value body, ir::Request& request) {
  TRY(request.model, required_text(body, "model"));
  if (request.model.empty()) return fail(Code::schema, "model: must not be empty.", "model");
  return {};
}

// A conversation that lives at the provider. The SDK (1.12, 2026-11) sends only what is new, and sends everything when
// it is told that threads are not served; to ignore the field would lose the conversation.
Result<> refuse_threads(json::Value body) {
  if (!body["thread"].present()) return {};
  return fail(Code::feature_unsupported, "thread: This gateway keeps no threads; send the whole conversation.",
              std::string(thread_field));
}

// Version 2026-10-21 removed these from the API: any value is a 400, also the default ("Migrating", 2026-10).
Result<> refuse_removed_fields(json::Value body, const Asked& asked) {
  if (asked.version != version_2026) return {};
  for (const std::string_view name : {"temperature", "top_p", "top_k"})
    if (body[name].exists())
      return fail(Code::schema, fmt::format("{}: was removed in API version {}.", name, asked.version),
                  std::string(name));
  return {};
}

Result<> parse_limits(json::Value body, const Asked& asked, ir::Request& request) {
  auto& sampling = request.sampling;
  TRY(sampling.max_tokens, optional_integer(body, "max_tokens"));
  const bool needed = asked.operation == Asked::Operation::generate;
  if (needed && !sampling.max_tokens) return missing(body, "max_tokens");
  if (sampling.max_tokens.value_or(0) < 0) return fail(Code::schema, "max_tokens: must not be negative.", "max_tokens");
  TRY(sampling.temperature, optional_number(body, "temperature"));
  TRY(sampling.top_p, optional_number(body, "top_p"));
  TRY(sampling.top_k, optional_number(body, "top_k"));
  TRY(const auto stop, optional_array(body, "stop_sequences"));
  for (const auto one : stop.children()) {
    TRY(auto text, one.text());
    sampling.stop.push_back(std::move(text));
  }
  if (stop.exists() && sampling.stop.empty()) spell(request.extras, section::top, "stop_sequences", stop.keep());
  TRY(const auto stream, optional_boolean(body, "stream"));
  request.stream = stream.value_or(false);
  if (stream && !request.stream) spell(request.extras, section::top, "stream", body["stream"].keep());
  TRY(request.service_tier, optional_text(body, "service_tier", section::top, request.extras));
  return {};
}

Result<> parse_thinking(json::Value body, ir::Request& request) {
  TRY(const auto value, optional_object(body, "thinking"));
  if (!value.exists()) return {};
  auto& out = request.thinking;
  TRY(const auto type, required_text(value, "type"));
  if (type == thinking::enabled) {
    out.mode = ir::Thinking::Mode::budget;
    if (!value["budget_tokens"].present()) return missing(value, "budget_tokens");
  } else if (type == thinking::disabled) {
    out.mode = ir::Thinking::Mode::off;
  } else {
    out.mode = ir::Thinking::Mode::adaptive;
    // between_tools and what may come: nearest to adaptive.
    if (type != thinking::adaptive) keep(request.extras, section::thinking, "type", value["type"].keep());
  }
  TRY(out.budget_tokens, optional_integer(value, "budget_tokens"));
  if (const auto display = value["display"]; display.present()) {
    TRY(const auto word, display.text());
    out.display = word == thinking::hidden ? ir::Thinking::Display::hidden : ir::Thinking::Display::shown;
    // Claude Code's "updates" (2026-08-18) is a way of showing.
    if (word != thinking::hidden && word != thinking::shown)
      spell(request.extras, section::thinking, "display", display.keep());
  }
  keep_rest(value, {"type", "budget_tokens", "display"}, section::thinking, request.extras);
  return {};
}

// True when `format` is one that the IR has a word for.
Result<bool> parse_format(json::Value format, ir::Request& request) {
  TRY(const auto type, required_text(format, "type"));
  if (type != json_schema) return false;
  const auto schema = format["schema"];
  if (!schema.exists()) return missing(format, "schema");
  if (!schema.is_object()) return schema.refuse("an object");
  ir::ResponseFormat out{
      .kind = ir::ResponseFormat::Kind::json_schema, .schema = schema.keep(), .extras = home_extras()};
  TRY(out.name, optional_text(format, "name", section::top, out.extras));
  keep_rest(format, {"type", "schema", "name"}, section::top, out.extras);
  request.response_format = std::move(out);
  return true;
}

Result<> parse_output(json::Value body, ir::Request& request) {
  auto& extras = request.extras;
  TRY(const auto output, optional_object(body, "output_config"));
  if (output.exists() && output.size() == 0) spell(extras, section::top, "output_config", output.keep());
  if (const auto effort = output["effort"]; effort.present()) {
    TRY(const auto word, effort.text());
    request.thinking.effort = ir::effort_named(word);
    if (!request.thinking.effort) keep(extras, section::output, "effort", effort.keep());
  }
  TRY(const auto format, optional_object(output, "format"));
  if (format.exists()) {
    TRY(const bool understood, parse_format(format, request));
    if (!understood) keep(extras, section::output, "format", format.keep());
  }
  keep_rest(output, {"effort", "format"}, section::output, extras);

  // The beta's name for the same thing; the SDKs of 2025 still send it.
  TRY(const auto old_format, optional_object(body, "output_format"));
  if (!old_format.exists()) return {};
  bool understood = false;
  if (!request.response_format) {
    TRY(understood, parse_format(old_format, request));
  }
  if (understood)
    spell(extras, section::top, "output_format", {.text = "true"});
  else
    keep(extras, section::top, "output_format", old_format.keep());
  return {};
}

Result<> parse_tool_choice(json::Value body, ir::Request& request) {
  using Mode = ir::ToolChoice::Mode;
  TRY(const auto value, optional_object(body, "tool_choice"));
  if (!value.exists()) return {};
  auto& out = request.tool_choice;
  TRY(const auto type, required_text(value, "type"));
  if (type == choice::automatic) {
    out.mode = Mode::automatic;
  } else if (type == choice::any) {
    out.mode = Mode::required;
  } else if (type == choice::none) {
    out.mode = Mode::none;
  } else if (type == choice::tool) {
    out.mode = Mode::named;
    TRY(auto name, required_text(value, "name"));
    out.names.push_back(std::move(name));
  } else {
    return fail(Code::schema, "tool_choice.type: must be one of auto, any, tool, none.", "tool_choice.type");
  }
  TRY(const auto serial, optional_boolean(value, "disable_parallel_tool_use"));
  if (serial) out.parallel = !*serial;
  if (out.mode == Mode::named)
    keep_rest(value, {"type", "name", "disable_parallel_tool_use"}, section::choice, request.extras);
  else
    keep_rest(value, {"type", "disable_parallel_tool_use"}, section::choice, request.extras);
  return {};
}

Result<> parse_metadata(json::Value body, ir::Request& request) {
  TRY(const auto metadata, optional_object(body, "metadata"));
  if (metadata.exists() && metadata.size() == 0) spell(request.extras, section::top, "metadata", metadata.keep());
  TRY(request.end_user, optional_text(metadata, "user_id", section::metadata, request.extras));
  keep_rest(metadata, {"user_id"}, section::metadata, request.extras);
  return {};
}

Result<> parse_system(json::Value body, ir::Request& request) {
  const auto system = body["system"];
  if (!system.present()) return {};
  ir::Extras spelling;
  TRY(request.system, parse_content(system, spelling));
  request.system_is_text = system.is_string();
  if (request.system.empty()) spell(request.extras, section::top, "system", system.keep());
  return {};
}

Result<ir::Message> parse_message(json::Value value) {
  if (!value.is_object()) return value.refuse("an object");
  ir::Message message{.extras = home_extras()};
  TRY(const auto role, required_text(value, "role"));
  if (role == "user") {
    message.role = ir::Role::user;
  } else if (role == "assistant") {
    message.role = ir::Role::assistant;
  } else if (role == "system") {
    message.role = ir::Role::system;  // since 2026-04 also in mid-conversation
  } else {
    auto at = value["role"].path();
    return fail(Code::schema, at + ": must be one of user, assistant, system.", at);
  }
  if (!value["content"].exists()) return missing(value, "content");
  TRY(message.parts, parse_content(value["content"], message.extras));
  keep_rest(value, {"role", "content"}, section::top, message.extras);
  return message;
}

Result<> parse_messages(json::Value body, ir::Request& request) {
  if (!body["messages"].exists()) return missing(body, "messages");
  const auto messages = body["messages"];
  if (!messages.is_array()) return messages.refuse("an array");
  for (const auto value : messages.children()) {
    TRY(auto message, parse_message(value));
    request.messages.push_back(std::move(message));
  }
  return {};
}

// Version 2026-10-21: a document directly in an assistant message, and citations on a user's text, are refused.
Result<> refuse_removed_blocks(const ir::Request& request, const Asked& asked) {
  if (asked.version != version_2026) return {};
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const auto& message = request.messages[i];
    for (std::size_t k = 0; k < message.parts.size(); ++k) {
      const auto* media = std::get_if<ir::Media>(&message.parts[k].body);
      const auto* text = std::get_if<ir::Text>(&message.parts[k].body);
      const bool document = media != nullptr && media->kind == ir::MediaKind::document;
      const auto at = fmt::format("messages[{}].content[{}]", i, k);
      if (message.role == ir::Role::assistant && document)
        return fail(Code::schema, fmt::format("{}: a document may not stand in an assistant message.", at), at);
      if (message.role == ir::Role::user && text != nullptr && !text->citations.empty())
        return fail(Code::schema, fmt::format("{}.citations: must be empty in a user message.", at), at + ".citations");
    }
  }
  return {};
}

Result<std::variant<ir::Tool, ir::HostedTool>> parse_tool(json::Value value) {
  if (!value.is_object()) return value.refuse("an object");
  ir::Tool tool{.extras = home_extras()};
  if (const auto type = value["type"]; type.present()) {
    TRY(auto word, type.text());
    if (word != custom_tool)
      return ir::HostedTool{.origin = ir::Dialect::anthropic, .type = std::move(word), .raw = value.keep()};
    spell(tool.extras, section::top, "type", type.keep());
  }
  TRY(tool.name, required_text(value, "name"));
  TRY(tool.description, optional_text(value, "description", section::top, tool.extras));
  TRY(const auto schema, optional_object(value, "input_schema"));
  if (schema.exists()) tool.schema = schema.keep();
  TRY(tool.strict, optional_boolean(value, "strict"));
  TRY(tool.cache, parse_cache_mark(value, tool.extras));
  keep_rest(value, {"type", "name", "description", "input_schema", "strict", "cache_control"}, section::top,
            tool.extras);
  return tool;
}

Result<> parse_tools(json::Value body, ir::Request& request) {
  TRY(const auto tools, optional_array(body, "tools"));
  for (const auto value : tools.children()) {
    TRY(auto tool, parse_tool(value));
    request.tools.push_back(std::move(tool));
  }
  if (tools.exists() && request.tools.empty()) spell(request.extras, section::top, "tools", tools.keep());
  return {};
}

}  // namespace

Result<ir::Request> parse_request(const json::Document& document, const Asked& asked) {
  const auto body = document.root();
  if (!body.is_object()) return body.refuse("an object");
  ir::Request request{.extras = home_extras()};
  TRY_OK(parse_model(body, request));
  TRY_OK(refuse_threads(body));
  TRY_OK(refuse_removed_fields(body, asked));
  TRY_OK(parse_limits(body, asked, request));
  TRY_OK(parse_thinking(body, request));
  TRY_OK(parse_output(body, request));
  TRY_OK(parse_tool_choice(body, request));
  TRY_OK(parse_metadata(body, request));
  TRY_OK(parse_system(body, request));
  TRY_OK(parse_messages(body, request));
  TRY_OK(refuse_removed_blocks(request, asked));
  TRY_OK(parse_tools(body, request));
  keep_rest(
      body,
      {"model", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "stream", "service_tier", "thread",
       "thinking", "output_config", "output_format", "tool_choice", "metadata", "system", "messages", "tools"},
      section::top, request.extras);
  return request;
}

}  // namespace agt::dialect::anthropic

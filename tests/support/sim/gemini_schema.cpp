// Google's Schema message and the tools around it: one unknown keyword refuses the whole request.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/checks.h"

namespace agt::sim {
namespace {

constexpr auto schema_fields = std::to_array<std::string_view>(
    {"type",      "format",     "title",    "description",   "nullable",         "enum",    "items",   "minItems",
     "maxItems",  "properties", "required", "minProperties", "maxProperties",    "minimum", "maximum", "minLength",
     "maxLength", "pattern",    "example",  "anyOf",         "propertyOrdering", "default"});
constexpr auto types = std::to_array<std::string_view>(
    {"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL", "TYPE_UNSPECIFIED"});
constexpr auto tool_fields = std::to_array<std::string_view>(
    {"functionDeclarations", "googleSearch", "urlContext", "codeExecution", "computerUse", "googleMaps", "fileSearch",
     "googleSearchRetrieval", "enterpriseWebSearch", "retrieval", "mcpServers"});
constexpr auto function_fields = std::to_array<std::string_view>(
    {"name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema", "behavior"});

std::string upper(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

std::unexpected<Problem> bad_value(const std::string& at, std::string_view type, std::string_view value) {
  return refuse(fmt::format("Invalid value at '{}' ({}), {}", at, type, value));
}

Outcome<> check_type(json::Value type, const std::string& at) {
  if (!type.exists()) return {};
  if (!type.is_string())
    return std::unexpected(
        Problem{.message = fmt::format("Invalid JSON payload received. Unknown name \"type\" at '{}': "
                                       "Proto field is not repeating, cannot start list.",
                                       at)});
  if (!one_of(upper(type.text_or("")), types))
    return bad_value(at + ".type", "type.googleapis.com/google.ai.generativelanguage.v1beta.Type", type.raw());
  return {};
}

Outcome<> check_enum(json::Value schema, const std::string& at) {
  const auto values = schema["enum"];
  if (!values.exists()) return {};
  for (const auto value : values.children())
    if (!value.is_string()) return bad_value(at + ".enum[0]", "TYPE_STRING", value.raw());
  if (values.size() > 0 && upper(schema["type"].text_or("")) != "STRING")
    return refuse(fmt::format("* GenerateContentRequest.{}.enum: only allowed for STRING type\n", at));
  return {};
}

Outcome<> check_required(json::Value schema, const std::string& at) {
  std::size_t index = 0;
  for (const auto name : schema["required"].children()) {
    if (!schema["properties"][name.text_or("")].exists())
      return refuse(fmt::format("* GenerateContentRequest.{}.required[{}]: property is not defined\n", at, index));
    ++index;
  }
  return {};
}

bool is_function_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (!letter(name.front())) return false;
  return std::ranges::all_of(
      name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-'; });
}

Outcome<> check_function(json::Value function, const std::string& at) {
  for (const auto member : function.children())
    if (!one_of(camel(member.key()), function_fields)) return std::unexpected(unknown_name(member.key(), at));
  if (!is_function_name(function["name"].text_or("")))
    return refuse(
        fmt::format("* GenerateContentRequest.{}.name: Invalid function name. Must start with a letter or an "
                    "underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), "
                    "or dashes (-), with a maximum length of 64.\n",
                    at));
  const auto parameters = function["parameters"];
  const auto json_schema = either(function, "parametersJsonSchema");
  if (parameters.exists() && json_schema.exists())
    return refuse(
        fmt::format("* GenerateContentRequest.{}: only one of parameters and parameters_json_schema may be set\n", at));
  if (json_schema.present() && !json_schema.is_object())
    return bad_value(at, "google.protobuf.Value", json_schema.raw());
  if (!parameters.present()) return {};
  const auto type = upper(parameters["type"].text_or("OBJECT"));
  if (type != "OBJECT")
    return refuse(fmt::format("* GenerateContentRequest.{}.parameters: schema at top-level must be an object\n", at));
  return check_gemini_schema(parameters, at + ".parameters");
}

}  // namespace

Outcome<> check_gemini_schema(json::Value schema, const std::string& at) {
  if (!schema.is_object())
    return bad_value(at, "type.googleapis.com/google.ai.generativelanguage.v1beta.Schema", schema.raw());
  for (const auto member : schema.children())
    if (!one_of(camel(member.key()), schema_fields)) return std::unexpected(unknown_name(member.key(), at));
  TRY_OK(check_type(schema["type"], at));
  TRY_OK(check_enum(schema, at));
  TRY_OK(check_required(schema, at));
  const auto type = upper(schema["type"].text_or(""));
  if (type == "ARRAY" && !schema["items"].exists())
    return refuse(fmt::format("* GenerateContentRequest.{}.items: missing field.\n", at));
  if (schema["items"].exists()) TRY_OK(check_gemini_schema(schema["items"], at + ".items"));
  std::size_t index = 0;
  for (const auto property : schema["properties"].children())
    TRY_OK(check_gemini_schema(property, fmt::format("{}.properties[{}].value", at, index++)));
  index = 0;
  for (const auto arm : either(schema, "anyOf").children())
    TRY_OK(check_gemini_schema(arm, fmt::format("{}.any_of[{}]", at, index++)));
  return {};
}

Outcome<> check_gemini_tools(json::Value tools) {
  if (!tools.is_array())
    return refuse("Invalid value at 'tools' (type.googleapis.com/google.ai.generativelanguage.v1beta.Tool)");
  std::size_t index = 0;
  std::vector<std::string> names;
  for (const auto tool : tools.children()) {
    const auto at = fmt::format("tools[{}]", index++);
    for (const auto member : tool.children())
      if (!one_of(camel(member.key()), tool_fields)) return std::unexpected(unknown_name(member.key(), at));
    std::size_t position = 0;
    for (const auto function : either(tool, "functionDeclarations").children()) {
      TRY_OK(check_function(function, fmt::format("{}.function_declarations[{}]", at, position++)));
      auto name = function["name"].text_or("");
      if (std::ranges::find(names, name) != names.end())
        return refuse(fmt::format("Duplicate function declaration found: {}", name));
      names.push_back(std::move(name));
    }
  }
  return {};
}

}  // namespace agt::sim

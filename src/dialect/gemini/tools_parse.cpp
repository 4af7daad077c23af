#include <algorithm>
#include <array>

#include "core/text.h"
#include "dialect/gemini/config.h"
#include "dialect/gemini/schema.h"

namespace agt::dialect::gemini {
namespace {

Result<ir::Tool> parse_declaration(json::Value declaration) {
  if (!declaration.is_object()) return declaration.refuse("an object");
  ir::Tool tool;
  tool.extras = home_extras();
  TRY(auto name, optional_text(declaration, "name"));
  if (!name) return fail(Code::schema, declaration.path() + ".name: is missing.", declaration.path() + ".name");
  tool.name = std::move(*name);
  TRY(auto description, optional_text(declaration, "description"));
  if (!description) spell(tool.extras, section::top, "description", {});
  tool.description = description.value_or("");
  TRY(const auto own, optional_object(declaration, "parameters"));
  const auto real = member(declaration, "parametersJsonSchema");
  if (own.exists()) {
    spell(tool.extras, section::top, "parameters", own.keep());
    tool.schema = json_schema_of(own);
  }
  if (real.present())
    tool.schema = real.keep();
  else
    spell(tool.extras, section::top, "parametersJsonSchema", {});
  keep_rest(declaration, {"name", "description", "parameters", "parametersJsonSchema"}, section::top, tool.extras);
  return tool;
}

constexpr std::array<std::string_view, 11> tool_words{
    "functionDeclarations", "googleSearch", "googleSearchRetrieval", "urlContext", "codeExecution", "computerUse",
    "googleMaps",           "fileSearch",   "enterpriseWebSearch",   "retrieval",  "mcpServers"};

// The camelCase form of a word that is known; others keep their spelling.
std::string tool_word(std::string key) {
  auto canonical = camel(key);
  if (std::ranges::find(tool_words, canonical) == tool_words.end()) return key;
  return canonical;
}

// One wire Tool: a bundle of declarations and of the provider's own tools. `layout` notes what stood where.
Result<> parse_tool(json::Value tool, ir::Request& request, json::Writer& layout) {
  if (!tool.is_object()) return tool.refuse("an object");
  layout.begin_object();
  for (const auto entry : tool.children()) {
    const auto key = tool_word(entry.key());
    layout.key(key);
    if (key == "functionDeclarations" && entry.present()) {
      if (!entry.is_array()) return entry.refuse("an array of function declarations");
      layout.value(entry.size());
      for (const auto declaration : entry.children()) {
        TRY(auto parsed, parse_declaration(declaration));
        request.tools.emplace_back(std::move(parsed));
      }
    } else if (entry.present()) {
      layout.value(true);
      request.tools.emplace_back(ir::HostedTool{.origin = ir::Dialect::gemini, .type = key, .raw = entry.keep()});
    } else {
      layout.null();
    }
  }
  layout.end_object();
  return {};
}

using Mode = ir::ToolChoice::Mode;

Result<> parse_mode(json::Value calling, ir::ToolChoice& choice) {
  const auto value = member(calling, "mode");
  TRY(const auto word, optional_text(calling, "mode"));
  const auto is = [&](std::string_view name) { return word && text::iequals(*word, name); };
  const bool names = !choice.names.empty();
  if (!word || is("MODE_UNSPECIFIED")) {
    choice.mode = names ? Mode::allowed : Mode::unset;
  } else if (is("AUTO")) {
    choice.mode = Mode::automatic;
  } else if (is("NONE")) {
    choice.mode = Mode::none;
  } else if (is("VALIDATED")) {  // like AUTO, but the arguments keep to the schema
    choice.mode = names ? Mode::allowed : Mode::automatic;
  } else if (is("ANY")) {
    choice.mode = !names ? Mode::required : choice.names.size() == 1 ? Mode::named : Mode::allowed;
    choice.allowed_required = choice.mode == Mode::allowed;
  } else {
    return value.refuse("AUTO, ANY, NONE or VALIDATED");
  }
  return {};
}

}  // namespace

Result<> parse_tools(json::Value body, ir::Request& request) {
  const auto tools = member(body, "tools");
  if (!tools.present()) return {};
  json::Writer layout;
  if (tools.is_object()) {
    TRY_OK(parse_tool(tools, request, layout));
  } else {
    if (!tools.is_array()) return tools.refuse("an array of tools");
    layout.begin_array();
    for (const auto tool : tools.children()) TRY_OK(parse_tool(tool, request, layout));
    layout.end_array();
  }
  spell(request.extras, section::top, "tools", {std::move(layout).take()});
  return {};
}

Result<> parse_tool_config(json::Value body, ir::Request& request) {
  TRY(const auto config, optional_object(body, "toolConfig"));
  if (!config.exists()) return {};
  auto& extras = request.extras;
  if (config.size() == 0) spell(extras, section::top, "toolConfig", config.keep());
  keep_rest(config, {"functionCallingConfig"}, section::tool_config, extras);
  TRY(const auto calling, optional_object(config, "functionCallingConfig"));
  if (!calling.exists()) return {};
  if (calling.size() == 0) spell(extras, section::tool_config, "functionCallingConfig", calling.keep());
  TRY(const auto names, optional_array(calling, "allowedFunctionNames"));
  for (const auto name : names.children()) {
    TRY(auto text, name.text());
    request.tool_choice.names.push_back(std::move(text));
  }
  TRY_OK(parse_mode(calling, request.tool_choice));
  for (const std::string_view name : {"mode", "allowedFunctionNames"})
    if (const auto value = member(calling, name); value.present()) spell(extras, section::calling, name, value.keep());
  keep_rest(calling, {"mode", "allowedFunctionNames"}, section::calling, extras);
  return {};
}

}  // namespace agt::dialect::gemini

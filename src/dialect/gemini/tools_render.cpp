#include <fmt/format.h>

#include <algorithm>

#include "core/overloaded.h"
#include "dialect/gemini/config.h"
#include "dialect/gemini/schema.h"

namespace agt::dialect::gemini {
namespace {

using Mode = ir::ToolChoice::Mode;

void write_home_declaration(json::Writer& writer, const ir::Tool& tool) {
  writer.begin_object();
  writer.field("name", tool.name);
  if (!write_spelled(writer, tool.extras, section::top, "description")) writer.field("description", tool.description);
  write_spelled(writer, tool.extras, section::top, "parameters");
  if (!write_spelled(writer, tool.extras, section::top, "parametersJsonSchema") && !tool.schema.empty())
    writer.field("parametersJsonSchema", tool.schema);
  write_rest(writer, tool.extras, section::top);
  writer.end_object();
}

// Writes one wire Tool as it was laid out; false when the tools are no longer those of the layout.
bool write_group(json::Writer& writer, json::Value group, const ir::Request& request, std::size_t& at) {
  const auto next = [&]<class Kind>(std::in_place_type_t<Kind>) {
    return at < request.tools.size() ? std::get_if<Kind>(&request.tools[at++]) : nullptr;
  };
  writer.begin_object();
  bool fits = true;
  for (const auto entry : group.children()) {
    writer.key(entry.key());
    if (!entry.present()) {
      writer.null();
    } else if (entry.kind() == json::Kind::number) {
      writer.begin_array();
      for (std::int64_t n = entry.integer_or(0); n > 0 && fits; --n) {
        const auto* tool = next(std::in_place_type<ir::Tool>);
        fits = tool != nullptr;
        if (fits) write_home_declaration(writer, *tool);
      }
      writer.end_array();
    } else {
      const auto* hosted = next(std::in_place_type<ir::HostedTool>);
      fits = fits && hosted != nullptr;
      hosted != nullptr ? writer.value(hosted->raw) : writer.null();
    }
  }
  writer.end_object();
  return fits;
}

void write_plain_home(json::Writer& writer, const ir::Request& request) {
  writer.begin_array();
  for (const auto& either : request.tools) {
    writer.begin_object();
    std::visit(Overloaded{
                   [&](const ir::Tool& tool) {
                     writer.key("functionDeclarations");
                     writer.begin_array();
                     write_home_declaration(writer, tool);
                     writer.end_array();
                   },
                   [&](const ir::HostedTool& tool) { writer.field(tool.type, tool.raw); },
               },
               either);
    writer.end_object();
  }
  writer.end_array();
}

void write_home_tools(json::Writer& writer, const ir::Request& request) {
  const auto* layout = spelled(request.extras, section::top, "tools");
  if (layout != nullptr && layout->text == "null") return;
  json::Writer tools;
  bool fits = false;
  if (layout != nullptr) {
    const auto document = json::Document::parse(layout->text);
    std::size_t at = 0;
    fits = document.has_value();
    if (fits && document->root().is_object()) {
      fits = write_group(tools, document->root(), request, at);
    } else if (fits) {
      tools.begin_array();
      for (const auto group : document->root().children()) fits = write_group(tools, group, request, at) && fits;
      tools.end_array();
    }
    fits = fits && at == request.tools.size();
  }
  if (!fits) {
    tools = json::Writer();
    write_plain_home(tools, request);
    if (request.tools.empty()) return;
  }
  writer.field("tools", json::Raw{std::move(tools).take()});
}

std::string custom_description(const ir::Tool& tool) {
  if (tool.format.empty()) return tool.description;
  return fmt::format("{}\n\nThe input must keep to this format: {}", tool.description, tool.format.text);
}

void write_declaration(json::Writer& writer, const Rendering& rendering, const ir::Tool& tool, std::size_t index) {
  auto& losses = rendering.losses;
  const auto path = fmt::format("tools[{}]", index);
  losses.extras_go_home(tool.extras, ir::Dialect::gemini, path);
  if (tool.cache) losses.harmless(path + ".cache_control", "gemini caches by itself");
  writer.begin_object();
  writer.field("name", rendering.names.upstream(tool.name, tool.name_space));
  if (tool.kind == ir::ToolCall::Kind::custom) {
    if (!tool.format.empty()) losses.approximated(path, "gemini does not enforce the grammar of a custom tool");
    writer.field("description", custom_description(tool));
    writer.key(rendering.target.facts.json_schema_tools ? "parametersJsonSchema" : "parameters");
    writer.raw(rendering.target.facts.json_schema_tools
                   ? R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})"
                   : R"({"type":"OBJECT","properties":{"input":{"type":"STRING"}},"required":["input"]})");
    writer.end_object();
    return;
  }
  if (!tool.description.empty()) writer.field("description", tool.description);
  if (!tool.schema.empty()) {
    if (rendering.target.facts.json_schema_tools)
      writer.field("parametersJsonSchema", tool.schema);
    else
      writer.field("parameters", gemini_schema_of(tool.schema, Root::object, path + ".parameters", losses));
  }
  writer.end_object();
}

// The hosted tools of other dialects that Gemini has too; "" for the rest.
std::string_view hosted_equivalent(const ir::HostedTool& tool) {
  if (tool.type.starts_with("web_search")) return "googleSearch";
  if (tool.type.starts_with("web_fetch")) return "urlContext";
  return {};
}

void write_hosted(json::Writer& writer, const Rendering& rendering, bool beside_functions) {
  const auto& tools = rendering.request.tools;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto* hosted = std::get_if<ir::HostedTool>(&tools[i]);
    if (hosted == nullptr) continue;
    const auto path = fmt::format("tools[{}]", i);
    const auto equal = hosted_equivalent(*hosted);
    if (equal.empty()) {
      rendering.losses.dropped(path, fmt::format("gemini has no tool like {}", hosted->type));
    } else if (beside_functions) {
      // Models before Gemini 3 refuse the request; Gemini 3 wants its server-side calls replayed, which no other
      // dialect can do.
      rendering.losses.dropped(path, fmt::format("gemini's {} cannot stand beside functions", equal));
    } else {
      rendering.losses.approximated(path, fmt::format("{} became {}; its settings were left out", hosted->type, equal));
      writer.begin_object();
      writer.key(equal);
      writer.begin_object();
      writer.end_object();
      writer.end_object();
    }
  }
}

bool any_strict(const ir::Request& request) {
  return std::ranges::any_of(request.tools, [](const auto& either) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    return tool != nullptr && tool->strict.value_or(false);
  });
}

std::string_view mode_word(const Rendering& rendering) {
  const auto& choice = rendering.request.tool_choice;
  const bool strict = any_strict(rendering.request);
  switch (choice.mode) {
    case Mode::unset:
      if (!strict) return {};
      rendering.losses.approximated("tools.strict", "asked for by the mode VALIDATED, for all tools");
      return "VALIDATED";
    case Mode::automatic: return strict ? "VALIDATED" : "AUTO";
    case Mode::none: return "NONE";
    case Mode::required:
    case Mode::named: return "ANY";
    case Mode::allowed: return choice.allowed_required ? "ANY" : "VALIDATED";
  }
  std::unreachable();
}

void write_home_tool_config(json::Writer& writer, const ir::Request& request) {
  const auto& extras = request.extras;
  if (write_spelled(writer, extras, section::top, "toolConfig") || !has_rest(extras, section::tool_config)) return;
  writer.key("toolConfig");
  writer.begin_object();
  const bool whole = write_spelled(writer, extras, section::tool_config, "functionCallingConfig");
  if (!whole && has_rest(extras, section::calling)) {
    writer.key("functionCallingConfig");
    writer.begin_object();
    write_spelled(writer, extras, section::calling, "mode");
    write_spelled(writer, extras, section::calling, "allowedFunctionNames");
    write_rest(writer, extras, section::calling);
    writer.end_object();
  }
  write_rest(writer, extras, section::tool_config);
  writer.end_object();
}

bool has_functions(const ir::Request& request) {
  const auto is_function = [](const auto& either) { return std::holds_alternative<ir::Tool>(either); };
  return std::ranges::any_of(request.tools, is_function);
}

Result<> check_choice(const Rendering& rendering) {
  const auto& choice = rendering.request.tool_choice;
  const bool forced = choice.mode == Mode::required || choice.mode == Mode::named;
  if (!choice.raw.empty())
    return fail(Code::feature_unsupported, "tool_choice: gemini cannot be made to use a tool of the provider.",
                "tool_choice");
  if (forced && !rendering.request.tools.empty() && !rendering.target.facts.tools)
    return fail(Code::feature_unsupported, "tool_choice: this model has no tools.", "tool_choice");
  return {};
}

}  // namespace

Result<> write_tools(json::Writer& writer, const Rendering& rendering) {
  const auto& request = rendering.request;
  if (rendering.home) {
    write_home_tools(writer, request);
    return {};
  }
  TRY_OK(check_choice(rendering));
  if (request.tools.empty()) return {};
  if (!rendering.target.facts.tools) {
    rendering.losses.dropped("tools", "this model has no tools");
    return {};
  }
  const bool functions = has_functions(request);
  json::Writer tools;
  tools.begin_array();
  if (functions) {
    tools.begin_object();
    tools.key("functionDeclarations");
    tools.begin_array();
    for (std::size_t i = 0; i < request.tools.size(); ++i)
      if (const auto* tool = std::get_if<ir::Tool>(&request.tools[i])) write_declaration(tools, rendering, *tool, i);
    tools.end_array();
    tools.end_object();
  }
  write_hosted(tools, rendering, functions);
  tools.end_array();
  if (tools.text() != "[]") writer.field("tools", json::Raw{std::move(tools).take()});
  return {};
}

Result<> write_tool_config(json::Writer& writer, const Rendering& rendering) {
  const auto& request = rendering.request;
  if (rendering.home) {
    write_home_tool_config(writer, request);
    return {};
  }
  // A choice without functions is refused upstream.
  if (!has_functions(request) || !rendering.target.facts.tools) return {};
  const auto& choice = request.tool_choice;
  if (choice.parallel && !*choice.parallel)
    rendering.losses.approximated("parallel_tool_calls", "gemini cannot be kept from calling several tools at once");
  const auto mode = mode_word(rendering);
  if (mode.empty()) return {};
  writer.key("toolConfig");
  writer.begin_object();
  writer.key("functionCallingConfig");
  writer.begin_object();
  writer.field("mode", mode);
  if (choice.mode == Mode::named || choice.mode == Mode::allowed) {
    writer.key("allowedFunctionNames");
    writer.begin_array();
    for (const auto& name : choice.names) writer.value(rendering.names.chosen(name, request));
    writer.end_array();
  }
  writer.end_object();
  writer.end_object();
  return {};
}

}  // namespace agt::dialect::gemini

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/render.h"
#include "dialect/anthropic/words.h"

namespace agt::dialect::anthropic {
namespace {

using Mode = ir::ToolChoice::Mode;

// The version that needs no beta header and that every model since Claude 3.7 has (docs, 2026-11).
constexpr std::string_view web_search_type = "web_search_20250305";
constexpr std::string_view web_search_name = "web_search";
constexpr std::string_view empty_schema = R"({"type":"object","properties":{}})";
constexpr std::string_view input_schema =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false})";
constexpr std::array combiners{"oneOf", "anyOf", "allOf"};

// The web search of each provider under its own name.
bool is_web_search(std::string_view type) {
  constexpr std::array words{"googleSearch", "googleSearchRetrieval", "google_search"};
  // OpenAI: web_search, web_search_preview and their dated forms.
  return type.starts_with(web_search_name) || std::ranges::find(words, type) != words.end();
}

std::string tool_path(std::size_t index) { return fmt::format("tools[{}]", index); }

// The schema with a type and without combiners at its root, both of which Anthropic refuses (400, seen 2026-08); what
// was taken away is told in the description.
void fit_schema(ir::Tool& tool, ir::Losses& losses, const std::string& path) {
  const auto document = json::Document::parse(tool.schema.text);
  if (tool.schema.empty() || !document || !document->root().is_object()) {
    tool.schema.text = empty_schema;
    return;
  }
  const auto root = document->root();
  const auto combined = [&](json::Value child) {
    return std::ranges::any_of(combiners, [&](std::string_view word) { return child.key_is(word); });
  };
  const auto children = root.children();
  const bool any = std::any_of(children.begin(), children.end(), combined);
  if (!any && root["type"].is("object")) return;
  json::Writer writer;
  writer.begin_object();
  writer.field("type", "object");
  for (const auto child : children)
    if (!child.key_is("type") && !combined(child)) writer.field(child.key(), child.keep());
  writer.end_object();
  if (any) {
    tool.description +=
        fmt::format("{}The input must satisfy this JSON Schema: {}", tool.description.empty() ? "" : "\n", root.raw());
    losses.approximated(path + ".schema", "oneOf, anyOf and allOf at the root became a sentence of the description");
  }
  tool.schema.text = std::move(writer).take();
}

// A tool with a grammar, as a function with one string argument.
void fit_custom(ir::Tool& tool, ir::Losses& losses, const std::string& path) {
  tool.schema.text = input_schema;
  tool.strict.reset();
  if (!tool.format.empty())
    tool.description +=
        fmt::format("{}The input must have this format: {}", tool.description.empty() ? "" : "\n", tool.format.text);
  losses.approximated(path,
                      "a custom tool travels as a function with one string argument; its grammar is not enforced");
}

AnyTool fitted_tool(const Rendering& rendering, ir::Tool tool, const std::string& path) {
  if (rendering.home && is_home(tool.extras)) return tool;
  if (!rendering.losses.extras_go_home(tool.extras, ir::Dialect::anthropic, path)) tool.extras = {};
  if (tool.kind == ir::ToolCall::Kind::custom)
    fit_custom(tool, rendering.losses, path);
  else
    fit_schema(tool, rendering.losses, path);
  if (!tool.strict.value_or(false)) tool.strict.reset();
  tool.name = rendering.names.upstream(tool.name, tool.name_space);
  tool.name_space.clear();
  return tool;
}

ir::HostedTool web_search(const ir::HostedTool& from) {
  json::Writer writer;
  writer.begin_object();
  writer.field("type", web_search_type);
  writer.field("name", web_search_name);
  const auto document = json::Document::parse(from.raw.text);
  if (document) {
    const auto domains = document->root()["filters"]["allowed_domains"];
    const auto location = document->root()["user_location"];
    if (domains.is_array() && domains.size() > 0) writer.field("allowed_domains", domains.keep());
    if (location.is_object() && location["type"].is("approximate")) writer.field("user_location", location.keep());
  }
  writer.end_object();
  return {.origin = ir::Dialect::anthropic, .type = std::string(web_search_type), .raw = {std::move(writer).take()}};
}

bool has_tool(const Fitted& fitted, std::string_view tool_name) {
  return std::ranges::any_of(fitted.tools, [&](const AnyTool& either) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    if (tool != nullptr) return tool->name == tool_name;
    return std::get<ir::HostedTool>(either).type == web_search_type && tool_name == web_search_name;
  });
}

void fit_hosted(const Rendering& rendering, const ir::HostedTool& tool, const std::string& path, Fitted& fitted) {
  if (tool.origin == ir::Dialect::anthropic) {
    fitted.tools.emplace_back(tool);
    return;
  }
  if (!is_web_search(tool.type) || has_tool(fitted, web_search_name)) {
    rendering.losses.dropped(path, fmt::format("Anthropic has no tool like {}", tool.type));
    return;
  }
  rendering.losses.approximated(path, fmt::format("{} became {}", tool.type, web_search_type));
  fitted.tools.emplace_back(web_search(tool));
}

// allowed_tools: what may not be called is not shown.
void keep_allowed(const Rendering& rendering, Fitted& fitted) {
  auto& choice = fitted.choice;
  std::vector<std::string> allowed;
  allowed.reserve(choice.names.size());
  for (const auto& one : choice.names) allowed.push_back(rendering.names.chosen(one, rendering.request));
  std::erase_if(fitted.tools, [&](const AnyTool& either) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    return tool != nullptr && std::ranges::find(allowed, tool->name) == allowed.end();
  });
  choice.mode = choice.allowed_required ? Mode::required : Mode::automatic;
  rendering.losses.approximated("tool_choice", "tools that may not be called were left out of the request");
}

// A hosted tool that must be called.
Result<> fit_hosted_choice(const Rendering& rendering, Fitted& fitted) {
  const auto document = json::Document::parse(rendering.request.tool_choice.raw.text);
  const bool search =
      document && is_web_search(document->root()["type"].text_or("")) && has_tool(fitted, web_search_name);
  if (!search)
    return fail(Code::feature_unsupported, "tool_choice: forces a hosted tool that Anthropic does not have.",
                "tool_choice");
  fitted.choice.mode = Mode::named;
  fitted.choice.names = {std::string(web_search_name)};
  return {};
}

void write_tool(json::Writer& writer, const ir::Tool& tool) {
  writer.begin_object();
  write_spelled(writer, tool.extras, section::top, "type");
  writer.field("name", tool.name);
  if (!tool.description.empty()) writer.field("description", tool.description);
  write_spelled(writer, tool.extras, section::top, "description");
  if (!tool.schema.empty()) writer.field("input_schema", tool.schema);
  if (tool.strict) writer.field("strict", *tool.strict);
  write_cache_mark(writer, tool.cache, tool.extras);
  write_rest(writer, tool.extras, section::top);
  writer.end_object();
}

std::string_view word(Mode mode) {
  switch (mode) {
    case Mode::unset:
    case Mode::automatic:
    case Mode::allowed: return choice::automatic;
    case Mode::none: return choice::none;
    case Mode::required: return choice::any;
    case Mode::named: return choice::tool;
  }
  std::unreachable();
}

}  // namespace

Result<> fit_tools(const Rendering& rendering, Fitted& fitted) {
  const auto& request = rendering.request;
  fitted.choice = request.tool_choice;
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    const auto path = tool_path(i);
    if (const auto* tool = std::get_if<ir::Tool>(&request.tools[i]))
      fitted.tools.push_back(fitted_tool(rendering, *tool, path));
    else
      fit_hosted(rendering, std::get<ir::HostedTool>(request.tools[i]), path, fitted);
  }
  if (rendering.home) return {};
  auto& choice = fitted.choice;
  if (!choice.raw.empty()) TRY_OK(fit_hosted_choice(rendering, fitted));
  if (choice.raw.empty())
    for (auto& one : choice.names)
      one = choice.mode == Mode::named ? rendering.names.chosen(one, rendering.request) : one;
  if (choice.mode == Mode::allowed) keep_allowed(rendering, fitted);
  if (choice.parallel == true) choice.parallel.reset();  // the default
  if (fitted.tools.empty()) choice = {};
  if (choice.mode == Mode::none) choice.parallel.reset();
  return {};
}

void write_tools(json::Writer& writer, const Rendering& rendering, const Fitted& fitted) {
  write_spelled(writer, rendering.request.extras, section::top, "tools");
  if (fitted.tools.empty()) return;
  writer.key("tools");
  writer.begin_array();
  for (const auto& either : fitted.tools) {
    if (const auto* tool = std::get_if<ir::Tool>(&either))
      write_tool(writer, *tool);
    else
      writer.value(std::get<ir::HostedTool>(either).raw);
  }
  writer.end_array();
}

void write_tool_choice(json::Writer& writer, const Rendering& rendering, const Fitted& fitted) {
  const auto& choice = fitted.choice;
  if (choice.mode == Mode::unset && !choice.parallel) return;
  if (choice.mode == Mode::automatic && !choice.parallel && !rendering.home) return;  // the default
  writer.key("tool_choice");
  writer.begin_object();
  writer.field("type", word(choice.mode));
  if (choice.mode == Mode::named && !choice.names.empty()) writer.field("name", choice.names.front());
  if (choice.parallel) writer.field("disable_parallel_tool_use", !*choice.parallel);
  write_rest(writer, rendering.request.extras, section::choice);
  writer.end_object();
}

}  // namespace agt::dialect::anthropic

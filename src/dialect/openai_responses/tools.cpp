#include <fmt/format.h>

#include "dialect/openai_responses/tools.h"

namespace agt::dialect::openai_responses {
namespace {

using Kind = ir::ToolCall::Kind;
using Mode = ir::ToolChoice::Mode;

Result<ir::Tool> read_tool(json::Value value, Kind kind, const std::string& name_space) {
  ir::Tool tool{.kind = kind, .name_space = name_space};
  MembersIn in(value, tool.extras, here);
  static_cast<void>(in.take("type"));
  TRY(tool.name, in.need_text("name"));
  TRY_OK(in.take_text("description", tool.description));
  if (kind == Kind::custom) {
    if (const auto format = in.take("format"); format.exists()) {
      if (!format.is_object()) return format.refuse("an object");
      tool.format = format.keep();
    }
  } else {
    if (const auto schema = in.take("parameters"); schema.exists()) {
      if (!schema.is_object()) return schema.refuse("a JSON Schema object");
      tool.schema = schema.keep();
    }
    TRY_OK(take_into(in, "strict", tool.strict, &json::Value::boolean));
  }
  // A tool that would be loaded by a search is simply there where nobody searches.
  in.keep_unweighed({"defer_loading"});
  in.keep_rest();
  return tool;
}

Result<> read_any(json::Value value, const std::string& name_space, std::vector<AnyTool>& out);

// The tools go home in the client's own spelling; the extras of a namespace are told as losses at its first tool.
Result<> read_namespace(json::Value value, std::vector<AnyTool>& out) {
  ir::Extras extras;
  MembersIn in(value, extras, here);
  static_cast<void>(in.take("type"));
  TRY(const auto name, in.need_text("name"));
  TRY(const auto tools, in.need("tools"));
  if (!tools.is_array()) return tools.refuse("an array of tools");
  in.keep_rest();
  const auto first = out.size();
  for (const auto inner : tools.children()) TRY_OK(read_any(inner, name, out));
  if (first == out.size()) return {};
  if (auto* tool = std::get_if<ir::Tool>(&out[first]))
    for (auto& field : extras.fields) {
      field.key.insert(0, "namespace.");
      tool->extras.fields.push_back(std::move(field));
    }
  return {};
}

Result<> read_any(json::Value value, const std::string& name_space, std::vector<AnyTool>& out) {
  if (!value.is_object()) return value.refuse("an object");
  const auto type = value["type"];
  if (!type.exists()) return missing_member(value, "type");
  TRY(auto word, type.text());
  if (word == "namespace") return read_namespace(value, out);
  if (word == "function" || word == "custom") {
    TRY(auto tool, read_tool(value, word == "custom" ? Kind::custom : Kind::function, name_space));
    out.emplace_back(std::move(tool));
    return {};
  }
  out.emplace_back(ir::HostedTool{.origin = here, .type = std::move(word), .raw = value.keep()});
  return {};
}

Result<> read_allowed(json::Value value, ir::ToolChoice& choice) {
  const auto tools = value["tools"];
  if (!tools.is_array()) return tools.exists() ? tools.refuse("an array of tools") : missing_member(value, "tools");
  choice.mode = Mode::allowed;
  choice.allowed_required = value["mode"].is("required");
  for (const auto tool : tools.children())
    if (const auto name = tool["name"]; name.is_string()) choice.names.push_back(name.text_or(""));
  return {};
}

Result<> read_choice_object(json::Value value, ir::ToolChoice& choice) {
  if (!value["type"].exists()) return missing_member(value, "type");
  TRY(const auto type, value["type"].text());
  if (type == "allowed_tools") return read_allowed(value, choice);
  choice.mode = Mode::named;
  if (type == "function" || type == "custom") {
    if (!value["name"].exists()) return missing_member(value, "name");
    TRY(auto name, value["name"].text());
    choice.names = {std::move(name)};
  } else {
    choice.raw = value.keep();  // a hosted tool, or one of an MCP server
  }
  return {};
}

Result<ir::ToolChoice> read_choice(json::Value value) {
  ir::ToolChoice choice;
  if (value.is("auto")) {
    choice.mode = Mode::automatic;
  } else if (value.is("none")) {
    choice.mode = Mode::none;
  } else if (value.is("required")) {
    choice.mode = Mode::required;
  } else if (value.is_object()) {
    TRY_OK(read_choice_object(value, choice));
  } else {
    return value.refuse(R"("none", "auto", "required" or an object)");
  }
  return choice;
}

// The tools that the client's words mean: those of `tools` and those among the items, in the order of reading.
bool says_the_same(const ir::Request& request, const json::Raw& spelled) {
  std::vector<AnyTool> said;
  const auto document = json::Document::parse(spelled.text);
  if (document && document->root().is_array() && !read_tool_list(document->root(), said)) return false;
  for (const auto& message : request.messages) {
    const auto* kept = spelling(message.extras, here, item_mark);
    if (kept == nullptr || kept->empty()) continue;
    const auto item = json::Document::parse(kept->text);
    if (item && !read_tool_list(item->root()["tools"], said)) return false;
  }
  return said == request.tools;
}

void write_tool(json::Writer& writer, const ir::Tool& tool) {
  const bool custom = tool.kind == Kind::custom;
  MembersOut out(writer, tool.extras, here);
  out.field("type", custom ? "custom" : "function");
  out.field("name", tool.name);
  if (!tool.description.empty()) out.field("description", tool.description);
  if (custom) {
    if (!tool.format.empty()) out.field("format", tool.format);
  } else {
    out.field("parameters", tool.schema.empty() ? json::Raw{R"({"type":"object","properties":{}})"} : tool.schema);
    // The API's own default is strict, which refuses most schemas that were not written for it (2026-11).
    out.field("strict", tool.strict.value_or(false));
  }
  out.end();
}

void write_any(json::Writer& writer, const AnyTool& tool) {
  if (const auto* own = std::get_if<ir::Tool>(&tool)) return write_tool(writer, *own);
  writer.value(std::get<ir::HostedTool>(tool).raw);
}

const std::string& name_space_of(const AnyTool& tool) {
  static const std::string none;
  const auto* own = std::get_if<ir::Tool>(&tool);
  return own == nullptr ? none : own->name_space;
}

// Neighbours of one namespace stand in it together.
void write_list(json::Writer& writer, const std::vector<AnyTool>& tools) {
  writer.begin_array();
  for (std::size_t i = 0; i < tools.size();) {
    const auto& name_space = name_space_of(tools[i]);
    if (name_space.empty()) {
      write_any(writer, tools[i++]);
      continue;
    }
    writer.begin_object();
    writer.field("type", "namespace");
    writer.field("name", name_space);
    writer.key("tools");
    writer.begin_array();
    for (; i < tools.size() && name_space_of(tools[i]) == name_space; ++i) write_any(writer, tools[i]);
    writer.end_array();
    writer.end_object();
  }
  writer.end_array();
}

void write_reference(json::Writer& writer, const ir::Request& request, const std::string& name) {
  bool custom = false;
  for (const auto& either : request.tools)
    if (const auto* tool = std::get_if<ir::Tool>(&either); tool != nullptr && tool->name == name)
      custom = tool->kind == Kind::custom;
  writer.begin_object();
  writer.field("type", custom ? "custom" : "function");
  writer.field("name", name);
  writer.end_object();
}

void write_allowed(json::Writer& writer, const ir::Request& request) {
  const auto& choice = request.tool_choice;
  writer.begin_object();
  writer.field("type", "allowed_tools");
  writer.field("mode", choice.allowed_required ? "required" : "auto");
  writer.key("tools");
  writer.begin_array();
  for (const auto& name : choice.names) write_reference(writer, request, name);
  writer.end_array();
  writer.end_object();
}

bool write_as_spelled(MembersOut& body, const ir::Request& request) {
  const auto* kept = spelling(request.extras, here, "tool_choice");
  if (kept == nullptr || kept->text == "null") return false;
  const auto document = json::Document::parse(kept->text);
  if (!document) return false;
  auto choice = read_choice(document->root());
  if (!choice) return false;
  choice->parallel = request.tool_choice.parallel;
  if (*choice != request.tool_choice) return false;
  body.field("tool_choice", *kept);
  return true;
}

}  // namespace

Result<> read_tool_list(json::Value tools, std::vector<AnyTool>& out) {
  if (!tools.present()) return {};
  if (!tools.is_array()) return tools.refuse("an array of tools");
  for (const auto tool : tools.children()) TRY_OK(read_any(tool, {}, out));
  return {};
}

Result<> read_tools(MembersIn& body, ir::Request& request) {
  const auto tools = body.take("tools");
  if (!tools.exists()) return {};
  body.spell("tools", tools.raw());
  return read_tool_list(tools, request.tools);
}

Result<> read_tool_choice(MembersIn& body, ir::Request& request) {
  if (const auto choice = body.take("tool_choice"); choice.exists()) {
    TRY(request.tool_choice, read_choice(choice));
    body.spell("tool_choice", choice.raw());
  }
  return take_into(body, "parallel_tool_calls", request.tool_choice.parallel, &json::Value::boolean);
}

void write_tools(MembersOut& body, const ir::Request& request) {
  const auto* kept = spelling(request.extras, here, "tools");
  const json::Raw none{"[]"};
  if (says_the_same(request, kept == nullptr ? none : *kept)) {
    if (kept != nullptr) body.field("tools", *kept);
    return;
  }
  if (!request.tools.empty()) write_list(body.key("tools"), request.tools);
}

void write_tool_choice(MembersOut& body, const ir::Request& request) {
  const auto& choice = request.tool_choice;
  body.field_if("parallel_tool_calls", choice.parallel);
  if (write_as_spelled(body, request)) return;
  if (!choice.raw.empty()) return body.field("tool_choice", choice.raw);
  switch (choice.mode) {
    case Mode::unset: return;
    case Mode::automatic: return body.field("tool_choice", "auto");
    case Mode::none: return body.field("tool_choice", "none");
    case Mode::required: return body.field("tool_choice", "required");
    case Mode::named:
      if (!choice.names.empty()) write_reference(body.key("tool_choice"), request, choice.names.front());
      return;
    case Mode::allowed: return write_allowed(body.key("tool_choice"), request);
  }
}

}  // namespace agt::dialect::openai_responses

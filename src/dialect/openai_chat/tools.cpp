#include "dialect/openai_chat/tools.h"

#include <algorithm>

namespace agt::dialect::openai_chat {
namespace {

constexpr std::string_view web_search = "web_search_options";

using Kind = ir::ToolCall::Kind;
using Mode = ir::ToolChoice::Mode;

Result<> read_function(ObjectIn& in, ir::Tool& tool) {
  TRY(const auto name, in.need("name"));
  TRY(tool.name, name.text());
  TRY_OK(in.take_text("description", tool.description));
  if (const auto schema = in.take("parameters"); schema.exists()) {
    if (!schema.is_object()) return schema.refuse("a JSON Schema object");
    tool.schema = schema.keep();
  }
  TRY_OK(take_into(in, "strict", tool.strict, &json::Value::boolean));
  in.keep_rest();
  return {};
}

Result<> read_custom(ObjectIn& in, ir::Tool& tool) {
  tool.kind = Kind::custom;
  TRY(const auto name, in.need("name"));
  TRY(tool.name, name.text());
  TRY_OK(in.take_text("description", tool.description));
  if (const auto format = in.take("format"); format.exists()) tool.format = format.keep();
  in.keep_rest();
  return {};
}

Result<std::variant<ir::Tool, ir::HostedTool>> read_tool(json::Value value) {
  if (!value.is_object()) return value.refuse("an object");
  const auto type = value["type"];
  ir::Tool tool;
  ObjectIn in(value, tool.extras);
  if (!type.exists() && value["function"].is_object()) in.spell("type", "");
  const bool custom = type.is("custom");
  if (type.exists() && !custom && !type.is("function")) {
    TRY(auto word, type.text());
    return ir::HostedTool{.origin = here, .type = std::move(word), .raw = value.keep()};
  }
  static_cast<void>(in.take("type"));
  const std::string_view key = custom ? "custom" : "function";
  TRY(const auto inner, in.need(key));
  if (!inner.is_object()) return inner.refuse("an object");
  in.keep_rest();
  ObjectIn inner_in(inner, tool.extras, std::string(key) + ".");
  TRY_OK(custom ? read_custom(inner_in, tool) : read_function(inner_in, tool));
  return tool;
}

Result<> read_choice_object(json::Value value, ir::ToolChoice& choice) {
  for (const std::string_view kind : {"function", "custom"}) {
    if (!value[kind].exists() || (value["type"].exists() && !value["type"].is(kind))) continue;
    if (!value[kind].is_object()) return value[kind].refuse("an object");
    if (!value[kind]["name"].exists()) return missing_member(value[kind], "name");
    TRY(auto name, value[kind]["name"].text());
    choice.mode = Mode::named;
    choice.names = {std::move(name)};
    return {};
  }
  const auto type = value["type"];
  if (type.is("function") || type.is("custom")) return missing_member(value, type.text_or(""));
  if (!type.exists()) return missing_member(value, "type");
  const auto allowed = value["allowed_tools"];
  if (!type.is("allowed_tools")) {
    choice.mode = Mode::named;
    choice.raw = value.keep();
    return {};
  }
  if (!allowed.is_object()) return missing_member(value, "allowed_tools");
  if (!allowed["tools"].is_array()) return missing_member(allowed, "tools");
  choice.mode = Mode::allowed;
  choice.allowed_required = allowed["mode"].is("required");
  for (const auto tool : allowed["tools"].children()) {
    const auto kind = tool["type"].is("custom") ? "custom" : "function";
    if (const auto name = tool[kind]["name"]; name.is_string()) choice.names.push_back(name.text_or(""));
  }
  return {};
}

Result<ir::ToolChoice> read_choice(json::Value value) {
  ir::ToolChoice choice;
  if (value.is("auto")) {
    choice.mode = Mode::automatic;
  } else if (value.is("none")) {
    choice.mode = Mode::none;
  } else if (value.is("required") || value.is("any")) {
    choice.mode = Mode::required;  // "any" is Mistral's word for it
  } else if (value.is_object()) {
    TRY_OK(read_choice_object(value, choice));
  } else {
    return value.refuse(R"("none", "auto", "required" or an object)");
  }
  return choice;
}

Result<ir::ToolChoice> read_legacy_choice(json::Value value) {
  if (!value.is_object()) return read_choice(value);
  if (!value["name"].exists()) return missing_member(value, "name");
  TRY(auto name, value["name"].text());
  return ir::ToolChoice{.mode = Mode::named, .names = {std::move(name)}};
}

bool same_choice(ir::ToolChoice a, const ir::ToolChoice& b) {
  a.parallel = b.parallel;
  return a == b;
}

// Writes the client's own spelling of the choice if it still says what the IR says.
template <class Read>
bool write_as_spelled(ObjectOut& body, const ir::Request& request, std::string_view key, Read read) {
  const auto* kept = spelling(request.extras, key);
  if (kept == nullptr || kept->text == "null") return false;
  const auto document = json::Document::parse(kept->text);
  if (!document) return false;
  const auto choice = read(document->root());
  if (!choice || !same_choice(*choice, request.tool_choice)) return false;
  body.field(key, *kept);
  return true;
}

void write_reference(json::Writer& writer, const ir::Request& request, const std::string& name) {
  const auto is_custom = [&](const auto& either) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    return tool != nullptr && tool->kind == Kind::custom && tool->name == name;
  };
  const std::string_view kind = std::ranges::any_of(request.tools, is_custom) ? "custom" : "function";
  writer.begin_object();
  writer.field("type", kind);
  writer.key(kind);
  writer.begin_object();
  writer.field("name", name);
  writer.end_object();
  writer.end_object();
}

void write_choice(ObjectOut& body, const ir::Request& request) {
  const auto& choice = request.tool_choice;
  if (!choice.raw.empty()) return body.field("tool_choice", choice.raw);
  switch (choice.mode) {
    case Mode::unset: return;
    case Mode::automatic: return body.field("tool_choice", "auto");
    case Mode::none: return body.field("tool_choice", "none");
    case Mode::required: return body.field("tool_choice", "required");
    case Mode::named:
      if (!choice.names.empty()) write_reference(body.key("tool_choice"), request, choice.names.front());
      return;
    case Mode::allowed: break;
  }
  auto& writer = body.key("tool_choice");
  writer.begin_object();
  writer.field("type", "allowed_tools");
  writer.key("allowed_tools");
  writer.begin_object();
  writer.field("mode", choice.allowed_required ? "required" : "auto");
  writer.key("tools");
  writer.begin_array();
  for (const auto& name : choice.names) write_reference(writer, request, name);
  writer.end_array();
  writer.end_object();
  writer.end_object();
}

void write_function(MembersOut& out, const ir::Tool& tool) {
  out.field("name", tool.name);
  if (!tool.description.empty()) out.field("description", tool.description);
  if (!tool.schema.empty()) out.field("parameters", tool.schema);
  out.field_if("strict", tool.strict);
  out.end();
}

void write_tool(json::Writer& writer, const ir::Tool& tool) {
  if (is_legacy(tool.extras, legacy_tools)) {
    ObjectOut out(writer, tool.extras);
    out.settled(legacy_tools);
    return write_function(out, tool);
  }
  ObjectOut out(writer, tool.extras);
  const bool custom = tool.kind == Kind::custom;
  const std::string_view kind = custom ? "custom" : "function";
  if (spelling(tool.extras, "type") == nullptr) out.field("type", kind);
  auto inner = out.inner(kind);
  if (custom) {
    inner.field("name", tool.name);
    if (!tool.description.empty()) inner.field("description", tool.description);
    if (!tool.format.empty()) inner.field("format", tool.format);
    inner.end();
  } else {
    write_function(inner, tool);
  }
  out.end();
}

template <class Wanted>
void write_tool_list(ObjectOut& body, const ir::Request& request, std::string_view key, Wanted wanted) {
  if (std::ranges::none_of(request.tools, wanted)) return;
  auto& writer = body.key(key);
  writer.begin_array();
  for (const auto& either : request.tools) {
    if (!wanted(either)) continue;
    if (const auto* tool = std::get_if<ir::Tool>(&either)) write_tool(writer, *tool);
    if (const auto* hosted = std::get_if<ir::HostedTool>(&either)) writer.value(hosted->raw);
  }
  writer.end_array();
}

}  // namespace

bool is_legacy(const ir::Extras& extras, std::string_view mark) { return spelling(extras, mark) != nullptr; }

bool speaks_legacy(const ir::Request& request) {
  return std::ranges::any_of(request.tools, [](const auto& either) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    return tool != nullptr && is_legacy(tool->extras, legacy_tools);
  });
}

Result<> read_tools(ObjectIn& body, ir::Request& request) {
  if (const auto tools = body.take("tools"); tools.exists()) {
    if (!tools.is_array()) return tools.refuse("an array of tools");
    if (tools.size() == 0) body.spell("tools", tools.raw());
    for (const auto value : tools.children()) {
      TRY(auto tool, read_tool(value));
      request.tools.push_back(std::move(tool));
    }
  }
  if (const auto functions = body.take(legacy_tools); functions.exists()) {
    if (!functions.is_array()) return functions.refuse("an array of functions");
    if (functions.size() == 0) body.spell(legacy_tools, functions.raw());
    for (const auto value : functions.children()) {
      if (!value.is_object()) return value.refuse("an object");
      ir::Tool tool;
      ObjectIn in(value, tool.extras);
      in.spell(legacy_tools, "");
      TRY_OK(read_function(in, tool));
      request.tools.emplace_back(std::move(tool));
    }
  }
  if (const auto search = body.take(web_search); search.exists()) {
    if (!search.is_object()) return search.refuse("an object");
    request.tools.emplace_back(ir::HostedTool{.origin = here, .type = std::string(web_search), .raw = search.keep()});
  }
  return {};
}

Result<> read_tool_choices(ObjectIn& body, ir::Request& request) {
  const auto choice = body.take("tool_choice");
  if (choice.exists()) {
    TRY(request.tool_choice, read_choice(choice));
    body.spell("tool_choice", choice.raw());
  }
  // With tool_choice beside it, function_call stays in the rest: nobody can say which of the two would count.
  if (!choice.exists()) {
    if (const auto legacy = body.take(legacy_call); legacy.exists()) {
      TRY(request.tool_choice, read_legacy_choice(legacy));
      body.spell(legacy_call, legacy.raw());
    }
  }
  return take_into(body, "parallel_tool_calls", request.tool_choice.parallel, &json::Value::boolean);
}

Result<> read_response_format(ObjectIn& body, ir::Request& request) {
  const auto value = body.take("response_format");
  if (!value.exists()) return {};
  if (!value.is_object()) return value.refuse("an object");
  ir::ResponseFormat format;
  ObjectIn in(value, format.extras);
  TRY(const auto type, in.need("type"));
  TRY(const auto word, type.text());
  if (word == "text") {
    format.kind = ir::ResponseFormat::Kind::text;
  } else if (word == "json_object") {
    format.kind = ir::ResponseFormat::Kind::json_object;
  } else if (word == "json_schema") {
    format.kind = ir::ResponseFormat::Kind::json_schema;
    TRY(const auto inner, in.need("json_schema"));
    if (!inner.is_object()) return inner.refuse("an object");
    ObjectIn schema(inner, format.extras, "json_schema.");
    TRY_OK(schema.take_text("name", format.name));
    TRY_OK(schema.take_text("description", format.description));
    if (const auto shape = schema.take("schema"); shape.exists()) format.schema = shape.keep();
    TRY_OK(take_into(schema, "strict", format.strict, &json::Value::boolean));
    schema.keep_rest();
  } else {
    keep(request.extras, "response_format", value);
    return {};
  }
  in.keep_rest();
  request.response_format = std::move(format);
  return {};
}

Result<std::vector<std::string>> read_stop(json::Value stop) {
  std::vector<std::string> out;
  if (stop.is_string()) return std::vector<std::string>{stop.text_or("")};
  if (!stop.is_array()) return stop.refuse("a string or an array of strings");
  for (const auto one : stop.children()) {
    TRY(auto sequence, one.text());
    out.push_back(std::move(sequence));
  }
  return out;
}

void write_tools(ObjectOut& body, const ir::Request& request) {
  const auto legacy = [](const auto& either) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    return tool != nullptr && is_legacy(tool->extras, legacy_tools);
  };
  const auto searches = [](const auto& either) {
    const auto* tool = std::get_if<ir::HostedTool>(&either);
    return tool != nullptr && tool->type == web_search;
  };
  write_tool_list(body, request, "tools", [&](const auto& either) { return !legacy(either) && !searches(either); });
  write_tool_list(body, request, legacy_tools, legacy);
  for (const auto& either : request.tools)
    if (searches(either)) body.field(web_search, std::get<ir::HostedTool>(either).raw);
}

void write_tool_choices(ObjectOut& body, const ir::Request& request) {
  const bool spelled = write_as_spelled(body, request, "tool_choice", read_choice) ||
                       write_as_spelled(body, request, legacy_call, read_legacy_choice);
  if (!spelled) write_choice(body, request);
  body.field_if("parallel_tool_calls", request.tool_choice.parallel);
}

void write_response_format(ObjectOut& body, const ir::ResponseFormat& format) {
  ObjectOut out(body.key("response_format"), format.extras);
  switch (format.kind) {
    case ir::ResponseFormat::Kind::text: out.field("type", "text"); break;
    case ir::ResponseFormat::Kind::json_object: out.field("type", "json_object"); break;
    case ir::ResponseFormat::Kind::json_schema: {
      out.field("type", "json_schema");
      auto schema = out.inner("json_schema");
      if (!format.name.empty()) schema.field("name", format.name);
      if (!format.description.empty()) schema.field("description", format.description);
      if (!format.schema.empty()) schema.field("schema", format.schema);
      schema.field_if("strict", format.strict);
      schema.end();
      break;
    }
  }
  out.end();
}

}  // namespace agt::dialect::openai_chat

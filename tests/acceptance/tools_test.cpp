// Tools: their names, schemas and choices, and calls of tools that the upstream does not have.
#include <set>

#include "acceptance/journey.h"
#include "dialect/tool_names.h"

namespace agt::acceptance {
namespace {

using ir::StopReason;

std::string chat_asks(const std::string& members) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + members + "}";
}
std::string function(const std::string& name, const std::string& schema = R"({"type":"object"})") {
  return R"({"type":"function","function":{"name":")" + name + R"(","parameters":)" + schema + "}}";
}

TEST(acceptance, 12_calls_of_gemini_get_ids) {
  const std::string reply = R"({"candidates":[{"content":{"role":"model","parts":[)"
                            R"({"functionCall":{"name":"w","args":{"c":"Paris"}}},)"
                            R"({"functionCall":{"name":"w","args":{"c":"Rome"}}}]},"finishReason":"STOP"}]})";
  const auto calls = calls_of(reread_whole(chat(), whole(gemini(), reply, chat())).parts);
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_NE(calls[0].id, calls[1].id);
  for (const auto& one : calls) EXPECT_EQ(dialect::legal_tool_id(one.id), one.id);
  // The client answers in the other order: each result finds its call.
  const auto turn = R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[)"
                    R"({"id":")" +
                    calls[0].id + R"(","type":"function","function":{"name":"w","arguments":"{}"}},{"id":")" +
                    calls[1].id +
                    R"(","type":"function","function":{"name":"w","arguments":"{}"}}]},)"
                    R"({"role":"tool","tool_call_id":")" +
                    calls[1].id +
                    R"(","content":"Rome!"},)"
                    R"({"role":"tool","tool_call_id":")" +
                    calls[0].id + R"(","content":"Paris!"}]})";
  const auto back = sent(chat(), turn, gemini()).body;
  EXPECT_EQ(text_at(back, "contents[2].parts[0].functionResponse.response.output"), "Paris!");
  EXPECT_EQ(text_at(back, "contents[2].parts[1].functionResponse.response.output"), "Rome!");
}

TEST(acceptance, 12_a_gemini_history_without_ids) {
  const std::string body =
      R"({"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"w"}},)"
      R"({"functionCall":{"name":"w"}}]},{"role":"user","parts":[{"functionResponse":{"name":"w","response":)"
      R"({"output":"1"}}},{"functionResponse":{"name":"w","response":{"output":"2"}}}]}]})";
  const auto on_anthropic = sent(gemini(), body, anthropic()).body;
  EXPECT_EQ(text_at(on_anthropic, "messages[2].content[0].tool_use_id"),
            text_at(on_anthropic, "messages[1].content[0].id"));
  EXPECT_EQ(text_at(on_anthropic, "messages[2].content[1].tool_use_id"),
            text_at(on_anthropic, "messages[1].content[1].id"));
  EXPECT_TRUE(at(on_anthropic, "messages[2].content[1]").contains(R"("2")")) << on_anthropic;
}

// Some servers count their calls anew in every answer ("call_0"), and clients replay that.
TEST(acceptance, 12_ids_that_come_again_in_a_later_turn) {
  const auto turn = [](const std::string& arguments, const std::string& result) {
    return R"({"role":"assistant","tool_calls":[{"id":"call_0","type":"function","function":{"name":"f","arguments":")" +
           arguments + R"("}}]},{"role":"tool","tool_call_id":"call_0","content":")" + result + R"("})";
  };
  const auto body = R"({"model":"m","messages":[{"role":"user","content":"x"},)" + turn("{}", "first") + "," +
                    turn("{}", "second") + "]}";
  for (const auto* upstream : others(chat())) {
    const auto out = sent(chat(), body, *upstream).body;
    if (upstream == &responses()) {  // whose items stand one after the other
      EXPECT_TRUE(at(out, "input[2]").contains("first") && at(out, "input[4]").contains("second")) << out;
      EXPECT_NE(text_at(out, "input[1].call_id"), text_at(out, "input[3].call_id")) << out;
      continue;
    }
    const auto list = upstream == &anthropic() ? std::string("messages") : std::string("contents");
    EXPECT_TRUE(at(out, list + "[2]").contains("first")) << out;
    EXPECT_TRUE(at(out, list + "[4]").contains("second")) << out;
  }
}

TEST(acceptance, 12_ids_that_are_illegal_elsewhere) {
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"functions.f:0",)"
      R"("type":"function","function":{"name":"f","arguments":"{}"}},{"id":"functions_f_0","type":"function","function":)"
      R"({"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"functions.f:0","content":"a"},)"
      R"({"role":"tool","tool_call_id":"functions_f_0","content":"b"}]})";
  const auto out = sent(chat(), body, anthropic()).body;  // which checks that they are legal, unique and answered
  EXPECT_TRUE(at(out, "messages[2].content[0]").contains(R"("a")")) << out;
}

// Every keyword of a schema that Gemini's own type knows; anything else is a 400 for the whole request.
void keeps_to_the_subset(json::Value schema) {
  static const std::set<std::string> known{"type",       "format",          "title",         "description", "nullable",
                                           "enum",       "items",           "minItems",      "maxItems",    "required",
                                           "minimum",    "minProperties",   "maxProperties", "maximum",     "anyOf",
                                           "pattern",    "default",         "example",       "minLength",   "maxLength",
                                           "properties", "propertyOrdering"};
  ASSERT_TRUE(schema.is_object()) << schema.raw();
  for (const auto child : schema.children()) EXPECT_TRUE(known.contains(child.key())) << child.key();
  EXPECT_FALSE(schema["type"].is_array());
  for (const auto word : schema["enum"].children()) EXPECT_TRUE(word.is_string()) << schema.raw();
  if (schema["enum"].exists()) {
    EXPECT_TRUE(schema["type"].is("STRING")) << schema.raw();
  }
  if (schema["type"].is("ARRAY")) {
    EXPECT_TRUE(schema["items"].is_object()) << schema.raw();
  }
  for (const auto property : schema["properties"].children()) keeps_to_the_subset(property);
  for (const auto branch : schema["anyOf"].children()) keeps_to_the_subset(branch);
  if (schema["items"].exists()) keeps_to_the_subset(schema["items"]);
  for (const auto name : schema["required"].children())
    EXPECT_TRUE(schema["properties"][name.text_or("")].exists()) << name.raw();
}

Side without_json_schema() {
  auto side = gemini();
  side.facts.json_schema_tools = false;
  return side;
}

const std::vector<std::string> zoo{
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"default":{"type":"string"},)"
    R"("properties":{"type":"object","properties":{"title":{"type":"integer","exclusiveMinimum":0}}},"format":{"const":"x"}},)"
    R"("required":["default","gone"],"additionalProperties":false})",
    R"({"type":"object","properties":{"node":{"$ref":"#/$defs/Node"}},"$defs":{"Node":{"type":"object","properties":)"
    R"({"next":{"$ref":"#/$defs/Node"},"v":{"type":["string","null"]}}}}})",
    R"({"type":"object","properties":{"a":true,"b":false,"c":{"type":["string","integer"]},"d":{"enum":[1,2]},)"
    R"("e":{"oneOf":[{"type":"string","format":"uri"},{"type":"null"}]},"f":{"type":"array"}}})",
    R"({"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"type":"object","properties":)"
    R"({"b":{"type":"number","multipleOf":2}},"required":["b"]}]})",
    R"({"type":"object","propertyNames":{"pattern":"^x"},"patternProperties":{"^x":{"type":"string"}},"if":{},"then":{},)"
    R"("not":{},"properties":{"q":{"type":"string","minLength":1,"examples":["a"],"x-order":1,"deprecated":true}}})",
    R"({"type":"object","allOf":[{"properties":{"a":{"type":"string"}}},{"required":["a"]}],"uniqueItems":true})",
};

TEST(acceptance, 17_schemas_for_models_that_take_the_subset) {
  for (const auto& schema : zoo) {
    SCOPED_TRACE(schema);
    const auto out = sent(chat(), chat_asks(R"("tools":[)" + function("f", schema) + "]"), without_json_schema()).body;
    const auto parameters = at(out, "tools[0].functionDeclarations[0].parameters");
    EXPECT_EQ(text_at(parameters, "type"), "OBJECT") << parameters;
    const auto document = json::Document::parse(parameters);
    ASSERT_TRUE(document.has_value()) << parameters;
    keeps_to_the_subset(document->root());
  }
  const auto named = sent(chat(), chat_asks(R"("tools":[)" + function("f", zoo[0]) + "]"), without_json_schema()).body;
  const auto properties = at(named, "tools[0].functionDeclarations[0].parameters.properties");
  EXPECT_EQ(size_at(properties, ""), 3U) << "properties called like keywords survive: " << properties;
  EXPECT_EQ(text_at(properties, "properties.properties.title.type"), "INTEGER");
}

TEST(acceptance, 17_schemas_as_they_are_where_json_schema_is_taken) {
  for (const auto& schema : zoo) {
    const auto out = sent(chat(), chat_asks(R"("tools":[)" + function("f", schema) + "]"), gemini());
    EXPECT_EQ(at(out.body, "tools[0].functionDeclarations[0].parametersJsonSchema"), schema);
    EXPECT_TRUE(out.losses.empty()) << told(out.losses);
  }
}

TEST(acceptance, 17_the_tools_of_claude_code) {
  for (const std::string name : {"claude_code", "claude_code_budget"}) {
    const auto request = asked(anthropic(), golden("anthropic/" + name + ".request.json"));
    ASSERT_FALSE(request.tools.empty());
    const auto out = sent(request, without_json_schema()).body;
    const auto document = json::Document::parse(out);
    ASSERT_TRUE(document.has_value());
    for (const auto tool : document->root()["tools"][0]["functionDeclarations"].children())
      if (tool["parameters"].exists()) keeps_to_the_subset(tool["parameters"]);
  }
}

struct ChoiceRow {
  std::string chat;
  std::string anthropic;
  std::string gemini;
  std::string responses;
};

TEST(acceptance, 50_tool_choices) {
  const std::vector<ChoiceRow> rows{
      {R"("none")", R"({"type":"none"})", R"({"mode":"NONE"})", R"("none")"},
      {R"("auto")", "", R"({"mode":"AUTO"})", R"("auto")"},
      {R"("required")", R"({"type":"any"})", R"({"mode":"ANY"})", R"("required")"},
      {R"({"type":"function","function":{"name":"f"}})", R"({"type":"tool","name":"f"})",
       R"({"mode":"ANY","allowedFunctionNames":["f"]})", R"({"type":"function","name":"f"})"},
      {R"({"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}})",
       R"({"type":"any"})", R"({"mode":"ANY","allowedFunctionNames":["g"]})",
       R"({"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"g"}]})"},
      {R"({"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"g"}}]}})",
       "", R"({"mode":"VALIDATED","allowedFunctionNames":["g"]})",
       R"({"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"g"}]})"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.chat);
    const auto body =
        chat_asks(R"("tool_choice":)" + row.chat + R"(,"tools":[)" + function("f") + "," + function("g") + "]");
    const auto on_anthropic = sent(chat(), body, anthropic()).body;
    EXPECT_EQ(at(on_anthropic, "tool_choice"), row.anthropic);
    EXPECT_EQ(size_at(on_anthropic, "tools"), row.chat.contains("allowed") ? 1U : 2U);
    const auto on_gemini = sent(chat(), body, gemini()).body;
    EXPECT_EQ(at(on_gemini, "toolConfig.functionCallingConfig"), row.gemini);
    const auto on_responses = sent(chat(), body, responses()).body;
    EXPECT_EQ(at(on_responses, "tool_choice"), row.responses);
    EXPECT_EQ(at(sent(responses(), on_responses, chat()).body, "tool_choice"), row.chat);
    EXPECT_EQ(at(sent(responses(), on_responses, gemini()).body, "toolConfig.functionCallingConfig"), row.gemini);
    EXPECT_EQ(at(sent(responses(), on_responses, anthropic()).body, "tool_choice"), row.anthropic);
    // And home again from Gemini's words.
    const auto home = sent(gemini(), on_gemini, chat()).body;
    if (!row.chat.contains("allowed")) {
      EXPECT_EQ(at(home, "tool_choice"), row.chat);
    }
  }
  for (const auto* upstream : others(chat()))  // a choice without tools is left out
    EXPECT_EQ(at(sent(chat(), chat_asks(R"("tool_choice":"auto")"), *upstream).body, "tool_choice"), "");
}

TEST(acceptance, 51_one_call_at_a_time) {
  const auto body = chat_asks(R"("parallel_tool_calls":false,"tools":[)" + function("f") + "]");
  EXPECT_EQ(at(sent(chat(), body, anthropic()).body, "tool_choice"),
            R"({"type":"auto","disable_parallel_tool_use":true})");
  const auto on_gemini = sent(chat(), body, gemini());
  EXPECT_TRUE(lost(on_gemini.losses, "parallel", Weight::approximated));
  const auto from_anthropic = R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[)"
                              R"({"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"any",)"
                              R"("disable_parallel_tool_use":true}})";
  const auto on_chat = sent(anthropic(), from_anthropic, chat()).body;
  EXPECT_EQ(at(on_chat, "parallel_tool_calls"), "false");
  const auto on_responses = sent(anthropic(), from_anthropic, responses()).body;
  EXPECT_EQ(at(on_responses, "parallel_tool_calls"), "false");
  EXPECT_EQ(at(sent(responses(), on_responses, chat()).body, "parallel_tool_calls"), "false");
  EXPECT_EQ(at(on_chat, "tool_choice"), R"("required")");
}

// A request as Codex asks it: tools with a grammar and tools in namespaces.
ir::Request codex(const std::string& choice = R"("auto")") {
  const std::string schema = R"({"type":"object","properties":{"q":{"type":"string"}}})";
  return asked(
      responses(),
      R"({"model":"m","store":false,"client_metadata":{"x":"y"},"tool_choice":)" + choice +
          R"(,"tools":[{"type":"custom","name":"apply_patch","description":"Patch.","format":{"type":"grammar",)"
          R"("syntax":"lark","definition":"start: x"}},{"type":"namespace","name":"mcp","description":"M.","tools":[)"
          R"({"type":"function","name":"search","parameters":)" +
          schema + R"(}]},{"type":"function","name":"mcp__search","parameters":)" + schema +
          R"(}],"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]},)"
          R"({"type":"custom_tool_call","call_id":"c1","name":"apply_patch","input":"*** Begin\n\"x\""},)"
          R"({"type":"function_call","call_id":"c2","name":"search","namespace":"mcp","arguments":"{}"},)"
          R"({"type":"function_call","call_id":"c3","name":"mcp__search","arguments":"{}"},)"
          R"({"type":"custom_tool_call_output","call_id":"c1","output":"done c1"},)"
          R"({"type":"function_call_output","call_id":"c2","output":"done c2"},)"
          R"({"type":"function_call_output","call_id":"c3","output":"done c3"}]})");
}

Side without_custom_tools(const Side& side) {
  auto out = side;
  out.facts.custom_tools = false;
  return out;
}

TEST(acceptance, 61_custom_tools_travel_as_functions) {
  const auto request = codex();
  for (const auto& upstream : {without_custom_tools(chat()), anthropic(), gemini()}) {
    SCOPED_TRACE(upstream.name);
    const auto out = sent(request, upstream);
    EXPECT_TRUE(lost(out.losses, "grammar", Weight::approximated)) << told(out.losses);
    const auto parsed = asked(upstream, out.body);
    const auto& tool = std::get<ir::Tool>(parsed.tools.at(0));
    EXPECT_TRUE(tool.description.contains("start: x")) << "the grammar is told in words";
    EXPECT_EQ(text_at(tool.schema.text, "properties.input.type"), "string");
    EXPECT_EQ(at(tool.schema.text, "required"), R"(["input"])");
    const auto calls = calls_of(parsed.messages.at(1).parts);
    EXPECT_EQ(text_at(calls.at(0).arguments, "input"), "*** Begin\n\"x\"");
    // On the way home it is a custom call again, with plain text.
    const ir::Response response{
        .id = "r", .parts = {call("c9", calls[0].name, calls[0].arguments)}, .stop = {StopReason::tool_use}};
    const Answered how{.names = out.names};
    for (const auto& shown : {streamed(upstream, stream_of(upstream, response), chat(), how),
                              whole(upstream, whole_of(upstream, response), chat(), how)})
      EXPECT_TRUE(shown.contains(R"("custom":{"name":"apply_patch","input":"*** Begin\n\"x\""})")) << shown;
    for (const auto& shown : {streamed(upstream, stream_of(upstream, response), responses(), how),
                              whole(upstream, whole_of(upstream, response), responses(), how)})
      EXPECT_TRUE(
          shown.contains(R"("type":"custom_tool_call","status":"completed","call_id":"c9","name":"apply_patch",)"
                         R"("input":"*** Begin\n\"x\"")"))
          << shown;
  }
  const auto native = sent(request, chat()).body;
  EXPECT_EQ(text_at(native, "tools[0].custom.name"), "apply_patch");
  EXPECT_EQ(text_at(native, "messages[1].tool_calls[0].custom.input"), "*** Begin\n\"x\"");
}

TEST(acceptance, 61_namespaces_are_flattened_and_come_back) {
  const auto request = codex(R"({"type":"function","name":"search"})");
  for (const auto* upstream : others(responses())) {
    SCOPED_TRACE(upstream->name);
    const auto out = sent(request, *upstream);
    const auto parsed = asked(*upstream, out.body);
    const auto calls = calls_of(parsed.messages.at(1).parts);
    const auto& in_space = std::get<ir::Tool>(parsed.tools.at(1)).name;
    const auto& plain = std::get<ir::Tool>(parsed.tools.at(2)).name;
    EXPECT_TRUE(in_space.starts_with("mcp__search")) << in_space;
    EXPECT_NE(in_space, plain) << "two tools of one name: " << out.body;
    EXPECT_EQ(calls.at(1).name, in_space);
    EXPECT_EQ(calls.at(2).name, plain);
    EXPECT_EQ(parsed.tool_choice.names, std::vector<std::string>{in_space}) << out.body;
    const auto restored = out.names.restored({.id = "c", .name = in_space});
    EXPECT_EQ(restored.name, "search");
    EXPECT_EQ(restored.name_space, "mcp");
    EXPECT_EQ(out.names.restored({.id = "c", .name = plain}).name, "mcp__search");
    EXPECT_EQ(out.names.restored({.id = "c", .name = plain}).name_space, "");
  }
}

TEST(acceptance, 61_a_custom_tool_of_a_chat_client) {
  const auto body = chat_asks(R"("tools":[{"type":"custom","custom":{"name":"sql","description":"Ask.","format":)"
                              R"({"type":"text"}}}],"tool_choice":{"type":"custom","custom":{"name":"sql"}})");
  const auto out = sent(chat(), body, anthropic());
  EXPECT_EQ(at(out.body, "tool_choice"), R"({"type":"tool","name":"sql"})");
  const auto reply = R"({"type":"message","id":"msg_1","content":[{"type":"tool_use","id":"t","name":"sql",)"
                     R"("input":{"input":"select 1"}}],"stop_reason":"tool_use"})";
  const auto shown = whole(anthropic(), reply, chat(), {.names = out.names});
  EXPECT_EQ(text_at(shown, "choices[0].message.tool_calls[0].custom.input"), "select 1");
}

// Only what the gateway itself has wrapped is unwrapped: the text of a custom tool may look the same.
TEST(acceptance, 61_a_text_that_looks_like_a_wrapped_one) {
  const std::string text = R"({"input":"x"})";
  auto native = call("c1", "apply_patch", text);
  std::get<ir::ToolCall>(native.body).kind = ir::ToolCall::Kind::custom;
  const ir::Response said{.id = "r", .parts = {native}, .stop = {StopReason::tool_use}};
  const auto tools = [](const Side& upstream) { return sent(codex(), upstream).names; };
  for (const auto* upstream : {&chat(), &responses()})  // who know custom tools
    for (const auto* client : {&chat(), &responses()})
      for (const auto& seen :
           {reread(*client, streamed(*upstream, stream_of(*upstream, said), *client, {.names = tools(*upstream)})),
            reread_whole(*client, whole(*upstream, whole_of(*upstream, said), *client, {.names = tools(*upstream)}))})
        EXPECT_EQ(calls_of(seen.parts).at(0).arguments, text) << upstream->name << " to " << client->name;
  // Through a function and back: wrapped once, unwrapped once.
  const std::string wrapped = R"({"input":"{\"input\":\"x\"}"})";
  const ir::Response called{.id = "r", .parts = {call("c1", "apply_patch", wrapped)}, .stop = {StopReason::tool_use}};
  for (const auto& upstream : {without_custom_tools(chat()), anthropic(), gemini()}) {
    const auto names = tools(upstream);
    for (const auto* client : {&chat(), &responses()})
      for (const auto& seen :
           {reread(*client, streamed(upstream, stream_of(upstream, called), *client, {.names = names})),
            reread_whole(*client, whole(upstream, whole_of(upstream, called), *client, {.names = names}))})
        EXPECT_EQ(calls_of(seen.parts).at(0).arguments, text) << upstream.name << " to " << client->name;
  }
  // And what the client sends back is wrapped as any other text.
  const auto body =
      R"({"model":"m","input":[{"role":"user","content":"x"},{"type":"custom_tool_call","call_id":"c1","name":)"
      R"("p","input":"{\"input\":\"x\"}"},{"type":"custom_tool_call_output","call_id":"c1","output":"ok"}],)"
      R"("tools":[{"type":"custom","name":"p"}]})";
  EXPECT_EQ(at(sent(responses(), body, anthropic()).body, "messages[1].content[0].input"), wrapped);
}

// A model that puts its text into another form than it was told: the client gets what it said.
TEST(acceptance, 61_a_call_that_is_wrapped_differently) {
  const auto out = sent(codex(), anthropic());
  const ir::Response said{
      .id = "r", .parts = {call("c1", "apply_patch", R"({"patch":"x"})")}, .stop = {StopReason::tool_use}};
  const auto seen =
      reread(responses(), streamed(anthropic(), stream_of(anthropic(), said), responses(), {.names = out.names}));
  EXPECT_EQ(calls_of(seen.parts).at(0).arguments, R"({"patch":"x"})");
}

// The function calling of 2023: one call, no ids.
TEST(acceptance, 50_legacy_functions) {
  const std::string body =
      R"({"model":"m","functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"},"messages":[)"
      R"({"role":"user","content":"x"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},)"
      R"({"role":"function","name":"f","content":"1"},{"role":"user","content":"y"}]})";
  for (const auto* upstream : others(chat())) {
    const auto request = asked(chat(), body);
    const auto out = sent(request, *upstream);
    EXPECT_EQ(visible(out.losses), 0U) << told(out.losses);
    const ir::Response response{.id = "r", .parts = {call("c1", "f")}, .stop = {StopReason::tool_use}};
    const auto reply = whole(*upstream, whole_of(*upstream, response), chat(), {.request = &request});
    EXPECT_EQ(text_at(reply, "choices[0].message.function_call.name"), "f");
    EXPECT_EQ(text_at(reply, "choices[0].finish_reason"), "function_call");
    EXPECT_EQ(at(reply, "choices[0].message.tool_calls"), "");
  }
}

}  // namespace
}  // namespace agt::acceptance

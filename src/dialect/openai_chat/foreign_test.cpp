// Requests of other dialects, written for this one.
#include <fmt/format.h>

#include <algorithm>

#include "dialect/laws.h"
#include "dialect/openai_chat/codec.h"

namespace agt::dialect {
namespace {

using Weight = ir::Loss::Weight;

ir::Part part(ir::PartBody body) {
  ir::Part out;
  out.body = std::move(body);
  return out;
}
ir::Part text(std::string words) { return ir::text_part(std::move(words)); }
ir::Part call(std::string id, std::string name, std::string arguments) {
  return part(ir::ToolCall{.id = std::move(id), .name = std::move(name), .arguments = std::move(arguments)});
}
ir::Part result(std::string id, std::vector<ir::Part> content, bool is_error = false) {
  return part(ir::ToolResult{.call_id = std::move(id), .content = std::move(content), .is_error = is_error});
}
ir::Message user(std::vector<ir::Part> parts) { return {.role = ir::Role::user, .parts = std::move(parts)}; }
ir::Message assistant(std::vector<ir::Part> parts) { return {.role = ir::Role::assistant, .parts = std::move(parts)}; }

ir::Request foreign(std::vector<ir::Message> messages, ir::Dialect origin = ir::Dialect::anthropic) {
  ir::Request request{.model = "alias", .messages = std::move(messages)};
  request.extras.origin = origin;
  return request;
}

ModelFacts capable() {
  return {.thinking = ThinkingStyle::effort, .audio = true, .custom_tools = true, .cache_marks = true};
}

Rendered rendered(const ir::Request& request, const ModelFacts& facts = capable()) {
  auto out = openai_chat_codec.render_request(request, {.model = "m", .facts = facts});
  EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().message);
  if (!out) return {};
  const auto document = json::Document::parse(out->body);
  EXPECT_TRUE(document && openai_chat_codec.parse_request(*document, {})) << out->body;
  return *std::move(out);
}

std::size_t losses(const Rendered& out, Weight weight) {
  return static_cast<std::size_t>(std::ranges::count(out.losses.all(), weight, &ir::Loss::weight));
}

Error refused(const ir::Request& request, const ModelFacts& facts = capable()) {
  const auto out = openai_chat_codec.render_request(request, {.model = "m", .facts = facts});
  EXPECT_FALSE(out.has_value());
  return out ? Error{} : out.error();
}

TEST(OpenaiChatForeign, case_18_system_blocks_become_system_messages_in_order) {
  auto request = foreign({user({text("hi")}), {.role = ir::Role::system, .parts = {text("mid")}}, user({text("go")})});
  request.system = {text("one"), text("two")};
  request.system[1].cache = ir::CacheMark{.ttl_seconds = 3600};
  const auto out = rendered(request);
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"system","content":"one"},)"
      R"({"role":"system","content":[{"type":"text","text":"two","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}}]},)"
      R"({"role":"user","content":"hi"},{"role":"system","content":"mid"},{"role":"user","content":"go"}]})");
  EXPECT_TRUE(out.losses.empty());
}

TEST(OpenaiChatForeign, cache_marks_are_left_out_where_the_model_takes_none) {
  auto request = foreign({user({text("hi")})});
  request.messages[0].parts[0].cache = ir::CacheMark{};
  const auto out = rendered(request, {});
  EXPECT_EQ(out.body, R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(losses(out, Weight::harmless), 1U);
}

TEST(OpenaiChatForeign, case_62_at_most_four_cache_marks_the_last_ones) {
  auto request = foreign({user({text("0"), text("1"), text("2"), text("3"), text("4")})});
  for (auto& one : request.messages[0].parts) one.cache = ir::CacheMark{};
  EXPECT_EQ(
      rendered(request).body,
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"0"},)"
      R"({"type":"text","text":"1","prompt_cache_breakpoint":{"mode":"explicit"}},{"type":"text","text":"2","prompt_cache_breakpoint":{"mode":"explicit"}},)"
      R"({"type":"text","text":"3","prompt_cache_breakpoint":{"mode":"explicit"}},{"type":"text","text":"4","prompt_cache_breakpoint":{"mode":"explicit"}}]}]})");
}

TEST(OpenaiChatForeign, case_02_a_tool_loop_with_thinking) {
  auto thought = part(ir::Reasoning{.text = "Let me see."});
  thought.signature = ir::Signature{.blob = "EqRk", .signer = ir::Dialect::anthropic};
  const auto out = rendered(foreign(
      {user({text("look")}),
       assistant(
           {thought, text("Looking."), call("toolu_1", "Bash", R"({"command":"ls"})"), call("toolu_2", "Read", "")}),
       user({result("toolu_2", {text("b"), text("c")}), result("toolu_1", {text("a")}, true), text("Go on.")})}));
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":"look"},{"role":"assistant","content":"Looking.","tool_calls":[)"
      R"({"id":"toolu_1","type":"function","function":{"name":"Bash","arguments":"{\"command\":\"ls\"}"}},{"id":"toolu_2","type":"function","function":{"name":"Read","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"toolu_1","content":"Error: a"},{"role":"tool","tool_call_id":"toolu_2","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]},)"
      R"({"role":"user","content":"Go on."}]})");
  EXPECT_EQ(losses(out, Weight::dropped), 0U);
  EXPECT_EQ(losses(out, Weight::approximated), 1U);  // is_error
  EXPECT_EQ(losses(out, Weight::harmless), 1U);      // the thinking
}

TEST(OpenaiChatForeign, case_13_results_are_grouped_after_their_calls) {
  const auto out =
      rendered(foreign({user({text("x")}), assistant({call("a", "f", "{}"), call("b", "g", "{}")}),
                        user({text("wait")}), user({result("b", {text("2")})}), user({result("zz", {text("?")})})}));
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[)"
      R"({"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"a","content":"Error: The tool gave no result."},{"role":"tool","tool_call_id":"b","content":"2"},)"
      R"({"role":"user","content":[{"type":"text","text":"wait"},{"type":"text","text":"[Result of tool call zz]\n?"}]}]})");
}

TEST(OpenaiChatForeign, case_12_illegal_ids_and_names_are_made_legal_alike_on_both_sides) {
  auto request =
      foreign({user({text("x")}), assistant({call("fc|1.x", "mcp.list", "{}")}), user({result("fc|1.x", {})})},
              ir::Dialect::gemini);
  request.tools.emplace_back(ir::Tool{.name = "mcp.list", .schema = {R"({"type":"object"})"}});
  const auto out = rendered(request);
  const auto id = legal_tool_id("fc|1.x");
  const auto name = out.names.upstream("mcp.list");
  EXPECT_EQ(out.names.client(name)->name, "mcp.list");
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":")" +
          id + R"(","type":"function","function":{"name":")" + name +
          R"(","arguments":"{}"}}]},{"role":"tool","tool_call_id":")" + id +
          R"(","content":""}],"tools":[{"type":"function","function":{"name":")" + name +
          R"(","parameters":{"type":"object"}}}]})");
}

TEST(OpenaiChatForeign, case_47_images_go_inline_or_by_url_and_out_of_tool_results) {
  const auto png =
      part(ir::Media{.kind = ir::MediaKind::image, .mime = "image/png", .source = ir::InlineData{.base64 = "AA=="}});
  const auto url = part(ir::Media{.kind = ir::MediaKind::image, .source = ir::UrlSource{.url = "https://e.com/a.png"}});
  const auto out = rendered(
      foreign({user({png, url}), assistant({call("a", "shot", "{}")}), user({result("a", {png}), text("?")})}));
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},{"type":"image_url","image_url":{"url":"https://e.com/a.png"}}]},)"
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"shot","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"a","content":"The result is attached to the next user message."},)"
      R"({"role":"user","content":[{"type":"text","text":"Attached to the result of tool call a:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]},)"
      R"({"role":"user","content":"?"}]})");
  EXPECT_EQ(losses(out, Weight::approximated), 1U);
}

TEST(OpenaiChatForeign, case_48_documents_and_audio) {
  const auto media = [](ir::MediaKind kind, std::string mime, ir::InlineData data, std::string name = "") {
    return part(ir::Media{.kind = kind, .mime = std::move(mime), .source = std::move(data), .name = std::move(name)});
  };
  const auto out =
      rendered(foreign({user({media(ir::MediaKind::document, "application/pdf", {.base64 = "JVBERi0="}),
                              media(ir::MediaKind::document, "text/plain", {.base64 = "hi", .plain = true}, "a.txt"),
                              media(ir::MediaKind::document, "text/csv", {.base64 = "YSxi"}),
                              media(ir::MediaKind::audio, "audio/mpeg", {.base64 = "//s="})})}));
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","filename":"document.pdf"}},)"
      R"({"type":"text","text":"a.txt:\nhi"},{"type":"text","text":"a,b"},{"type":"input_audio","input_audio":{"data":"//s=","format":"mp3"}}]}]})");
  EXPECT_EQ(losses(out, Weight::approximated), 2U);
}

TEST(OpenaiChatForeign, case_48_what_chat_cannot_take_is_refused) {
  const auto why = [](ir::Media media, ModelFacts facts = capable()) {
    return refused(foreign({user({part(std::move(media))})}), facts).code;
  };
  using Kind = ir::MediaKind;
  EXPECT_EQ(why({.kind = Kind::video, .mime = "video/mp4", .source = ir::InlineData{}}), Code::feature_unsupported);
  EXPECT_EQ(why({.kind = Kind::audio, .mime = "audio/ogg", .source = ir::InlineData{}}), Code::feature_unsupported);
  EXPECT_EQ(why({.kind = Kind::audio, .mime = "audio/wav", .source = ir::InlineData{}}, {}), Code::feature_unsupported);
  EXPECT_EQ(why({.kind = Kind::document, .source = ir::UrlSource{.url = "https://e.com/a.pdf"}}),
            Code::feature_unsupported);
  EXPECT_EQ(why({.kind = Kind::document, .source = ir::FileSource{.id = "f", .origin = ir::Dialect::anthropic}}),
            Code::feature_unsupported);
  EXPECT_EQ(why({.kind = Kind::image, .source = ir::FileSource{.id = "f", .origin = ir::Dialect::openai_responses}}),
            Code::feature_unsupported);
  EXPECT_EQ(why({.kind = Kind::image, .source = ir::InlineData{}}, {.images = false}), Code::feature_unsupported);
  EXPECT_EQ(why({.kind = Kind::document, .mime = "text/plain", .source = ir::InlineData{.base64 = "*"}}), Code::schema);
  EXPECT_EQ(why({.kind = Kind::document, .mime = "text/plain", .source = ir::InlineData{.base64 = "//8="}}),
            Code::schema);
}

TEST(OpenaiChatForeign, tools_and_settings) {
  auto request = foreign({user({text("x")})});
  request.tools.emplace_back(ir::Tool{.name = "f",
                                      .description = "d",
                                      .schema = {R"({"type":"object","properties":{"n":{"const":1.0}}})"},
                                      .strict = true});
  request.tools.emplace_back(
      ir::HostedTool{.origin = ir::Dialect::anthropic, .type = "web_search_20260318", .raw = {"{}"}});
  request.tool_choice = {.mode = ir::ToolChoice::Mode::named, .names = {"f"}, .parallel = false};
  request.sampling = {
      .temperature = 0.5, .top_p = 0.9, .top_k = 40, .seed = 3, .max_tokens = 1000, .candidates = 1, .stop = {"a"}};
  request.thinking = {.mode = ir::Thinking::Mode::budget, .budget_tokens = 31999};
  request.response_format =
      ir::ResponseFormat{.kind = ir::ResponseFormat::Kind::json_schema, .schema = {R"({"type":"object"})"}};
  request.end_user = R"({"device_id":"0123456789012345678901234567890123456789","session_id":"0123456789"})";
  request.service_tier = "standard_only";
  request.stream = true;
  request.extras.fields = {{.key = "context_management", .value = {"{}"}}};
  const auto out = rendered(request);
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"n":{"const":1.0}}},"strict":true}}],)"
      R"("tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"response_format":{"type":"json_schema","json_schema":{"name":"response","schema":{"type":"object"}}},)"
      R"("max_completion_tokens":1000,"temperature":0.5,"top_p":0.9,"seed":3,"stop":["a"],"reasoning_effort":"xhigh","user":"user_)" +
          fmt::format("{:016x}", fingerprint(request.end_user)) +
          R"(","service_tier":"default","stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(losses(out, Weight::dropped), 3U);   // the hosted tool, top_k, context_management
  EXPECT_EQ(losses(out, Weight::harmless), 1U);  // the user
}

TEST(OpenaiChatForeign, sampling_is_left_out_where_the_model_refuses_it) {
  auto request = foreign({user({text("x")})});
  request.sampling = {.temperature = 0.5, .presence_penalty = 1};
  const auto out = rendered(request, {.sampling_accepted = false});
  EXPECT_EQ(out.body, R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
  EXPECT_EQ(losses(out, Weight::dropped), 2U);
}

TEST(OpenaiChatForeign, case_52_efforts) {
  const auto effort = [](ir::Thinking thinking, ModelFacts facts = capable()) {
    auto request = foreign({user({text("x")})});
    request.thinking = thinking;
    const auto out = rendered(request, facts);
    const auto document = json::Document::parse(out.body);
    return document->root()["reasoning_effort"].text_or("-");
  };
  using Mode = ir::Thinking::Mode;
  EXPECT_EQ(effort({}), "-");
  EXPECT_EQ(effort({.mode = Mode::adaptive}), "-");
  EXPECT_EQ(effort({.mode = Mode::adaptive, .effort = ir::Effort::max}), "max");
  EXPECT_EQ(effort({.mode = Mode::off}), "none");
  EXPECT_EQ(effort({.mode = Mode::off}, {.thinking = ThinkingStyle::effort, .thinking_can_be_off = false}), "low");
  EXPECT_EQ(effort({.mode = Mode::budget, .budget_tokens = 512}), "minimal");
  EXPECT_EQ(effort({.mode = Mode::budget, .budget_tokens = 1024}), "low");
  EXPECT_EQ(effort({.mode = Mode::budget, .budget_tokens = 8192}), "medium");
  EXPECT_EQ(effort({.mode = Mode::budget, .budget_tokens = 24576}), "high");
  EXPECT_EQ(effort({.mode = Mode::budget, .budget_tokens = -1}), "-");
  EXPECT_EQ(effort({.mode = Mode::adaptive, .effort = ir::Effort::high}, {}), "-");
}

TEST(OpenaiChatForeign, case_61_custom_tools_stay_custom_or_travel_as_functions) {
  auto request = foreign(
      {user({text("x")}),
       assistant({part(ir::ToolCall{
           .id = "c", .name = "apply_patch", .arguments = "*** a\n", .kind = ir::ToolCall::Kind::custom})}),
       user({part(ir::ToolResult{.call_id = "c", .content = {text("ok")}, .kind = ir::ToolCall::Kind::custom})})},
      ir::Dialect::openai_responses);
  request.tools.emplace_back(ir::Tool{.kind = ir::ToolCall::Kind::custom,
                                      .name = "apply_patch",
                                      .description = "Patch.",
                                      .format = {R"({"type":"text"})"}});
  request.tool_choice = {.mode = ir::ToolChoice::Mode::named, .names = {"apply_patch"}};
  EXPECT_EQ(
      rendered(request).body,
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"custom","custom":{"name":"apply_patch","input":"*** a\n"}}]},)"
      R"({"role":"tool","tool_call_id":"c","content":"ok"}],"tools":[{"type":"custom","custom":{"name":"apply_patch","description":"Patch.","format":{"type":"text"}}}],"tool_choice":{"type":"custom","custom":{"name":"apply_patch"}}})");
  const auto out = rendered(request, {});
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"apply_patch","arguments":"{\"input\":\"*** a\\n\"}"}}]},)"
      R"({"role":"tool","tool_call_id":"c","content":"ok"}],"tools":[{"type":"function","function":{"name":"apply_patch","description":"Patch.\n\nThe input must follow this format: {\"type\":\"text\"}",)"
      R"("parameters":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}}}],"tool_choice":{"type":"function","function":{"name":"apply_patch"}}})");
  EXPECT_EQ(out.names.client("apply_patch")->kind, ir::ToolCall::Kind::custom);
  EXPECT_EQ(losses(out, Weight::approximated), 1U);
}

TEST(OpenaiChatForeign, namespaces_are_flattened) {
  auto request =
      foreign({user({text("x")}),
               assistant({part(ir::ToolCall{.id = "c", .name = "list", .arguments = "{}", .name_space = "mcp"})}),
               user({result("c", {text("1")})})},
              ir::Dialect::openai_responses);
  request.tools.emplace_back(ir::Tool{.name = "list", .name_space = "mcp"});
  const auto out = rendered(request);
  EXPECT_TRUE(out.body.contains(R"("function":{"name":"mcp__list","arguments":"{}"})")) << out.body;
  EXPECT_TRUE(out.body.contains(R"("tools":[{"type":"function","function":{"name":"mcp__list"}}])")) << out.body;
  EXPECT_EQ(out.names.client("mcp__list")->name_space, "mcp");
}

TEST(OpenaiChatForeign, case_50_tool_choices) {
  const auto choice = [](ir::ToolChoice asked) {
    auto request = foreign({user({text("x")})});
    request.tools.emplace_back(ir::Tool{.name = "f"});
    request.tool_choice = std::move(asked);
    const auto body = rendered(request).body;
    const auto document = json::Document::parse(body);
    return std::string(document->root()["tool_choice"].raw());
  };
  using Mode = ir::ToolChoice::Mode;
  EXPECT_EQ(choice({}), "");
  EXPECT_EQ(choice({.mode = Mode::automatic}), R"("auto")");
  EXPECT_EQ(choice({.mode = Mode::none}), R"("none")");
  EXPECT_EQ(choice({.mode = Mode::required}), R"("required")");
  EXPECT_EQ(
      choice({.mode = Mode::allowed, .names = {"f", "web"}, .allowed_required = true}),
      R"({"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}})");
  EXPECT_EQ(choice({.mode = Mode::allowed, .names = {"web"}}), R"("none")");
}

TEST(OpenaiChatForeign, choices_and_parallelism_are_left_out_without_tools) {
  auto request = foreign({user({text("x")})});
  request.tool_choice = {.mode = ir::ToolChoice::Mode::automatic, .parallel = false};
  EXPECT_EQ(rendered(request).body, R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
}

TEST(OpenaiChatForeign, case_55_probabilities_are_asked_for_unless_the_model_has_none) {
  auto request = foreign({user({text("x")})}, ir::Dialect::gemini);
  request.sampling.logprobs = true;
  request.sampling.top_logprobs = 3;
  EXPECT_TRUE(rendered(request).body.contains(R"("logprobs":true,"top_logprobs":3)")) << rendered(request).body;
  const ModelFacts thinker{.sampling_accepted = false};
  EXPECT_EQ(refused(request, thinker).field, "generationConfig.responseLogprobs");
  request.extras.origin = ir::Dialect::openai_responses;
  EXPECT_EQ(refused(request, thinker).field, "top_logprobs");
}

TEST(OpenaiChatForeign, case_55_what_would_change_the_answers_form_is_refused_by_name) {
  const auto field = [](auto change, ir::Dialect origin = ir::Dialect::gemini) {
    auto request = foreign({user({text("x")})}, origin);
    change(request);
    const auto error = refused(request);
    EXPECT_EQ(error.code, Code::feature_unsupported);
    return error.field;
  };
  EXPECT_EQ(field([](ir::Request& r) { r.sampling.candidates = 2; }), "generationConfig.candidateCount");
  EXPECT_EQ(field([](ir::Request& r) { r.sampling.stop = {"1", "2", "3", "4", "5"}; }, ir::Dialect::anthropic),
            "stop_sequences");
  EXPECT_EQ(field([](ir::Request& r) { r.tool_choice.raw = {R"({"type":"web_search"})"}; }), "tool_choice");
  EXPECT_EQ(field([](ir::Request& r) {
              r.tools.emplace_back(ir::HostedTool{.origin = ir::Dialect::anthropic, .type = "web_search"});
              r.tool_choice.mode = ir::ToolChoice::Mode::required;
            }),
            "tool_choice");
  auto tools = foreign({user({text("x")})});
  tools.tools.emplace_back(ir::Tool{.name = "f"});
  EXPECT_EQ(refused(tools, {.tools = false}).field, "tools");
}

TEST(OpenaiChatForeign, case_16_text_after_a_call_moves_before_it_and_foreign_parts_are_losses) {
  auto signed_call = call("a", "f", "{}");
  signed_call.signature = ir::Signature{.blob = "x", .signer = ir::Dialect::gemini};
  signed_call.extras = {.origin = ir::Dialect::gemini, .fields = {{.key = "partMetadata", .value = {"1"}}}};
  const auto out = rendered(foreign({user({text("x"), part(ir::Opaque{.origin = ir::Dialect::gemini, .raw = {"{}"}})}),
                                     assistant({signed_call, text("after")}), user({result("a", {text("1")})})},
                                    ir::Dialect::gemini));
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"after","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"}]})");
  EXPECT_EQ(losses(out, Weight::dropped), 2U);
  EXPECT_EQ(losses(out, Weight::approximated), 1U);
  EXPECT_EQ(losses(out, Weight::harmless), 1U);
}

TEST(OpenaiChatForeign, responses_items_of_one_turn_are_one_message_and_thoughts_alone_are_none) {
  const auto out = rendered(
      foreign({user({text("x")}), assistant({part(ir::Reasoning{.text = "hm"})}), assistant({text("Both.")}),
               assistant({call("a", "f", "{}")}), assistant({call("b", "g", "{}")}), user({result("a", {text("1")})}),
               user({result("b", {text("2")})}), assistant({part(ir::Reasoning{})}), user({text("y")})},
              ir::Dialect::openai_responses));
  EXPECT_EQ(
      out.body,
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"Both.","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},)"
      R"({"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"},{"role":"user","content":"y"}]})");
}

TEST(OpenaiChatForeign, claude_codes_empty_system_message_vanishes) {
  ir::Message odd{.role = ir::Role::system};
  odd.extras = {.origin = ir::Dialect::anthropic,
                .fields = {{.key = "output_config", .value = {R"({"effort":"medium"})"}}}};
  const auto out = rendered(foreign({user({text("x")}), odd, user({text("y")})}));
  EXPECT_EQ(out.body, R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"user","content":"y"}]})");
  EXPECT_EQ(losses(out, Weight::dropped), 1U);
}

TEST(OpenaiChatForeign, an_empty_conversation_is_refused) { EXPECT_EQ(refused(foreign({})).code, Code::schema); }

}  // namespace
}  // namespace agt::dialect

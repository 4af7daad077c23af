// Requests from elsewhere, as Anthropic gets them: messages and tools.
#include "dialect/anthropic/foreign_requests.h"
#include "dialect/tool_names.h"

namespace agt::dialect::anthropic_requests {
namespace {

TEST(AnthropicRender, a_plain_request_has_its_exact_body) {
  const auto out = rendered(asking({message(Role::system, {ir::text_part("Be kind.")}), user("Hi")}));
  EXPECT_EQ(
      out.body,
      R"({"model":"claude","max_tokens":64000,"system":[{"type":"text","text":"Be kind."}],"messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_TRUE(out.losses.empty());
}

TEST(AnthropicRender, case_13_results_stand_together_and_first) {
  const auto out = rendered(asking(
      {user("go"), message(Role::assistant, {call("a"), call("b", R"({"n":1.0,"big":9007199254740993})")}),
       message(Role::user, {result("b", "two")}), user("and?"), message(Role::user, {result("a", "one", true)})}));
  EXPECT_EQ(
      member(out, "messages"),
      R"([{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},)"
      R"({"type":"tool_use","id":"b","name":"f","input":{"n":1.0,"big":9007199254740993}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"one","is_error":true},)"
      R"({"type":"tool_result","tool_use_id":"b","content":"two"},{"type":"text","text":"and?"}]}])");
}

TEST(AnthropicRender, case_12_ids_become_legal_on_both_sides) {
  const auto out = rendered(asking(
      {user("go"), message(Role::assistant, {call("call|fc.1")}), message(Role::user, {result("call|fc.1", "r")})}));
  const auto id = legal_tool_id("call|fc.1");
  EXPECT_TRUE(out.body.contains(R"("id":")" + id + "\"")) << out.body;
  EXPECT_TRUE(out.body.contains(R"("tool_use_id":")" + id + "\"")) << out.body;
}

TEST(AnthropicRender, arguments_that_are_no_object_are_wrapped) {
  const auto out = rendered(
      asking({user("go"), message(Role::assistant, {call("a", R"({"x":"cut)"), call("b", "[1]"), call("c", "")}),
              message(Role::user, {result("a", "r"), result("b", "r"), result("c", "r")})}));
  EXPECT_TRUE(out.body.contains(R"("input":{"_raw":"{\"x\":\"cut"})")) << out.body;
  EXPECT_TRUE(out.body.contains(R"("input":{"_raw":"[1]"})"));
  EXPECT_TRUE(out.body.contains(R"("input":{})"));
  EXPECT_TRUE(lost(out, "messages", approximated));
}

TEST(AnthropicRender, case_59_empty_things_are_left_out) {
  const auto out = rendered(
      asking({user("go"), message(Role::assistant, {ir::text_part(""), call("a")}),
              message(Role::user, {result("a", "")}), message(Role::assistant, {ir::text_part(" \n")}), user("on")}));
  EXPECT_EQ(
      member(out, "messages"),
      R"([{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"a"},{"type":"text","text":"on"}]}])");
  EXPECT_EQ(member(rendered(asking({})), "messages"), R"([{"role":"user","content":"Continue."}])");
  EXPECT_TRUE(
      rendered(asking({user("x"), message(Role::assistant, {call("a")}), message(Role::user, {result("a", "", true)})}))
          .body.contains(R"("content":"The tool failed without a message.","is_error":true)"));
}

TEST(AnthropicRender, an_assistant_message_does_not_come_first_and_does_not_end_in_white_space) {
  const auto out = rendered(asking(
      {message(Role::assistant, {ir::text_part("I ")}), user("x"), message(Role::assistant, {ir::text_part("{ \n")})}));
  EXPECT_EQ(
      member(out, "messages"),
      R"([{"role":"user","content":"Continue."},{"role":"assistant","content":"I "},{"role":"user","content":"x"},{"role":"assistant","content":"{"}])");
}

TEST(AnthropicRender, case_18_system_messages_keep_their_place) {
  const auto request = asking(
      {message(Role::developer, {ir::text_part("a")}), user("x"), message(Role::developer, {ir::text_part("now")})});
  EXPECT_EQ(
      member(rendered(request), "messages"),
      R"([{"role":"user","content":[{"type":"text","text":"x"},{"type":"text","text":"<system-reminder>\nnow\n</system-reminder>"}]}])");
  auto newer = target;
  newer.facts.system_mid_conversation = true;
  EXPECT_EQ(member(rendered(request, newer), "messages"),
            R"([{"role":"user","content":"x"},{"role":"system","content":"now"}])");
  EXPECT_EQ(member(rendered(request, newer), "system"), R"([{"type":"text","text":"a"}])");
}

TEST(AnthropicRender, case_11_only_its_own_signatures_go_home) {
  const auto out = rendered(asking(
      {user("x"), message(Role::assistant, {signed_thought("mine", Dialect::anthropic), ir::text_part("a")}), user("y"),
       message(Role::assistant,
               {signed_thought("theirs", Dialect::gemini), part(ir::Reasoning{.text = "bare"}), ir::text_part("b")}),
       user("z")}));
  EXPECT_EQ(
      member(out, "messages"),
      R"([{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"mine","signature":"S"},{"type":"text","text":"a"}]},)"
      R"({"role":"user","content":"y"},{"role":"assistant","content":"b"},{"role":"user","content":"z"}])");
  EXPECT_EQ(std::ranges::count_if(out.losses, [](const ir::Loss& loss) { return loss.weight == harmless; }), 2);
}

TEST(AnthropicRender, case_11_at_home_unsigned_and_foreign_thinking_stays_behind_too) {
  const auto document = json::Document::parse(
      R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[
    {"type":"thinking","thinking":"t","signature":""},{"type":"thinking","thinking":"t","signature":"agt1.gemini.QQ"},{"type":"redacted_thinking","data":"agt1.openai-responses.QQ"},
    {"type":"redacted_thinking","data":"own"},{"type":"text","text":"a"}]},{"role":"user","content":"y"}]})");
  const auto request = anthropic_codec.parse_request(*document, {});
  const auto out = rendered(*request);
  EXPECT_TRUE(out.body.contains(R"("content":[{"type":"redacted_thinking","data":"own"},{"type":"text","text":"a"}])"))
      << out.body;
  EXPECT_EQ(out.losses.size(), 3U);
}

TEST(AnthropicRender, case_47_images_travel_and_unknown_kinds_are_refused) {
  const auto media = [](ir::Media body) { return asking({message(Role::user, {part(std::move(body))})}); };
  const auto content = [&](ir::Media body) { return member(rendered(media(std::move(body))), "messages"); };
  EXPECT_EQ(
      content({.kind = ir::MediaKind::image, .mime = "image/png", .source = ir::InlineData{.base64 = "QQ=="}}),
      R"([{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"QQ=="}}]}])");
  EXPECT_EQ(content({.kind = ir::MediaKind::image, .source = ir::UrlSource{.url = "https://e.com/a"}}),
            R"([{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://e.com/a"}}]}])");
  EXPECT_EQ(
      content({.kind = ir::MediaKind::document,
               .mime = "application/pdf",
               .source = ir::InlineData{.base64 = "QQ=="},
               .name = "a.pdf"}),
      R"([{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"QQ=="},"title":"a.pdf"}]}])");
  EXPECT_EQ(
      content(
          {.kind = ir::MediaKind::document, .mime = "text/markdown", .source = ir::InlineData{.base64 = "IyBIw7w="}}),
      R"([{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"# Hü"}}]}])");
  const std::vector<ir::Media> refused{
      {.kind = ir::MediaKind::audio, .mime = "audio/wav", .source = ir::InlineData{.base64 = "QQ=="}},
      {.kind = ir::MediaKind::video, .source = ir::UrlSource{.url = "u"}},
      {.kind = ir::MediaKind::image, .mime = "image/tiff", .source = ir::InlineData{.base64 = "QQ=="}},
      {.kind = ir::MediaKind::document, .mime = "application/zip", .source = ir::InlineData{.base64 = "QQ=="}},
      {.kind = ir::MediaKind::image, .source = ir::FileSource{.id = "file-1", .origin = Dialect::openai_chat}},
  };
  for (const auto& one : refused)
    EXPECT_EQ(anthropic_codec.render_request(media(one), target).error().code, Code::feature_unsupported);
  EXPECT_EQ(
      anthropic_codec
          .render_request(
              media({.kind = ir::MediaKind::document, .mime = "text/plain", .source = ir::InlineData{.base64 = "*"}}),
              target)
          .error()
          .code,
      Code::schema);
}

TEST(AnthropicRender, case_47_images_stand_in_tool_results) {
  ir::ToolResult shown{.call_id = "a", .content = {}};
  shown.content.push_back(ir::text_part("see"));
  shown.content.push_back(
      part(ir::Media{.kind = ir::MediaKind::image, .mime = "image/png", .source = ir::InlineData{.base64 = "QQ=="}}));
  const auto out =
      rendered(asking({user("x"), message(Role::assistant, {call("a")}), message(Role::user, {part(shown)})}));
  EXPECT_TRUE(out.body.contains(
      R"("content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"QQ=="}}])"))
      << out.body;
}

TEST(AnthropicRender, tools_are_told_its_way) {
  auto request = asking({user("x")});
  request.tools.emplace_back(ir::Tool{.name = "get.weather",
                                      .description = "d",
                                      .schema = {R"({"type":"object","properties":{"type":{}}})"},
                                      .strict = false});
  request.tools.emplace_back(ir::Tool{.name = "now", .strict = true});
  request.tools.emplace_back(
      ir::Tool{.name = "any", .schema = {R"({"anyOf":[{"required":["a"]}],"properties":{"a":{}}})"}});
  request.tools.emplace_back(ir::Tool{.kind = ir::ToolCall::Kind::custom,
                                      .name = "patch",
                                      .description = "p",
                                      .format = {R"({"type":"text"})"},
                                      .name_space = "ns"});
  const auto out = rendered(request);
  const auto weather = ToolNames(request, {.extra_characters = "-", .bytes_max = 128}).upstream("get.weather");
  EXPECT_EQ(
      member(out, "tools"),
      R"([{"name":")" + weather + R"(","description":"d","input_schema":{"type":"object","properties":{"type":{}}}},)" +
          R"({"name":"now","input_schema":{"type":"object","properties":{}},"strict":true},)"
          R"({"name":"any","description":"The input must satisfy this JSON Schema: {\"anyOf\":[{\"required\":[\"a\"]}],\"properties\":{\"a\":{}}}","input_schema":{"type":"object","properties":{"a":{}}}},)"
          R"({"name":"ns__patch","description":"p\nThe input must have this format: {\"type\":\"text\"}","input_schema":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}}])");
  EXPECT_TRUE(lost(out, "tools[3]", approximated));
  const auto names = anthropic_codec.render_request(request, target)->names;
  EXPECT_EQ(names.client("ns__patch")->name, "patch");
  EXPECT_EQ(names.client(weather)->name, "get.weather");
}

TEST(AnthropicRender, case_61_a_custom_call_travels_as_its_input) {
  auto request = asking(
      {user("x"),
       message(Role::assistant,
               {part(ir::ToolCall{
                   .id = "a", .name = "patch", .arguments = "*** Begin\n", .kind = ir::ToolCall::Kind::custom})}),
       message(Role::user, {result("a", "ok")})});
  EXPECT_TRUE(rendered(request).body.contains(R"("name":"patch","input":{"input":"*** Begin\n"})"));
}

TEST(AnthropicRender, case_57_hosted_tools_are_mapped_or_lost) {
  auto request = asking({user("x")});
  request.tools.emplace_back(
      ir::HostedTool{.origin = Dialect::openai_responses,
                     .type = "web_search",
                     .raw = {R"({"type":"web_search","filters":{"allowed_domains":["e.com"]}})"}});
  request.tools.emplace_back(ir::HostedTool{.origin = Dialect::openai_responses, .type = "file_search", .raw = {"{}"}});
  const auto out = rendered(request);
  EXPECT_EQ(member(out, "tools"),
            R"([{"type":"web_search_20250305","name":"web_search","allowed_domains":["e.com"]}])");
  EXPECT_TRUE(lost(out, "tools[0]", approximated));
  EXPECT_TRUE(lost(out, "tools[1]", dropped));
  request.tool_choice.raw = {R"({"type":"web_search"})"};
  EXPECT_EQ(member(rendered(request), "tool_choice"), R"({"type":"tool","name":"web_search"})");
  request.tool_choice.raw = {R"({"type":"file_search"})"};
  EXPECT_EQ(anthropic_codec.render_request(request, target).error().field, "tool_choice");
}

TEST(AnthropicRender, case_50_tool_choices_are_told) {
  using Mode = ir::ToolChoice::Mode;
  auto request = asking({user("x")});
  request.tools.emplace_back(ir::Tool{.name = "f"});
  request.tools.emplace_back(ir::Tool{.name = "g"});
  const auto choice = [&](ir::ToolChoice value) {
    request.tool_choice = std::move(value);
    return member(rendered(request), "tool_choice");
  };
  EXPECT_EQ(choice({}), "");
  EXPECT_EQ(choice({.mode = Mode::automatic}), "");
  EXPECT_EQ(choice({.mode = Mode::automatic, .parallel = true}), "");
  EXPECT_EQ(choice({.mode = Mode::none, .parallel = false}), R"({"type":"none"})");
  EXPECT_EQ(choice({.mode = Mode::required}), R"({"type":"any"})");
  EXPECT_EQ(choice({.mode = Mode::named, .names = {"g"}}), R"({"type":"tool","name":"g"})");
  EXPECT_EQ(choice({.parallel = false}), R"({"type":"auto","disable_parallel_tool_use":true})");  // case 51
  EXPECT_EQ(choice({.mode = Mode::allowed, .names = {"g"}, .allowed_required = true}), R"({"type":"any"})");
  EXPECT_EQ(member(rendered(request), "tools"), R"([{"name":"g","input_schema":{"type":"object","properties":{}}}])");
  request.tools.clear();
  EXPECT_EQ(choice({.mode = Mode::required}), "");
}

TEST(AnthropicRender, fields_of_other_dialects_are_losses) {
  auto request = asking({user("x")});
  request.extras = {.origin = Dialect::openai_chat, .fields = {{.key = "logit_bias", .value = {"{}"}}}};
  request.messages[0].parts.push_back(part(ir::Opaque{.origin = Dialect::gemini, .raw = {"{}"}}));
  request.messages[0].parts[0].extras = {.origin = Dialect::gemini, .fields = {{.key = "x", .value = {"1"}}}};
  request.service_tier = "priority";
  const auto out = rendered(request);
  EXPECT_EQ(out.body, R"({"model":"claude","max_tokens":64000,"messages":[{"role":"user","content":"x"}]})");
  EXPECT_TRUE(lost(out, "logit_bias", dropped) && lost(out, "messages", dropped) && lost(out, "messages.x", dropped) &&
              lost(out, "service_tier", harmless));
}

}  // namespace
}  // namespace agt::dialect::anthropic_requests

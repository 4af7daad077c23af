// Requests of other dialects, as Gemini wants them.
#include <gtest/gtest.h>

#include "dialect/gemini/codec.h"
#include "dialect/laws.h"

namespace agt::dialect {
namespace {

using ir::Role;

ir::Part call(std::string id, std::string name, std::string arguments) {
  ir::Part part;
  part.body = ir::ToolCall{.id = std::move(id), .name = std::move(name), .arguments = std::move(arguments)};
  return part;
}
ir::Part result(std::string id, std::string text, bool is_error = false) {
  ir::ToolResult body{.call_id = std::move(id), .content = {}, .is_error = is_error};
  if (!text.empty()) body.content.push_back(ir::text_part(std::move(text)));
  ir::Part part;
  part.body = std::move(body);
  return part;
}
ir::Part thought(std::string text, std::optional<ir::Signature> signature) {
  ir::Part part;
  part.body = ir::Reasoning{.text = std::move(text)};
  part.signature = std::move(signature);
  return part;
}
ir::Part image(std::variant<ir::InlineData, ir::UrlSource, ir::FileSource> source, std::string mime = "image/png") {
  ir::Part part;
  part.body = ir::Media{.kind = ir::MediaKind::image, .mime = std::move(mime), .source = std::move(source)};
  return part;
}
ir::Message user(std::vector<ir::Part> parts) { return {.role = Role::user, .parts = std::move(parts)}; }
ir::Message model(std::vector<ir::Part> parts) { return {.role = Role::assistant, .parts = std::move(parts)}; }
ir::Message says(std::string text) { return user({ir::text_part(std::move(text))}); }

ir::Request from_elsewhere(std::vector<ir::Message> messages) {
  ir::Request request;
  request.extras.origin = ir::Dialect::anthropic;
  request.messages = std::move(messages);
  return request;
}

const ModelFacts gemini3{.id = "g3", .thinking = ThinkingStyle::level, .signatures_required = true};
const ModelFacts gemini25{.id = "g25", .output_tokens = 65536, .thinking = ThinkingStyle::budget};

Result<Rendered> render(const ir::Request& request, const ModelFacts& facts = gemini3) {
  return gemini_codec.render_request(request, {.model = facts.id, .facts = facts});
}
std::string body(const ir::Request& request, const ModelFacts& facts = gemini3) {
  auto rendered = render(request, facts);
  return rendered ? rendered->body : rendered.error().message;
}
std::string member(const std::string& text, std::string_view name) {
  const auto document = json::Document::parse(text);
  return document ? std::string(document->root()[name].raw()) : text;
}
std::string contents(std::vector<ir::Message> messages, const ModelFacts& facts = gemini3) {
  return member(body(from_elsewhere(std::move(messages)), facts), "contents");
}
std::string config(const ir::Request& request, const ModelFacts& facts = gemini3) {
  return member(body(request, facts), "generationConfig");
}

TEST(GeminiRender, case_02_a_tool_loop_with_parallel_calls) {
  auto request = from_elsewhere(
      {says("go"),
       model({thought("hm", ir::Signature{.blob = "foreign", .signer = ir::Dialect::anthropic}),
              ir::text_part("I look."), call("toolu_1", "Bash", R"({"command":"ls","n":9007199254740993})"),
              call("toolu_2", "Read", "")}),
       user({result("toolu_2", "two"), result("toolu_1", "one", true), ir::text_part("next")})});
  request.system = {ir::text_part("S1"), ir::text_part(""), ir::text_part("S2")};
  const auto rendered = render(request).value();
  EXPECT_EQ(
      rendered.body,
      R"({"systemInstruction":{"parts":[{"text":"S1"},{"text":"S2"}]},"contents":[)"
      R"({"role":"user","parts":[{"text":"go"}]},)"
      R"({"role":"model","parts":[{"text":"I look."},{"functionCall":{"id":"toolu_1","name":"Bash","args":{"command":"ls","n":9007199254740993}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"toolu_2","name":"Read","args":{}}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"id":"toolu_1","name":"Bash","response":{"error":"one"}}},{"functionResponse":{"id":"toolu_2","name":"Read","response":{"output":"two"}}},{"text":"next"}]}]})");
  for (const auto& loss : rendered.losses.all()) EXPECT_EQ(loss.weight, ir::Loss::Weight::harmless) << loss.path;
}

TEST(GeminiRender, case_10_own_signatures_go_back_to_the_part_after_the_thought) {
  const ir::Signature own{.blob = "G", .signer = ir::Dialect::gemini};
  EXPECT_EQ(
      contents({says("a"), model({thought("", own), call("c", "f", "{}")}), user({result("c", "r")})}),
      R"([{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"functionCall":{"id":"c","name":"f","args":{}},"thoughtSignature":"G"}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":{"output":"r"}}}]}])");
  EXPECT_EQ(
      contents({says("a"), model({thought("x", own)}), says("b")}),
      R"([{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"","thoughtSignature":"G"}]},{"role":"user","parts":[{"text":"b"}]}])");
}

// Also in turns that are over: dropping it there would change the bytes that the provider's cache knows.
TEST(GeminiRender, every_step_without_a_signature_has_the_sentinel_for_models_that_check) {
  const std::vector<ir::Message> messages{says("a"), model({call("c", "f", "{}")}), user({result("c", "r")}),
                                          model({ir::text_part("done")}), says("b")};
  EXPECT_TRUE(contents(messages).contains("skip_thought_signature_validator"));
  const std::vector<ir::Message> open{says("a"), model({call("c", "f", "{}")}), user({result("c", "r")}),
                                      model({call("d", "f", "{}")}), user({result("d", "r")})};
  const auto text = contents(open);
  EXPECT_EQ(text.find("skip_thought_signature_validator") != text.rfind("skip_thought_signature_validator"), true);
  EXPECT_FALSE(contents(open, gemini25).contains("thoughtSignature"));
}

TEST(GeminiRender, turns_alternate_and_begin_with_the_user) {
  EXPECT_EQ(
      contents({model({ir::text_part("hello")}), says("a"), model({thought("only", std::nullopt)}), says("b")}),
      R"([{"role":"user","parts":[{"text":"."}]},{"role":"model","parts":[{"text":"hello"}]},{"role":"user","parts":[{"text":"a"},{"text":"b"}]}])");
  EXPECT_EQ(contents({}), R"([{"role":"user","parts":[{"text":"."}]}])");
  EXPECT_EQ(contents({says("a"), {.role = Role::system, .parts = {ir::text_part("mid")}}}),
            R"([{"role":"user","parts":[{"text":"a"},{"text":"<system-reminder>\nmid\n</system-reminder>"}]}])");
}

TEST(GeminiRender, case_63_arguments_that_are_no_object_are_wrapped_and_told) {
  const auto rendered =
      render(from_elsewhere({says("a"), model({call("c", "f", "{\"a\":")}), user({result("c", "r")})}), gemini25)
          .value();
  EXPECT_TRUE(rendered.body.contains(R"("args":{"_raw":"{\"a\":"})")) << rendered.body;
  ASSERT_EQ(rendered.losses.all().size(), 1U);
  EXPECT_EQ(rendered.losses.all()[0].weight, ir::Loss::Weight::approximated);
}

TEST(GeminiRender, case_47_images) {
  EXPECT_EQ(
      contents({user({image(ir::InlineData{.base64 = "AAAA"}), image(ir::UrlSource{"https://x.example/a.png"}, "")})}),
      R"([{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"fileData":{"fileUri":"https://x.example/a.png"}}]}])");
  auto in_result = result("c", "");
  std::get<ir::ToolResult>(in_result.body).content.push_back(image(ir::InlineData{.base64 = "BB"}));
  EXPECT_TRUE(
      contents({says("a"), model({call("c", "f", "{}"), call("d", "f", "{}")}), user({in_result, result("d", "x")})},
               gemini25)
          .ends_with(
              R"({"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":{"output":"The result is attached."}}},{"functionResponse":{"id":"d","name":"f","response":{"output":"x"}}},{"inlineData":{"mimeType":"image/png","data":"BB"}}]}])"));
  EXPECT_EQ(render(from_elsewhere({user({image(ir::FileSource{.id = "file_1", .origin = ir::Dialect::anthropic})})}))
                .error()
                .code,
            Code::feature_unsupported);
  EXPECT_TRUE(contents({user({image(ir::InlineData{.base64 = "ü!", .plain = true}, "")})})
                  .contains(R"({"mimeType":"text/plain","data":"w7wh"})"));
}

TEST(GeminiRender, case_48_media_that_the_model_does_not_take) {
  auto facts = gemini25;
  facts.images = false;
  EXPECT_EQ(render(from_elsewhere({user({image(ir::InlineData{.base64 = "AA"})})}), facts).error().code,
            Code::feature_unsupported);
  facts.estimated = true;
  EXPECT_TRUE(render(from_elsewhere({user({image(ir::InlineData{.base64 = "AA"})})}), facts).has_value());
}

ir::Request with_tools(ir::ToolChoice choice = {}) {
  auto request = from_elsewhere({says("a")});
  request.tools.emplace_back(ir::Tool{
      .name = "get/it", .description = "d", .schema = {R"({"type":"object","properties":{"a":{"const":"x"}}})"}});
  request.tools.emplace_back(ir::Tool{.name = "bare"});
  request.tool_choice = std::move(choice);
  return request;
}

TEST(GeminiRender, case_17_tools_keep_json_schema_where_it_is_taken) {
  const auto rendered = render(with_tools()).value();
  const auto renamed = rendered.names.upstream("get/it");
  EXPECT_EQ(
      member(rendered.body, "tools"),
      R"([{"functionDeclarations":[{"name":")" + renamed +
          R"(","description":"d","parametersJsonSchema":{"type":"object","properties":{"a":{"const":"x"}}}},{"name":"bare"}]}])");
  EXPECT_EQ(rendered.names.restored({.name = renamed}).name, "get/it");
  auto facts = gemini25;
  facts.json_schema_tools = false;
  EXPECT_TRUE(body(with_tools(), facts)
                  .contains(R"("parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","enum":["x"]}}})"));
}

TEST(GeminiRender, case_61_custom_and_namespaced_tools) {
  auto request = from_elsewhere({says("a"), model({}), user({})});
  request.tools.emplace_back(ir::Tool{.kind = ir::ToolCall::Kind::custom,
                                      .name = "apply_patch",
                                      .description = "Edits.",
                                      .format = {R"({"type":"grammar"})"}});
  request.tools.emplace_back(ir::Tool{.name = "exec", .name_space = "functions"});
  ir::Part custom = call("c", "apply_patch", "*** Begin");
  std::get<ir::ToolCall>(custom.body).kind = ir::ToolCall::Kind::custom;
  ir::Part spaced = call("d", "exec", "{}");
  std::get<ir::ToolCall>(spaced.body).name_space = "functions";
  request.messages = {says("a"), model({custom, spaced}), user({result("c", "ok"), result("d", "ok")})};
  const auto text = body(request, gemini25);
  EXPECT_TRUE(text.contains(
      R"({"name":"apply_patch","description":"Edits.\n\nThe input must keep to this format: {\"type\":\"grammar\"}","parametersJsonSchema":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}},{"name":"functions__exec"})"))
      << text;
  EXPECT_TRUE(text.contains(R"("functionCall":{"id":"c","name":"apply_patch","args":{"input":"*** Begin"}})")) << text;
  EXPECT_TRUE(text.contains(R"("functionResponse":{"id":"d","name":"functions__exec")")) << text;
}

struct Choice {
  ir::ToolChoice choice;
  std::string calling;
};
class GeminiToolChoices : public testing::TestWithParam<Choice> {};
TEST_P(GeminiToolChoices, case_50_are_written) {
  const auto wanted = GetParam().calling.empty() ? "" : R"({"functionCallingConfig":)" + GetParam().calling + "}";
  EXPECT_EQ(member(body(with_tools(GetParam().choice)), "toolConfig"), wanted);
}
using M = ir::ToolChoice::Mode;
INSTANTIATE_TEST_SUITE_P(
    Gemini, GeminiToolChoices,
    testing::Values(Choice{{}, ""}, Choice{{.mode = M::automatic}, R"({"mode":"AUTO"})"},
                    Choice{{.mode = M::none}, R"({"mode":"NONE"})"}, Choice{{.mode = M::required}, R"({"mode":"ANY"})"},
                    Choice{{.mode = M::named, .names = {"bare"}}, R"({"mode":"ANY","allowedFunctionNames":["bare"]})"},
                    Choice{{.mode = M::allowed, .names = {"bare"}, .allowed_required = true},
                           R"({"mode":"ANY","allowedFunctionNames":["bare"]})"},
                    Choice{{.mode = M::allowed, .names = {"bare"}},
                           R"({"mode":"VALIDATED","allowedFunctionNames":["bare"]})"}));

TEST(GeminiRender, case_51_parallel_calls_cannot_be_forbidden) {
  const auto rendered = render(with_tools({.parallel = false})).value();
  ASSERT_EQ(rendered.losses.all().size(), 1U);
  EXPECT_EQ(rendered.losses.all()[0].path, "parallel_tool_calls");
}

TEST(GeminiRender, case_57_web_search_becomes_google_search_alone_only) {
  auto request = from_elsewhere({says("a")});
  request.tools.emplace_back(
      ir::HostedTool{.origin = ir::Dialect::anthropic, .type = "web_search_20260318", .raw = {"{}"}});
  request.tools.emplace_back(
      ir::HostedTool{.origin = ir::Dialect::anthropic, .type = "code_execution_20260120", .raw = {"{}"}});
  EXPECT_EQ(member(body(request), "tools"), R"([{"googleSearch":{}}])");
  request.tools.emplace_back(ir::Tool{.name = "f"});
  EXPECT_EQ(member(body(request), "tools"), R"([{"functionDeclarations":[{"name":"f"}]}])");
  request.tool_choice.raw = {R"({"type":"web_search"})"};
  EXPECT_EQ(render(request).error().field, "tool_choice");
}

ir::Request thinking(ir::Thinking how, std::optional<std::int64_t> max_tokens = {}) {
  auto request = from_elsewhere({says("a")});
  request.thinking = how;
  request.sampling.max_tokens = max_tokens;
  return request;
}
std::string effort(ir::Effort word, const ModelFacts& facts) { return config(thinking({.effort = word}), facts); }

TEST(GeminiRender, case_52_effort_as_a_level) {
  EXPECT_EQ(effort(ir::Effort::none, gemini3), R"({"thinkingConfig":{"thinkingLevel":"MINIMAL"}})");
  EXPECT_EQ(effort(ir::Effort::minimal, gemini3),
            R"({"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"MINIMAL"}})");
  EXPECT_EQ(effort(ir::Effort::medium, gemini3),
            R"({"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"MEDIUM"}})");
  EXPECT_EQ(effort(ir::Effort::max, gemini3), R"({"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"HIGH"}})");
  auto no_minimal = gemini3;
  no_minimal.thinking_minimal = false;
  EXPECT_EQ(effort(ir::Effort::minimal, no_minimal),
            R"({"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"LOW"}})");
  EXPECT_EQ(config(thinking({.mode = ir::Thinking::Mode::budget, .budget_tokens = 8000})),
            R"({"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"MEDIUM"}})");
  EXPECT_EQ(config(thinking({.mode = ir::Thinking::Mode::adaptive, .display = ir::Thinking::Display::hidden})), "");
  EXPECT_EQ(config(thinking({})), "");
}

TEST(GeminiRender, case_52_effort_as_a_budget) {
  EXPECT_EQ(effort(ir::Effort::none, gemini25), R"({"thinkingConfig":{"thinkingBudget":0}})");
  EXPECT_EQ(effort(ir::Effort::low, gemini25), R"({"thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024}})");
  EXPECT_EQ(effort(ir::Effort::max, gemini25), R"({"thinkingConfig":{"includeThoughts":true,"thinkingBudget":24576}})");
  auto pro = gemini25;
  pro.thinking_can_be_off = false;
  pro.thinking_budget_max = 32768;
  EXPECT_EQ(effort(ir::Effort::none, pro), R"({"thinkingConfig":{"thinkingBudget":128}})");
  EXPECT_EQ(effort(ir::Effort::xhigh, pro), R"({"thinkingConfig":{"includeThoughts":true,"thinkingBudget":32768}})");
  EXPECT_EQ(config(thinking({.mode = ir::Thinking::Mode::adaptive}), gemini25),
            R"({"thinkingConfig":{"includeThoughts":true,"thinkingBudget":-1}})");
  EXPECT_EQ(config(thinking({.mode = ir::Thinking::Mode::budget, .budget_tokens = 31999}, 32000), gemini25),
            R"({"maxOutputTokens":32000,"thinkingConfig":{"includeThoughts":true,"thinkingBudget":24576}})");
  EXPECT_EQ(config(thinking({.mode = ir::Thinking::Mode::budget, .budget_tokens = 8000}, 4000), gemini25),
            R"({"maxOutputTokens":4000,"thinkingConfig":{"includeThoughts":true,"thinkingBudget":3000}})");
  EXPECT_EQ(render(thinking({.effort = ir::Effort::high}), {.id = "old"}).value().losses.all().size(), 1U);
}

TEST(GeminiRender, sampling_and_its_limits) {
  auto request = from_elsewhere({says("a")});
  request.sampling = {.temperature = 0.5,
                      .top_p = 0.9,
                      .top_k = 40,
                      .presence_penalty = 1,
                      .seed = 3,
                      .max_tokens = 128000,
                      .candidates = 1,
                      .logprobs = false,
                      .stop = {"a", "b"}};
  EXPECT_EQ(
      config(request, gemini25),
      R"({"temperature":0.5,"topP":0.9,"topK":40,"maxOutputTokens":65536,"stopSequences":["a","b"],"seed":3,"presencePenalty":1})");
  const auto refused = [&](auto&& change) {
    auto changed = request;
    change(changed.sampling);
    return render(changed, gemini25).error().field;
  };
  EXPECT_EQ(refused([](auto& s) { s.stop.resize(6, "x"); }), "stop_sequences");
  EXPECT_EQ(refused([](auto& s) { s.candidates = 2; }), "n");
  request.sampling = {.logprobs = true, .top_logprobs = 2};
  EXPECT_EQ(config(request, gemini25), R"({"responseLogprobs":true,"logprobs":2})");
  auto thinker = gemini25;
  thinker.sampling_accepted = false;
  EXPECT_EQ(render(request, thinker).error().field, "logprobs");
}

TEST(GeminiRender, case_49_structured_output) {
  auto request = from_elsewhere({says("a")});
  request.response_format = ir::ResponseFormat{.kind = ir::ResponseFormat::Kind::json_schema,
                                               .schema = {R"({"type":"object","additionalProperties":false})"}};
  EXPECT_EQ(
      config(request),
      R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object","additionalProperties":false}})");
  auto facts = gemini25;
  facts.json_schema_tools = false;
  EXPECT_EQ(config(request, facts), R"({"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"}})");
  request.tools.emplace_back(ir::Tool{.name = "f"});
  EXPECT_EQ(config(request, facts), "");
  EXPECT_TRUE(member(body(request, facts), "systemInstruction").contains("JSON Schema"));
  facts.schema_with_tools = true;
  EXPECT_NE(config(request, facts), "");
  request.response_format->kind = ir::ResponseFormat::Kind::json_object;
  EXPECT_EQ(config(request, facts), R"({"responseMimeType":"application/json"})");
}

TEST(GeminiRender, case_21_counts_in_the_form_that_includes_tools_and_system) {
  auto request = from_elsewhere({says("a")});
  request.system = {ir::text_part("s")};
  const auto rendered =
      gemini_codec.render_request(request, {.model = "g", .operation = Asked::Operation::count_tokens}).value();
  EXPECT_EQ(
      rendered.body,
      R"({"generateContentRequest":{"model":"models/g","systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"a"}]}]}})");
}

TEST(GeminiRender, case_62_the_same_prefix_is_the_same_bytes) {
  std::vector<ir::Message> messages{says("a"), model({call("c", "f", R"({"x":1.0})")}), user({result("c", "r")})};
  const auto before = contents(messages, gemini25);
  messages.push_back(model({ir::text_part("done")}));
  messages.push_back(says("b"));
  EXPECT_TRUE(contents(messages, gemini25).starts_with(before.substr(0, before.size() - 1)));
}

TEST(GeminiRender, tells_what_has_no_place) {
  auto request = from_elsewhere({says("a")});
  request.extras.fields = {{"logit_bias", {"{}"}}};
  request.end_user = "u";
  request.service_tier = "ultrafast";
  const auto rendered = render(request).value();
  std::vector<std::string> paths;
  for (const auto& loss : rendered.losses.all()) paths.push_back(loss.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"logit_bias", "user", "service_tier"}));
}

}  // namespace
}  // namespace agt::dialect

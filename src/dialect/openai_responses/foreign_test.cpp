// Requests of other dialects on their way to a Responses upstream.
#include <gtest/gtest.h>

#include "dialect/laws.h"
#include "dialect/openai_responses/codec.h"

namespace agt::dialect {
namespace {

using ir::Dialect;
using ir::Role;

ir::Part part_of(ir::PartBody body) {
  ir::Part part;
  part.body = std::move(body);
  return part;
}
ir::Message message_of(Role role, std::vector<ir::Part> parts) { return {.role = role, .parts = std::move(parts)}; }
ir::Message says(std::string text, Role role = Role::user) {
  return message_of(role, {ir::text_part(std::move(text))});
}
ir::Part call_of(std::string id, std::string name, std::string arguments = "{}") {
  return part_of(ir::ToolCall{.id = std::move(id), .name = std::move(name), .arguments = std::move(arguments)});
}
ir::Part result_of(std::string id, std::vector<ir::Part> content, bool is_error = false) {
  return part_of(ir::ToolResult{.call_id = std::move(id), .content = std::move(content), .is_error = is_error});
}
ir::Part thought_of(std::string text, std::string blob, Dialect signer) {
  auto part = part_of(ir::Reasoning{.text = std::move(text)});
  part.signature = ir::Signature{.blob = std::move(blob), .signer = signer};
  return part;
}

ir::Request asks(std::vector<ir::Message> messages, Dialect origin = Dialect::anthropic) {
  ir::Request request{.messages = std::move(messages)};
  request.extras.origin = origin;
  return request;
}

struct Sent {
  std::string body;
  std::vector<std::string> losses{};  // "path: weight"
};
Sent sent(const ir::Request& request, const ModelFacts& facts = {}, bool count = false) {
  const auto operation = count ? Asked::Operation::count_tokens : Asked::Operation::generate;
  const auto out =
      openai_responses_codec.render_request(request, {.model = "m", .facts = facts, .operation = operation});
  EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().message);
  if (!out) return {};
  EXPECT_TRUE(json::Document::parse(out->body).has_value()) << out->body;
  Sent result{.body = out->body};
  for (const auto& loss : out->losses.all())
    result.losses.push_back(loss.path + (loss.weight == ir::Loss::Weight::dropped        ? ": dropped"
                                         : loss.weight == ir::Loss::Weight::approximated ? ": approximated"
                                                                                         : ": harmless"));
  return result;
}
// What stands behind model and before store, which every request says.
std::string middle(const Sent& out) {
  const std::string_view head = R"({"model":"m",)";
  EXPECT_TRUE(out.body.starts_with(head)) << out.body;
  const auto end = out.body.find(R"(,"store":false)");
  EXPECT_NE(end, std::string::npos) << out.body;
  return out.body.substr(head.size(), end - head.size());
}
Error refused(const ir::Request& request, const ModelFacts& facts = {}) {
  const auto out = openai_responses_codec.render_request(request, {.model = "m", .facts = facts});
  EXPECT_FALSE(out.has_value());
  return out ? Error{} : out.error();
}

TEST(ResponsesForeign, a_question_is_one_message) {
  EXPECT_EQ(sent(asks({says("hi")})).body,
            R"({"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],)"
            R"("store":false})");
}

TEST(ResponsesForeign, reasoning_models_are_asked_for_their_sealed_reasoning) {
  const auto out = sent(asks({says("hi")}), {.thinking = ThinkingStyle::effort});
  EXPECT_TRUE(out.body.contains(R"("store":false,"include":["reasoning.encrypted_content"])")) << out.body;
}

TEST(ResponsesForeign, case_18_the_system_prompt_becomes_instructions) {
  auto request = asks({says("sys", Role::system), says("hi"), says("later", Role::developer)});
  request.system = {ir::text_part("a"), ir::text_part("b")};
  EXPECT_EQ(
      middle(sent(request)),
      R"("instructions":"a\n\nb\n\nsys","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]},)"
      R"({"type":"message","role":"developer","content":[{"type":"input_text","text":"later"}]}])");
}

TEST(ResponsesForeign, case_62_cache_marks_stay_where_the_model_takes_them) {
  auto request = asks({says("hi")});
  request.system = {ir::text_part("a")};
  request.system[0].cache = ir::CacheMark{.ttl_seconds = 3600};
  EXPECT_EQ(
      middle(sent(request, {.cache_marks = true})),
      R"("input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"a","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}}]},)"
      R"({"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}])");
  const auto out = sent(request);
  EXPECT_FALSE(out.body.contains("breakpoint"));
  EXPECT_EQ(out.losses, std::vector<std::string>{"system: harmless"});
}

TEST(ResponsesForeign, case_16_text_calls_and_text_keep_their_order) {
  const auto out = sent(asks({says("hi"),
                              message_of(Role::assistant, {ir::text_part("a"), call_of("c1", "f"), ir::text_part("b"),
                                                           call_of("c2", "g", "")}),
                              message_of(Role::user, {result_of("c2", {ir::text_part("2")}),
                                                      result_of("c1", {ir::text_part("1")}), ir::text_part("go")})}));
  EXPECT_EQ(middle(out), R"("input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]},)"
                         R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]},)"
                         R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},)"
                         R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"b"}]},)"
                         R"({"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},)"
                         R"({"type":"function_call_output","call_id":"c1","output":"1"},)"
                         R"({"type":"function_call_output","call_id":"c2","output":"2"},)"
                         R"({"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]}])");
  EXPECT_TRUE(out.losses.empty());
}

TEST(ResponsesForeign, case_11_only_its_own_sealed_reasoning_is_sent) {
  const auto turn = message_of(Role::assistant, {thought_of("t", "mine", Dialect::openai_responses),
                                                 thought_of("u", "theirs", Dialect::anthropic), call_of("c", "f"),
                                                 thought_of("v", "mine too", Dialect::openai_responses)});
  const auto out = sent(asks({says("hi"), turn, message_of(Role::user, {result_of("c", {ir::text_part("1")})})}));
  EXPECT_TRUE(out.body.contains(
      R"({"type":"reasoning","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"mine"},{"type":"function_call")"))
      << out.body;
  EXPECT_FALSE(out.body.contains("theirs"));
  EXPECT_FALSE(out.body.contains("mine too")) << "reasoning needs an item behind it";
  EXPECT_EQ(out.losses, (std::vector<std::string>{"messages: harmless", "messages: harmless"}));
}

TEST(ResponsesForeign, case_47_images_in_messages_and_results) {
  const auto image = part_of(
      ir::Media{.kind = ir::MediaKind::image, .mime = "image/png", .source = ir::InlineData{.base64 = "iVBORw0KGgo="}});
  const auto url =
      part_of(ir::Media{.kind = ir::MediaKind::image, .source = ir::UrlSource{.url = "https://example.com/a.jpg"}});
  const auto out = sent(asks({message_of(Role::user, {image, url}), message_of(Role::assistant, {call_of("c", "f")}),
                              message_of(Role::user, {result_of("c", {ir::text_part("x"), image})})}));
  EXPECT_TRUE(out.body.contains(R"("content":[{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="},)"
                                R"({"type":"input_image","image_url":"https://example.com/a.jpg"}])"))
      << out.body;
  EXPECT_TRUE(out.body.contains(
      R"("output":[{"type":"input_text","text":"x"},{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}])"))
      << out.body;
}

TEST(ResponsesForeign, case_48_documents) {
  const auto document = [](ir::Media media) {
    media.kind = ir::MediaKind::document;
    return asks({message_of(Role::user, {part_of(std::move(media))})});
  };
  EXPECT_TRUE(
      sent(document({.mime = "application/pdf", .source = ir::InlineData{.base64 = "JVBERi0="}}))
          .body.contains(
              R"({"type":"input_file","file_data":"data:application/pdf;base64,JVBERi0=","filename":"document.pdf"})"));
  EXPECT_TRUE(sent(document({.source = ir::UrlSource{.url = "https://example.com/b.pdf"}, .name = "b"}))
                  .body.contains(R"({"type":"input_file","file_url":"https://example.com/b.pdf"})"));
  const auto plain =
      sent(document({.mime = "text/plain", .source = ir::InlineData{.base64 = "words", .plain = true}, .name = "n"}));
  EXPECT_TRUE(plain.body.contains(R"({"type":"input_text","text":"n:\nwords"})")) << plain.body;
  EXPECT_EQ(plain.losses, std::vector<std::string>{"messages: approximated"});
  EXPECT_EQ(refused(document({.source = ir::FileSource{.id = "f", .origin = Dialect::anthropic}})).code,
            Code::feature_unsupported);
  EXPECT_EQ(refused(document({.mime = "text/plain", .source = ir::InlineData{.base64 = "%%%"}})).code, Code::schema);
}

TEST(ResponsesForeign, case_48_audio_and_video_are_refused) {
  for (const auto kind : {ir::MediaKind::audio, ir::MediaKind::video}) {
    const auto media = part_of(ir::Media{.kind = kind, .mime = "x/y", .source = ir::InlineData{.base64 = "AA=="}});
    EXPECT_EQ(refused(asks({message_of(Role::user, {media})})).code, Code::feature_unsupported);
  }
}

TEST(ResponsesForeign, a_failed_result_says_so_in_words) {
  const auto with_result = [](std::vector<ir::Part> content) {
    return asks({says("x"), message_of(Role::assistant, {call_of("c", "f")}),
                 message_of(Role::user, {result_of("c", std::move(content), true)})});
  };
  const auto out = sent(with_result({ir::text_part("no")}));
  EXPECT_TRUE(out.body.contains(R"("output":"Error: no")")) << out.body;
  EXPECT_EQ(out.losses, std::vector<std::string>{"messages: approximated"});
  EXPECT_TRUE(sent(with_result({})).body.contains(R"("output":"Error: ")"));
}

TEST(ResponsesForeign, case_17_functions_are_flat_and_not_strict_unless_asked) {
  auto request = asks({says("x")});
  request.tools.emplace_back(ir::Tool{.name = "f", .description = "d", .schema = {R"({"type":"object"})"}});
  request.tools.emplace_back(ir::Tool{.name = "g", .strict = true});
  request.tools.emplace_back(ir::Tool{.name = "a.b"});
  request.tool_choice = {.mode = ir::ToolChoice::Mode::named, .names = {"a.b"}, .parallel = false};
  const auto out = sent(request);
  const auto renamed = ToolNames(request, {.extra_characters = "-"}).upstream("a.b");
  EXPECT_TRUE(out.body.contains(
      R"("tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":false},)"
      R"({"type":"function","name":"g","parameters":{"type":"object","properties":{}},"strict":true},)"))
      << out.body;
  EXPECT_TRUE(
      out.body.contains(R"("parallel_tool_calls":false,"tool_choice":{"type":"function","name":")" + renamed + "\"}"))
      << out.body;
}

TEST(ResponsesForeign, case_61_custom_tools_as_the_model_takes_them) {
  auto request = asks(
      {says("x"),
       message_of(
           Role::assistant,
           {part_of(ir::ToolCall{.id = "c", .name = "patch", .arguments = "***", .kind = ir::ToolCall::Kind::custom})}),
       message_of(Role::user,
                  {part_of(ir::ToolResult{
                      .call_id = "c", .content = {ir::text_part("ok")}, .kind = ir::ToolCall::Kind::custom})})},
      Dialect::openai_chat);
  request.tools.emplace_back(
      ir::Tool{.kind = ir::ToolCall::Kind::custom, .name = "patch", .format = {R"({"type":"text"})"}});
  const auto native = sent(request, {.custom_tools = true});
  EXPECT_TRUE(native.body.contains(R"({"type":"custom_tool_call","call_id":"c","name":"patch","input":"***"},)"
                                   R"({"type":"custom_tool_call_output","call_id":"c","output":"ok"})"))
      << native.body;
  EXPECT_TRUE(native.body.contains(R"({"type":"custom","name":"patch","format":{"type":"text"}})")) << native.body;
  const auto wrapped = sent(request);
  EXPECT_TRUE(wrapped.body.contains(
      R"({"type":"function_call","call_id":"c","name":"patch","arguments":"{\"input\":\"***\"}"},)"
      R"({"type":"function_call_output","call_id":"c","output":"ok"})"))
      << wrapped.body;
  EXPECT_EQ(wrapped.losses, std::vector<std::string>{"tools[0]: approximated"});
}

TEST(ResponsesForeign, case_57_hosted_tools) {
  auto request = asks({says("x")});
  request.tools.emplace_back(
      ir::HostedTool{.origin = Dialect::anthropic, .type = "web_search_20250305", .raw = {"{}"}});
  request.tools.emplace_back(ir::HostedTool{.origin = Dialect::anthropic, .type = "bash_20250124", .raw = {"{}"}});
  const auto out = sent(request);
  EXPECT_TRUE(out.body.contains(R"("tools":[{"type":"web_search"}])")) << out.body;
  EXPECT_EQ(out.losses, (std::vector<std::string>{"tools[0]: approximated", "tools[1]: dropped"}));
  request.tool_choice = {.mode = ir::ToolChoice::Mode::named, .raw = {"{}"}};
  EXPECT_EQ(refused(request).field, "tool_choice");
}

TEST(ResponsesForeign, case_52_effort) {
  const ModelFacts thinks{.thinking = ThinkingStyle::effort};
  const auto reasoning = [&](const ir::Thinking& thinking, const ModelFacts& facts) {
    auto request = asks({says("x")});
    request.thinking = thinking;
    const auto body = sent(request, facts).body;
    const auto document = json::Document::parse(body);
    return std::string(document->root()["reasoning"].raw());
  };
  using Mode = ir::Thinking::Mode;
  EXPECT_EQ(reasoning({.mode = Mode::budget, .budget_tokens = 8192}, thinks), R"({"effort":"medium"})");
  EXPECT_EQ(reasoning({.mode = Mode::off}, thinks), R"({"effort":"none"})");
  EXPECT_EQ(
      reasoning({.mode = Mode::adaptive, .effort = ir::Effort::max, .display = ir::Thinking::Display::shown}, thinks),
      R"({"effort":"max","summary":"auto"})");
  auto simple = thinks;
  simple.effort_xhigh = false;
  simple.thinking_can_be_off = false;
  EXPECT_EQ(reasoning({.effort = ir::Effort::xhigh}, simple), R"({"effort":"high"})");
  EXPECT_EQ(reasoning({.mode = Mode::off}, simple), R"({"effort":"low"})");
  EXPECT_EQ(reasoning({.effort = ir::Effort::high}, {}), "");
}

TEST(ResponsesForeign, case_49_structured_output_is_flat) {
  auto request = asks({says("x")});
  request.response_format =
      ir::ResponseFormat{.kind = ir::ResponseFormat::Kind::json_schema, .schema = {"{}"}, .strict = true};
  EXPECT_TRUE(sent(request).body.contains(
      R"("text":{"format":{"type":"json_schema","name":"response","schema":{},"strict":true}})"));
  request.response_format->kind = ir::ResponseFormat::Kind::json_object;
  EXPECT_TRUE(sent(request).body.contains(R"("text":{"format":{"type":"json_object"}})"));
}

TEST(ResponsesForeign, case_55_sampling) {
  auto request = asks({says("x")});
  request.sampling = {.temperature = 0.5,
                      .top_p = 0.9,
                      .top_k = 3,
                      .presence_penalty = 1,
                      .frequency_penalty = 1,
                      .seed = 7,
                      .max_tokens = 5};
  request.stream = true;
  const auto out = sent(request);
  EXPECT_TRUE(out.body.contains(R"("temperature":0.5,"top_p":0.9,"max_output_tokens":16,"stream":true)")) << out.body;
  EXPECT_EQ(out.losses,
            (std::vector<std::string>{"max_tokens: approximated", "top_k: dropped", "presence_penalty: dropped",
                                      "frequency_penalty: dropped", "seed: dropped"}));
  const auto plain = sent(request, {.sampling_accepted = false});
  EXPECT_FALSE(plain.body.contains("temperature"));
  EXPECT_FALSE(plain.body.contains("top_p"));
}

TEST(ResponsesForeign, case_52_the_limit_of_the_model_holds) {
  auto request = asks({says("x")});
  request.sampling.max_tokens = 5000;
  const auto out = sent(request, {.output_tokens = 4000});
  EXPECT_TRUE(out.body.contains(R"("max_output_tokens":4000)")) << out.body;
  EXPECT_EQ(out.losses, std::vector<std::string>{"max_tokens: approximated"});
  EXPECT_TRUE(sent(request, {.output_tokens = 8000}).losses.empty());
  EXPECT_TRUE(sent(request, {.output_tokens = 4000, .estimated = true}).losses.empty());
}

TEST(ResponsesForeign, case_54_what_would_change_the_answers_contract_is_refused) {
  const auto field = [](auto change, Dialect origin = Dialect::openai_chat) {
    auto request = asks({says("x")}, origin);
    change(request.sampling);
    return refused(request).field;
  };
  EXPECT_EQ(field([](ir::Sampling& s) { s.stop = {"END"}; }), "stop");
  EXPECT_EQ(field([](ir::Sampling& s) { s.stop = {"END"}; }, Dialect::anthropic), "stop_sequences");
  EXPECT_EQ(field([](ir::Sampling& s) { s.stop = {"END"}; }, Dialect::gemini), "generationConfig.stopSequences");
  EXPECT_EQ(field([](ir::Sampling& s) { s.candidates = 2; }), "n");
  EXPECT_EQ(field([](ir::Sampling& s) { s.logprobs = true; }), "logprobs");
}

TEST(ResponsesForeign, openais_two_protocols_share_some_fields) {
  auto request = asks({says("x")}, Dialect::openai_chat);
  request.extras.fields = {{.key = "prompt_cache_key", .value = {R"("k")"}}, {.key = "logit_bias", .value = {"{}"}}};
  request.end_user = "u";
  request.service_tier = "priority";
  const auto out = sent(request);
  EXPECT_TRUE(out.body.contains(R"("prompt_cache_key":"k")")) << out.body;
  EXPECT_TRUE(out.body.contains(R"("safety_identifier":"u","service_tier":"priority")")) << out.body;
  EXPECT_EQ(out.losses, std::vector<std::string>{"logit_bias: dropped"});
}

TEST(ResponsesForeign, case_21_counting_says_only_what_its_endpoint_takes) {
  auto request = asks({says("x")});
  request.sampling.temperature = 1;
  request.stream = true;
  EXPECT_EQ(sent(request, {}, true).body,
            R"({"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"x"}]}]})");
}

TEST(ResponsesForeign, an_empty_conversation_is_refused) { EXPECT_EQ(refused(asks({})).code, Code::schema); }

}  // namespace
}  // namespace agt::dialect

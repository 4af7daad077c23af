// What a client's request means to the rest of the program.
#include <gtest/gtest.h>

#include "dialect/laws.h"
#include "dialect/openai_responses/codec.h"

namespace agt::dialect {
namespace {

ir::Request parsed(const std::string& body) {
  const auto document = json::Document::parse(body);
  auto request = openai_responses_codec.parse_request(*document, {});
  EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
  return request.value_or(ir::Request{});
}
ir::Request golden(const std::string& name) {
  return parsed(laws::file("openai_responses/requests/" + name + ".json"));
}
const ir::Tool& tool_at(const ir::Request& request, std::size_t at) { return std::get<ir::Tool>(request.tools.at(at)); }

TEST(ResponsesRequest, case_03_the_items_of_a_codex_loop) {
  const auto request = golden("codex_loop");
  ASSERT_EQ(request.messages.size(), 11U);
  EXPECT_EQ(request.messages[0].role, ir::Role::developer);
  EXPECT_EQ(std::get<ir::Text>(request.messages[1].parts[0].body).text, "List the files.");
  const auto& thought = request.messages[2].parts[0];
  EXPECT_EQ(std::get<ir::Reasoning>(thought.body).text, "I list.\n\nThen I say.");
  EXPECT_EQ(thought.signature, (ir::Signature{.blob = "gAAAAABsealed+/=", .signer = ir::Dialect::openai_responses}));
  EXPECT_EQ(request.messages[3].role, ir::Role::assistant);
  EXPECT_EQ(std::get<ir::ToolCall>(request.messages[4].parts[0].body),
            (ir::ToolCall{.id = "call_1", .name = "exec_command", .arguments = R"({"cmd":"ls"})"}));
  EXPECT_EQ(std::get<ir::ToolCall>(request.messages[5].parts[0].body),
            (ir::ToolCall{.id = "call_2", .name = "read", .arguments = "{}", .name_space = "mcp__files"}));
  EXPECT_EQ(std::get<ir::ToolCall>(request.messages[6].parts[0].body),
            (ir::ToolCall{.id = "call_3",
                          .name = "apply_patch",
                          .arguments = "*** Begin Patch\n",
                          .kind = ir::ToolCall::Kind::custom}));
  EXPECT_EQ(request.messages[7].role, ir::Role::user);
  const auto& seen = std::get<ir::ToolResult>(request.messages[8].parts[0].body);
  EXPECT_EQ(seen.call_id, "call_2");
  ASSERT_EQ(seen.content.size(), 2U);
  EXPECT_EQ(std::get<ir::Media>(seen.content[1].body).mime, "image/png");
  EXPECT_EQ(std::get<ir::ToolResult>(request.messages[9].parts[0].body).kind, ir::ToolCall::Kind::custom);
}

TEST(ResponsesRequest, case_03_what_codex_sends_is_nearly_all_understood) {
  std::vector<std::string> left;
  const auto request = golden("codex");
  for (const auto& field : request.extras.fields) left.push_back(field.key);
  EXPECT_EQ(left, std::vector<std::string>{"text.verbosity"});
  for (const auto& message : request.messages) EXPECT_TRUE(message.extras.fields.empty());
  EXPECT_EQ(request.thinking.effort, ir::Effort::medium);
  EXPECT_EQ(request.thinking.mode, ir::Thinking::Mode::adaptive);
  EXPECT_EQ(request.thinking.display, ir::Thinking::Display::shown);
  EXPECT_EQ(request.tool_choice.mode, ir::ToolChoice::Mode::automatic);
  EXPECT_EQ(request.tool_choice.parallel, false);
  EXPECT_TRUE(request.stream);
}

TEST(ResponsesRequest, case_61_tools_of_all_kinds) {
  const auto request = golden("codex");
  ASSERT_EQ(request.tools.size(), 6U);
  EXPECT_EQ(tool_at(request, 0).strict, false);
  EXPECT_EQ(tool_at(request, 1).kind, ir::ToolCall::Kind::custom);
  EXPECT_TRUE(tool_at(request, 1).format.text.contains("lark"));
  EXPECT_EQ(tool_at(request, 2).name, "read");
  EXPECT_EQ(tool_at(request, 2).name_space, "mcp__files");
  EXPECT_EQ(tool_at(request, 2).extras.fields.at(0).key, "namespace.description");
  EXPECT_EQ(tool_at(request, 3).kind, ir::ToolCall::Kind::custom);
  EXPECT_EQ(std::get<ir::HostedTool>(request.tools[4]).type, "tool_search");
  EXPECT_EQ(std::get<ir::HostedTool>(request.tools[5]).type, "web_search");
}

TEST(ResponsesRequest, case_61_tools_among_the_items_are_everybodys) {
  const auto request = golden("additional_tools");
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_EQ(tool_at(request, 0).name_space, "functions");
  EXPECT_TRUE(request.messages[0].parts.empty());
  EXPECT_TRUE(request.messages[0].extras.empty());
}

TEST(ResponsesRequest, what_only_this_api_knows_is_opaque) {
  const auto request = golden("server_items");
  std::vector<ir::Role> roles;
  for (std::size_t i = 1; i < request.messages.size(); ++i) {
    EXPECT_TRUE(std::holds_alternative<ir::Opaque>(request.messages[i].parts.at(0).body)) << i;
    roles.push_back(request.messages[i].role);
  }
  using enum ir::Role;
  EXPECT_EQ(roles, (std::vector{assistant, assistant, assistant, assistant, user, assistant, assistant, user, user,
                                assistant}));
  EXPECT_FALSE(request.tool_choice.raw.empty());
}

TEST(ResponsesRequest, media_are_read_with_kind_and_type) {
  const auto request = golden("multimodal");
  const auto& parts = request.messages[0].parts;
  ASSERT_EQ(parts.size(), 11U);
  EXPECT_EQ(parts[0].cache, ir::CacheMark{.ttl_seconds = 43200});
  EXPECT_EQ(std::get<ir::Media>(parts[1].body), (ir::Media{.kind = ir::MediaKind::image,
                                                           .mime = "image/png",
                                                           .source = ir::InlineData{.base64 = "iVBORw0KGgo="}}));
  EXPECT_TRUE(parts[1].extras.fields.empty());
  EXPECT_EQ(std::get<ir::Media>(parts[2].body).detail, ir::Detail::low);
  EXPECT_EQ(std::get<ir::FileSource>(std::get<ir::Media>(parts[3].body).source),
            (ir::FileSource{.id = "file-1", .origin = ir::Dialect::openai_responses}));
  EXPECT_EQ(std::get<ir::Media>(parts[4].body), (ir::Media{.kind = ir::MediaKind::document,
                                                           .mime = "application/pdf",
                                                           .source = ir::InlineData{.base64 = "JVBERi0="},
                                                           .name = "a.pdf"}));
  EXPECT_EQ(std::get<ir::UrlSource>(std::get<ir::Media>(parts[5].body).source).url, "https://example.com/b.pdf");
  EXPECT_EQ(std::get<ir::Media>(parts[7].body).mime, "application/pdf");
  EXPECT_EQ(std::get<ir::Media>(parts[8].body).mime, "audio/wav");
  EXPECT_TRUE(std::holds_alternative<ir::Opaque>(parts[9].body));
  EXPECT_EQ(std::get<ir::Text>(parts[10].body).text, "loose");
  EXPECT_TRUE(std::holds_alternative<ir::Refusal>(request.messages[1].parts[1].body));
}

TEST(ResponsesRequest, settings_are_read) {
  const auto request = golden("every_field");
  EXPECT_EQ(request.sampling.temperature, 0.7);
  EXPECT_EQ(request.sampling.max_tokens, 100);
  EXPECT_EQ(request.sampling.top_logprobs, 5);
  EXPECT_EQ(request.sampling.logprobs, true);
  EXPECT_EQ(request.thinking.mode, ir::Thinking::Mode::off);
  EXPECT_EQ(request.thinking.display, ir::Thinking::Display::hidden);
  EXPECT_EQ(request.end_user, "u1");
  EXPECT_EQ(request.service_tier, "flex");
  EXPECT_EQ(request.response_format->kind, ir::ResponseFormat::Kind::json_schema);
  EXPECT_EQ(request.response_format->strict, true);
  EXPECT_EQ(request.tool_choice.mode, ir::ToolChoice::Mode::none);
}

TEST(ResponsesRequest, text_input_and_instructions) {
  const auto request = golden("string_input");
  EXPECT_EQ(std::get<ir::Text>(request.system.at(0).body).text, "Be brief.");
  ASSERT_EQ(request.messages.size(), 1U);
  EXPECT_EQ(request.messages[0].role, ir::Role::user);
}

TEST(ResponsesRequest, case_50_tool_choices) {
  using Mode = ir::ToolChoice::Mode;
  const auto choice = [](const std::string& text) {
    return parsed(R"({"model":"m","input":"x","tool_choice":)" + text + "}").tool_choice;
  };
  EXPECT_EQ(choice(R"("auto")").mode, Mode::automatic);
  EXPECT_EQ(choice(R"("none")").mode, Mode::none);
  EXPECT_EQ(choice(R"("required")").mode, Mode::required);
  EXPECT_EQ(choice(R"({"type":"function","name":"f"})"), (ir::ToolChoice{.mode = Mode::named, .names = {"f"}}));
  EXPECT_EQ(choice(R"({"type":"custom","name":"p"})"), (ir::ToolChoice{.mode = Mode::named, .names = {"p"}}));
  EXPECT_EQ(choice(R"({"type":"web_search"})").raw.text, R"({"type":"web_search"})");
  const auto allowed = golden("choices").tool_choice;
  EXPECT_EQ(allowed.mode, Mode::allowed);
  EXPECT_TRUE(allowed.allowed_required);
  EXPECT_EQ(allowed.names, (std::vector<std::string>{"exec_command", "apply_patch"}));
}

TEST(ResponsesRequest, case_10_signatures_of_others_come_back_from_their_envelope) {
  const auto request = parsed(
      R"({"model":"m","input":[{"type":"reasoning","summary":[],"encrypted_content":"agt1.gemini.c2ln"},
      {"type":"reasoning","summary":[],"encrypted_content":"agt1.anthropic.redacted.ZGF0YQ=="}]})");
  EXPECT_EQ(request.messages[0].parts[0].signature, (ir::Signature{.blob = "c2ln", .signer = ir::Dialect::gemini}));
  EXPECT_EQ(request.messages[1].parts[0].signature,
            (ir::Signature{.blob = "ZGF0YQ==", .signer = ir::Dialect::anthropic}));
  EXPECT_TRUE(std::get<ir::Reasoning>(request.messages[1].parts[0].body).redacted);
}

TEST(ResponsesRequest, case_11_signatures_of_others_do_not_go_to_this_provider) {
  const auto request = parsed(
      R"({"model":"m","input":[{"role":"user","content":"x"},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"agt1.gemini.c2ln"},
      {"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]})");
  const auto rendered = openai_responses_codec.render_request(request, {.model = "real"});
  ASSERT_TRUE(rendered.has_value());
  EXPECT_EQ(
      rendered->body,
      R"({"model":"real","input":[{"role":"user","content":"x"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]})");
  ASSERT_EQ(rendered->losses.all().size(), 1U);
  EXPECT_EQ(rendered->losses.all()[0].weight, ir::Loss::Weight::harmless);
}

TEST(ResponsesRequest, tools_that_somebody_changed_are_written_anew) {
  auto request = golden("codex");
  request.tools.erase(request.tools.begin());
  const auto rendered = openai_responses_codec.render_request(request, {.model = "m"});
  const auto document = json::Document::parse(rendered->body);
  const auto tools = document->root()["tools"];
  ASSERT_EQ(tools.size(), 4U);
  EXPECT_TRUE(tools[std::size_t{1}]["type"].is("namespace"));
  EXPECT_EQ(tools[std::size_t{1}]["tools"].size(), 2U);
}

}  // namespace
}  // namespace agt::dialect

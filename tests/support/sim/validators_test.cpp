#include <gtest/gtest.h>

#include "sim/checks.h"
#include "sim/desk.h"

namespace agt::sim {
namespace {

const Signer signer("secret");

// The message of the refusal, or "ok".
std::string told(const Outcome<>& outcome) { return outcome ? "ok" : outcome.error().message; }

std::string chat(std::string_view body) {
  const auto document = json::Document::parse(body);
  Turn turn{.body = document->root()};
  return told(read_chat(turn));
}
std::string responses(std::string_view body) {
  const auto document = json::Document::parse(body);
  Turn turn{.dialect = Dialect::responses, .body = document->root()};
  return told(read_responses(turn, signer));
}
std::string anthropic(std::string_view body, std::string version = "2023-06-01") {
  const auto document = json::Document::parse(body);
  Turn turn{.dialect = Dialect::anthropic, .body = document->root()};
  Request request;
  if (!version.empty()) request.headers.push_back({.name = "anthropic-version", .value = std::move(version)});
  return told(read_anthropic(turn, request, signer, Counting::no));
}
std::string gemini(std::string_view body, std::string model = "gemini-2.5-pro") {
  const auto document = json::Document::parse(body);
  Turn turn{.dialect = Dialect::gemini, .body = document->root(), .model = std::move(model)};
  return told(read_gemini(turn, signer, Counting::no));
}

TEST(ChatValidator, accepts_a_tool_loop_in_any_order_of_results) {
  EXPECT_EQ(chat(R"({"model":"m","messages":[{"role":"developer","content":"s"},{"role":"user","content":"x"},
    {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
    {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"b","content":"1"},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"2"}]}]})"),
            "ok");
}

TEST(ChatValidator, refuses_what_the_provider_refuses) {
  EXPECT_EQ(chat(R"({"messages":[]})"), "Missing required parameter: 'model'.");
  EXPECT_EQ(chat(R"({"model":"m"})"), "Missing required parameter: 'messages'.");
  EXPECT_EQ(chat(R"({"model":"m","messages":[{"role":"x","content":"y"}]})").substr(0, 21), "Invalid value: 'x'. S");
  EXPECT_EQ(
      chat(R"({"model":"m","messages":[{"role":"tool","tool_call_id":"a","content":"y"}]})"),
      "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.");
  EXPECT_EQ(
      chat(
          R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":{}}}]}]})"),
      "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an object instead.");
  EXPECT_EQ(chat(R"({"model":"m","messages":[{"role":"user","content":"x"}],"stream_options":{}})"),
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  EXPECT_EQ(chat(R"({"model":"m","top_k":1,"messages":[{"role":"user","content":"x"}]})"),
            "Unknown parameter: 'top_k'.");
}

TEST(ResponsesValidator, accepts_what_codex_sends) {
  const auto sealed = signer.issue(SignatureKind::responses, "n");
  EXPECT_EQ(
      responses(
          R"({"model":"m","store":false,"client_metadata":{},"input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"s"}]},
    {"type":"message","role":"user","content":[{"type":"input_text","text":"x"}]},
    {"type":"reasoning","id":"rs_1","summary":[],"content":null,"encrypted_content":")" +
          sealed + R"("},
    {"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}"},
    {"type":"function_call_output","call_id":"c","output":"r"}],"tools":[{"type":"web_search"},{"type":"namespace","name":"n","tools":[]}]})"),
      "ok");
}

TEST(ResponsesValidator, refuses_what_the_provider_refuses) {
  EXPECT_EQ(responses(R"({"model":"m","input":[{"type":"function_call_output","call_id":"c","output":"r"}]})"),
            "No tool call found for function call output with call_id c.");
  EXPECT_EQ(responses(R"({"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]})"),
            "No tool output found for function call c.");
  EXPECT_EQ(
      responses(
          R"({"model":"m","input":[{"type":"function_call","id":"call_1","call_id":"c","name":"f","arguments":"{}"}]})"),
      "Invalid 'input[0].id': 'call_1'. Expected an ID that begins with 'fc'.");
  EXPECT_EQ(responses(R"({"model":"m","input":[{"type":"reasoning","id":"rs_1","summary":[]}]})"),
            "Item 'rs_1' of type 'reasoning' was provided without its required following item.");
  EXPECT_EQ(responses(R"({"model":"m","input":"x","stop":"y"})"), "Unknown parameter: 'stop'.");
  EXPECT_EQ(responses(R"({"model":"m","input":"x","previous_response_id":"r"})"),
            "Previous response with id 'r' not found.");
}

TEST(AnthropicValidator, accepts_what_claude_code_sends) {
  const auto signature = signer.issue(SignatureKind::anthropic, "n");
  EXPECT_EQ(
      anthropic(
          R"({"model":"m","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"context_management":{},
    "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"Bash","input_schema":{"type":"object"}}],
    "messages":[{"role":"user","content":"x"},{"role":"system","content":[],"output_config":{"effort":"medium"}},
    {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":")" +
          signature + R"("},{"type":"tool_use","id":"toolu_1","name":"Bash","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"r"},{"type":"text","text":"<system-reminder>"}]}]})"),
      "ok");
}

TEST(AnthropicValidator, refuses_what_the_provider_refuses) {
  EXPECT_EQ(anthropic("{}", ""), "anthropic-version: header is required");
  EXPECT_EQ(anthropic(R"({"model":"m","max_tokens":1,"messages":[]})"), "messages: at least one message is required");
  EXPECT_EQ(
      anthropic(R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":""}]}]})"),
      "messages: text content blocks must be non-empty");
  EXPECT_EQ(
      anthropic(
          R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"t"}]}]})"),
      "messages.1.content.0.signature: Field required");
  EXPECT_EQ(
      anthropic(
          R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}]})"),
      "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: a. Each `tool_result` block must "
      "have a corresponding `tool_use` block in the previous message.");
  EXPECT_EQ(anthropic(R"({"model":"m","max_tokens":1,"temperature":0.5,"messages":[{"role":"user","content":"x"}]})",
                      "2026-10-21"),
            "temperature: Extra inputs are not permitted");
  EXPECT_EQ(
      anthropic(
          R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a.b","input_schema":{"type":"object"}}]})"),
      "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
}

TEST(AnthropicValidator, wants_thinking_first_inside_an_open_tool_loop) {
  EXPECT_EQ(
      anthropic(
          R"({"model":"m","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[{"role":"user","content":"x"},
    {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]})")
          .substr(0, 91),
      "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`");
}

TEST(GeminiValidator, accepts_both_spellings) {
  EXPECT_EQ(gemini(R"({"system_instruction":{"parts":[{"text":"s"}]},"generationConfig":{"max_output_tokens":5},
    "contents":[{"role":"user","parts":[{"inline_data":{"mime_type":"image/png","data":"AA"}},{"text":"x"}]}]})"),
            "ok");
}

TEST(GeminiValidator, refuses_what_the_provider_refuses) {
  EXPECT_EQ(gemini(R"({"contents":[]})"), "* GenerateContentRequest.contents: contents is not specified\n");
  EXPECT_EQ(gemini(R"({"contents":[{"role":"system","parts":[{"text":"x"}]}]})"),
            "Please use a valid role: user, model.");
  EXPECT_EQ(gemini(R"({"contents":[{"role":"model","parts":[{"text":"x"}]}]})"),
            "Please ensure that multiturn requests start with a user turn.");
  EXPECT_EQ(gemini(R"({"generationConfig":{"effortLevel":1},"contents":[]})"),
            "Invalid JSON payload received. Unknown name \"effortLevel\" at 'generation_config': Cannot find field.");
  EXPECT_EQ(
      gemini(R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":1,"thinkingLevel":"LOW"}},"contents":[]})"),
      "You can only set only one of thinking budget and thinking level.");
  EXPECT_EQ(gemini(R"({"tools":[{"functionDeclarations":[{"name":"1x"}]}],"contents":[]})").substr(0, 97),
            "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must star");
  EXPECT_EQ(gemini(R"({"contents":[{"parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]},
    {"role":"user","parts":[{"functionResponse":{"name":"","response":{}}}]}]})"),
            "* GenerateContentRequest.contents[2].parts[0].function_response.name: Name cannot be empty.\n");
}

TEST(GeminiValidator, refuses_keywords_that_its_schema_has_not) {
  EXPECT_EQ(
      gemini(
          R"({"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"default":{"type":["string","null"]}}}}]}],"contents":[]})"),
      "Invalid JSON payload received. Unknown name \"type\" at "
      "'tools[0].function_declarations[0].parameters.properties[0].value': "
      "Proto field is not repeating, cannot start list.");
  EXPECT_EQ(
      gemini(
          R"({"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":["object"],"$defs":{}}}]}],
    "contents":[{"parts":[{"text":"x"}]}]})"),
      "ok");
}

TEST(GeminiValidator, wants_signatures_of_gemini_3_in_the_current_turn_only) {
  constexpr std::string_view old_turn =
      R"({"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]},
      {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"r"}}}]},{"role":"model","parts":[{"text":"y"}]},
      {"role":"user","parts":[{"text":"z"}]}]})";
  EXPECT_EQ(gemini(old_turn, "gemini-3-pro"), "ok");
  constexpr std::string_view open_turn =
      R"({"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]},
      {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"r"}}}]}]})";
  EXPECT_EQ(gemini(open_turn, "gemini-3-pro").substr(0, 47), "Function call is missing a thought_signature in");
  EXPECT_EQ(gemini(open_turn, "gemini-2.5-pro"), "ok");
}

TEST(Routes, know_the_paths_of_every_provider) {
  const auto of = [](std::string target, std::string method = "POST") {
    return route({.method = std::move(method), .target = std::move(target)});
  };
  EXPECT_EQ(of("/v1/models/gemini-x:countTokens").operation, Operation::count_tokens);
  EXPECT_EQ(of("/v1beta/models/gemini-x%3AgenerateContent").model, "gemini-x");
  EXPECT_EQ(of("/v1internal:streamGenerateContent?alt=sse").operation, Operation::generate_stream);
  EXPECT_TRUE(of("/v1internal:loadCodeAssist").wrapped);
  EXPECT_EQ(of("/v1/projects/p/locations/l/publishers/google/models/m:generateContent").model, "m");
  EXPECT_EQ(of("/v1/models/m", "GET").dialect, Dialect::chat);
  EXPECT_TRUE(of("/v1/messages", "GET").method_wrong);
  EXPECT_EQ(of("/nope").operation, Operation::unknown);
}

}  // namespace
}  // namespace agt::sim

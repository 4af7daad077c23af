// What a Gemini request means in the neutral conversation.
#include <gtest/gtest.h>

#include "dialect/gemini/codec.h"
#include "dialect/laws.h"

namespace agt::dialect {
namespace {

ir::Request parsed(const std::string& body, const Asked& asked = {.model = "m"}) {
  const auto document = json::Document::parse(body).value();
  auto request = gemini_codec.parse_request(document, asked);
  EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
  return request.value_or(ir::Request{});
}
ir::Request golden(const std::string& name) { return parsed(laws::file("gemini/" + name + ".json")); }

TEST(GeminiRequest, takes_model_and_stream_from_the_path) {
  const auto request = parsed(R"({"contents":[]})", {.model = "models/gemini-x", .stream = true});
  EXPECT_EQ(request.model, "gemini-x");
  EXPECT_TRUE(request.stream);
}

TEST(GeminiRequest, case_12_matches_results_to_calls_by_name_and_order) {
  const auto request = golden("request_sdk_v1");
  const auto& calls = request.messages[3].parts;
  const auto& results = request.messages[4].parts;
  ASSERT_EQ(calls.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(std::get<ir::ToolCall>(calls[i].body).id, std::get<ir::ToolResult>(results[i].body).call_id) << i;
    EXPECT_EQ(legal_tool_id(std::get<ir::ToolCall>(calls[i].body).id), std::get<ir::ToolCall>(calls[i].body).id);
  }
  EXPECT_NE(std::get<ir::ToolCall>(calls[0].body).id, std::get<ir::ToolCall>(calls[1].body).id);
  EXPECT_EQ(std::get<ir::ToolCall>(calls[2].body).arguments, "{}");
}

TEST(GeminiRequest, keeps_ids_that_are_given) {
  const auto request = golden("request_cli_tools");
  EXPECT_EQ(std::get<ir::ToolCall>(request.messages[3].parts[0].body).id, "read_file-1763-a1");
  EXPECT_EQ(std::get<ir::ToolResult>(request.messages[4].parts[1].body).call_id, "list_directory-1763-b2");
}

TEST(GeminiRequest, a_result_with_an_id_finds_a_call_without) {
  const auto request = parsed(
      R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"parts":[{"functionResponse":{"id":"mine","name":"f","response":{}}},{"functionResponse":{"name":"g","response":{}}}]}]})");
  EXPECT_EQ(std::get<ir::ToolResult>(request.messages[1].parts[0].body).call_id,
            std::get<ir::ToolCall>(request.messages[0].parts[0].body).id);
  EXPECT_NE(std::get<ir::ToolResult>(request.messages[1].parts[1].body).call_id, "");
}

TEST(GeminiRequest, reads_what_a_tool_said) {
  const auto result = [](const std::string& response) {
    const auto request =
        parsed(R"({"contents":[{"parts":[{"functionResponse":{"name":"f","response":)" + response + "}}]}]}");
    return std::get<ir::ToolResult>(request.messages[0].parts[0].body);
  };
  const auto text = [&](const std::string& response) {
    const auto content = result(response).content;
    return content.empty() ? std::string() : std::get<ir::Text>(content[0].body).text.plain();
  };
  EXPECT_EQ(text(R"({"output":"a"})"), "a");
  EXPECT_EQ(text(R"({"output":{"n":1.0}})"), R"({"n":1.0})");
  EXPECT_EQ(text(R"({"error":"b"})"), "b");
  EXPECT_TRUE(result(R"({"error":"b"})").is_error);
  EXPECT_FALSE(result(R"({"output":"a"})").is_error);
  EXPECT_EQ(text(R"({"result":1,"more":2})"), R"({"result":1,"more":2})");
  EXPECT_EQ(text("{}"), "{}");
}

TEST(GeminiRequest, tells_the_kinds_of_parts_apart) {
  const auto request = golden("request_sdk_v1");
  const auto& user = request.messages[0].parts;
  EXPECT_EQ(std::get<ir::Media>(user[1].body).kind, ir::MediaKind::image);
  EXPECT_EQ(std::get<ir::Media>(user[2].body).kind, ir::MediaKind::audio);
  EXPECT_TRUE(std::holds_alternative<ir::FileSource>(std::get<ir::Media>(user[3].body).source));
  EXPECT_TRUE(std::holds_alternative<ir::UrlSource>(std::get<ir::Media>(user[4].body).source));
  EXPECT_EQ(std::get<ir::Media>(user[4].body).kind, ir::MediaKind::image);
  EXPECT_EQ(std::get<ir::Media>(user[5].body).kind, ir::MediaKind::video);
  const auto& model = request.messages[1].parts;
  EXPECT_TRUE(std::holds_alternative<ir::Reasoning>(model[0].body));
  EXPECT_EQ(model[1].signature, (ir::Signature{.blob = "c2ln", .signer = ir::Dialect::gemini}));
  EXPECT_TRUE(std::holds_alternative<ir::Opaque>(request.messages[5].parts[0].body));
}

TEST(GeminiRequest, reads_tools_and_their_schemas) {
  const auto request = golden("request_sdk_v1");
  ASSERT_EQ(request.tools.size(), 5U);
  EXPECT_EQ(
      std::get<ir::Tool>(request.tools[0]).schema.text,
      R"({"type":"object","properties":{"city":{"type":["string","null"]},"days":{"type":"array","items":{"type":"integer"},"minItems":1}},"required":["city"]})");
  EXPECT_EQ(std::get<ir::HostedTool>(request.tools[1]).type, "googleSearch");
  EXPECT_EQ(request.tool_choice.mode, ir::ToolChoice::Mode::named);
  EXPECT_EQ(request.response_format->kind, ir::ResponseFormat::Kind::json_schema);
  EXPECT_EQ(request.response_format->schema.text, R"({"type":"object","properties":{"a":{"type":"string"}}})");
}

struct Mode {
  std::string calling;
  ir::ToolChoice choice;
};
class GeminiToolModes : public testing::TestWithParam<Mode> {};
TEST_P(GeminiToolModes, case_50_are_read) {
  EXPECT_TRUE(
      parsed(R"({"contents":[],"toolConfig":{"functionCallingConfig":)" + GetParam().calling + "}}").tool_choice ==
      GetParam().choice)
      << GetParam().calling;
}
using M = ir::ToolChoice::Mode;
INSTANTIATE_TEST_SUITE_P(
    Gemini, GeminiToolModes,
    testing::Values(Mode{"{}", {}}, Mode{R"({"mode":"AUTO"})", {.mode = M::automatic}},
                    Mode{R"({"mode":"NONE"})", {.mode = M::none}}, Mode{R"({"mode":"ANY"})", {.mode = M::required}},
                    Mode{R"({"mode":"any","allowedFunctionNames":["f"]})", {.mode = M::named, .names = {"f"}}},
                    Mode{R"({"mode":"ANY","allowedFunctionNames":["f","g"]})",
                         {.mode = M::allowed, .names = {"f", "g"}, .allowed_required = true}},
                    Mode{R"({"mode":"VALIDATED"})", {.mode = M::automatic}},
                    Mode{R"({"mode":"VALIDATED","allowed_function_names":["f"]})",
                         {.mode = M::allowed, .names = {"f"}}}));

TEST(GeminiRequest, reads_the_configuration) {
  const auto request = golden("request_router");
  EXPECT_EQ(request.sampling.max_tokens, 1024);
  EXPECT_EQ(request.sampling.stop, (std::vector<std::string>{"END", "\n\n"}));
  EXPECT_EQ(request.thinking.budget_tokens, 512);
  EXPECT_EQ(golden("request_cli_level").thinking.effort, ir::Effort::high);
  EXPECT_EQ(golden("request_cli_level").thinking.display, ir::Thinking::Display::shown);
  EXPECT_EQ(parsed(R"({"contents":[],"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}})").thinking.mode,
            ir::Thinking::Mode::adaptive);
}

TEST(GeminiRequest, names_what_only_gemini_has_by_its_path) {
  ir::Losses losses;
  losses.extras_go_home(golden("request_cli_level").extras, ir::Dialect::anthropic, "");
  std::vector<std::string> paths;
  for (const auto& loss : losses.all()) paths.push_back(loss.path);
  EXPECT_EQ(paths,
            (std::vector<std::string>{"toolConfig.retrievalConfig", "safetySettings", "cachedContent", "labels"}));
}

TEST(GeminiRequest, case_62_reads_the_same_history_the_same_way_every_turn) {
  const auto first = golden("request_langchain");
  const auto again = golden("request_langchain");
  EXPECT_TRUE(first == again);
}

}  // namespace
}  // namespace agt::dialect

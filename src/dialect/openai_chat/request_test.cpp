#include <algorithm>

#include "dialect/laws.h"
#include "dialect/openai_chat/codec.h"

namespace agt::dialect {
namespace {

const std::array golden{"pi_agent",          "opencode",         "qwen_code",   "multimodal",
                        "tools_and_formats", "legacy_functions", "every_field", "choices"};

std::string request_file(const std::string& name) { return laws::file("openai_chat/requests/" + name + ".json"); }

std::string model_of(const std::string& body) {
  const auto document = json::Document::parse(body);
  return document->root()["model"].text_or("");
}

ir::Request parsed(const std::string& body) {
  const auto document = json::Document::parse(body);
  auto request = openai_chat_codec.parse_request(*document, {});
  EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
  return request.value_or(ir::Request{});
}

std::string rendered(const ir::Request& request, const std::string& model = "m") {
  const auto out = openai_chat_codec.render_request(request, {.model = model});
  EXPECT_TRUE(out.has_value());
  return out ? out->body : "";
}

class GoldenRequest : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(OpenaiChat, GoldenRequest, testing::ValuesIn(golden),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(GoldenRequest, goes_home_unchanged) {
  const auto body = request_file(GetParam());
  laws::request_round_trips(openai_chat_codec, body, {}, {.model = model_of(body)});
}

TEST_P(GoldenRequest, goes_home_unchanged_with_an_unknown_field_anywhere) {
  const auto body = request_file(GetParam());
  for (std::size_t n = 0;; ++n) {
    const auto more = laws::with_unknown_field(body, n);
    if (more == body) break;
    laws::request_round_trips(openai_chat_codec, more, {}, {.model = model_of(body)});
    if (HasFailure()) FAIL() << "unknown field in object " << n;
  }
}

TEST_P(GoldenRequest, case_62_the_same_conversation_is_written_the_same_on_every_turn) {
  const auto request = parsed(request_file(GetParam()));
  EXPECT_EQ(rendered(request), rendered(parsed(request_file(GetParam()))));
}

TEST(OpenaiChatRequest, the_model_is_the_targets) {
  EXPECT_EQ(rendered(parsed(R"({"model":"alias","messages":[{"role":"user","content":"hi"}]})"), "real"),
            R"({"model":"real","messages":[{"role":"user","content":"hi"}]})");
}

TEST(OpenaiChatRequest, case_18_system_and_developer_messages_keep_their_places) {
  const auto request = parsed(
      R"({"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":"b"},{"role":"developer","content":"c"}]})");
  ASSERT_EQ(request.messages.size(), 3U);
  EXPECT_EQ(request.messages[0].role, ir::Role::system);
  EXPECT_EQ(request.messages[2].role, ir::Role::developer);
  EXPECT_TRUE(request.system.empty());
}

TEST(OpenaiChatRequest, media_are_read_with_kind_and_type) {
  const auto request = parsed(request_file("multimodal"));
  const auto& parts = request.messages[0].parts;
  ASSERT_EQ(parts.size(), 10U);
  EXPECT_EQ(request.messages[0].name, "Anna");
  EXPECT_EQ(parts[0].cache, ir::CacheMark{.ttl_seconds = 43200});
  const auto& png = std::get<ir::Media>(parts[1].body);
  EXPECT_EQ(png, (ir::Media{.kind = ir::MediaKind::image,
                            .mime = "image/png",
                            .source = ir::InlineData{.base64 = "iVBORw0KGgo="},
                            .detail = ir::Detail::low}));
  EXPECT_EQ(
      std::get<ir::Media>(parts[2].body).source,
      (std::variant<ir::InlineData, ir::UrlSource, ir::FileSource>(ir::UrlSource{.url = "https://example.com/a.jpg"})));
  EXPECT_EQ(std::get<ir::Media>(parts[4].body).mime, "image/png");
  EXPECT_EQ(std::get<ir::Media>(parts[5].body).mime, "audio/wav");
  EXPECT_EQ(std::get<ir::Media>(parts[6].body), (ir::Media{.kind = ir::MediaKind::document,
                                                           .mime = "application/pdf",
                                                           .source = ir::InlineData{.base64 = "JVBERi0="},
                                                           .name = "a.pdf"}));
  EXPECT_EQ(std::get<ir::FileSource>(std::get<ir::Media>(parts[8].body).source),
            (ir::FileSource{.id = "file-abc123", .origin = ir::Dialect::openai_chat}));
  EXPECT_TRUE(std::holds_alternative<ir::Opaque>(parts[9].body));
}

TEST(OpenaiChatRequest, case_59_null_content_with_tool_calls_has_no_text_part) {
  const auto request = parsed(request_file("pi_agent"));
  ASSERT_EQ(request.messages[2].parts.size(), 2U);
  EXPECT_EQ(
      std::get<ir::ToolCall>(request.messages[2].parts[0].body),
      (ir::ToolCall{
          .id = "call_9aVbq1", .name = "bash", .arguments = R"({"command":"ls -la","timeout":9007199254740993})"}));
  const auto& result = std::get<ir::ToolResult>(request.messages[3].parts[0].body);
  EXPECT_EQ(result.call_id, "call_9aVbq1");
  EXPECT_EQ(request.messages[3].role, ir::Role::user);
}

TEST(OpenaiChatRequest, store_false_is_no_extra_and_unknown_fields_are) {
  const auto request = parsed(request_file("pi_agent"));
  ASSERT_EQ(request.extras.fields.size(), 1U);
  EXPECT_EQ(request.extras.fields[0].key, "prompt_cache_key");
}

TEST(OpenaiChatRequest, replayed_reasoning_is_an_unsigned_reasoning_part) {
  const auto request = parsed(request_file("opencode"));
  EXPECT_EQ(std::get<ir::Reasoning>(request.messages[3].parts[0].body).text, "The user wants the file.");
  EXPECT_EQ(std::get<ir::Text>(request.messages[3].parts[1].body).text, "Let me look.");
}

TEST(OpenaiChatRequest, case_10_googles_signature_on_a_call_is_gemini_s) {
  const auto request = parsed(request_file("choices"));
  EXPECT_EQ(request.messages[0].parts.back().signature, (ir::Signature{.blob = "c2ln", .signer = ir::Dialect::gemini}));
}

TEST(OpenaiChatRequest, legacy_functions_become_tools_with_matching_ids) {
  const auto request = parsed(request_file("legacy_functions"));
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_EQ(std::get<ir::Tool>(request.tools[0]).name, "get_weather");
  EXPECT_EQ(request.tool_choice.mode, ir::ToolChoice::Mode::named);
  const auto& call = std::get<ir::ToolCall>(request.messages[1].parts[0].body);
  const auto& result = std::get<ir::ToolResult>(request.messages[2].parts[0].body);
  EXPECT_FALSE(call.id.empty());
  EXPECT_EQ(call.id, result.call_id);
  EXPECT_EQ(result.name, "get_weather");
}

TEST(OpenaiChatRequest, settings_are_read) {
  const auto request = parsed(request_file("every_field"));
  EXPECT_EQ(request.sampling.temperature, 0.7);
  EXPECT_EQ(request.sampling.top_k, 40);
  EXPECT_EQ(request.sampling.seed, 9007199254740993);
  EXPECT_EQ(request.sampling.candidates, 2);
  EXPECT_EQ(request.sampling.max_tokens, 100);
  EXPECT_EQ(request.sampling.stop, std::vector<std::string>{"END"});
  EXPECT_EQ(request.sampling.top_logprobs, 5);
  EXPECT_EQ(request.thinking.mode, ir::Thinking::Mode::off);
  EXPECT_EQ(request.end_user, "u1");
  EXPECT_EQ(request.service_tier, "flex");
  EXPECT_EQ(request.response_format->kind, ir::ResponseFormat::Kind::json_object);
  EXPECT_FALSE(request.usage_in_stream);
}

TEST(OpenaiChatRequest, case_50_tool_choices_are_read) {
  const auto choice = [](const std::string& text) {
    return parsed(R"({"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":)" + text + "}").tool_choice;
  };
  using Mode = ir::ToolChoice::Mode;
  EXPECT_EQ(choice(R"("auto")").mode, Mode::automatic);
  EXPECT_EQ(choice(R"("none")").mode, Mode::none);
  EXPECT_EQ(choice(R"("required")").mode, Mode::required);
  EXPECT_EQ(choice(R"({"type":"function","function":{"name":"f"}})").names, std::vector<std::string>{"f"});
  EXPECT_EQ(choice(R"({"type":"custom","custom":{"name":"c"}})").names, std::vector<std::string>{"c"});
  EXPECT_EQ(choice(R"({"type":"web_search"})").raw.text, R"({"type":"web_search"})");
  const auto allowed = parsed(request_file("tools_and_formats")).tool_choice;
  EXPECT_EQ(allowed.mode, Mode::allowed);
  EXPECT_TRUE(allowed.allowed_required);
  EXPECT_EQ(allowed.names, (std::vector<std::string>{"f", "apply_patch"}));
  EXPECT_EQ(allowed.parallel, false);
}

TEST(OpenaiChatRequest, what_the_gateway_changes_wins_over_the_clients_spelling) {
  auto request = parsed(
      R"({"model":"m","messages":[{"role":"user","content":"x"}],"stream":false,"stop":"a","tool_choice":"required","max_tokens":5,"tools":[{"type":"function","function":{"name":"f"}}],"stream_options":{"include_obfuscation":true}})");
  request.stream = true;
  request.usage_in_stream = true;
  request.sampling.stop = {"b", "c"};
  request.sampling.max_tokens = 7;
  request.tool_choice.mode = ir::ToolChoice::Mode::automatic;
  EXPECT_EQ(
      rendered(request),
      R"({"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto","max_tokens":7,"stop":["b","c"],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":true}})");
}

struct Bad {
  const char* body;
  const char* field;
};

class BadRequest : public testing::TestWithParam<Bad> {};

#define MESSAGES R"("messages":[{"role":"user","content":"x"}])"
#define WITH(FIELDS) R"({"model":"m",)" MESSAGES "," FIELDS "}"
#define MESSAGE(TEXT) R"({"model":"m","messages":[)" TEXT "]}"

INSTANTIATE_TEST_SUITE_P(
    OpenaiChat, BadRequest,
    testing::Values(
        Bad{"[]", ""}, Bad{R"({"messages":[]})", "model"}, Bad{R"({"model":1,"messages":[]})", "model"},
        Bad{R"({"model":null,"messages":[]})", "model"}, Bad{R"({"model":"m"})", "messages"},
        Bad{R"({"model":"m","messages":[]})", "messages"}, Bad{R"({"model":"m","messages":"hi"})", "messages"},
        Bad{MESSAGE("1"), "messages[0]"}, Bad{MESSAGE(R"({"content":"x"})"), "messages[0].role"},
        Bad{MESSAGE(R"({"role":"robot","content":"x"})"), "messages[0].role"},
        Bad{MESSAGE(R"({"role":"user"})"), "messages[0].content"},
        Bad{MESSAGE(R"({"role":"user","content":5})"), "messages[0].content"},
        Bad{MESSAGE(R"({"role":"user","content":["x"]})"), "messages[0].content[0]"},
        Bad{MESSAGE(R"({"role":"user","content":[{"text":"x"}]})"), "messages[0].content[0].type"},
        Bad{MESSAGE(R"({"role":"user","content":[{"type":"text"}]})"), "messages[0].content[0].text"},
        Bad{MESSAGE(R"({"role":"user","content":[{"type":"image_url","image_url":{}}]})"),
            "messages[0].content[0].image_url.url"},
        Bad{MESSAGE(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:text/plain,hi"}}]})"),
            "messages[0].content[0].image_url.url"},
        Bad{MESSAGE(R"({"role":"user","content":[{"type":"input_audio","input_audio":{"data":"x"}}]})"),
            "messages[0].content[0].input_audio.format"},
        Bad{MESSAGE(R"({"role":"user","content":[{"type":"file","file":{}}]})"),
            "messages[0].content[0].file.file_data"},
        Bad{MESSAGE(R"({"role":"user","content":"x","name":3})"), "messages[0].name"},
        Bad{MESSAGE(R"({"role":"tool","content":"x"})"), "messages[0].tool_call_id"},
        Bad{MESSAGE(R"({"role":"tool","tool_call_id":"a"})"), "messages[0].content"},
        Bad{MESSAGE(R"({"role":"function","content":"x"})"), "messages[0].name"},
        Bad{MESSAGE(R"({"role":"assistant","tool_calls":{}})"), "messages[0].tool_calls"},
        Bad{MESSAGE(
                R"({"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]})"),
            "messages[0].tool_calls[0].id"},
        Bad{MESSAGE(R"({"role":"assistant","tool_calls":[{"id":"a","type":"robot"}]})"),
            "messages[0].tool_calls[0].type"},
        Bad{MESSAGE(
                R"({"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":{}}}]})"),
            "messages[0].tool_calls[0].function.arguments"},
        Bad{MESSAGE(R"({"role":"assistant","function_call":{"arguments":"{}"}})"), "messages[0].function_call.name"},
        Bad{MESSAGE(R"({"role":"assistant","content":null,"refusal":1})"), "messages[0].refusal"},
        Bad{WITH(R"("tools":{})"), "tools"}, Bad{WITH(R"("tools":[1])"), "tools[0]"},
        Bad{WITH(R"("tools":[{"type":"function","name":"flat"}])"), "tools[0].function"},
        Bad{WITH(R"("tools":[{"type":"function","function":{"parameters":{}}}])"), "tools[0].function.name"},
        Bad{WITH(R"("tools":[{"type":"function","function":{"name":"f","parameters":[]}}])"),
            "tools[0].function.parameters"},
        Bad{WITH(R"("tools":[{"type":"function","function":{"name":"f","strict":"yes"}}])"),
            "tools[0].function.strict"},
        Bad{WITH(R"("functions":[{}])"), "functions[0].name"}, Bad{WITH(R"("tool_choice":"maybe")"), "tool_choice"},
        Bad{WITH(R"("tool_choice":{"type":"function"})"), "tool_choice.function"},
        Bad{WITH(R"("tool_choice":{"type":"function","function":{}})"), "tool_choice.function.name"},
        Bad{WITH(R"("parallel_tool_calls":"no")"), "parallel_tool_calls"}, Bad{WITH(R"("stream":"true")"), "stream"},
        Bad{WITH(R"("stream_options":true)"), "stream_options"},
        Bad{WITH(R"("stream_options":{"include_usage":1})"), "stream_options.include_usage"},
        Bad{WITH(R"("temperature":"hot")"), "temperature"}, Bad{WITH(R"("temperature":1e400)"), "temperature"},
        Bad{WITH(R"("n":1.5)"), "n"}, Bad{WITH(R"("max_tokens":"5")"), "max_tokens"},
        Bad{WITH(R"("seed":99999999999999999999)"), "seed"}, Bad{WITH(R"("stop":5)"), "stop"},
        Bad{WITH(R"("stop":["a",5])"), "stop[1]"}, Bad{WITH(R"("logprobs":5)"), "logprobs"},
        Bad{WITH(R"("response_format":"json")"), "response_format"},
        Bad{WITH(R"("response_format":{})"), "response_format.type"},
        Bad{WITH(R"("response_format":{"type":"json_schema"})"), "response_format.json_schema"},
        Bad{WITH(R"("reasoning_effort":3)"), "reasoning_effort"}, Bad{WITH(R"("user":{})"), "user"},
        Bad{WITH(R"("service_tier":1)"), "service_tier"},
        Bad{WITH(R"("web_search_options":[])"), "web_search_options"}));

TEST_P(BadRequest, case_45_names_the_field_at_fault) {
  const auto document = json::Document::parse(GetParam().body);
  ASSERT_TRUE(document.has_value());
  const auto request = openai_chat_codec.parse_request(*document, {});
  ASSERT_FALSE(request.has_value()) << GetParam().body;
  EXPECT_EQ(request.error().code, Code::schema);
  EXPECT_EQ(request.error().field, GetParam().field) << request.error().message;
}

}  // namespace
}  // namespace agt::dialect

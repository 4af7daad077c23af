// What clients get wrong: the exact field and the code for each.
#include <gtest/gtest.h>

#include "dialect/anthropic/codec.h"

namespace agt::dialect {
namespace {

struct BadInput {
  std::string body;
  std::string field;
  Code code = Code::schema;
  std::string version{};
};

std::string with(const std::string& members) {
  return R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}])" +
         (members.empty() ? "" : "," + members) + "}";
}
std::string block(const std::string& text) {
  return R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[)" + text + "]}]}";
}

const BadInput bad_inputs[] = {
    {"[]", ""},
    {R"({"max_tokens":1,"messages":[]})", "model"},
    {R"({"model":7,"max_tokens":1,"messages":[]})", "model"},
    {R"({"model":"","max_tokens":1,"messages":[]})", "model"},
    {R"({"model":"m","messages":[]})", "max_tokens"},
    {R"({"model":"m","max_tokens":"1","messages":[]})", "max_tokens"},
    {R"({"model":"m","max_tokens":1.5,"messages":[]})", "max_tokens"},
    {R"({"model":"m","max_tokens":-1,"messages":[]})", "max_tokens"},
    {R"({"model":"m","max_tokens":1})", "messages"},
    {R"({"model":"m","max_tokens":1,"messages":{}})", "messages"},
    {R"({"model":"m","max_tokens":1,"messages":["x"]})", "messages[0]"},
    {R"({"model":"m","max_tokens":1,"messages":[{"content":"x"}]})", "messages[0].role"},
    {R"({"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]})", "messages[0].role"},
    {R"({"model":"m","max_tokens":1,"messages":[{"role":"user"}]})", "messages[0].content"},
    {R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":null}]})", "messages[0].content"},
    {R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":7}]})", "messages[0].content"},
    {block("7"), "messages[0].content[0]"},
    {block("{}"), "messages[0].content[0].type"},
    {block(R"({"type":"text"})"), "messages[0].content[0].text"},
    {block(R"({"type":"text","text":7})"), "messages[0].content[0].text"},
    {block(R"({"type":"text","text":"x","citations":[7]})"), "messages[0].content[0].citations[0]"},
    {block(R"({"type":"text","text":"x","cache_control":"ephemeral"})"), "messages[0].content[0].cache_control"},
    {block(R"({"type":"text","text":"x","cache_control":{}})"), "messages[0].content[0].cache_control.type"},
    {block(R"({"type":"image"})"), "messages[0].content[0].source"},
    {block(R"({"type":"image","source":{"type":"base64","data":"x"}})"), "messages[0].content[0].source.media_type"},
    {block(R"({"type":"image","source":{"type":"url","url":7}})"), "messages[0].content[0].source.url"},
    {block(R"({"type":"document","source":{"type":"file"}})"), "messages[0].content[0].source.file_id"},
    {block(R"({"type":"thinking","thinking":7})"), "messages[0].content[0].thinking"},
    {block(R"({"type":"redacted_thinking"})"), "messages[0].content[0].data"},
    {block(R"({"type":"tool_use","id":"a","name":"b","input":"{}"})"), "messages[0].content[0].input"},
    {block(R"({"type":"tool_use","id":"a","name":"b"})"), "messages[0].content[0].input"},
    {block(R"({"type":"tool_use","name":"b","input":{}})"), "messages[0].content[0].id"},
    {block(R"({"type":"tool_result","content":"x"})"), "messages[0].content[0].tool_use_id"},
    {block(R"({"type":"tool_result","tool_use_id":"a","content":7})"), "messages[0].content[0].content"},
    {block(R"({"type":"tool_result","tool_use_id":"a","is_error":"no"})"), "messages[0].content[0].is_error"},
    {block(R"({"type":"tool_result","tool_use_id":"a","content":[{"type":"text"}]})"),
     "messages[0].content[0].content[0].text"},
    {with(R"("system":7)"), "system"},
    {with(R"("system":[7])"), "system[0]"},
    {with(R"("stream":"yes")"), "stream"},
    {with(R"("temperature":"hot")"), "temperature"},
    {with(R"("top_k":[])"), "top_k"},
    {with(R"("stop_sequences":"END")"), "stop_sequences"},
    {with(R"("stop_sequences":[7])"), "stop_sequences[0]"},
    {with(R"("metadata":[])"), "metadata"},
    {with(R"("metadata":{"user_id":7})"), "metadata.user_id"},
    {with(R"("thinking":true)"), "thinking"},
    {with(R"("thinking":{})"), "thinking.type"},
    {with(R"("thinking":{"type":"enabled"})"), "thinking.budget_tokens"},
    {with(R"("thinking":{"type":"adaptive","display":7})"), "thinking.display"},
    {with(R"("output_config":{"effort":7})"), "output_config.effort"},
    {with(R"("output_config":{"format":{"type":"json_schema"}})"), "output_config.format.schema"},
    {with(R"("tool_choice":"auto")"), "tool_choice"},
    {with(R"("tool_choice":{"type":"all"})"), "tool_choice.type"},
    {with(R"("tool_choice":{"type":"tool"})"), "tool_choice.name"},
    {with(R"("tools":{})"), "tools"},
    {with(R"("tools":[7])"), "tools[0]"},
    {with(R"("tools":[{"input_schema":{}}])"), "tools[0].name"},
    {with(R"("tools":[{"name":"a","input_schema":"{}"}])"), "tools[0].input_schema"},
    {with(R"("tools":[{"name":"a","description":7}])"), "tools[0].description"},
    {with(R"("tools":[{"name":"a","strict":"yes"}])"), "tools[0].strict"},
    {with(R"("thread":{"type":"create"})"), "thread", Code::feature_unsupported},
    {with(R"("temperature":1)"), "temperature", Code::schema, "2026-10-21"},
    {with(R"("top_p":null)"), "top_p", Code::schema, "2026-10-21"},
    {with(R"("top_k":1)"), "top_k", Code::schema, "2026-10-21"},
    {block(R"({"type":"text","text":"x","citations":[{"type":"char_location"}]})"), "messages[0].content[0].citations",
     Code::schema, "2026-10-21"},
    {R"({"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"document","source":{"type":"url","url":"u"}}]}]})",
     "messages[0].content[0]", Code::schema, "2026-10-21"},
};

TEST(Anthropic, case_45_bad_input_names_its_field) {
  for (const auto& row : bad_inputs) {
    const auto document = json::Document::parse(row.body);
    ASSERT_TRUE(document.has_value()) << row.body;
    const auto request = anthropic_codec.parse_request(*document, {.version = row.version});
    ASSERT_FALSE(request.has_value()) << row.body;
    EXPECT_EQ(request.error().code, row.code) << row.body;
    EXPECT_EQ(request.error().field, row.field) << row.body << "\n" << request.error().message;
    EXPECT_TRUE(row.field.empty() || request.error().message.contains(row.field)) << request.error().message;
  }
}

TEST(Anthropic, odd_input_that_is_legal_is_accepted) {
  const std::string table[] = {
      with(""),
      with(R"("thread":null)"),
      with(R"("temperature":null,"tools":null,"tool_choice":null,"thinking":null,"system":null,"metadata":null)"),
      with(R"("x_unknown":[{"deep":{}}])"),
      with(R"("tools":[{"name":"DeferredToolPlaceholder","defer_loading":true}])"),
      R"({"model":"m","max_tokens":0,"messages":[]})",
      R"({"model":"m","max_tokens":3.0,"messages":[{"role":"system","content":[]}]})",
      block(R"({"type":"from_the_future","x":1})"),
      block(R"({"type":"image","source":{"type":"hologram"}})"),
  };
  for (const auto& body : table) {
    const auto document = json::Document::parse(body);
    const auto request = anthropic_codec.parse_request(*document, {});
    EXPECT_TRUE(request.has_value()) << body << "\n" << (request ? "" : request.error().message);
  }
}

TEST(Anthropic, counting_needs_no_max_tokens) {
  const auto document = json::Document::parse(R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
  EXPECT_TRUE(anthropic_codec.parse_request(*document, {.operation = Asked::Operation::count_tokens}).has_value());
}

TEST(Anthropic, a_request_is_understood) {
  const auto document = json::Document::parse(
      R"({"model":"m","max_tokens":9,"stream":true,"system":"s","thinking":{"type":"enabled","budget_tokens":2000,
    "display":"omitted"},"output_config":{"effort":"max"},"metadata":{"user_id":"u"},"tool_choice":{"type":"any","disable_parallel_tool_use":true},
    "messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"agt1.gemini.QUJD"},
    {"type":"tool_use","id":"a","name":"b","input":{"n":1.0}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]})");
  const auto request = anthropic_codec.parse_request(*document, {});
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ(request->sampling.max_tokens, 9);
  EXPECT_TRUE(request->stream);
  EXPECT_EQ(request->thinking.mode, ir::Thinking::Mode::budget);
  EXPECT_EQ(request->thinking.budget_tokens, 2000);
  EXPECT_EQ(request->thinking.effort, ir::Effort::max);
  EXPECT_EQ(request->thinking.display, ir::Thinking::Display::hidden);
  EXPECT_EQ(request->end_user, "u");
  EXPECT_EQ(request->tool_choice.mode, ir::ToolChoice::Mode::required);
  EXPECT_EQ(request->tool_choice.parallel, false);
  const auto& signature = request->messages[0].parts[0].signature;
  EXPECT_EQ(signature, (ir::Signature{.blob = "QUJD", .signer = ir::Dialect::gemini}));
  EXPECT_EQ(std::get<ir::ToolCall>(request->messages[0].parts[1].body).arguments, R"({"n":1.0})");
  EXPECT_EQ(request->messages[1].parts[0].cache->ttl_seconds, 3600);
}

}  // namespace
}  // namespace agt::dialect

// What clients get wrong: the exact field and the code for each.
#include <gtest/gtest.h>

#include "dialect/openai_responses/codec.h"

namespace agt::dialect {
namespace {

struct BadInput {
  std::string body;
  std::string field;
};

std::string with(const std::string& members) { return R"({"model":"m","input":"x",)" + members + "}"; }
std::string item(const std::string& text) { return R"({"model":"m","input":[)" + text + "]}"; }
std::string part(const std::string& text) { return item(R"({"role":"user","content":[)" + text + "]}"); }

const BadInput bad_inputs[] = {
    {"[]", ""},
    {R"({"input":"x"})", "model"},
    {R"({"model":7,"input":"x"})", "model"},
    {R"({"model":null,"input":"x"})", "model"},
    {R"({"model":"m"})", "input"},
    {R"({"model":"m","input":null})", "input"},
    {R"({"model":"m","input":7})", "input"},
    {R"({"model":"m","input":{}})", "input"},
    {item("7"), "input[0]"},
    {item(R"({"type":7})"), "input[0].type"},
    {item("{}"), "input[0].role"},
    {item(R"({"type":"message","content":"x"})"), "input[0].role"},
    {item(R"({"role":"tool","content":"x"})"), "input[0].role"},
    {item(R"({"role":7,"content":"x"})"), "input[0].role"},
    {item(R"({"role":"user"})"), "input[0].content"},
    {item(R"({"role":"user","content":null})"), "input[0].content"},
    {item(R"({"role":"user","content":{}})"), "input[0].content"},
    {part("7"), "input[0].content[0]"},
    {part("{}"), "input[0].content[0].type"},
    {part(R"({"type":"input_text"})"), "input[0].content[0].text"},
    {part(R"({"type":"input_text","text":7})"), "input[0].content[0].text"},
    {part(R"({"type":"refusal"})"), "input[0].content[0].refusal"},
    {part(R"({"type":"input_image"})"), "input[0].content[0].image_url"},
    {part(R"({"type":"input_image","image_url":null})"), "input[0].content[0].image_url"},
    {part(R"({"type":"input_image","image_url":{"url":"x"}})"), "input[0].content[0].image_url"},
    {part(R"({"type":"input_image","image_url":"data:image/png,abc"})"), "input[0].content[0].image_url"},
    {part(R"({"type":"input_image","file_id":7})"), "input[0].content[0].file_id"},
    {part(R"({"type":"input_file","filename":"a"})"), "input[0].content[0].file_data"},
    {part(R"({"type":"input_file","file_data":7})"), "input[0].content[0].file_data"},
    {part(R"({"type":"input_file","file_url":7})"), "input[0].content[0].file_url"},
    {part(R"({"type":"input_audio"})"), "input[0].content[0].input_audio"},
    {part(R"({"type":"input_audio","input_audio":{"data":"x"}})"), "input[0].content[0].input_audio.format"},
    {part(R"({"type":"input_text","text":"x","prompt_cache_breakpoint":7})"),
     "input[0].content[0].prompt_cache_breakpoint"},
    {item(R"({"type":"function_call","name":"f","arguments":"{}"})"), "input[0].call_id"},
    {item(R"({"type":"function_call","call_id":"c","arguments":"{}"})"), "input[0].name"},
    {item(R"({"type":"function_call","call_id":"c","name":"f"})"), "input[0].arguments"},
    {item(R"({"type":"function_call","call_id":"c","name":"f","arguments":{}})"), "input[0].arguments"},
    {item(R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}","namespace":7})"), "input[0].namespace"},
    {item(R"({"type":"custom_tool_call","call_id":"c","name":"f"})"), "input[0].input"},
    {item(R"({"type":"function_call_output","output":"x"})"), "input[0].call_id"},
    {item(R"({"type":"function_call_output","call_id":"c"})"), "input[0].output"},
    {item(R"({"type":"function_call_output","call_id":"c","output":{}})"), "input[0].output"},
    {item(R"({"type":"custom_tool_call_output","call_id":"c","output":[{"type":"input_text"}]})"),
     "input[0].output[0].text"},
    {item(R"({"role":"user","content":"a"},{"type":"reasoning","summary":"x"})"), "input[1].summary"},
    {item(R"({"type":"reasoning","summary":[7]})"), "input[0].summary[0]"},
    {item(R"({"type":"reasoning","summary":[{"text":7}]})"), "input[0].summary[0].text"},
    {item(R"({"type":"reasoning","summary":[],"encrypted_content":7})"), "input[0].encrypted_content"},
    {item(R"({"type":"additional_tools","tools":[{"type":"function"}]})"), "input[0].tools[0].name"},
    {with(R"("instructions":7)"), "instructions"},
    {with(R"("previous_response_id":7)"), "previous_response_id"},
    {with(R"("stream":"yes")"), "stream"},
    {with(R"("temperature":"hot")"), "temperature"},
    {with(R"("top_p":[])"), "top_p"},
    {with(R"("max_output_tokens":1.5)"), "max_output_tokens"},
    {with(R"("top_logprobs":"5")"), "top_logprobs"},
    {with(R"("include":"reasoning.encrypted_content")"), "include"},
    {with(R"("include":[7])"), "include[0]"},
    {with(R"("reasoning":"high")"), "reasoning"},
    {with(R"("reasoning":{"effort":7})"), "reasoning.effort"},
    {with(R"("reasoning":{"summary":true})"), "reasoning.summary"},
    {with(R"("text":"json")"), "text"},
    {with(R"("text":{"format":"json"})"), "text.format"},
    {with(R"("text":{"format":{}})"), "text.format.type"},
    {with(R"("text":{"format":{"type":"json_schema","name":"a"}})"), "text.format.schema"},
    {with(R"("text":{"format":{"type":"json_schema","name":"a","schema":7}})"), "text.format.schema"},
    {with(R"("tools":{})"), "tools"},
    {with(R"("tools":[7])"), "tools[0]"},
    {with(R"("tools":[{"name":"a"}])"), "tools[0].type"},
    {with(R"("tools":[{"type":"function"}])"), "tools[0].name"},
    {with(R"("tools":[{"type":"function","function":{"name":"a"}}])"), "tools[0].name"},
    {with(R"("tools":[{"type":"function","name":"a","parameters":"{}"}])"), "tools[0].parameters"},
    {with(R"("tools":[{"type":"function","name":"a","strict":"yes"}])"), "tools[0].strict"},
    {with(R"("tools":[{"type":"custom","name":"a","format":"lark"}])"), "tools[0].format"},
    {with(R"("tools":[{"type":"namespace","name":"a"}])"), "tools[0].tools"},
    {with(R"("tools":[{"type":"namespace","name":"a","tools":[{"type":"function"}]}])"), "tools[0].tools[0].name"},
    {with(R"("tool_choice":"any")"), "tool_choice"},
    {with(R"("tool_choice":{})"), "tool_choice.type"},
    {with(R"("tool_choice":{"type":"function"})"), "tool_choice.name"},
    {with(R"("tool_choice":{"type":"allowed_tools"})"), "tool_choice.tools"},
    {with(R"("parallel_tool_calls":"no")"), "parallel_tool_calls"},
    {with(R"("user":7)"), "user"},
    {with(R"("service_tier":7)"), "service_tier"},
};

TEST(Responses, case_45_bad_input_names_its_field) {
  for (const auto& row : bad_inputs) {
    const auto document = json::Document::parse(row.body);
    ASSERT_TRUE(document.has_value()) << row.body;
    const auto request = openai_responses_codec.parse_request(*document, {});
    ASSERT_FALSE(request.has_value()) << row.body;
    EXPECT_EQ(request.error().code, Code::schema) << row.body;
    EXPECT_EQ(request.error().field, row.field) << row.body << "\n" << request.error().message;
    EXPECT_TRUE(row.field.empty() || request.error().message.contains(row.field)) << request.error().message;
  }
}

TEST(Responses, odd_input_that_is_legal_is_accepted) {
  const std::string table[] = {
      R"({"model":"m","input":""})",
      R"({"model":"m","input":[]})",
      R"({"model":"m","previous_response_id":"resp_1"})",
      R"({"model":"m","conversation":{"id":"conv_1"}})",
      with(R"("tools":null,"tool_choice":null,"text":null,"reasoning":null,"include":null,"stream":null)"),
      with(R"("x_unknown":[{"deep":{}}])"),
      with(R"("tools":[{"type":"from_the_future","x":1}],"tool_choice":{"type":"from_the_future"})"),
      with(R"("include":["from.the.future"],"text":{"format":{"type":"from_the_future"}})"),
      item(R"({"type":"reasoning"},{"type":"reasoning","summary":null,"content":null,"encrypted_content":null})"),
      item(R"({"type":null,"role":"user","content":"x"})"),
      part(R"({"type":"from_the_future"})"),
  };
  for (const auto& body : table) {
    const auto document = json::Document::parse(body);
    const auto request = openai_responses_codec.parse_request(*document, {});
    EXPECT_TRUE(request.has_value()) << body << "\n" << (request ? "" : request.error().message);
  }
}

}  // namespace
}  // namespace agt::dialect

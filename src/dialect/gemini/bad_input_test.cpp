#include <gtest/gtest.h>

#include <string>

#include "dialect/gemini/codec.h"

namespace agt::dialect {
namespace {

struct Bad {
  std::string body;
  std::string field;
  Code code = Code::schema;
};

class GeminiBadInput : public testing::TestWithParam<Bad> {};

TEST_P(GeminiBadInput, case_45_is_refused_by_the_name_of_the_field) {
  const auto document = json::Document::parse(GetParam().body);
  ASSERT_TRUE(document.has_value());
  const auto request = gemini_codec.parse_request(*document, {.model = "m"});
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().code, GetParam().code);
  EXPECT_EQ(request.error().field, GetParam().field);
  EXPECT_TRUE(request.error().message.contains(GetParam().field.empty() ? "The body" : GetParam().field))
      << request.error().message;
}

std::string part(const std::string& text) { return R"({"contents":[{"role":"user","parts":[)" + text + "]}]}"; }
std::string with(const std::string& text) { return R"({"contents":[],)" + text + "}"; }
std::string config(const std::string& text) { return with(R"("generationConfig":{)" + text + "}"); }

const std::string p0 = "contents[0].parts[0]";

INSTANTIATE_TEST_SUITE_P(
    Gemini, GeminiBadInput,
    testing::Values(
        Bad{"[]", ""}, Bad{"3", ""}, Bad{"{}", "contents"}, Bad{R"({"contents":null})", "contents"},
        Bad{R"({"contents":"hi"})", "contents"}, Bad{R"({"contents":["hi"]})", "contents[0]"},
        Bad{R"({"contents":[{"role":"system","parts":[]}]})", "contents[0].role"},
        Bad{R"({"contents":[{"role":"assistant","parts":[]}]})", "contents[0].role"},
        Bad{R"({"contents":[{"role":5,"parts":[]}]})", "contents[0].role"},
        Bad{R"({"contents":[{"role":"user","parts":"hi"}]})", "contents[0].parts"}, Bad{part("7"), p0},
        Bad{part(R"({"text":5})"), p0 + ".text"}, Bad{part(R"({"text":"a","thought":"yes"})"), p0 + ".thought"},
        Bad{part(R"({"text":"a","thoughtSignature":1})"), p0 + ".thoughtSignature"},
        Bad{part(R"({"inlineData":"x"})"), p0 + ".inlineData"},
        Bad{part(R"({"inlineData":{"mimeType":1,"data":""}})"), p0 + ".inlineData.mimeType"},
        Bad{part(R"({"inline_data":{"mimeType":"a/b","data":[]}})"), p0 + ".inline_data.data"},
        Bad{part(R"({"fileData":{}})"), p0 + ".fileData.fileUri"},
        Bad{part(R"({"fileData":{"fileUri":{}}})"), p0 + ".fileData.fileUri"},
        Bad{part(R"({"functionCall":[]})"), p0 + ".functionCall"},
        Bad{part(R"({"functionCall":{}})"), p0 + ".functionCall.name"},
        Bad{part(R"({"functionCall":{"name":1}})"), p0 + ".functionCall.name"},
        Bad{part(R"({"functionCall":{"name":"f","args":"{}"}})"), p0 + ".functionCall.args"},
        Bad{part(R"({"functionResponse":{"name":"f","response":"x"}})"), p0 + ".functionResponse.response"},
        Bad{part(R"({"functionResponse":{"name":"f","id":1}})"), p0 + ".functionResponse.id"},
        Bad{part(R"({"functionResponse":{"name":"f","response":{},"parts":{}}})"), p0 + ".functionResponse.parts"},
        Bad{with(R"("systemInstruction":"be nice")"), "systemInstruction"},
        Bad{with(R"("system_instruction":{"parts":[1]})"), "system_instruction.parts[0]"},
        Bad{with(R"("tools":"x")"), "tools"}, Bad{with(R"("tools":[1])"), "tools[0]"},
        Bad{with(R"("tools":[{"functionDeclarations":{}}])"), "tools[0].functionDeclarations"},
        Bad{with(R"("tools":[{"functionDeclarations":["f"]}])"), "tools[0].functionDeclarations[0]"},
        Bad{with(R"("tools":[{"functionDeclarations":[{}]}])"), "tools[0].functionDeclarations[0].name"},
        Bad{with(R"("tools":[{"functionDeclarations":[{"name":"f","description":1}]}])"),
            "tools[0].functionDeclarations[0].description"},
        Bad{with(R"("tools":[{"functionDeclarations":[{"name":"f","parameters":[]}]}])"),
            "tools[0].functionDeclarations[0].parameters"},
        Bad{with(R"("toolConfig":[])"), "toolConfig"},
        Bad{with(R"("toolConfig":{"functionCallingConfig":{"mode":"SOMETIMES"}})"),
            "toolConfig.functionCallingConfig.mode"},
        Bad{with(R"("toolConfig":{"functionCallingConfig":{"allowedFunctionNames":[1]}})"),
            "toolConfig.functionCallingConfig.allowedFunctionNames[0]"},
        Bad{with(R"("generationConfig":1)"), "generationConfig"},
        Bad{config(R"("temperature":"hot")"), "generationConfig.temperature"},
        Bad{config(R"("temperature":1e999)"), "generationConfig.temperature"},
        Bad{config(R"("topK":[])"), "generationConfig.topK"},
        Bad{config(R"("maxOutputTokens":1.5)"), "generationConfig.maxOutputTokens"},
        Bad{config(R"("candidateCount":"2")"), "generationConfig.candidateCount"},
        Bad{config(R"("stopSequences":"END")"), "generationConfig.stopSequences"},
        Bad{config(R"("stopSequences":[1])"), "generationConfig.stopSequences[0]"},
        Bad{config(R"("responseMimeType":1)"), "generationConfig.responseMimeType"},
        Bad{config(R"("responseSchema":[])"), "generationConfig.responseSchema"},
        Bad{config(R"("thinkingConfig":[])"), "generationConfig.thinkingConfig"},
        Bad{config(R"("thinkingConfig":{"thinkingLevel":"EXTREME"})"), "generationConfig.thinkingConfig.thinkingLevel"},
        Bad{config(R"("thinkingConfig":{"thinkingBudget":"8192"})"), "generationConfig.thinkingConfig.thinkingBudget"},
        Bad{config(R"("thinkingConfig":{"includeThoughts":1})"), "generationConfig.thinkingConfig.includeThoughts"},
        Bad{with(R"("serviceTier":1)"), "serviceTier"}, Bad{with(R"("model":1)"), "model"}));

}  // namespace
}  // namespace agt::dialect

#include "dialect/gemini/schema.h"

#include <gtest/gtest.h>

namespace agt::dialect::gemini {
namespace {

struct Case {
  std::string from;
  std::string to;
  std::size_t losses = 0;
};

class GeminiSchemaExport : public testing::TestWithParam<Case> {};
TEST_P(GeminiSchemaExport, case_17_keeps_to_the_subset) {
  ir::Losses losses;
  EXPECT_EQ(gemini_schema_of({GetParam().from}, Root::any, "tools[0].parameters", losses).text, GetParam().to)
      << GetParam().from;
  EXPECT_EQ(losses.all().size(), GetParam().losses) << GetParam().from;
}

INSTANTIATE_TEST_SUITE_P(
    Gemini, GeminiSchemaExport,
    testing::Values(
        Case{R"j({"type":"string"})j", R"j({"type":"STRING"})j"},
        Case{R"j({"type":"object"})j", R"j({"type":"OBJECT"})j"},
        Case{
            R"j({"$schema":"x","$id":"y","$comment":"z","type":"object","additionalProperties":false,"x-a":1,"deprecated":true})j",
            R"j({"type":"OBJECT"})j"},
        // Names of properties are no keywords.
        Case{
            R"j({"type":"object","properties":{"default":{"type":"string"},"properties":{"type":"object","properties":{"$ref":{"type":"integer"}}},"format":{"type":"string"},"title":{"type":"string"},"enum":{"type":"boolean"}},"required":["default","properties"]})j",
            R"j({"type":"OBJECT","properties":{"default":{"type":"STRING"},"properties":{"type":"OBJECT","properties":{"$ref":{"type":"INTEGER"}}},"format":{"type":"STRING"},"title":{"type":"STRING"},"enum":{"type":"BOOLEAN"}},"required":["default","properties"]})j"},
        Case{
            R"j({"$defs":{"P":{"type":"object","properties":{"x":{"type":"number"}}}},"type":"object","properties":{"a":{"$ref":"#/$defs/P"},"b":{"$ref":"#/$defs/P","description":"second"}}})j",
            R"j({"type":"OBJECT","properties":{"a":{"type":"OBJECT","properties":{"x":{"type":"NUMBER"}}},"b":{"type":"OBJECT","properties":{"x":{"type":"NUMBER"}},"description":"second"}}})j"},
        Case{R"j({"definitions":{"a/b":{"type":"string"}},"$ref":"#/definitions/a~1b"})j", R"j({"type":"STRING"})j"},
        Case{
            R"j({"$defs":{"N":{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}}}},"$ref":"#/$defs/N"})j",
            R"j({"type":"OBJECT","properties":{"next":{"type":"OBJECT","description":"(the same structure again (N))"}}})j",
            1},
        Case{
            R"j({"type":"object","properties":{"self":{"$ref":"#"}}})j",
            R"j({"type":"OBJECT","properties":{"self":{"type":"OBJECT","properties":{"self":{"type":"OBJECT","description":"(the same structure again (#))"}}}}})j",
            1},
        Case{R"j({"type":"string","$ref":"https://elsewhere.example/s"})j",
             R"j({"type":"STRING","description":"(see https://elsewhere.example/s)"})j", 1},
        Case{R"j({"const":"a"})j", R"j({"type":"STRING","enum":["a"]})j"},
        Case{R"j({"const":5})j", R"j({"type":"INTEGER","description":"(one of: 5)"})j", 1},
        Case{R"j({"enum":["a","b",null]})j", R"j({"type":"STRING","nullable":true,"enum":["a","b"]})j"},
        Case{R"j({"type":"string","enum":["a",""]})j", R"j({"type":"STRING","description":"(one of: a, )"})j", 1},
        Case{R"j({"type":"integer","enum":[1,2]})j", R"j({"type":"INTEGER","description":"(one of: 1, 2)"})j", 1},
        Case{R"j({"type":"string","enum":[1,2]})j", R"j({"type":"STRING","enum":["1","2"]})j"},
        Case{R"j({"type":["string","null"],"description":"d"})j",
             R"j({"type":"STRING","nullable":true,"description":"d"})j"},
        Case{R"j({"type":["string","integer"],"maxLength":3,"minimum":1,"description":"d"})j",
             R"j({"anyOf":[{"type":"STRING","maxLength":3,"description":"d"},{"type":"INTEGER","minimum":1}]})j"},
        Case{R"j({"oneOf":[{"type":"string"},{"type":"number"},{"type":"null"}]})j",
             R"j({"anyOf":[{"type":"STRING","nullable":true},{"type":"NUMBER","nullable":true}]})j"},
        Case{R"j({"anyOf":[{"type":"string"},{"type":"null"}],"description":"d"})j",
             R"j({"type":"STRING","nullable":true,"description":"d"})j"},
        // What stands beside anyOf goes into every branch.
        Case{
            R"j({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]})j",
            R"j({"anyOf":[{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}},"required":["a"]},{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}},"required":["b"]}]})j"},
        Case{
            R"j({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"number"}},"required":["b","a"]}]})j",
            R"j({"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"NUMBER"}},"required":["a","b"]})j"},
        Case{
            R"j({"type":"object","properties":{"any":true,"none":false},"required":["any","none","absent"]})j",
            R"j({"type":"OBJECT","properties":{"any":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"},{"type":"BOOLEAN"},{"type":"OBJECT"}]}},"required":["any"]})j"},
        Case{R"j({"type":"array"})j", R"j({"type":"ARRAY","items":{"type":"STRING"}})j"},
        Case{
            R"j({"type":"array","items":[{"type":"string"},{"type":"number"}]})j",
            R"j({"type":"ARRAY","items":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]},"description":"(items in order: [{\"type\":\"string\"},{\"type\":\"number\"}])"})j",
            1},
        Case{
            R"j({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":4,"uniqueItems":true})j",
            R"j({"type":"ARRAY","minItems":1,"maxItems":4,"items":{"type":"STRING"},"description":"(uniqueItems: true)"})j",
            1},
        Case{
            R"j({"type":"number","exclusiveMinimum":0,"maximum":9007199254740993,"multipleOf":0.5})j",
            R"j({"type":"NUMBER","minimum":0,"maximum":9007199254740993,"description":"(must be greater than 0; multipleOf: 0.5)"})j",
            1},
        Case{R"j({"type":"string","format":"date-time","pattern":"^a","minLength":1,"default":"x"})j",
             R"j({"type":"STRING","format":"date-time","pattern":"^a","minLength":1,"default":"x"})j"},
        Case{R"j({"type":"string","format":"uri","description":"The page"})j",
             R"j({"type":"STRING","description":"The page (format: uri)"})j", 1},
        Case{
            R"j({"type":"object","patternProperties":{"^x":{"type":"string"}},"propertyNames":{"pattern":"a"},"additionalProperties":{"type":"string"}})j",
            R"j({"type":"OBJECT","description":"(patternProperties: {\"^x\":{\"type\":\"string\"}}; propertyNames: {\"pattern\":\"a\"}; other properties must match {\"type\":\"string\"})"})j",
            1},
        Case{R"j({"type":"null"})j", R"j({"type":"STRING","nullable":true,"description":"(must be null)"})j", 1},
        Case{
            R"j({"properties":{"a":{"pattern":"x"},"b":{"minimum":1},"c":{"items":{}}}})j",
            R"j({"type":"OBJECT","properties":{"a":{"type":"STRING","pattern":"x"},"b":{"type":"NUMBER","minimum":1},"c":{"type":"ARRAY","items":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"},{"type":"BOOLEAN"},{"type":"OBJECT"}]}}}})j"}));

TEST(GeminiSchema, makes_the_root_of_parameters_an_object) {
  ir::Losses losses;
  EXPECT_EQ(gemini_schema_of({"{}"}, Root::object, "t", losses).text, R"j({"type":"OBJECT"})j");
  EXPECT_TRUE(losses.empty());
  EXPECT_EQ(
      gemini_schema_of(
          {R"j({"anyOf":[{"properties":{"a":{"type":"string"}},"required":["a","k"]},{"properties":{"k":{"type":"string"}},"required":["k"]}]})j"},
          Root::object, "t", losses)
          .text,
      R"j({"type":"OBJECT","properties":{"a":{"type":"STRING"},"k":{"type":"STRING"}},"required":["k"],"description":"(the properties belong to several alternatives)"})j");
  EXPECT_EQ(losses.all().size(), 1U);
}

TEST(GeminiSchema, survives_schemas_that_multiply) {
  std::string schema = R"({"$defs":{"a0":{"type":"string"})";
  for (int i = 1; i < 40; ++i) {
    const auto down = R"({"$ref":"#/$defs/a)" + std::to_string(i - 1) + "\"}";
    schema += ",\"a" + std::to_string(i) + R"(":{"type":"object","properties":{"l":)" + down + R"(,"r":)" + down + "}}";
  }
  schema += R"(},"$ref":"#/$defs/a39"})";
  ir::Losses losses;
  EXPECT_LT(gemini_schema_of({schema}, Root::object, "t", losses).text.size(), 1'000'000U);
  std::string nested = R"({"type":"string"})";
  for (int i = 0; i < 30; ++i)
    nested =
        R"({"type":"object","properties":{"p":)" + nested + R"(},"anyOf":[{"required":["p"]},{"required":["q"]}]})";
  EXPECT_LT(gemini_schema_of({nested}, Root::object, "t", losses).text.size(), 1'000'000U);
  EXPECT_EQ(gemini_schema_of({"not json"}, Root::object, "t", losses).text, R"({"type":"OBJECT"})");
}

class GeminiSchemaImport : public testing::TestWithParam<Case> {};
TEST_P(GeminiSchemaImport, becomes_json_schema) {
  const auto document = json::Document::parse(GetParam().from).value();
  EXPECT_EQ(json_schema_of(document.root()).text, GetParam().to);
}
INSTANTIATE_TEST_SUITE_P(
    Gemini, GeminiSchemaImport,
    testing::Values(
        Case{R"({"type":"STRING"})", R"({"type":"string"})"},
        Case{
            R"({"type":"OBJECT","properties":{"type":{"type":"STRING","nullable":true},"n":{"type":"ARRAY","items":{"type":"INTEGER"},"min_items":"2"}},"property_ordering":["n"]})",
            R"({"type":"object","properties":{"type":{"type":["string","null"]},"n":{"type":"array","items":{"type":"integer"},"minItems":2}}})"},
        Case{R"({"any_of":[{"type":"NUMBER","example":1.50},{"type":"TYPE_UNSPECIFIED"}]})",
             R"({"anyOf":[{"type":"number","examples":[1.50]},{}]})"},
        Case{R"({"type":"object","default":null,"x":1})", R"({"type":"object","x":1})"}));

}  // namespace
}  // namespace agt::dialect::gemini

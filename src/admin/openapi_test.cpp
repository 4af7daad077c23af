#include "admin/openapi.h"

#include <gtest/gtest.h>

#include <set>

#include "json/document.h"

namespace agt::admin {
namespace {

void collect_references(const json::Value& value, std::set<std::string>& found) {
  if (value.is_object() && value["$ref"].exists()) found.insert(value["$ref"].text_or(""));
  if (value.is_object() || value.is_array())
    for (const auto child : value.children()) collect_references(child, found);
}

TEST(OpenApi, names_a_shape_for_every_answer) {
  for (const auto& endpoint : endpoints()) {
    if (std::holds_alternative<StreamWork>(endpoint.work)) continue;
    EXPECT_FALSE(endpoint.answer.empty()) << endpoint.method << ' ' << endpoint.pattern
                                          << ": name its answer's shape in routes.cpp, and say it in shapes.txt";
  }
}

TEST(OpenApi, has_every_shape_that_is_named) {
  const auto document = json::Document::parse_owned(openapi_document(endpoints())).value();
  std::set<std::string> named;
  collect_references(document.root(), named);
  EXPECT_GT(named.size(), 40U);
  const auto schemas = document.root()["components"]["schemas"];
  for (const auto& reference : named) {
    const auto name = reference.substr(reference.rfind('/') + 1);
    EXPECT_TRUE(schemas[name].exists()) << name << " is missing in shapes.txt";
  }
}

TEST(OpenApi, tells_a_shape_as_a_schema) {
  const auto document = json::Document::parse_owned(openapi_document(endpoints())).value();
  const auto schemas = document.root()["components"]["schemas"];
  EXPECT_EQ(schemas["LoginCode"].raw(),
            R"({"type":"object","properties":{"code":{"description":"what stands behind login= in the link",)"
            R"("type":"string"}},"required":["code"],"additionalProperties":false})");
  EXPECT_EQ(schemas["BodyKind"].raw(), R"({"enum":["client","upstream","upstream_reply","reply"]})");
  EXPECT_EQ(schemas["Resync"]["properties"]["missed"].raw(), R"({"anyOf":[{"type":"integer"},{"type":"null"}]})");
  EXPECT_EQ(schemas["Accounts"]["properties"]["accounts"].raw(),
            R"({"type":"array","items":{"$ref":"#/components/schemas/Account"}})");
  EXPECT_EQ(schemas["Status"]["properties"]["settings"].raw(), R"({"type":"object","additionalProperties":{}})");
}

TEST(OpenApi, tells_of_each_endpoint_what_it_takes_and_gives) {
  const auto document = json::Document::parse_owned(openapi_document(endpoints())).value();
  const auto paths = document.root()["paths"];
  EXPECT_EQ(paths["/login"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].text_or(""),
            "#/components/schemas/LoginCode");
  EXPECT_EQ(paths["/login"]["post"]["security"].size(), 0U);
  EXPECT_FALSE(paths["/proxy/stop"]["post"]["requestBody"]["required"].boolean_or(true));
  EXPECT_EQ(paths["/stats"]["get"]["parameters"].size(), 4U);
  EXPECT_TRUE(paths["/events"]["get"]["responses"]["2XX"]["content"]["text/event-stream"].exists());
}

}  // namespace
}  // namespace agt::admin

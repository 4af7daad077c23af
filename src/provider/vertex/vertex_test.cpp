#include <fmt/format.h>
#include <gtest/gtest.h>

#include "json/writer.h"
#include "provider/exchange.h"
#include "provider/families.h"
#include "provider/vertex/service_account.h"

namespace agt::provider {
namespace {

constexpr std::string_view no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

std::string file(std::string_view token_url = "https://oauth2.example/token", std::string_view project = "p-1") {
  return fmt::format(
      R"({{"type":"service_account","project_id":"{}","private_key_id":"k","private_key":{},"client_email":"a@p-1.iam","token_uri":"{}"}})",
      project, json::quoted(no_key), token_url);
}

Result<Upstream> settled(std::string key, std::string project = "", std::string location = "", bool own = false) {
  Upstream upstream{.family = &vertex_family,
                    .base = *net::parse_url(own ? "https://proxy.example" : "https://aiplatform.googleapis.com"),
                    .key = Secret(std::move(key)),
                    .project = std::move(project),
                    .location = std::move(location)};
  TRY_OK(vertex_family.settle(upstream, own));
  return upstream;
}

std::string target_of(const Upstream& upstream, Want want) {
  want.project = upstream.project;
  want.location = upstream.location;
  return vertex_family.target(upstream.base.path, want);
}

TEST(Vertex, addresses_of_locations) {
  for (const auto& [location, host] :
       {std::pair("", "aiplatform.googleapis.com"), std::pair("global", "aiplatform.googleapis.com"),
        std::pair("europe-west4", "europe-west4-aiplatform.googleapis.com"),
        std::pair("eu", "aiplatform.eu.rep.googleapis.com")})
    EXPECT_EQ(settled(file(), "", location)->base.host, host);
  EXPECT_EQ(settled(file(), "", "europe-west4", true)->base.host, "proxy.example");
}

TEST(Vertex, a_service_account_says_its_project) {
  const auto upstream = settled(file());
  ASSERT_TRUE(upstream);
  EXPECT_EQ(upstream->identity, "a@p-1.iam");
  EXPECT_EQ(
      target_of(*upstream, {.operation = dialect::Operation::generate, .model = "gemini-2.5-pro", .stream = true}),
      "/v1beta1/projects/p-1/locations/global/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
  EXPECT_EQ(target_of(*upstream, {.operation = dialect::Operation::count_tokens, .model = "models/m"}),
            "/v1beta1/projects/p-1/locations/global/publishers/google/models/m:countTokens");
  EXPECT_EQ(target_of(*upstream, {.operation = dialect::Operation::list_models}),
            "/v1beta1/publishers/google/models?pageSize=100");
  EXPECT_EQ(settled(file(), "other")->project, "other");
}

TEST(Vertex, an_express_key_has_no_project) {
  const auto upstream = settled("AQ.express-key");
  ASSERT_TRUE(upstream);
  EXPECT_EQ(upstream->key_style, KeyStyle::x_goog_api_key);
  EXPECT_EQ(target_of(*upstream, {.operation = dialect::Operation::generate, .model = "m"}),
            "/v1beta1/publishers/google/models/m:generateContent");
  EXPECT_FALSE(vertex_family.exchange->wanted(*upstream));
}

TEST(Vertex, wrong_files_are_refused_without_a_word_of_them) {
  for (const auto& wrong : {std::string("{"), std::string("{}"), std::string(R"({"type":"authorized_user"})"),
                            file("http://far.example/token"), file("https://oauth2.example/token", "")}) {
    const auto upstream = settled(wrong);
    ASSERT_FALSE(upstream) << wrong;
    EXPECT_EQ(upstream.error().code, Code::schema);
    EXPECT_FALSE(upstream.error().message.contains("AAAA"));
  }
  EXPECT_EQ(settled(file(), "p/../x").error().field, "project");
  EXPECT_EQ(settled(file(), "", "evil.example/").error().field, "location");
}

TEST(Vertex, the_token_reply_is_read) {
  const auto& exchange = *vertex_family.exchange;
  const WallTime now{};
  const auto good = exchange.read(200, R"({"access_token":"t","expires_in":3599,"token_type":"Bearer"})", now);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->good_until, now + Seconds(3599));
  Upstream upstream{.key = Secret("{}"), .key_style = KeyStyle::none};
  exchange.apply(upstream, good->value);
  EXPECT_EQ(upstream.key.reveal(), "t");
  EXPECT_EQ(upstream.key_style, KeyStyle::bearer);
  EXPECT_EQ(exchange.read(400, R"({"error":"invalid_grant"})", now).error().code, Code::token_refresh_failed);
  EXPECT_EQ(exchange.read(200, "{}", now).error().code, Code::token_refresh_failed);
  EXPECT_EQ(exchange.read(503, "busy", now).error().code, Code::internal_5xx);
}

TEST(Vertex, a_key_that_cannot_sign_is_told) {
  const auto upstream = settled(file());
  const auto asked = vertex_family.exchange->ask(*upstream, WallTime{});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Code::token_refresh_failed);
}

TEST(Vertex, base64url_has_no_padding) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("foo"), "Zm9v");
  EXPECT_EQ(base64url("\xff\xfe\xfd"), "__79");
}

}  // namespace
}  // namespace agt::provider

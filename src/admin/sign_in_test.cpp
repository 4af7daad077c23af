#include "admin/sign_in.h"

#include <gtest/gtest.h>

#include "admin/limits.h"
#include "admin/routes.h"
#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

using testing::LiveGateway;

TEST(SignIn, exchanges_a_code_once) {
  SignIns sign_ins;
  const Instant now{};
  const auto code = sign_ins.make_code(now);
  const auto token = sign_ins.exchange(code.reveal(), now);
  ASSERT_TRUE(token);
  EXPECT_TRUE(sign_ins.rights_of(token->secret.reveal(), now));
  EXPECT_FALSE(sign_ins.exchange(code.reveal(), now));
  EXPECT_FALSE(sign_ins.rights_of(code.reveal(), now));
  EXPECT_FALSE(sign_ins.rights_of("", now));
}

TEST(SignIn, takes_no_code_that_is_too_old) {
  SignIns sign_ins;
  const Instant now{};
  const auto code = sign_ins.make_code(now);
  EXPECT_FALSE(sign_ins.exchange(code.reveal(), now + login_code_life));
  EXPECT_TRUE(sign_ins.exchange(code.reveal(), now + login_code_life - Seconds(1)));
}

TEST(SignIn, forgets_a_page_that_was_not_seen_for_long_but_not_one_that_works) {
  SignIns sign_ins;
  Instant now{};
  const auto token = sign_ins.exchange(sign_ins.make_code(now).reveal(), now);
  ASSERT_TRUE(token);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(sign_ins.rights_of(token->secret.reveal(), now += page_token_idle_max - Seconds(1)));
  EXPECT_FALSE(sign_ins.rights_of(token->secret.reveal(), now + page_token_idle_max));
}

TEST(SignIn, keeps_so_many_codes_and_no_more) {
  SignIns sign_ins;
  const Instant now{};
  const auto first = sign_ins.make_code(now);
  for (std::size_t i = 0; i < login_codes_max; ++i) static_cast<void>(sign_ins.make_code(now));
  EXPECT_FALSE(sign_ins.exchange(first.reveal(), now));
}

TEST(SignIn, opens_the_api_to_a_page_and_closes_it_again) {
  LiveGateway live;
  const auto link = live.call("POST", "/login/link");
  ASSERT_EQ(link.status, 201);
  const auto url = json::Document::parse(link.body)->root()["url"].text_or("");
  ASSERT_TRUE(url.starts_with(live.access().url + "/#login=")) << url;
  const auto form = fmt::format(R"({{"code":"{}"}})", url.substr(url.find('=') + 1));
  const auto entered = live.call("POST", "/api/v1/login", form, {});
  ASSERT_EQ(entered.status, 200) << entered.body;
  EXPECT_EQ(live.call("POST", "/api/v1/login", form, {}).status, 401);

  const auto token = json::Document::parse(entered.body)->root()["token"].text_or("");
  const net::Headers shown{{"authorization", "Bearer " + token}};
  EXPECT_EQ(live.call("GET", "/api/v1/status", "", shown).status, 200);
  EXPECT_EQ(live.call("POST", "/api/v1/logout", "", shown).status, 200);
  EXPECT_EQ(live.call("GET", "/api/v1/status", "", shown).status, 401);
}

TEST(SignIn, that_may_only_look_changes_nothing_and_sees_no_key) {
  LiveGateway live;
  const auto link = live.call("POST", "/login/link", R"({"rights":"view"})");
  ASSERT_EQ(link.status, 201) << link.body;
  const auto url = json::Document::parse(link.body)->root()["url"].text_or("");
  const auto form = fmt::format(R"({{"code":"{}"}})", url.substr(url.find('=') + 1));
  const auto entered = live.call("POST", "/api/v1/login", form, {});
  const auto root = json::Document::parse(entered.body);
  EXPECT_EQ(root->root()["rights"].text_or(""), "view");
  const net::Headers shown{{"authorization", "Bearer " + root->root()["token"].text_or("")}};

  for (const auto& endpoint : endpoints()) {
    if (endpoint.auth == Auth::none || endpoint.pattern == "/events" || endpoint.pattern == "/logout") continue;
    const auto reply = live.call(std::string(endpoint.method), fmt::format("/api/v1{}", endpoint.pattern), "", shown);
    EXPECT_EQ(reply.status == 403, endpoint.auth == Auth::manage) << endpoint.method << endpoint.pattern << reply.body;
  }
}

TEST(SignIn, of_any_rights_is_told_in_the_status) {
  LiveGateway live;
  EXPECT_TRUE(live.call("GET", "/status").body.contains(R"("rights":"manage")"));
  EXPECT_EQ(live.call("POST", "/login/link", R"({"rights":"all"})").status, 400);
}

TEST(SignIn, is_refused_to_foreign_pages) {
  LiveGateway live;
  const net::Headers foreign{{"origin", "http://localhost:3000"}};
  EXPECT_EQ(live.call("POST", "/api/v1/login", R"({"code":"x"})", foreign).status, 403);
}

}  // namespace
}  // namespace agt::admin

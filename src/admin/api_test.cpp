// The API over HTTP, as the UI and the command line use it.
#include "admin/api.h"

#include <gtest/gtest.h>

#include "admin/testing/live_gateway.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::admin {
namespace {

using testing::good_key;
using testing::LiveGateway;
using testing::Reply;

json::Document read(const Reply& reply) { return json::Document::parse_owned(reply.body).value(); }

std::string member(const Reply& reply, std::string_view name) { return read(reply).root()[name].text_or(""); }

std::string error_code(const Reply& reply) { return read(reply).root()["error"]["code"].text_or(""); }

std::string account_form(const LiveGateway& live, std::string_view label, std::string_view key) {
  return fmt::format(R"({{"provider":"openai-compatible","label":"{}","base_url":"{}","key":"{}"}})", label,
                     live.upstream_url(), key);
}

store::LedgerRow row_of(std::string id, std::string model) {
  return {.id = std::move(id),
          .started_ms = unix_ms(Clock().wall()),  // the ledger forgets what is too old
          .client_model = std::move(model),
          .status = 200,
          .trace = R"({"id":"tr","sentence":"Served."})"};
}

TEST(AdminApi, tells_what_runs) {
  LiveGateway live;
  const auto reply = live.call("GET", "/status");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get_or("cache-control", ""), "no-store");
  const auto document = read(reply);
  EXPECT_EQ(document.root()["accounts"]["total"].integer_or(-1), 0);
  EXPECT_EQ(document.root()["proxy"]["address"].text_or(""), "http://127.0.0.1:8045");
  EXPECT_EQ(document.root()["settings"]["proxy.auth_mode"].text_or(""), "off");
}

TEST(AdminApi, keeps_an_account_from_its_making_to_its_end) {
  LiveGateway live;
  const auto made = live.call("POST", "/accounts", account_form(live, "work", good_key));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_FALSE(made.body.contains(good_key));
  const auto id = member(made, "id");
  EXPECT_EQ(member(made, "state"), "ready");
  EXPECT_EQ(live.gateway().current.get()->upstreams.count(id), 1U);  // at once, without a restart

  EXPECT_EQ(live.call("POST", "/accounts", account_form(live, "work", good_key)).status, 409);
  EXPECT_EQ(member(live.call("GET", "/accounts/work"), "id"), id);
  const auto renamed = live.call("PATCH", "/accounts/" + id, R"({"label":"office","priority":3})");
  EXPECT_EQ(member(renamed, "label"), "office");
  EXPECT_EQ(member(live.call("POST", "/accounts/office/disable"), "state"), "disabled");
  EXPECT_EQ(member(live.call("POST", "/accounts/office/enable"), "state"), "ready");
  EXPECT_EQ(read(live.call("POST", "/accounts/office/test")).root()["models_count"].integer_or(-1), 2);
  EXPECT_EQ(live.call("DELETE", "/accounts/office").status, 200);
  EXPECT_EQ(live.call("GET", "/accounts/" + id).status, 404);
  EXPECT_EQ(live.gateway().current.get()->upstreams.count(id), 0U);
}

TEST(AdminApi, replaces_an_account_but_for_its_key) {
  LiveGateway live;
  const auto id = member(live.call("POST", "/accounts", account_form(live, "work", good_key)), "id");
  ASSERT_EQ(live.call("PATCH", "/accounts/work", R"({"models":["a"]})").status, 200);
  const auto form = fmt::format(R"({{"provider":"openai-compatible","base_url":"{}"}})", live.upstream_url());
  const auto replaced = live.call("PUT", "/accounts/" + id, form);
  ASSERT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_EQ(read(replaced).root()["models"].size(), 0U);
  EXPECT_EQ(member(replaced, "label"), "work");
  EXPECT_TRUE(read(live.call("POST", "/accounts/work/test")).root()["ok"].boolean_or(false));
}

TEST(AdminApi, tells_why_an_account_does_not_work_without_its_key) {
  LiveGateway live;
  ASSERT_EQ(live.call("POST", "/accounts", account_form(live, "bad", "sk-bad-key-4567")).status, 201);
  const auto tested = live.call("POST", "/accounts/bad/test");
  EXPECT_EQ(tested.status, 200);
  EXPECT_FALSE(tested.body.contains("sk-bad-key-4567")) << tested.body;
  const auto document = read(tested);
  EXPECT_FALSE(document.root()["ok"].boolean_or(true));
  EXPECT_EQ(document.root()["status"].integer_or(0), 401);
  EXPECT_EQ(document.root()["error"]["code"].text_or(""), "key_rejected");
}

TEST(AdminApi, tells_that_nobody_listens_at_an_address) {
  LiveGateway live;
  const auto* form = R"({"provider":"openai-compatible","label":"gone","base_url":"http://127.0.0.1:9"})";
  ASSERT_EQ(live.call("POST", "/accounts", form).status, 201);
  const auto document = read(live.call("POST", "/accounts/gone/test"));
  EXPECT_EQ(document.root()["error"]["code"].text_or(""), "refused");
  EXPECT_EQ(document.root()["status"].integer_or(-1), 0);
}

TEST(AdminApi, ends_the_rests_of_an_account_that_works) {
  LiveGateway live;
  const auto id = member(live.call("POST", "/accounts", account_form(live, "work", good_key)), "id");
  auto& pool = live.gateway().pool;
  const auto now = live.gateway().clock.now();
  auto leased = pool.lease({.who = id, .model = "a"}, now);
  ASSERT_TRUE(leased.lease);
  const pool::Blow blow{.blame = pool::Blame::account, .code = Code::rpm, .told = Seconds(60)};
  EXPECT_EQ(leased.lease->failed(blow, now, 0), Seconds(60));
  leased.lease.reset();
  EXPECT_EQ(member(live.call("GET", "/accounts/work"), "state"), "resting");
  EXPECT_TRUE(read(live.call("POST", "/accounts/work/test")).root()["ok"].boolean_or(false));
  EXPECT_EQ(member(live.call("GET", "/accounts/work"), "state"), "ready");
}

TEST(AdminApi, keeps_rules_in_order) {
  LiveGateway live;
  const auto first = live.call("POST", "/routes", R"({"match":"gpt-*","targets":["openai/*"]})");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(read(first).root()["warnings"].size(), 1U);
  EXPECT_EQ(live.call("POST", "/routes", R"({"match":"x","targets":["demo/demo"],"position":0})").status, 201);
  EXPECT_EQ(live.call("POST", "/routes", R"({"match":"y","targets":["demo/demo"],"position":9})").status, 404);
  const auto match_at = [&](std::size_t position) {
    return read(live.call("GET", "/routes")).root()["routes"][position]["match"].text_or("");
  };
  EXPECT_EQ(match_at(0), "x");
  EXPECT_EQ(live.call("POST", "/routes/0/move", R"({"to":1})").status, 200);
  EXPECT_EQ(match_at(1), "x");
  EXPECT_EQ(live.call("PUT", "/routes/1", R"({"match":"z","targets":["demo/demo"]})").status, 200);
  EXPECT_EQ(match_at(1), "z");
  EXPECT_EQ(live.gateway().current.get()->rules.size(), 2U);
  const auto listed = live.call("GET", "/routes");
  EXPECT_EQ(live.call("PUT", "/routes", listed.body).body, listed.body);  // what was read can be written back
  EXPECT_EQ(live.call("DELETE", "/routes/0").status, 200);
  EXPECT_EQ(live.call("DELETE", "/routes/5").status, 404);
  EXPECT_EQ(live.call("DELETE", "/routes/x").status, 404);
}

TEST(AdminApi, shows_a_new_key_once) {
  LiveGateway live;
  const auto made = live.call("POST", "/keys", R"({"name":"laptop"})");
  ASSERT_EQ(made.status, 201);
  const auto key = member(made, "key");
  EXPECT_TRUE(key.starts_with("sk-"));
  EXPECT_EQ(live.gateway().current.get()->admission.keys.size(), 1U);
  EXPECT_FALSE(live.call("GET", "/keys").body.contains(key));
  EXPECT_EQ(live.call("POST", "/keys", R"({"name":"laptop"})").status, 409);
  EXPECT_EQ(live.call("DELETE", "/keys/laptop").status, 200);
  EXPECT_EQ(live.call("DELETE", "/keys/laptop").status, 404);
  EXPECT_EQ(live.gateway().current.get()->admission.keys.size(), 0U);
}

TEST(AdminApi, shows_the_primary_key_only_when_asked) {
  LiveGateway live;
  const std::string key(live.gateway().settings.proxy.api_key.reveal());
  EXPECT_FALSE(live.call("GET", "/settings").body.contains(key));
  EXPECT_FALSE(live.call("GET", "/settings/proxy.api_key").body.contains(key));
  EXPECT_EQ(member(live.call("GET", "/settings/proxy.api_key?reveal=1"), "value"), key);
  EXPECT_EQ(live.call("GET", "/settings/proxy.port?reveal=1").status, 400);
}

TEST(AdminApi, changes_settings_at_once_or_not_at_all) {
  LiveGateway live;
  const auto before = live.call("GET", "/settings");
  const std::string etag(before.headers.get_or("etag", ""));
  EXPECT_EQ(live.call("PATCH", "/settings", R"({"proxy.strict_paths":true,"proxy.prot":1})").status, 400);
  EXPECT_FALSE(live.gateway().current.get()->strict_paths);
  EXPECT_EQ(live.call("PATCH", "/settings", R"({"proxy.strict_paths":true})").status, 200);
  EXPECT_TRUE(live.gateway().current.get()->strict_paths);
  const net::Headers stale{{"authorization", fmt::format("Bearer {}", live.access().token.reveal())},
                           {"if-match", etag}};
  EXPECT_EQ(live.call("PATCH", "/api/v1/settings", R"({"proxy.strict_paths":null})", stale).status, 409);
  EXPECT_EQ(live.call("PATCH", "/settings", R"({"proxy.strict_paths":null})").status, 200);
  EXPECT_FALSE(live.gateway().current.get()->strict_paths);
}

TEST(AdminApi, refuses_settings_with_which_the_next_start_would_fail) {
  LiveGateway live;
  const auto refused = live.call("PATCH", "/settings", R"({"proxy.allow_lan_access":true})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(live.call("PATCH", "/settings", R"({"proxy.allow_lan_access":true,"proxy.auth_mode":"auto"})").status, 200);
}

TEST(AdminApi, hides_the_password_of_a_proxy) {
  LiveGateway live;
  ASSERT_EQ(live.call("PATCH", "/settings", R"({"network.upstream_proxy":"http://me:hunter2@proxy:3128"})").status,
            200);
  const auto shown = live.call("GET", "/settings").body;
  EXPECT_FALSE(shown.contains("hunter2"));
  EXPECT_TRUE(shown.contains("http://me:…@proxy:3128"));
}

TEST(AdminApi, lists_and_finds_requests) {
  LiveGateway live;
  for (int i = 0; i < 3; ++i) live.ledger_writer().push(row_of(fmt::format("tr_000{}xyz", i), i == 0 ? "a" : "b"));
  live.ledger_writer().flush();
  EXPECT_EQ(read(live.call("GET", "/requests?limit=2")).root()["requests"].size(), 2U);
  EXPECT_EQ(read(live.call("GET", "/requests?model=a")).root()["requests"].size(), 1U);
  EXPECT_EQ(member(live.call("GET", "/requests/tr_0001"), "id"), "tr_0001xyz");
  EXPECT_EQ(live.call("GET", "/requests/tr_000").status, 409);
  EXPECT_EQ(live.call("GET", "/requests/tr_9999").status, 404);
  EXPECT_EQ(live.call("GET", "/requests?limit=501").status, 400);
  EXPECT_EQ(live.call("GET", "/requests?lmit=5").status, 400);
  EXPECT_EQ(member(live.call("GET", "/requests/tr_0002xyz/trace"), "sentence"), "Served.");
  EXPECT_EQ(read(live.call("GET", "/stats?by=model")).root()["stats"].size(), 2U);
}

TEST(AdminApi, gives_the_catalogue_and_its_own_description) {
  LiveGateway live;
  EXPECT_GT(read(live.call("GET", "/catalogue/providers")).root()["providers"].size(), 5U);
  EXPECT_GT(read(live.call("GET", "/catalogue/models")).root()["models"].size(), 5U);
  EXPECT_GT(read(live.call("GET", "/clients")).root()["clients"].size(), 3U);
  const auto described = read(live.call("GET", "/openapi.json"));
  EXPECT_TRUE(described.root()["paths"]["/accounts/{account}/test"]["post"].exists());
}

TEST(AdminApi, refuses_bodies_that_are_no_json) {
  LiveGateway live;
  const auto token = fmt::format("Bearer {}", live.access().token.reveal());
  const auto form =
      live.call("POST", "/api/v1/keys", "name=x", {{"authorization", token}, {"content-type", "text/plain"}});
  EXPECT_EQ(form.status, 415);
  const auto broken = live.call("POST", "/keys", "{");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(error_code(broken), "bad_json");
  EXPECT_EQ(live.call("POST", "/keys").status, 400);
  EXPECT_EQ(live.call("POST", "/keys", "\"" + std::string(1U << 20U, 'x') + "\"").status, 413);
}

}  // namespace
}  // namespace agt::admin

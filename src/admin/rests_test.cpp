#include "admin/rests.h"

#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

using testing::LiveGateway;
using namespace std::chrono_literals;

std::string add(LiveGateway& live, std::string label) {
  const auto form = fmt::format(R"({{"provider":"openai-compatible","label":"{}","base_url":"{}","key":"{}"}})", label,
                                live.upstream_url(), testing::good_key);
  const auto reply = live.call("POST", "/accounts", form);
  return json::Document::parse(reply.body)->root()["id"].text_or("");
}

void rest(Gateway& gateway, const std::string& id, Code code, std::optional<Milliseconds> told, pool::Blame blame) {
  const auto now = gateway.clock.now();
  auto leased = gateway.pool.lease({.who = id, .model = "m"}, now);
  ASSERT_TRUE(leased.lease);
  static_cast<void>(leased.lease->failed({.blame = blame, .code = code, .told = told, .message = "said"}, now, 0));
}

TEST(Rests, of_more_than_a_minute_outlive_a_restart) {
  LiveGateway live;
  auto& gateway = live.gateway();
  const auto brief = add(live, "brief");
  const auto lengthy = add(live, "lengthy");
  const auto refused = add(live, "refused");
  rest(gateway, brief, Code::rpm, 30s, pool::Blame::account_model);
  rest(gateway, lengthy, Code::daily, 2h, pool::Blame::account_model);
  rest(gateway, refused, Code::key_rejected, {}, pool::Blame::account);
  ASSERT_TRUE(save_rests(gateway).has_value());
  for (const auto& id : {brief, lengthy, refused}) gateway.pool.forgive(id);  // as if all was forgotten
  EXPECT_TRUE(gateway.pool.resting(gateway.clock.now()).empty());

  ASSERT_TRUE(restore_rests(gateway).has_value());
  const auto now = gateway.clock.now();
  const auto back = gateway.pool.resting(now);
  ASSERT_EQ(back.size(), 2U);
  for (const auto& one : back) {
    if (one.account_id == lengthy) {
      EXPECT_EQ(one.model, "m");
      EXPECT_EQ(one.rest.code, Code::daily);
      EXPECT_EQ(one.rest.message, "said");
      EXPECT_NEAR(static_cast<double>(std::chrono::duration_cast<Seconds>(one.rest.until - now).count()), 7200, 5);
    } else {
      EXPECT_EQ(one.account_id, refused);
      EXPECT_EQ(one.rest.until, pool::until_somebody_acts);
    }
  }
}

TEST(Rests, end_by_hand_for_good) {
  LiveGateway live;
  auto& gateway = live.gateway();
  const auto id = add(live, "one");
  rest(gateway, id, Code::daily, 2h, pool::Blame::account_model);
  ASSERT_TRUE(save_rests(gateway).has_value());
  EXPECT_EQ(live.call("POST", "/accounts/one/reset").status, 200);
  EXPECT_TRUE(gateway.pool.resting(gateway.clock.now()).empty());
  ASSERT_TRUE(restore_rests(gateway).has_value());
  EXPECT_TRUE(gateway.pool.resting(gateway.clock.now()).empty());
}

TEST(Explain, tells_what_would_be_sent_without_a_secret_and_sends_nothing) {
  LiveGateway live;
  static_cast<void>(add(live, "one"));
  const auto reply = live.call(
      "POST", "/routes/explain",
      R"({"path":"/v1/messages","model":"m","body":{"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto document = json::Document::parse(reply.body);
  ASSERT_TRUE(document) << reply.body;
  const auto root = document->root();
  EXPECT_FALSE(root["sent"].boolean_or(true));
  EXPECT_TRUE(root["targets"][0]["accounts"][0]["account"].is("one")) << reply.body;
  EXPECT_TRUE(root["would_send"]["lane"].is("translate")) << reply.body;
  EXPECT_EQ(root["would_send"]["url"].text_or(""), live.upstream_url() + "/chat/completions");
  EXPECT_TRUE(root["would_send"]["headers"]["authorization"].is("Bearer ***"));
  EXPECT_TRUE(root["would_send"]["body"]["model"].is("m"));
  EXPECT_TRUE(root["would_send"]["body"]["messages"][0]["content"].is("Hi")) << reply.body;
  EXPECT_FALSE(reply.body.contains(testing::good_key));
}

TEST(Explain, tells_why_nobody_would_serve) {
  LiveGateway live;
  auto& gateway = live.gateway();
  const auto id = add(live, "one");
  rest(gateway, id, Code::daily, 2h, pool::Blame::account_model);
  const auto reply = live.call("POST", "/routes/explain", R"({"model":"m"})");
  const auto document = json::Document::parse(reply.body);
  ASSERT_TRUE(document) << reply.body;
  const auto root = document->root();
  EXPECT_TRUE(root["error"]["code"].is("daily")) << reply.body;
  EXPECT_TRUE(root["targets"][0]["accounts"][0]["reason"].is("quota"));
  EXPECT_TRUE(root["sentence"].text_or("").contains("out of quota")) << reply.body;
  EXPECT_EQ(live.call("POST", "/routes/explain", "{}").status, 400);
}

}  // namespace
}  // namespace agt::admin

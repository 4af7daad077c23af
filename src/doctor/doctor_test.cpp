#include <gtest/gtest.h>

#include <algorithm>

#include "doctor/checks.h"
#include "doctor/limits.h"
#include "doctor/report.h"
#include "json/document.h"

namespace agt::doctor {
namespace {

// An installation where nothing is wrong.
Facts sound() {
  Facts facts{.version = "1.0"};
  facts.folders = {{.what = "configuration", .path = "/home/ada/.config/agt", .bytes_free = 50UL << 30}};
  facts.gateway = {.runs = true, .version = "1.0", .pid = 7, .address = "http://127.0.0.1:8045"};
  facts.exposure = Exposure{};
  facts.way_out = WayOut{};
  facts.accounts = {{.label = "work",
                     .provider = "openai",
                     .host = "api.openai.com",
                     .tested = true,
                     .clock_ahead = Milliseconds(900),
                     .quotas = {{.name = "tokens", .left = 0.5}}}};
  facts.clients = {{.client = "Claude Code",
                    .command = "claude-code",
                    .can_be_written = true,
                    .place = "/home/ada/.claude/settings.json",
                    .found = "http://127.0.0.1:8045",
                    .wanted = "http://127.0.0.1:8045",
                    .same_port = true}};
  return facts;
}

Findings bad(const Facts& facts) {
  auto findings = examine(facts);
  std::erase_if(findings, [](const Finding& one) { return one.level == Level::fine; });
  return findings;
}

// The one thing that is wrong.
Finding only(const Facts& facts) {
  const auto findings = bad(facts);
  EXPECT_EQ(findings.size(), 1U) << as_text(findings);
  if (findings.empty()) return {};
  EXPECT_FALSE(findings[0].why.empty() || findings[0].remedy.empty()) << findings[0].what;
  return findings[0];
}

TEST(Doctor, finds_nothing_wrong_where_nothing_is) {
  EXPECT_TRUE(bad(sound()).empty()) << as_text(bad(sound()));
  EXPECT_TRUE(as_text(examine(sound())).ends_with("\nNothing is wrong.\n"));
}

TEST(Doctor, tells_of_folders_once_though_the_gateway_cannot_be_asked_either) {
  Facts facts{.version = "1.0"};
  facts.folders = {{.what = "data", .path = "/home/ada/x", .trouble = "permission denied"}};
  facts.api_trouble = Error{.code = Code::config, .message = "x: permission denied"};
  const auto findings = bad(facts);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].check, "home");
  EXPECT_EQ(findings[0].level, Level::problem);
  EXPECT_EQ(findings[1].level, Level::note);
}

TEST(Doctor, tells_how_full_the_disk_is) {
  auto facts = sound();
  facts.folders[0].bytes_free = disk_bytes_min - 1;
  EXPECT_EQ(only(facts).level, Level::problem);
  facts.folders[0].bytes_free = disk_bytes_min;
  EXPECT_EQ(only(facts).level, Level::note);
}

TEST(Doctor, tells_of_a_port_that_somebody_else_has) {
  auto facts = sound();
  facts.gateway = {};
  facts.ports = {{.what = "clients",
                  .setting = "proxy.port",
                  .number = 8045,
                  .trouble = Error{.code = Code::config, .message = "the port is in use by nginx (process 9)"}}};
  const auto findings = bad(facts);
  ASSERT_EQ(findings.size(), 2U) << "and that no gateway runs";
  EXPECT_EQ(findings[1].check, "port");
  EXPECT_TRUE(findings[1].why.contains("nginx"));
  EXPECT_TRUE(findings[1].remedy.contains("proxy.port"));
}

TEST(Doctor, tells_of_a_gateway_that_is_older_or_does_not_answer) {
  auto facts = sound();
  facts.gateway.version = "0.9";
  EXPECT_EQ(only(facts).check, "version");
  facts = sound();
  facts.gateway.unhealthy = Error{.code = Code::refused, .message = "Cannot connect."};
  EXPECT_EQ(only(facts).check, "gateway");
}

TEST(Doctor, knows_a_port_that_is_open_without_a_key) {
  auto facts = sound();
  facts.exposure = Exposure{.open_to_lan = true, .keys_demanded = false, .firewall = "ufw"};
  const auto findings = bad(facts);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].check, "exposure");
  EXPECT_EQ(findings[1].check, "firewall");
  EXPECT_TRUE(findings[1].remedy.contains("sudo ufw allow 8045/tcp"));
}

TEST(Doctor, tells_once_what_keeps_all_accounts_from_their_upstreams) {
  auto facts = sound();
  facts.way_out->proxy = "10.0.0.1:3128";
  facts.accounts[0].clock_ahead.reset();
  facts.accounts[0].trouble = Error{.code = Code::proxy_down, .message = "The proxy cannot be reached."};
  facts.accounts.push_back(facts.accounts[0]);
  EXPECT_EQ(only(facts).check, "proxy");
  for (auto& account : facts.accounts) account.trouble = Error{.code = Code::tls, .message = "self-signed"};
  EXPECT_EQ(only(facts).check, "tls");
  EXPECT_TRUE(only(facts).why.contains("accounts work, work"));
  for (auto& account : facts.accounts) account.trouble = Error{.code = Code::dns, .message = "not found"};
  EXPECT_EQ(only(facts).check, "dns");
}

TEST(Doctor, believes_the_upstream_whose_clock_is_nearest_to_ours) {
  auto facts = sound();
  facts.accounts.push_back(facts.accounts[0]);
  facts.accounts[0].clock_ahead = std::chrono::hours(-9);
  EXPECT_TRUE(bad(facts).empty());
  facts.accounts[1].clock_ahead = std::chrono::hours(-9);
  EXPECT_EQ(only(facts).what, "The clock of this computer is 9 h behind.");
}

TEST(Doctor, gives_each_account_the_remedy_of_its_failure) {
  auto facts = sound();
  facts.accounts[0].trouble = Error{.code = Code::token_revoked, .message = "Token has been revoked."};
  EXPECT_EQ(only(facts).remedy, agt::facts(Code::token_revoked).remedy);
  EXPECT_EQ(only(facts).code, Code::token_revoked);
  facts = sound();
  facts.accounts[0].quotas[0] = {.name = "5h", .left = 0.04, .resets_in = std::chrono::minutes(31)};
  EXPECT_EQ(only(facts).what, "work has 4 % of its quota \"5h\" left.");
  EXPECT_TRUE(only(facts).remedy.contains("31 min"));
}

TEST(Doctor, explains_what_is_wrong_with_a_base_url) {
  auto facts = sound();
  facts.clients[0].found = "http://127.0.0.1:8045/v1";
  EXPECT_TRUE(only(facts).why.contains("/v1 too many"));
  EXPECT_TRUE(only(facts).remedy.contains("agt connect claude-code --write"));
  facts.clients[0].wanted = "http://127.0.0.1:8045/v1";
  facts.clients[0].found = "http://127.0.0.1:8045/v1/v1";
  EXPECT_TRUE(only(facts).why.contains("/v1 too many"));
  facts.clients[0].found = "http://127.0.0.1:8045";
  EXPECT_TRUE(only(facts).why.contains("lacks the /v1"));
}

TEST(Doctor, sees_a_variable_that_wins_over_a_file) {
  auto facts = sound();
  facts.clients.push_back(facts.clients[0]);
  facts.clients[1].is_variable = true;
  facts.clients[1].place = "ANTHROPIC_BASE_URL";
  facts.clients[1].found = "https://api.anthropic.com";
  facts.clients[1].same_port = false;
  EXPECT_EQ(only(facts).level, Level::problem);
  EXPECT_TRUE(only(facts).remedy.contains("unset ANTHROPIC_BASE_URL"));
  facts.clients.erase(facts.clients.begin());
  EXPECT_EQ(only(facts).level, Level::note) << "who is not sent here by a file may go where he likes";
}

TEST(Doctor, reports_as_json) {
  auto facts = sound();
  facts.accounts[0].trouble = Error{.code = Code::key_rejected, .message = "no \"such\" key"};
  const auto text = as_json(facts, examine(facts));
  const auto document = json::Document::parse(text).value();
  EXPECT_FALSE(document.root()["ok"].boolean_or(true));
  std::string why;
  for (const auto one : document.root()["findings"].children())
    if (one["check"].is("account") && one["code"].is("key_rejected")) why = one["why"].text_or("");
  EXPECT_EQ(why, "no \"such\" key");
}

}  // namespace
}  // namespace agt::doctor

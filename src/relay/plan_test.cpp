#include "relay/plan.h"

#include <gtest/gtest.h>

#include "provider/families.h"

namespace agt::relay {
namespace {

struct Given {
  std::string id;
  const provider::Family* family;
  std::vector<std::string> models{};
  bool enabled = true;
  std::string address{};
};

Snapshot snapshot(const std::vector<Given>& given, std::vector<Rule> rules = {}) {
  Snapshot out;
  out.catalogue = catalogue::Catalogue::built_in();
  out.rules = std::move(rules);
  for (const auto& one : given) {
    const std::string name(one.family->name);
    out.accounts.push_back(
        {.id = one.id, .label = "label-" + one.id, .provider = name, .enabled = one.enabled, .models = one.models});
    auto address = one.address.empty() ? std::string(one.family->default_base_url) : one.address;
    if (address.empty()) address = "http://127.0.0.1:1";
    out.upstreams.emplace(
        one.id, provider::Upstream{
                    .account_id = one.id, .provider = name, .family = one.family, .base = *net::parse_url(address)});
  }
  return out;
}

std::string planned(const Snapshot& snapshot, std::string_view model, ir::Dialect client = ir::Dialect::openai_chat) {
  const auto route = plan(snapshot, model, client);
  if (!route) return std::string(name(route.error().code));
  std::string out;
  for (const auto& target : route->targets) out += (out.empty() ? "" : " ") + to_text(target);
  return out;
}

using provider::anthropic_family;
using provider::demo_family;
using provider::gemini_family;
using provider::openai_compatible_family;
using provider::openai_family;

const Given demo{"acc_demo", &demo_family, {"demo"}};

TEST(Plan, lets_the_first_matching_rule_decide) {
  const auto with = snapshot({demo, {"g", &gemini_family}},
                             {{.match = "claude-opus", .targets = {{"gemini", "gemini-2.5-pro"}}},
                              {.match = "claude-*", .targets = {{"gemini", "*"}, {"demo", "demo"}}},
                              {.match = "/gpt-[0-9]+/", .targets = {{"label-g", "gemini-2.5-flash"}}}});
  EXPECT_EQ(planned(with, "claude-opus"), "gemini/gemini-2.5-pro");
  EXPECT_EQ(planned(with, "claude-haiku"), "gemini/claude-haiku demo/demo");
  EXPECT_EQ(planned(with, "gpt-5"), "label-g/gemini-2.5-flash");
  EXPECT_EQ(plan(with, "claude-haiku", {})->why, "rule 1: claude-*");
}

TEST(Plan, says_so_when_a_rule_leads_nowhere) {
  EXPECT_EQ(planned(snapshot({demo}, {{.match = "*", .targets = {{"gemini", "*"}}}}), "x"), "no_account");
}

TEST(Plan, takes_a_target_from_the_name) {
  const auto with = snapshot({demo, {"g", &gemini_family}});
  EXPECT_EQ(planned(with, "gemini/some-model"), "gemini/some-model");
  EXPECT_EQ(planned(with, "label-g/some/model"), "label-g/some/model");
}

TEST(Plan, prefers_accounts_that_list_the_model) {
  const auto with = snapshot({{"a", &openai_compatible_family}, {"b", &anthropic_family, {"special-*"}}});
  EXPECT_EQ(planned(with, "special-1"), "anthropic/special-1");
}

TEST(Plan, puts_the_clients_own_dialect_first) {
  const auto with = snapshot({{"a", &openai_compatible_family, {"m"}}, {"b", &anthropic_family, {"m"}}});
  EXPECT_EQ(planned(with, "m", ir::Dialect::anthropic), "anthropic/m openai-compatible/m");
  EXPECT_EQ(planned(with, "m", ir::Dialect::openai_chat), "openai-compatible/m anthropic/m");
}

TEST(Plan, sends_a_known_model_to_its_provider) {
  const auto with = snapshot(
      {{"o", &openai_family}, {"c", &openai_compatible_family}, {"a", &anthropic_family}, {"g", &gemini_family}});
  EXPECT_EQ(planned(with, "gemini-2.5-flash"), "gemini/gemini-2.5-flash");
  EXPECT_EQ(planned(with, "claude-opus-4-6"), "anthropic/claude-opus-4-6");
}

TEST(Plan, sends_an_unknown_model_to_compatible_servers_first) {
  EXPECT_EQ(planned(snapshot({{"o", &openai_family}, {"c", &openai_compatible_family}}), "strange"),
            "openai-compatible/strange");
  EXPECT_EQ(planned(snapshot({{"o", &openai_family}}), "strange"), "openai/strange");
}

TEST(Plan, never_lets_the_demo_stand_in_for_a_real_model) {
  EXPECT_EQ(planned(snapshot({demo}), "demo"), "demo/demo");
  const auto error = plan(snapshot({demo}), "gpt-5", ir::Dialect::openai_chat).error();
  EXPECT_EQ(error.code, Code::model_unknown);
  EXPECT_FALSE(error.message.contains("agt account add")) << "that is the remedy, and it is said once";
  EXPECT_TRUE(error.remedy().contains("agt account add"));
}

TEST(Plan, a_group_is_a_target) {
  auto with = snapshot({{"g", &gemini_family}}, {{.match = "*", .targets = {{"team", "gemini-2.5-pro"}}}});
  EXPECT_EQ(planned(with, "x"), "no_account");
  with.accounts.front().groups = {"team"};
  EXPECT_EQ(planned(with, "x"), "team/gemini-2.5-pro");
}

TEST(Plan, ignores_accounts_that_are_off) {
  EXPECT_EQ(planned(snapshot({demo, {"g", &gemini_family, {}, false}}), "gemini-2.5-flash"), "model_unknown");
}

TEST(Plan, checks_targets) {
  EXPECT_EQ(to_text(*parse_target("a/b/c")), "a/b/c");
  for (const auto* bad : {"", "a", "/m", "a/"}) EXPECT_FALSE(parse_target(bad).has_value()) << bad;
}

}  // namespace
}  // namespace agt::relay

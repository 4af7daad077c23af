#include "relay/continued.h"

#include <gtest/gtest.h>

#include "dialect/openai_responses/codec.h"

namespace agt::relay {
namespace {

constexpr Instant t0{std::chrono::hours(1)};

std::vector<pool::Account> accounts() {
  return {{.id = "acc_a", .label = "a", .provider = "openai"},
          {.id = "acc_b", .label = "b", .provider = "openai", .excluded = {"small"}, .groups = {"team"}},
          {.id = "acc_c", .label = "c", .provider = "other"}};
}
Continued from(std::string owner) {
  return {.id = "resp_1", .trail = std::make_shared<const Trail>(Trail{.owner = std::move(owner), .session = 7})};
}
std::string targets(const Route& route) {
  std::string out;
  for (const auto& target : route.targets)
    out += to_text(target) + (target.only.empty() ? " " : "@" + target.only + " ");
  return out;
}
const Route whole{.why = "rule 1", .targets = {{"other", "m"}, {"openai", "m"}, {"team", "n"}, {"b", "small"}}};

TEST(Continued, is_found_by_the_id_for_the_same_client_only) {
  Kept kept;
  kept.trails.keep("anna", "resp_1", {.owner = "acc_b", .session = 7}, t0);
  const std::string body = R"({"input":"x","previous_response_id":"resp_1"})";
  json::Scratch scratch;
  const auto members = json::Document::parse_members(body, scratch).value();
  const auto asked = [&](std::string_view key) {
    return continued(kept, key, dialect::openai_responses_codec, body, members, t0);
  };
  EXPECT_EQ(asked("anna").id, "resp_1");
  ASSERT_NE(asked("anna").trail, nullptr);
  EXPECT_EQ(asked("anna").trail->owner, "acc_b");
  EXPECT_EQ(asked("anna").session(), 7U);
  EXPECT_EQ(asked("boris").trail, nullptr);
  EXPECT_EQ(asked("boris").session(), 0U);
}

TEST(Continued, leaves_only_the_targets_that_mean_the_owner) {
  auto route = whole;
  EXPECT_TRUE(narrow(route, from("acc_b"), accounts()));
  EXPECT_EQ(targets(route), "openai/m@acc_b team/n@acc_b ");
  EXPECT_EQ(route.why, "rule 1; only the account that gave resp_1");
}

TEST(Continued, leaves_the_route_alone_when_the_owner_cannot_be_meant) {
  auto off = accounts();
  off[1].enabled = false;
  for (const auto& [owner, known] : {std::pair{"acc_gone", accounts()}, {"acc_b", off}, {"", accounts()}}) {
    auto route = whole;
    EXPECT_FALSE(narrow(route, from(owner), known)) << owner;
    EXPECT_EQ(targets(route), targets(whole));
  }
  Route elsewhere{.targets = {{"other", "m"}}};
  EXPECT_FALSE(narrow(elsewhere, from("acc_a"), accounts()));
  Route alone = whole;
  EXPECT_FALSE(narrow(alone, {.id = "resp_never"}, accounts()));
}

TEST(Continued, says_whom_a_client_waits_for) {
  const Error quota{.code = Code::daily, .message = "The only account is out of quota."};
  const auto waits = bound_to_owner(quota, from("acc_a"), true);
  EXPECT_EQ(waits.code, Code::daily);
  EXPECT_EQ(waits.message,
            "The only account is out of quota. Only the account that gave resp_1 can go on from it: wait, or send the "
            "whole conversation instead.");
  const auto never = bound_to_owner({.code = Code::no_account, .message = "Off."}, from("acc_a"), false);
  EXPECT_EQ(never.code, Code::feature_unsupported);
  EXPECT_EQ(never.message,
            "Off. Only the account that gave resp_1 can go on from it: send the whole conversation instead.");
}

}  // namespace
}  // namespace agt::relay

// What is made of quotas: when they are asked, what the pool hears of them, how an account tells of itself.
#include "admin/quota_keeper.h"

#include <gtest/gtest.h>

#include "admin/account_story.h"
#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

using namespace std::chrono_literals;

const WallTime wall = from_unix_ms(1'800'000'000'000);
constexpr Instant now{1h};

TEST(QuotaKeeper, asks_again_later_after_every_failure) {
  EXPECT_EQ(quota_wait(15min, 0, std::nullopt, 0), 15min);
  EXPECT_EQ(quota_wait(15min, 0, std::nullopt, 1), 15min + 90s) << "spread by a tenth";
  EXPECT_EQ(quota_wait(15min, 0, std::nullopt, -1), 15min - 90s);
  EXPECT_EQ(quota_wait(15min, 1, std::nullopt, 0), 30min);
  EXPECT_EQ(quota_wait(15min, 30, std::nullopt, 0), 6h);
  EXPECT_EQ(quota_wait(15min, 1, 2h, 0), 2h) << "when the provider says so";
  EXPECT_EQ(quota_wait(15min, 1, 100h, 0), 6h);
  EXPECT_EQ(quota_wait(24h, 3, std::nullopt, 0), 24h) << "never sooner than usual";
}

TEST(QuotaKeeper, tells_the_pool_only_what_is_known) {
  const provider::Quota quota{.windows = {{.name = "5h", .left = 0.25, .resets = wall + 10s},
                                          {.name = "m", .models = "m*", .left = 0.5, .resets = wall + 20s},
                                          {.name = "no reset", .left = 0.1},
                                          {.name = "no share", .resets = wall + 10s},
                                          {.name = "over", .left = 0.1, .resets = wall}}};
  const auto left = quota_left(quota, wall, now);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].models, "");
  EXPECT_EQ(left[0].percent, 25);
  EXPECT_EQ(left[0].resets_at, now + 10s);
  EXPECT_EQ(left[1].models, "m*");
}

AccountStory story(const store::Account& account, const std::vector<pool::Resting>& rests, provider::Quota quota = {},
                   std::optional<TokenState> tokens = {}) {
  const AccountView view{.families = testing::all_families,
                         .rests = rests,
                         .now = now,
                         .wall = wall,
                         .tokens = std::move(tokens),
                         .quota = std::move(quota)};
  return story_of(account, upstream_of(account, view.families), view);
}

store::Account given() {
  return {.id = "acc_1", .label = "one", .provider = "openai", .credential = Secret("sk-x"), .updated_ms = 7};
}

TEST(AccountStory, of_one_that_serves_says_so) {
  const auto told = story(given(), {});
  EXPECT_EQ(told.what, "It serves.");
  EXPECT_FALSE(told.code);
  EXPECT_FALSE(told.since_ms);
}

TEST(AccountStory, tells_of_the_rest_that_matters_with_its_evidence) {
  const std::vector<pool::Resting> rests{
      {.account_id = "acc_1", .model = "m", .rest = {.until = now + 1h, .code = Code::daily}},
      {.account_id = "acc_1",
       .rest = {.until = now + 5s, .code = Code::rpm, .message = "slow down", .set_by = "tr_1"},
       .since = now - 2s},
      {.account_id = "acc_2", .rest = {.until = pool::until_somebody_acts, .code = Code::key_rejected}}};
  const auto told = story(given(), rests);
  EXPECT_EQ(told.what, "It rests (rpm).");
  EXPECT_EQ(told.since_ms, unix_ms(wall) - 2'000);
  EXPECT_EQ(told.back_in_ms, 5'000);
  EXPECT_EQ(told.evidence, "slow down");
  EXPECT_EQ(told.request, "tr_1");
}

TEST(AccountStory, says_when_somebody_must_act) {
  const std::vector<pool::Resting> rests{
      {.account_id = "acc_1", .rest = {.until = pool::until_somebody_acts, .code = Code::key_rejected}}};
  const auto told = story(given(), rests);
  EXPECT_FALSE(told.back_in_ms);
  EXPECT_TRUE(told.next.starts_with("It is not asked again before you act.")) << told.next;
  const auto signed_out = story(given(), {}, {}, TokenState{.refused_ms = 5, .refused_why = "revoked"});
  EXPECT_EQ(signed_out.code, Code::token_revoked);
  EXPECT_EQ(signed_out.since_ms, 5);
  EXPECT_EQ(signed_out.evidence, "revoked");
}

TEST(AccountStory, tells_of_what_people_decided) {
  auto off = given();
  off.enabled = false;
  EXPECT_EQ(story(off, {}).what, "It was switched off.");
  EXPECT_EQ(story(off, {}).since_ms, 7);
  auto wrong = given();
  wrong.provider = "nobody";
  EXPECT_EQ(story(wrong, {}).what, "It cannot be used as it is set up.");
}

TEST(AccountStory, tells_of_a_reserve_that_is_asked_last) {
  auto kept = given();
  kept.reserve_percent = 20;
  const provider::Quota quota{.windows = {{.name = "7d", .left = 0.15, .resets = wall + 60s, .seen = wall - 1s}}};
  const auto told = story(kept, {}, quota);
  EXPECT_EQ(told.what, "It is below its reserve: 15 % of \"7d\" are left, 20 % are kept.");
  EXPECT_EQ(told.code, Code::protected_reserve);
  EXPECT_EQ(told.back_in_ms, 60'000);
  EXPECT_EQ(story(given(), {}, quota).what, "It serves.");
}

}  // namespace
}  // namespace agt::admin

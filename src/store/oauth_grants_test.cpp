#include "store/oauth_grants.h"

#include "store/test_home.h"

namespace agt::store {
namespace {

class OAuthGrantsTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    vault_.reset();
    const auto home = test_.open();
    ASSERT_TRUE(home);
    auto opened = Vault::open(*home, clock_, Rng(1));
    ASSERT_TRUE(opened) << message(opened);
    vault_ = *std::move(opened);
  }
  [[nodiscard]] Vault& vault() { return *vault_; }
  [[nodiscard]] std::string added() {
    const auto account = add_signed_in(vault(), {.provider = "gemini"}, first());
    EXPECT_TRUE(account) << message(account);
    return account ? account->id : std::string();
  }
  static OAuthGrant first() {
    return {.client = {.service = "custom",
                       .client_id = "id-1",
                       .client_secret = Secret("the-client-secret"),
                       .token_url = "https://example.com/token"},
            .subject = "me@example.com",
            .scopes = "a b",
            .tokens = {.refresh = Secret("refresh-1"),
                       .access = Secret("access-1"),
                       .expires_ms = 1'800'003'600'000,
                       .lifetime_ms = 3'600'000}};
  }
  static OAuthTokens next() {
    return {.refresh = Secret("refresh-2"), .access = Secret("access-2"), .expires_ms = 7, .lifetime_ms = 3};
  }

  TestHome test_{};
  StillClock clock_{};
  std::unique_ptr<Vault> vault_{};
};

TEST_F(OAuthGrantsTest, everything_comes_back_after_a_restart) {
  const auto id = added();
  open();
  EXPECT_EQ(account(vault(), id)->kind, CredentialKind::oauth);
  const auto grant = oauth_grant(vault(), id);
  ASSERT_TRUE(grant) << message(grant);
  EXPECT_EQ(grant->client.service, "custom");
  EXPECT_EQ(grant->client.client_id, "id-1");
  EXPECT_EQ(grant->client.client_secret.reveal(), "the-client-secret");
  EXPECT_EQ(grant->client.token_url, "https://example.com/token");
  EXPECT_EQ(grant->subject, "me@example.com");
  EXPECT_EQ(grant->scopes, "a b");
  EXPECT_EQ(grant->tokens.refresh.reveal(), "refresh-1");
  EXPECT_EQ(grant->tokens.access.reveal(), "access-1");
  EXPECT_EQ(grant->tokens.expires_ms, 1'800'003'600'000);
  EXPECT_EQ(grant->generation, 1);
  EXPECT_EQ(grant->obtained_ms, clock_.unix_ms_now);
  EXPECT_FALSE(grant->intent_ms);
  EXPECT_FALSE(grant->refused_ms);
}

TEST_F(OAuthGrantsTest, no_secret_is_in_the_file) {
  ASSERT_FALSE(added().empty());
  vault_.reset();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test_.root())) {
    if (!entry.is_regular_file()) continue;
    for (const auto* secret : {"refresh-1", "access-1", "the-client-secret"})
      EXPECT_FALSE(contents(entry.path()).contains(secret)) << entry.path();
  }
}

TEST_F(OAuthGrantsTest, a_refresh_leaves_an_intent_until_its_answer_is_kept) {
  const auto id = added();
  ASSERT_TRUE(begin_refresh(vault(), id, 1));
  open();
  EXPECT_EQ(oauth_grant(vault(), id)->intent_ms, clock_.unix_ms_now);
  const auto generation = finish_refresh(vault(), id, 1, next());
  ASSERT_TRUE(generation) << message(generation);
  EXPECT_EQ(*generation, 2);
  const auto grant = oauth_grant(vault(), id);
  EXPECT_EQ(grant->tokens.refresh.reveal(), "refresh-2");
  EXPECT_EQ(grant->tokens.access.reveal(), "access-2");
  EXPECT_EQ(grant->generation, 2);
  EXPECT_FALSE(grant->intent_ms);
}

TEST_F(OAuthGrantsTest, an_overtaken_refresh_changes_nothing) {
  const auto id = added();
  ASSERT_TRUE(finish_refresh(vault(), id, 1, next()));
  for (const auto& late :
       {begin_refresh(vault(), id, 1), abandon_refresh(vault(), id, 1), refuse_grant(vault(), id, 1, "late")}) {
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::conflict);
  }
  const auto twice = finish_refresh(vault(), id, 1, first().tokens);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::conflict);
  EXPECT_EQ(oauth_grant(vault(), id)->tokens.refresh.reveal(), "refresh-2");
}

TEST_F(OAuthGrantsTest, a_refusal_stays_until_it_is_pardoned_or_somebody_signs_in_again) {
  const auto id = added();
  ASSERT_TRUE(begin_refresh(vault(), id, 1));
  ASSERT_TRUE(refuse_grant(vault(), id, 1, "Token has been revoked."));
  open();
  const auto refused = oauth_grant(vault(), id);
  EXPECT_EQ(refused->refused_ms, clock_.unix_ms_now);
  EXPECT_EQ(refused->refused_why, "Token has been revoked.");
  EXPECT_FALSE(refused->intent_ms);
  ASSERT_TRUE(pardon_grant(vault(), id));
  EXPECT_FALSE(oauth_grant(vault(), id)->refused_ms);
  ASSERT_TRUE(refuse_grant(vault(), id, 1, "again"));
  auto again = first();
  again.tokens.refresh = Secret("refresh-9");
  ASSERT_TRUE(sign_in_again(vault(), id, again));
  const auto grant = oauth_grant(vault(), id);
  EXPECT_FALSE(grant->refused_ms);
  EXPECT_EQ(grant->tokens.refresh.reveal(), "refresh-9");
  EXPECT_EQ(grant->generation, 2);
}

TEST_F(OAuthGrantsTest, goes_with_its_account_and_is_not_half_written) {
  const auto id = added();
  ASSERT_TRUE(remove_account(vault(), id));
  EXPECT_FALSE(oauth_grant(vault(), id));
  auto empty = first();
  empty.tokens.refresh = Secret();
  const auto refused = add_signed_in(vault(), {.provider = "gemini"}, empty);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "refresh_token");
  EXPECT_TRUE(accounts(vault())->empty());
}

TEST_F(OAuthGrantsTest, a_change_of_the_account_keeps_its_kind) {
  const auto id = added();
  auto changed = *account(vault(), id);
  changed.label = "other";
  changed.kind = CredentialKind::key;
  ASSERT_TRUE(change_account(vault(), changed));
  EXPECT_EQ(account(vault(), id)->kind, CredentialKind::oauth);
}

}  // namespace
}  // namespace agt::store

#include "store/accounts.h"

#include "store/test_home.h"

namespace agt::store {
namespace {

class AccountsTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto home = test_.open();
    ASSERT_TRUE(home);
    auto opened = Vault::open(*home, clock_, Rng(1));
    ASSERT_TRUE(opened) << message(opened);
    vault_ = *std::move(opened);
  }
  [[nodiscard]] Vault& vault() { return *vault_; }

  TestHome test_{};
  StillClock clock_{};
  std::unique_ptr<Vault> vault_{};
};

Account full() {
  return {.label = "Work",
          .provider = "openai-compatible",
          .base_url = "http://10.0.0.1:8000/v1",
          .credential = Secret("sk-work-1234567890"),
          .key_header = "x-key",
          .models = {"a*", "b"},
          .excluded_models = {"a\"1"},
          .enabled = false,
          .priority = 5,
          .weight = 3,
          .concurrency_max = 2,
          .insecure_http = true,
          .extra = json::Raw{R"({"project":"p1"})"},
          .groups = {"team", "nights"},
          .tags = {"paid by me"},
          .reserve_percent = 20,
          .reserve_strict = true};
}

TEST_F(AccountsTest, everything_comes_back) {
  const auto added = add_account(vault(), full());
  ASSERT_TRUE(added) << message(added);
  EXPECT_TRUE(added->id.starts_with("acc_"));
  const auto read = account(vault(), added->id);
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->label, "Work");
  EXPECT_EQ(read->provider, "openai-compatible");
  EXPECT_EQ(read->base_url, "http://10.0.0.1:8000/v1");
  EXPECT_EQ(read->credential.reveal(), "sk-work-1234567890");
  EXPECT_EQ(read->key_header, "x-key");
  EXPECT_EQ(read->models, (std::vector<std::string>{"a*", "b"}));
  EXPECT_EQ(read->excluded_models, (std::vector<std::string>{"a\"1"}));
  EXPECT_FALSE(read->enabled);
  EXPECT_EQ(read->priority, 5);
  EXPECT_EQ(read->weight, 3);
  EXPECT_EQ(read->concurrency_max, 2);
  EXPECT_TRUE(read->insecure_http);
  EXPECT_EQ(read->extra.text, R"({"project":"p1"})");
  EXPECT_EQ(read->groups, (std::vector<std::string>{"team", "nights"}));
  EXPECT_EQ(read->tags, (std::vector<std::string>{"paid by me"}));
  EXPECT_EQ(read->reserve_percent, 20);
  EXPECT_TRUE(read->reserve_strict);
  EXPECT_EQ(read->created_ms, clock_.unix_ms_now);
}

TEST_F(AccountsTest, is_found_by_label_without_regard_to_case) {
  const auto added = add_account(vault(), full());
  EXPECT_EQ(account(vault(), "wORK")->id, added->id);
}

TEST_F(AccountsTest, an_unknown_one_is_told) {
  const auto found = account(vault(), "nobody\n");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::path_unknown);
  EXPECT_TRUE(found.error().message.starts_with("there is no account \"nobody")) << found.error().message;
  EXPECT_FALSE(found.error().message.contains('\n'));
}

TEST_F(AccountsTest, a_label_that_is_taken_is_a_conflict) {
  ASSERT_TRUE(add_account(vault(), full()));
  auto second = full();
  second.label = "WORK";
  const auto added = add_account(vault(), second);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Code::conflict);
  EXPECT_EQ(added.error().field, "label");
  EXPECT_EQ(added.error().message, "an account with the label \"WORK\" exists already: choose another label");
}

TEST_F(AccountsTest, without_a_label_it_is_named_after_its_provider) {
  EXPECT_EQ(add_account(vault(), {.provider = "gemini"})->label, "gemini");
  EXPECT_EQ(add_account(vault(), {.provider = "gemini"})->label, "gemini-2");
  EXPECT_EQ(add_account(vault(), {.provider = "gemini"})->label, "gemini-3");
}

TEST_F(AccountsTest, bad_fields_are_named) {
  const auto field_at_fault = [this](auto change) {
    auto draft = full();
    change(draft);
    const auto added = add_account(vault(), draft);
    return added ? std::string("none") : added.error().field;
  };
  EXPECT_EQ(field_at_fault([](Account& a) { a.label = "a/b"; }), "label");
  EXPECT_EQ(field_at_fault([](Account& a) { a.label = " a"; }), "label");
  EXPECT_EQ(field_at_fault([](Account& a) { a.label = "acc_x"; }), "label");
  EXPECT_EQ(field_at_fault([](Account& a) { a.label = std::string(101, 'x'); }), "label");
  EXPECT_EQ(field_at_fault([](Account& a) { a.provider = ""; }), "provider");
  EXPECT_EQ(field_at_fault([](Account& a) { a.weight = 0; }), "weight");
  EXPECT_EQ(field_at_fault([](Account& a) { a.concurrency_max = -1; }), "max_concurrency");
  EXPECT_EQ(field_at_fault([](Account& a) { a.reserve_percent = 100; }), "reserve_percent");
  EXPECT_EQ(field_at_fault([](Account& a) { a.groups = {"team", "a/b"}; }), "groups[1]");
  EXPECT_EQ(field_at_fault([](Account& a) { a.groups = {"team", "team"}; }), "groups[1]");
  EXPECT_EQ(field_at_fault([](Account& a) { a.tags.assign(33, "x"); }), "tags");
  EXPECT_EQ(field_at_fault([](Account& a) { a.priority = 1'001; }), "priority");
  EXPECT_EQ(field_at_fault([](Account& a) { a.extra.text = "[1]"; }), "extra");
  EXPECT_TRUE(accounts(vault())->empty());
}

TEST_F(AccountsTest, a_change_without_a_credential_keeps_the_old_one) {
  auto changed = *add_account(vault(), full());
  clock_.unix_ms_now += 5;
  changed.label = "Home";
  changed.credential = Secret();
  ASSERT_TRUE(change_account(vault(), changed));
  const auto read = account(vault(), "home");
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->credential.reveal(), "sk-work-1234567890");
  EXPECT_EQ(read->updated_ms, read->created_ms + 5);
}

TEST_F(AccountsTest, a_change_to_a_taken_label_is_a_conflict) {
  ASSERT_TRUE(add_account(vault(), {.label = "one", .provider = "p"}));
  auto two = *add_account(vault(), {.label = "two", .provider = "p"});
  two.label = "one";
  EXPECT_EQ(change_account(vault(), two).error().code, Code::conflict);
}

TEST_F(AccountsTest, are_switched_and_removed) {
  const auto added = add_account(vault(), full());
  ASSERT_TRUE(enable_account(vault(), "work", true));
  EXPECT_TRUE(account(vault(), added->id)->enabled);
  ASSERT_TRUE(remove_account(vault(), "work"));
  EXPECT_EQ(remove_account(vault(), "work").error().code, Code::path_unknown);
  EXPECT_EQ(enable_account(vault(), "work", true).error().code, Code::path_unknown);
}

TEST_F(AccountsTest, a_credential_moved_between_rows_is_an_error_and_not_a_wrong_key) {
  const auto one = add_account(vault(), {.label = "one", .provider = "p", .credential = Secret("1")});
  ASSERT_TRUE(add_account(vault(), {.label = "two", .provider = "p", .credential = Secret("2")}));
  {
    auto session = vault().session();
    ASSERT_TRUE(
        session.database.execute("UPDATE accounts SET credential_sealed = (SELECT credential_sealed FROM "
                                 "accounts WHERE label = 'one') WHERE label = 'two'"));
  }
  EXPECT_EQ(account(vault(), "two").error().code, Code::storage);
  EXPECT_EQ(account(vault(), "one")->credential.reveal(), "1");
}

}  // namespace
}  // namespace agt::store

#include "store/vault.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>

#include "store/accounts.h"
#include "store/client_keys.h"
#include "store/cool_downs.h"
#include "store/routes.h"
#include "store/stored_settings.h"
#include "store/test_home.h"

namespace agt::store {
namespace {

class VaultTest : public testing::Test {
 protected:
  [[nodiscard]] Result<std::unique_ptr<Vault>> open() const {
    TRY(const auto home, test_.open());
    return Vault::open(home, clock_, Rng(1));
  }
  TestHome test_{};
  StillClock clock_{};
};

TEST_F(VaultTest, keeps_the_key_outside_the_data_folder) {
  ASSERT_TRUE(open());
  EXPECT_TRUE(std::filesystem::exists(test_.root() / "vault.key"));
  EXPECT_TRUE(std::filesystem::exists(test_.root() / "data/vault.db"));
}

TEST_F(VaultTest, no_credential_lies_readable_in_any_file) {
  {
    auto vault = open();
    ASSERT_TRUE(vault);
    Account account{.provider = "openai", .credential = Secret("sk-plainly-visible-credential")};
    account.extra = json::Raw{R"({"refresh_token":"plainly-visible-token"})"};
    ASSERT_TRUE(add_account(**vault, account));
    ASSERT_TRUE(change_settings(**vault, {{.name = "proxy.api_key", .secret = Secret("sk-plainly-visible-key-1")}}));
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test_.root())) {
    if (entry.is_regular_file()) {
      EXPECT_FALSE(contents(entry.path()).contains("plainly-visible")) << entry.path();
    }
  }
}

TEST_F(VaultTest, is_refused_when_its_key_is_missing) {
  ASSERT_TRUE(open());
  std::filesystem::remove(test_.root() / "vault.key");
  const auto again = open();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::config);
  EXPECT_EQ(again.error().message,
            (test_.root() / "vault.key").string() +
                ": the key of the vault is missing: put it back from a backup; without it the stored credentials "
                "cannot be read");
  EXPECT_FALSE(std::filesystem::exists(test_.root() / "vault.key")) << "no new key in its place";
}

TEST_F(VaultTest, is_refused_with_another_key) {
  ASSERT_TRUE(open());
  std::filesystem::remove(test_.root() / "vault.key");
  ASSERT_TRUE(Sealer::open(test_.root() / "vault.key", Sealer::Missing::create));
  const auto again = open();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::config);
  EXPECT_TRUE(again.error().message.contains("was made with another key")) << again.error().message;
}

TEST_F(VaultTest, a_linked_database_is_refused) {
  ASSERT_TRUE(open());
  std::filesystem::rename(test_.root() / "data/vault.db", test_.root() / "elsewhere");
  std::filesystem::create_symlink(test_.root() / "elsewhere", test_.root() / "data/vault.db");
  EXPECT_TRUE(message(open()).contains("is a symbolic link")) << message(open());
}

TEST_F(VaultTest, a_damaged_vault_comes_back_from_its_copy) {
  {
    auto vault = open();
    ASSERT_TRUE(vault);
    ASSERT_TRUE(add_account(**vault, {.label = "work", .provider = "openai", .credential = Secret("sk-1")}));
  }
  ASSERT_TRUE(open());
  put(test_.root() / "data/vault.db", std::string(4096, 'x'));
  auto vault = open();
  ASSERT_TRUE(vault) << message(vault);
  ASSERT_TRUE((*vault)->rescue());
  EXPECT_EQ((*vault)->rescue()->set_aside, (test_.root() / "data/vault.db").string() + ".corrupt-1800000000000");
  EXPECT_EQ(account(**vault, "work")->credential.reveal(), "sk-1");
}

TEST_F(VaultTest, routes_keep_their_order) {
  auto vault = open();
  ASSERT_TRUE(vault);
  const Route a{.match = "a", .targets = {"x/a"}};
  const Route b{.match = "b*", .targets = {"x/b", "y/*"}, .strict = true};
  const Route c{.match = "/c.+/", .targets = {"x/c"}};
  EXPECT_EQ(insert_route(**vault, a), 0U);
  EXPECT_EQ(insert_route(**vault, c), 1U);
  EXPECT_EQ(insert_route(**vault, b, 1), 1U);
  EXPECT_EQ(routes(**vault), (std::vector{a, b, c}));
  ASSERT_TRUE(move_route(**vault, 2, 0));
  EXPECT_EQ(routes(**vault), (std::vector{c, a, b}));
  ASSERT_TRUE(remove_route(**vault, 1));
  EXPECT_EQ(routes(**vault), (std::vector{c, b}));
  ASSERT_TRUE(replace_route(**vault, 0, a));
  EXPECT_EQ(routes(**vault), (std::vector{a, b}));
  ASSERT_TRUE(replace_routes(**vault, {c}));
  EXPECT_EQ(routes(**vault), (std::vector{c}));
}

TEST_F(VaultTest, a_bad_route_is_refused_with_its_field) {
  auto vault = open();
  ASSERT_TRUE(vault);
  const auto added = insert_route(**vault, {.match = "m", .targets = {"x/a", "nonsense"}});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Code::schema);
  EXPECT_EQ(added.error().field, "targets[1]");
  EXPECT_EQ(added.error().message, "targets[1]: must be provider/model or account-label/model, not \"nonsense\"");
  EXPECT_EQ(insert_route(**vault, {.match = " ", .targets = {"x/a"}}).error().field, "match");
  EXPECT_EQ(insert_route(**vault, {.match = "m"}).error().field, "targets");
}

TEST_F(VaultTest, a_route_that_is_not_there_is_told) {
  auto vault = open();
  ASSERT_TRUE(vault);
  EXPECT_EQ(message(remove_route(**vault, 0)), "there is no route 0: there are none");
  ASSERT_TRUE(insert_route(**vault, {.match = "m", .targets = {"x/a"}}));
  const auto removed = remove_route(**vault, 5);
  EXPECT_EQ(removed.error().code, Code::path_unknown);
  EXPECT_EQ(removed.error().message, "there is no route 5: they are numbered 0 to 0");
}

TEST_F(VaultTest, a_rotated_key_works_for_its_overlap_and_leaves_its_limits) {
  auto vault = open();
  ASSERT_TRUE(vault);
  ASSERT_TRUE(add_client_key(**vault, "laptop", json::Raw{R"({"concurrency":2})"}));
  ASSERT_TRUE(add_client_key(**vault, "past", json::Raw{R"({"expires_ms":1,"concurrency":3})"}));
  const auto made = rotate_client_key(**vault, "laptop", 3'600'000);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->key.name, "laptop");
  auto keys = client_keys(**vault).value();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].name, "laptop (old)");
  EXPECT_EQ(keys[0].limits.text,
            fmt::format(R"({{"expires_ms":{},"concurrency":2}})", made->key.created_ms + 3'600'000));
  EXPECT_EQ(keys[2].limits.text, R"({"concurrency":2})");
  EXPECT_EQ(keys[2].digest, key_digest(made->plain.reveal()));
  ASSERT_TRUE(rotate_client_key(**vault, made->key.id, 0));
  keys = client_keys(**vault).value();
  EXPECT_TRUE(keys[2].revoked_ms.has_value());
  const auto renewed = rotate_client_key(**vault, "past", 3'600'000);
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed->key.limits.text, R"({"expires_ms":0,"concurrency":3})") << "an end that has passed is no limit";
  keys = client_keys(**vault).value();
  EXPECT_EQ(keys[1].limits.text, R"({"expires_ms":1,"concurrency":3})") << "the old one does not come back to life";
  EXPECT_EQ(rotate_client_key(**vault, "nobody", 0).error().code, Code::path_unknown);
}

TEST_F(VaultTest, a_client_key_is_shown_once_and_known_by_its_digest) {
  auto vault = open();
  ASSERT_TRUE(vault);
  const auto made = add_client_key(**vault, "laptop", json::Raw{R"({"rpm":10})"});
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->plain.reveal().starts_with("sk-"));
  EXPECT_EQ(made->key.digest, key_digest(made->plain.reveal()));
  const auto keys = client_keys(**vault);
  ASSERT_TRUE(keys && keys->size() == 1);
  EXPECT_EQ(keys->front().hint, "sk-" + made->plain.hint());
  EXPECT_EQ(keys->front().limits.text, R"({"rpm":10})");
  EXPECT_FALSE(keys->front().revoked_ms);
}

TEST_F(VaultTest, key_digest_is_sha_256) {
  EXPECT_EQ(key_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(VaultTest, a_revoked_key_frees_its_name_and_cannot_be_revoked_again) {
  auto vault = open();
  ASSERT_TRUE(vault);
  ASSERT_TRUE(add_client_key(**vault, "laptop"));
  EXPECT_EQ(add_client_key(**vault, "LAPTOP").error().code, Code::conflict);
  ASSERT_TRUE(revoke_client_key(**vault, "laptop"));
  EXPECT_EQ(revoke_client_key(**vault, "laptop").error().code, Code::path_unknown);
  ASSERT_TRUE(add_client_key(**vault, "laptop"));
  EXPECT_EQ(client_keys(**vault)->front().revoked_ms, clock_.unix_ms_now);
  EXPECT_EQ(set_client_key_limits(**vault, "laptop", json::Raw{"[]"}).error().field, "limits");
}

TEST_F(VaultTest, the_first_start_makes_an_api_key_once) {
  auto vault = open();
  ASSERT_TRUE(vault);
  EXPECT_EQ(ensure_api_key(**vault), true);
  EXPECT_EQ(ensure_api_key(**vault), false);
  const auto stored = stored_settings(**vault);
  ASSERT_TRUE(stored && stored->values.size() == 1);
  EXPECT_EQ(stored->values[0].name, "proxy.api_key");
  EXPECT_TRUE(stored->values[0].secret.reveal().starts_with("sk-"));
}

TEST_F(VaultTest, settings_change_all_or_none) {
  auto vault = open();
  ASSERT_TRUE(vault);
  const auto bad = change_settings(
      **vault, {{.name = "proxy.port", .value = json::Raw{"9000"}}, {.name = "proxy.prot", .value = json::Raw{"1"}}});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::schema);
  EXPECT_EQ(bad.error().message, "proxy.prot: there is no such setting; did you mean proxy.port?");
  EXPECT_TRUE(stored_settings(**vault)->values.empty());
  EXPECT_EQ(message(change_settings(**vault, {{.name = "proxy.port", .value = json::Raw{"70000"}}})),
            "proxy.port: must be a whole number from 0 to 65535, not 70000");
}

TEST_F(VaultTest, a_stale_change_of_settings_is_a_conflict) {
  auto vault = open();
  ASSERT_TRUE(vault);
  const auto revision = stored_settings(**vault)->revision;
  ASSERT_EQ(change_settings(**vault, {{.name = "workers", .value = json::Raw{"2"}}}, revision), revision + 1);
  const auto stale = change_settings(**vault, {{.name = "workers", .value = json::Raw{"3"}}}, revision);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Code::conflict);
  EXPECT_EQ(stored_settings(**vault)->values[0].value.text, "2");
  ASSERT_TRUE(change_settings(**vault, {{.name = "workers"}}));
  EXPECT_TRUE(stored_settings(**vault)->values.empty());
}

TEST_F(VaultTest, cool_downs_live_until_they_are_over) {
  auto vault = open();
  ASSERT_TRUE(vault);
  const auto account = add_account(**vault, {.provider = "openai", .credential = Secret("sk-1")});
  const CoolDown cool{.account = account->id,
                      .model = "gpt",
                      .until_unix_ms = clock_.unix_ms_now + 60'000,
                      .code = "rpm",
                      .message = "slow down"};
  ASSERT_TRUE(put_cool_down(**vault, cool));
  ASSERT_TRUE(put_cool_down(**vault, cool));
  EXPECT_EQ(cool_downs(**vault), std::vector{cool});
  clock_.unix_ms_now += 60'000;
  EXPECT_EQ(cool_downs(**vault), std::vector<CoolDown>{});
}

TEST_F(VaultTest, a_cool_down_goes_with_its_account) {
  auto vault = open();
  ASSERT_TRUE(vault);
  const auto account = add_account(**vault, {.provider = "openai", .credential = Secret("sk-1")});
  ASSERT_TRUE(put_cool_down(**vault, {.account = account->id, .until_unix_ms = INT64_MAX}));
  ASSERT_TRUE(remove_account(**vault, account->id));
  EXPECT_TRUE(cool_downs(**vault)->empty());
  EXPECT_TRUE(put_cool_down(**vault, {.account = account->id, .until_unix_ms = INT64_MAX}));
  EXPECT_TRUE(cool_downs(**vault)->empty());
}

// A child acknowledges each commit on a pipe and is killed at a random moment: nothing acknowledged may be missing.
TEST_F(VaultTest, kill_9_keeps_every_acknowledged_change) {
  ASSERT_TRUE(open());
  Rng rng(11);
  for (int round = 0; round < 12; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto vault = open();
      for (int i = 1; vault; ++i) {
        if (!change_settings(**vault, {{.name = "ledger.keep_days", .value = json::Raw{fmt::format("{}", i)}}})) break;
        if (::write(pipe[1], &i, sizeof i) != sizeof i) break;
      }
      ::_exit(1);
    }
    ::close(pipe[1]);
    int acknowledged = 0;
    ASSERT_EQ(::read(pipe[0], &acknowledged, sizeof acknowledged), std::ptrdiff_t{sizeof acknowledged});
    ::usleep(static_cast<useconds_t>(500 + rng() % 8'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe[0], &acknowledged, sizeof acknowledged) == std::ptrdiff_t{sizeof acknowledged}) continue;
    ::close(pipe[0]);
    auto vault = open();
    ASSERT_TRUE(vault) << message(vault);
    EXPECT_FALSE((*vault)->rescue());
    const auto stored = stored_settings(**vault);
    ASSERT_TRUE(stored && stored->values.size() == 1);
    EXPECT_GE(std::stoi(stored->values[0].value.text), acknowledged) << round;
  }
}

}  // namespace
}  // namespace agt::store

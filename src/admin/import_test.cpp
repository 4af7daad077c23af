// What is recognised in what people bring, and what is said of each.
#include <gtest/gtest.h>

#include "admin/import_files.h"
#include "admin/import_text.h"

namespace agt::admin {
namespace {

std::vector<ImportItem> items_of(std::string_view text) {
  auto items = read_import(text);
  EXPECT_TRUE(items) << items.error().message;
  return items.value_or(std::vector<ImportItem>{});
}

TEST(Import, takes_application_default_credentials_with_their_own_client) {
  const auto items = items_of(R"({"type":"authorized_user","client_id":"c.apps","client_secret":"cs",
    "refresh_token":"1//refresh-token-000","quota_project_id":"p-1","account":"a@example.com"})");
  ASSERT_EQ(items.size(), 1);
  const auto& item = items.front();
  EXPECT_EQ(item.recognised, "application default credentials of Google Cloud");
  EXPECT_EQ(item.problem, "");
  EXPECT_EQ(item.draft.provider, "vertex");
  EXPECT_EQ(item.draft.kind, store::CredentialKind::oauth);
  EXPECT_EQ(item.draft.extra.text, R"({"project":"p-1"})");
  EXPECT_EQ(item.grant.client.client_id, "c.apps");
  EXPECT_EQ(item.grant.client.token_url, "https://oauth2.googleapis.com/token");
  EXPECT_EQ(item.grant.tokens.refresh.reveal(), "1//refresh-token-000");
}

TEST(Import, wants_to_know_who_pays_for_default_credentials) {
  const auto items =
      items_of(R"({"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"1//refresh-000000"})");
  EXPECT_TRUE(items.front().problem.contains("set-quota-project")) << items.front().problem;
}

TEST(Import, takes_a_service_account_as_a_whole_file) {
  constexpr std::string_view file = R"({"type":"service_account","project_id":"p-1","client_email":"s@p-1.iam"})";
  const auto items = items_of(file);
  EXPECT_EQ(items.front().draft.credential.reveal(), file);
  EXPECT_EQ(items.front().draft.provider, "vertex");
  EXPECT_EQ(items.front().draft.kind, store::CredentialKind::key);
}

// Its client belongs to that program; whoever says another one knows better.
TEST(Import, names_the_sign_in_of_gemini_cli_as_not_ours) {
  const auto items = items_of(R"({"access_token":"ya29.x","refresh_token":"1//refresh-token-000",
    "scope":"s","token_type":"Bearer","expiry_date":1})");
  EXPECT_EQ(items.front().recognised, "sign-in of Gemini CLI");
  EXPECT_EQ(items.front().problem, "");
  EXPECT_TRUE(items.front().client_problem.contains("Gemini CLI's own OAuth client"));
}

TEST(Import, reads_the_settings_of_antigravity_manager) {
  const auto items = items_of(R"({"language":"zh","proxy":{"port":8099,"allow_lan_access":true,"auth_mode":"auto",
    "api_key":"sk-0123456789abcdef","custom_mapping":{"gpt-4*":"gemini-3-flash"},
    "upstream_proxy":{"enabled":false,"url":"http://p:1"},"scheduling":{"mode":"PerformanceFirst"},
    "zai":{"enabled":false,"api_key":"zai-key-0123456789"}}})");
  ASSERT_EQ(items.size(), 7);
  EXPECT_EQ(items[0].draft.provider, "zai-anthropic");
  EXPECT_FALSE(items[0].draft.enabled);
  EXPECT_EQ(items[1].route->match, "gpt-4*");
  EXPECT_EQ(items[1].route->targets, std::vector<std::string>{"gemini-3-flash"});
  EXPECT_EQ(items[2].setting->name, "proxy.port");
  EXPECT_EQ(items[2].setting->value->text, "8099");
  EXPECT_EQ(items[3].setting->value->text, R"("auto")");
  EXPECT_EQ(items[4].setting->name, "proxy.allow_lan_access");
  EXPECT_EQ(items[5].setting->secret.reveal(), "sk-0123456789abcdef");
  EXPECT_EQ(items[6].setting->value->text, R"("performance_first")");
  for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i].place, i + 1);
}

TEST(Import, reads_its_folder_as_the_command_line_brings_it) {
  const auto items = items_of(R"({"format":"antigravity-manager-folder","accounts":[
    {"email":"a@example.com","token":{"refresh_token":"1//refresh-token-000","project_id":"p-9"},"custom_label":"mine"},
    {"unread":"b.json: nothing in it"}],"config":{"proxy":{"port":8045}}})");
  ASSERT_EQ(items.size(), 3);
  EXPECT_EQ(items[0].draft.label, "mine");
  EXPECT_EQ(items[1].problem, "cannot be read: b.json: nothing in it");
  EXPECT_EQ(items[2].setting->name, "proxy.port");
}

TEST(Import, says_where_a_key_was_found) {
  const auto items = items_of(
      R"({"format":"agt-export","accounts":[{"from":"variable K","account":{"provider":"openai","key":"sk-0123456789"}}]})");
  EXPECT_EQ(items.front().recognised, "variable K");
  EXPECT_EQ(items.front().problem, "");
}

}  // namespace
}  // namespace agt::admin

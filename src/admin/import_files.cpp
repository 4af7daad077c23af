#include "admin/import_files.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/text.h"
#include "provider/oauth/services.h"
#include "store/settings.h"

namespace agt::admin {
namespace {

constexpr std::string_view manager_rule = "rule of Antigravity Manager";
constexpr std::string_view manager_setting = "setting of Antigravity Manager";

void take_project(ImportItem& item, std::string_view project) {
  if (!project.empty()) item.draft.extra = json::Raw{fmt::format("{{\"project\":{}}}", json::quoted(project))};
}

// Application default credentials are made for whatever programs their owner runs, and bring the client that they were
// issued to: https://cloud.google.com/docs/authentication/application-default-credentials (2026-11).
ImportItem user_credentials(std::size_t place, const json::Value& value) {
  ImportItem item{.place = place, .recognised = "application default credentials of Google Cloud"};
  const auto* google = provider::oauth::find_service("google");
  item.draft.provider = "vertex";
  item.draft.kind = store::CredentialKind::oauth;
  item.grant.client = {.service = "google",
                       .client_id = value["client_id"].text_or(""),
                       .client_secret = Secret(value["client_secret"].text_or("")),
                       .token_url = std::string(google->token_url),
                       .revoke_url = std::string(google->revoke_url)};
  item.grant.subject = value["account"].text_or("");
  item.grant.tokens.refresh = Secret(value["refresh_token"].text_or(""));
  take_project(item, value["quota_project_id"].text_or(""));
  if (item.grant.client.client_id.empty() || item.grant.tokens.refresh.empty())
    item.problem = "it has no client_id or no refresh_token";
  else if (item.draft.extra.empty())
    item.problem =
        "it names no project that pays: run `gcloud auth application-default set-quota-project PROJECT`, and import "
        "it again";
  return item;
}

ImportItem service_account(std::size_t place, const json::Value& value) {
  ImportItem item{.place = place, .recognised = "service account of Google Cloud"};
  item.draft.provider = "vertex";
  item.draft.credential = Secret(value.keep().text);
  item.grant.subject = value["client_email"].text_or("");
  item.draft.label = value["project_id"].text_or("");
  return item;
}

ImportItem setting_item(std::size_t place, std::string_view recognised, std::string_view name, json::Raw value) {
  ImportItem item{.place = place, .recognised = std::string(recognised)};
  item.setting = store::SettingChange{.name = std::string(name), .value = std::move(value)};
  return item;
}

ImportItem secret_item(std::size_t place, std::string_view recognised, std::string_view name, std::string secret) {
  ImportItem item{.place = place, .recognised = std::string(recognised)};
  item.setting = store::SettingChange{.name = std::string(name), .secret = Secret(std::move(secret))};
  return item;
}

// Words of the original that are spelled otherwise here.
std::string_view mode_here(std::string_view mode) {
  using Words = std::pair<std::string_view, std::string_view>;
  constexpr std::array modes{Words{"CacheFirst", "cache_first"}, Words{"Balance", "balance"},
                             Words{"PerformanceFirst", "performance_first"}};
  for (const auto& [there, here] : modes)
    if (there == mode) return here;
  return mode;
}

void add_manager_settings(std::vector<ImportItem>& items, const json::Value& proxy) {
  const auto add = [&items](std::string_view name, json::Raw value) {
    items.push_back(setting_item(items.size() + 1, manager_setting, name, std::move(value)));
  };
  for (const auto& [there, here] : {std::pair<std::string_view, std::string_view>{"port", "proxy.port"},
                                    {"auth_mode", "proxy.auth_mode"},
                                    {"allow_lan_access", "proxy.allow_lan_access"}})
    if (const auto value = proxy[there]; value.present()) add(here, value.keep());
  if (const auto key = proxy["api_key"].text_or(""); !key.empty())
    items.push_back(secret_item(items.size() + 1, manager_setting, "proxy.api_key", key));
  const auto upstream = proxy["upstream_proxy"];
  if (const auto url = upstream["url"].text_or(""); upstream["enabled"].boolean_or(false) && !url.empty())
    add("network.upstream_proxy", json::Raw{json::quoted(url)});
  if (const auto mode = proxy["scheduling"]["mode"].text_or(""); !mode.empty())
    add("scheduling.mode", json::Raw{json::quoted(mode_here(mode))});
}

}  // namespace

std::optional<ImportItem> google_file_item(std::size_t place, const json::Value& value) {
  const auto type = value["type"].text_or("");
  if (type == "authorized_user") return user_credentials(place, value);
  if (type == "service_account") return service_account(place, value);
  if (value["client_id"].exists() || !value["refresh_token"].is_string()) return std::nullopt;
  // {"access_token", "refresh_token", "scope", "token_type", "expiry_date"}: no word of the client in it.
  if (!value["expiry_date"].exists() || !value["access_token"].exists()) return std::nullopt;
  ImportItem item{.place = place, .recognised = "sign-in of Gemini CLI"};
  item.draft.kind = store::CredentialKind::oauth;
  item.grant.tokens.refresh = Secret(value["refresh_token"].text_or(""));
  item.client_problem =
      "it was issued to Gemini CLI's own OAuth client, which no other program may use: sign in with your own client "
      "(`agt account login google`), or take an API key";
  return item;
}

bool is_manager_config(const json::Value& value) {
  return value["proxy"].is_object() && (value["proxy"]["port"].exists() || value["proxy"]["custom_mapping"].exists());
}

void add_manager_config(std::vector<ImportItem>& items, const json::Value& config) {
  const auto proxy = config["proxy"];
  if (const auto zai = proxy["zai"]; zai["api_key"].is_string() && !zai["api_key"].text_or("").empty()) {
    ImportItem item{.place = items.size() + 1, .recognised = "Z.ai key of Antigravity Manager"};
    item.draft.provider = "zai-anthropic";
    item.draft.credential = Secret(zai["api_key"].text_or(""));
    item.draft.enabled = zai["enabled"].boolean_or(false);
    items.push_back(std::move(item));
  }
  for (const auto mapping : proxy["custom_mapping"].children()) {
    ImportItem item{.place = items.size() + 1, .recognised = std::string(manager_rule)};
    item.route = store::Route{.match = mapping.key(), .targets = {mapping.text_or("")}};
    items.push_back(std::move(item));
  }
  add_manager_settings(items, proxy);
}

void add_exported_settings(std::vector<ImportItem>& items, const json::Value& settings) {
  for (const auto setting : settings.children()) {
    const auto name = setting["name"].text_or("");
    if (setting["secret"].is_string())
      items.push_back(secret_item(items.size() + 1, "exported setting", name, setting["secret"].text_or("")));
    else
      items.push_back(setting_item(items.size() + 1, "exported setting", name, setting["value"].keep()));
  }
}

}  // namespace agt::admin

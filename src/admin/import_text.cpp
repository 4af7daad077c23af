#include "admin/import_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/account_form.h"
#include "admin/import_files.h"
#include "admin/limits.h"
#include "core/text.h"

namespace agt::admin {
namespace {

constexpr std::size_t token_bytes_min = 16;
constexpr std::size_t token_bytes_max = 4096;
constexpr std::size_t from_bytes_max = 80;

// Why this is no refresh token; empty when it may be one.
std::string fault_of(std::string_view token) {
  if (token.starts_with("ya29."))
    return "looks like an access token, which ends within the hour: a refresh token is needed";
  if (token.starts_with("eyJ")) return "looks like an identity or access token (JWT): a refresh token is needed";
  if (token.starts_with("sk-") || token.starts_with("AIza"))
    return "looks like an API key: add it with `agt account add PROVIDER --key-stdin`";
  if (token.size() < token_bytes_min) return "is too short for a refresh token";
  if (token.size() > token_bytes_max) return "is too long for a refresh token";
  const bool odd = std::ranges::any_of(token, [](char c) { return c <= ' ' || c == 0x7f; });
  return odd ? "has a space or a control character in it" : "";
}

ImportItem token_item(std::size_t place, std::string_view token, std::string subject) {
  ImportItem item{.place = place, .recognised = "refresh token", .problem = fault_of(token)};
  item.draft.kind = store::CredentialKind::oauth;
  item.grant.subject = std::move(subject);
  item.grant.tokens.refresh = Secret(std::string(token));
  return item;
}

// {"email", "token": {"refresh_token", …}, "custom_label", "disabled", …}
ImportItem manager_item(std::size_t place, const json::Value& value) {
  const auto token = value["token"];
  auto item = token_item(place, token["refresh_token"].text_or(""), value["email"].text_or(""));
  item.recognised = "account of Antigravity Manager";
  if (item.grant.subject.empty()) item.grant.subject = token["email"].text_or("");
  item.draft.label = value["custom_label"].text_or("");
  item.draft.enabled = !value["disabled"].boolean_or(false) && !value["proxy_disabled"].boolean_or(false);
  if (const auto project = token["project_id"].text_or(""); !project.empty())
    item.draft.extra = json::Raw{fmt::format("{{\"project\":{}}}", json::quoted(project))};
  return item;
}

ImportItem exported_item(std::size_t place, const json::Value& value) {
  ImportItem item{.place = place, .recognised = "exported account"};
  if (value["from"].is_string()) item.recognised = text::quoted(value["from"].text_or(""), from_bytes_max);
  auto draft = filled({}, value["account"]);
  if (!draft) {
    item.problem = draft.error().message;
    return item;
  }
  item.draft = *std::move(draft);
  if (value["extra"].is_object()) item.draft.extra = value["extra"].keep();
  const auto oauth = value["oauth"];
  if (!oauth.exists()) return item;
  item.draft.kind = store::CredentialKind::oauth;
  item.grant.client = {.service = oauth["service"].text_or(""),
                       .client_id = oauth["client_id"].text_or(""),
                       .client_secret = Secret(oauth["client_secret"].text_or("")),
                       .token_url = oauth["token_url"].text_or(""),
                       .revoke_url = oauth["revoke_url"].text_or("")};
  item.grant.subject = oauth["subject"].text_or("");
  item.grant.scopes = oauth["scopes"].text_or("");
  item.grant.tokens.refresh = Secret(oauth["refresh_token"].text_or(""));
  item.problem = fault_of(item.grant.tokens.refresh.reveal());
  return item;
}

ImportItem json_item(std::size_t place, const json::Value& value) {
  if (value.is_string()) return token_item(place, value.text_or(""), "");
  if (value["token"].is_object()) return manager_item(place, value);
  if (auto google = google_file_item(place, value)) return *std::move(google);
  if (value["refresh_token"].is_string())
    return token_item(place, value["refresh_token"].text_or(""), value["email"].text_or(""));
  ImportItem item{.place = place, .recognised = "unknown", .problem = "there is no refresh token in it"};
  if (value["unread"].is_string()) item.problem = fmt::format("cannot be read: {}", value["unread"].text_or(""));
  if (value["email"].is_string())
    item.problem =
        "it names an account, but has no token: import the files of the folder accounts/ instead of the index";
  return item;
}

Result<std::vector<ImportItem>> from_json(std::string_view text) {
  TRY(const auto document, json::Document::parse(text));
  const auto root = document.root();
  const bool own = root["format"].is(export_format);
  const auto list = root.is_array() ? root : root["accounts"];
  std::vector<ImportItem> items;
  if (is_manager_config(root)) {
    add_manager_config(items, root);
    return items;
  }
  if (!list.is_array()) {
    items.push_back(json_item(1, root));
    return items;
  }
  for (const auto value : list.children())
    items.push_back(own ? exported_item(items.size() + 1, value) : json_item(items.size() + 1, value));
  if (root["format"].is(manager_format)) add_manager_config(items, root["config"]);
  if (own) add_exported_settings(items, root["settings"]);
  return items;
}

// A token a line, alone or after an address: "me@example.com,1//…", "me@example.com 1//…". A '#' begins a comment.
std::vector<ImportItem> from_lines(std::string_view text) {
  std::vector<ImportItem> items;
  std::size_t number = 0;
  for (auto line : text::split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = text::trimmed(line);
    if (line.empty() || line.starts_with('#')) continue;
    std::string subject;
    const auto gap = line.find_first_of(",; \t");
    if (gap != std::string_view::npos && line.substr(0, gap).contains('@')) {
      subject = line.substr(0, gap);
      line = text::trimmed(line.substr(gap + 1));
    }
    while (line.ends_with(',') || line.ends_with(';')) line.remove_suffix(1);
    if (line.size() > 1 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    items.push_back(token_item(number, line, std::move(subject)));
  }
  return items;
}

}  // namespace

Result<std::vector<ImportItem>> read_import(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return fail(Code::schema, "There is nothing to import.", "text");
  const bool is_json = text[first] == '{' || text[first] == '[';
  auto items = is_json ? from_json(text) : Result<std::vector<ImportItem>>(from_lines(text));
  if (!items) return fail(Code::schema, fmt::format("This is no valid JSON: {}", items.error().message), "text");
  if (items->empty()) return fail(Code::schema, "There is nothing to import.", "text");
  if (items->size() > import_items_max)
    return fail(Code::schema,
                fmt::format("These are {} accounts; at most {} are imported at once.", items->size(), import_items_max),
                "text");
  return items;
}

void write_exported(json::Writer& w, const store::Account& account, const std::optional<store::OAuthGrant>& grant) {
  const auto list = [&w](std::string_view key, const std::vector<std::string>& words) {
    w.key(key);
    w.begin_array();
    for (const auto& word : words) w.value(word);
    w.end_array();
  };
  w.begin_object();
  w.key("account");
  w.begin_object();
  w.field("label", account.label);
  w.field("provider", account.provider);
  w.field("base_url", account.base_url);
  if (!account.credential.empty()) w.field("key", account.credential.reveal());
  w.field("key_header", account.key_header);
  list("models", account.models);
  list("excluded_models", account.excluded_models);
  w.field("enabled", account.enabled);
  w.field("priority", account.priority);
  w.field("weight", account.weight);
  w.field("max_concurrency", account.concurrency_max);
  w.field("insecure_http", account.insecure_http);
  list("groups", account.groups);
  list("tags", account.tags);
  w.field("reserve_percent", account.reserve_percent);
  w.field("reserve_strict", account.reserve_strict);
  w.end_object();
  if (!account.extra.text.empty()) w.field("extra", account.extra);
  if (grant) {
    w.key("oauth");
    w.begin_object();
    w.field("service", grant->client.service);
    w.field("subject", grant->subject);
    w.field("client_id", grant->client.client_id);
    w.field("client_secret", grant->client.client_secret.reveal());
    w.field("token_url", grant->client.token_url);
    w.field("revoke_url", grant->client.revoke_url);
    w.field("scopes", grant->scopes);
    w.field("refresh_token", grant->tokens.refresh.reveal());
    w.end_object();
  }
  w.end_object();
}

}  // namespace agt::admin

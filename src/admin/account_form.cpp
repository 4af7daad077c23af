#include "admin/account_form.h"

#include <fmt/format.h>

#include "admin/account_story.h"
#include "admin/answer.h"
#include "admin/fields.h"
#include "core/text.h"
#include "json/splice.h"

namespace agt::admin {
namespace {

void write_list(json::Writer& w, std::string_view key, const std::vector<std::string>& words) {
  w.key(key);
  w.begin_array();
  for (const auto& word : words) w.value(word);
  w.end_array();
}

void write_rests(json::Writer& w, const store::Account& account, const AccountView& view) {
  w.key("rests");
  w.begin_array();
  for (const auto& resting : view.rests) {
    if (resting.account_id != account.id) continue;
    w.begin_object();
    w.field("model", resting.model);
    w.field("code", name(resting.rest.code));
    w.field("message", resting.rest.message);
    if (resting.rest.until == pool::until_somebody_acts)
      w.field("until", "somebody_acts");
    else
      w.field("remaining_ms", std::chrono::ceil<Milliseconds>(resting.rest.until - view.now).count());
    if (const auto since = wall_of(resting.since, view)) w.field("since_ms", *since);
    w.field("reason", name(pool::reason_of(resting.rest.code)));
    w.field("remedy", facts(resting.rest.code).remedy);
    w.field("set_by", resting.rest.set_by);
    w.end_object();
  }
  w.end_array();
}

// Project and location lie beside whatever else a provider keeps with its accounts.
Result<> take_place(const json::Value& form, store::Account& account) {
  for (const std::string_view name : {"project", "location"}) {
    if (!form[name].exists()) continue;
    TRY(const auto word, form[name].text());
    if (account.extra.empty()) account.extra.text = "{}";
    TRY(const auto extra, json::Document::parse(account.extra.text));
    account.extra.text = json::spliced(account.extra.text, json::set_member(extra, name, json::quoted(word)));
  }
  return {};
}

void write_tokens(json::Writer& w, const TokenState& tokens) {
  w.key("oauth");
  w.begin_object();
  w.field("service", tokens.service);
  w.field("subject", tokens.subject);
  w.field("obtained_ms", tokens.obtained_ms);
  if (tokens.expires_in_ms)
    w.field("expires_in_ms", *tokens.expires_in_ms);
  else
    w.field_null("expires_in_ms");
  w.field("refreshing", tokens.refreshing);
  w.field("unsaved", tokens.unsaved);
  if (tokens.refused_ms) w.field("refused_ms", *tokens.refused_ms);
  if (tokens.refused_ms) w.field("refused_why", tokens.refused_why);
  if (tokens.last_failure) {
    w.key("last_failure");
    write_error(w, *tokens.last_failure);
  }
  w.end_object();
}

// An empty list says that nothing is known.
void write_quota(json::Writer& w, const store::Account& account, const provider::Quota& quota) {
  const auto maybe = [&w](std::string_view key, const auto& value) {
    if (value)
      w.field(key, *value);
    else
      w.field_null(key);
  };
  w.key("quota");
  w.begin_array();
  for (const auto& window : quota.windows) {
    w.begin_object();
    w.field("name", window.name);
    w.field("models", window.models);
    maybe("limit", window.limit);
    maybe("remaining", window.remaining);
    maybe("left", window.left);
    maybe("resets_ms", window.resets.transform([](WallTime t) { return unix_ms(t); }));
    w.field("seen_ms", unix_ms(window.seen));
    w.field("below_reserve", is_below_reserve(account, window));
    w.end_object();
  }
  w.end_array();
  if (quota.asked) w.field("quota_asked_ms", unix_ms(*quota.asked));
  if (!quota.failure) return;
  w.key("quota_failure");
  write_error(w, *quota.failure);
}

}  // namespace

Result<store::Account> filled(store::Account account, const json::Value& form) {
  TRY_OK(check_fields(form, {"label", "provider", "base_url", "key", "key_header", "models", "excluded_models",
                             "enabled", "priority", "weight", "max_concurrency", "insecure_http", "project", "location",
                             "groups", "tags", "reserve_percent", "reserve_strict"}));
  std::string key;
  TRY_OK(take(form, "label", account.label));
  TRY_OK(take(form, "provider", account.provider));
  TRY_OK(take(form, "base_url", account.base_url));
  TRY_OK(take(form, "key", key));
  TRY_OK(take(form, "key_header", account.key_header));
  TRY_OK(take(form, "models", account.models));
  TRY_OK(take(form, "excluded_models", account.excluded_models));
  TRY_OK(take(form, "enabled", account.enabled));
  TRY_OK(take(form, "priority", account.priority));
  TRY_OK(take(form, "weight", account.weight));
  TRY_OK(take(form, "max_concurrency", account.concurrency_max));
  TRY_OK(take(form, "insecure_http", account.insecure_http));
  TRY_OK(take(form, "groups", account.groups));
  TRY_OK(take(form, "tags", account.tags));
  TRY_OK(take(form, "reserve_percent", account.reserve_percent));
  TRY_OK(take(form, "reserve_strict", account.reserve_strict));
  TRY_OK(take_place(form, account));
  if (account.provider.empty()) return fail(Code::schema, "The field \"provider\" is missing.", "provider");
  if (!key.empty()) account.credential = Secret(std::move(key));
  return account;
}

Result<> check_change(const store::Account& old, const store::Account& changed, bool key_given, Families families) {
  TRY_OK(check_account(changed, families));
  if (key_given || changed.credential.empty()) return {};
  const auto before = upstream_of(old, families);
  TRY(const auto after, upstream_of(changed, families));
  const bool same_place =
      before && before->base.authority() == after.base.authority() && before->base.tls == after.base.tls;
  if (same_place || after.base.loopback()) return {};
  return fail(Code::schema,
              fmt::format("The address changes to {}: give the key again, so that the stored one is not sent to a "
                          "place that it was not meant for.",
                          after.base.authority()),
              "key");
}

AccountView view_of(const Gateway& gateway, const store::Account& account, const std::vector<pool::Resting>& rests) {
  const auto wall = gateway.clock.wall();
  const auto snapshot = gateway.current.get();
  const auto pinned = snapshot == nullptr ? std::string_view() : std::string_view(snapshot->pinned_account);
  const auto* quotas = gateway.services.quotas;
  return {.families = gateway.families,
          .rests = rests,
          .now = gateway.clock.now(),
          .wall = wall,
          .tokens = gateway.tokens.state(account.id),
          .quota = quotas == nullptr ? provider::Quota() : quotas->of(account.id, wall),
          .pinned = !pinned.empty() && (pinned == account.id || text::iequals(pinned, account.label))};
}

std::string shown_account(const Gateway& gateway, const store::Account& account) {
  json::Writer w;
  const auto rests = gateway.pool.resting(gateway.clock.now());
  write_account(w, account, view_of(gateway, account, rests), Detail::story);
  return std::move(w).take();
}

void write_account(json::Writer& w, const store::Account& account, const AccountView& view, Detail detail) {
  const auto upstream = upstream_of(account, view.families);
  w.begin_object();
  w.field("id", account.id);
  w.field("label", account.label);
  w.field("provider", account.provider);
  w.field("base_url", account.base_url);
  if (upstream) w.field("family", upstream->family->name);
  if (upstream && !upstream->family->local())
    w.field("address", fmt::format("{}://{}{}", upstream->base.tls ? "https" : "http", upstream->base.authority(),
                                   upstream->base.path));
  w.field("kind", account.kind == store::CredentialKind::oauth ? "oauth" : "key");
  const auto hint = account.credential.empty() ? std::string() : account.credential.hint();
  w.field("key_hint", upstream && !upstream->identity.empty() ? upstream->identity : hint);
  w.field("key_header", account.key_header);
  if (upstream && !upstream->project.empty()) w.field("project", upstream->project);
  if (upstream && !upstream->location.empty()) w.field("location", upstream->location);
  write_list(w, "models", account.models);
  write_list(w, "excluded_models", account.excluded_models);
  w.field("enabled", account.enabled);
  w.field("priority", account.priority);
  w.field("weight", account.weight);
  w.field("max_concurrency", account.concurrency_max);
  w.field("insecure_http", account.insecure_http);
  w.field("created_ms", account.created_ms);
  w.field("updated_ms", account.updated_ms);
  write_rests(w, account, view);
  w.field("state", state_of(account, upstream.has_value(), view));
  if (!upstream) w.field("problem", upstream.error().message);
  write_list(w, "groups", account.groups);
  write_list(w, "tags", account.tags);
  w.field("reserve_percent", account.reserve_percent);
  w.field("reserve_strict", account.reserve_strict);
  w.field("pinned", view.pinned);
  if (view.tokens) write_tokens(w, *view.tokens);
  w.field("quota_can_be_asked", upstream && upstream->family->read_quota != nullptr);
  write_quota(w, account, view.quota);
  if (detail == Detail::story) write_story(w, story_of(account, upstream, view));
  w.end_object();
}

}  // namespace agt::admin

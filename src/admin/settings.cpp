// The settings of the admin API: the stored layer can be changed, the others are shown with where they come from.
#include "store/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "core/overloaded.h"
#include "core/text.h"
#include "net/http.h"
#include "store/stored_settings.h"

namespace agt::admin {
namespace {

using Kind = store::SettingSpec::Kind;

// An address may carry a password (http://user:password@proxy): that is never shown.
std::string without_password(std::string value) {
  const auto scheme = value.find("://");
  const auto at = value.rfind('@');
  if (scheme == std::string::npos || at == std::string::npos || at < scheme) return value;
  const auto colon = value.find(':', scheme + 3);
  if (colon == std::string::npos || colon > at) return value;
  return value.replace(colon + 1, at - colon - 1, "…");
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::boolean: return "boolean";
    case Kind::integer: return "integer";
    case Kind::text: return "text";
    case Kind::choice: return "choice";
    case Kind::secret: return "secret";
  }
  std::unreachable();
}

void write_value(json::Writer& w, const store::SettingSpec& spec, const store::Settings& settings) {
  w.key(spec.kind == Kind::secret ? "hint" : "value");
  std::visit(Overloaded{
                 [&](bool flag) { w.value(flag); },
                 [&](std::int64_t number) { w.value(number); },
                 [&](const std::string& text) { w.value(spec.kind == Kind::text ? without_password(text) : text); },
             },
             spec.load(settings));
}

void write_setting(json::Writer& w, const store::SettingSpec& spec, const store::Settings& settings) {
  const auto found = settings.origins.find(spec.name);
  const auto origin = found == settings.origins.end() ? store::Origin{} : found->second;
  w.begin_object();
  w.field("name", spec.name);
  w.field("kind", kind_name(spec.kind));
  write_value(w, spec, settings);
  w.field("origin", name(origin.layer));
  w.field("origin_text", store::describe(origin));
  w.field("read_only", origin.layer > store::Layer::stored);
  w.field("allowed", store::allowed(spec));
  if (!spec.unit.empty()) w.field("unit", spec.unit);
  w.field("needs_restart", spec.needs_restart);
  w.field("description", spec.description);
  w.end_object();
}

std::unexpected<Error> no_setting(Code code, const std::string& named) {
  const auto near = store::nearest_setting(named);
  const auto hint = near.empty() ? std::string(".") : fmt::format("; did you mean {}?", near);
  return fail(code, fmt::format("There is no setting \"{}\"{}", text::quoted(named, 60), hint), named);
}

Result<std::int64_t> revision_asked(const std::string& if_match, std::int64_t current) {
  if (if_match.empty()) return current;
  auto digits = text::trimmed(if_match);
  const bool is_quoted = digits.size() > 2 && digits.starts_with('"') && digits.ends_with('"');
  if (is_quoted) digits = digits.substr(1, digits.size() - 2);
  const auto number = text::parse_number<std::int64_t>(digits);
  if (!number) return fail(Code::conflict, "The if-match header is not an etag that this gateway gave.");
  return *number;
}

Result<std::vector<store::SettingChange>> changes_in(const json::Value& body) {
  if (!body.is_object()) return fail(Code::schema, "The body must be an object of setting names and values.");
  std::vector<store::SettingChange> changes;
  for (const auto member : body.children()) {
    store::SettingChange change{.name = member.key()};
    const auto* spec = store::find_setting(change.name);
    const bool is_secret = spec != nullptr && spec->kind == Kind::secret;
    if (member.present() && is_secret) {
      TRY(auto secret, member.text());
      if (secret.empty()) return member.refuse("a secret that is not empty, or null");
      change.secret = Secret(std::move(secret));
    } else if (member.present()) {
      change.value = member.keep();
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<> check_value(const store::SettingChange& change) {
  const auto* spec = store::find_setting(change.name);
  if (spec == nullptr) return no_setting(Code::schema, change.name);
  if (!change.value && change.secret.empty()) return {};
  const auto value =
      change.value ? store::parse_setting(*spec, *change.value) : store::parse_setting(*spec, change.secret.reveal());
  if (!value) return fail(Code::schema, fmt::format("{}: {}", change.name, value.error().message), change.name);
  return {};
}

// The stored layer as it would be.
store::StoredSettings changed_layer(store::StoredSettings layer, const std::vector<store::SettingChange>& changes) {
  for (const auto& change : changes) {
    std::erase_if(layer.values, [&](const store::StoredSetting& there) { return there.name == change.name; });
    if (!change.value && change.secret.empty()) continue;
    layer.values.push_back({.name = change.name, .value = change.value.value_or(json::Raw{}), .secret = change.secret});
  }
  return layer;
}

Result<> would_resolve(Gateway& gateway, const store::StoredSettings& stored) {
  const std::scoped_lock lock(gateway.reloading);  // one call of resolve at a time
  if (!gateway.resolve) return {};
  TRY_OK(gateway.resolve(stored));
  return {};
}

std::string all_settings(const store::Settings& settings, std::int64_t revision) {
  json::Writer w;
  w.begin_object();
  w.field("revision", revision);
  w.key("settings");
  w.begin_array();
  for (const auto& spec : store::setting_specs()) write_setting(w, spec, settings);
  w.end_array();
  w.end_object();
  return std::move(w).take();
}

std::string etag_of(std::int64_t revision) { return fmt::format("\"{}\"", revision); }

}  // namespace

Result<Answer> list_settings(const Call& call) {
  TRY(const auto stored, store::stored_settings(call.gateway.vault));
  return Answer{.body = all_settings(settings_now(call.gateway), stored.revision), .etag = etag_of(stored.revision)};
}

Result<Answer> show_setting(const Call& call) {
  const auto* spec = store::find_setting(call.word());
  if (spec == nullptr) return no_setting(Code::path_unknown, call.word());
  const auto settings = settings_now(call.gateway);
  json::Writer w;
  if (net::query_parameter(call.ask.query, "reveal") != "1") {
    write_setting(w, *spec, settings);
    return Answer{.body = std::move(w).take()};
  }
  // The one secret that may be shown again: the user must be able to put it into a client.
  if (spec->name != "proxy.api_key") return fail(Code::schema, "Only proxy.api_key can be shown.", "reveal");
  w.begin_object();
  w.field("name", spec->name);
  w.field("value", settings.proxy.api_key.reveal());
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> patch_settings(const Call& call) {
  auto& gateway = call.gateway;
  TRY(const auto changes, changes_in(call.body));
  TRY(auto stored, store::stored_settings(gateway.vault));
  TRY(const auto revision, revision_asked(call.ask.if_match, stored.revision));
  for (const auto& change : changes) TRY_OK(check_value(change));
  // A state in which the next start would fail is not stored: a port open to the LAN without keys, two equal ports.
  if (const auto possible = would_resolve(gateway, changed_layer(stored, changes)); !possible)
    return fail(Code::conflict, possible.error().message, possible.error().field);
  TRY(const auto reached, store::change_settings(gateway.vault, changes, revision));
  TRY_OK(reload(gateway));
  return Answer{.body = all_settings(settings_now(gateway), reached), .etag = etag_of(reached)};
}

}  // namespace agt::admin

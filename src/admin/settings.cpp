// The settings of the admin API: the stored layer can be changed, the others are shown with where they come from.
#include "admin/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/proxy.h"
#include "core/overloaded.h"
#include "core/text.h"
#include "net/http.h"
#include "net/interfaces.h"
#include "store/settings.h"
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
  if (if_match.empty() || text::trimmed(if_match) == "*") return current;
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

// The settings as they would be.
Result<store::Settings> would_resolve(Gateway& gateway, const store::StoredSettings& stored) {
  const std::scoped_lock lock(gateway.reloading);  // one call of resolve at a time
  if (!gateway.resolve) return gateway.settings;
  return gateway.resolve(stored);
}

// The clients' port moves with its settings, before they are stored: what cannot be opened is not kept.
Result<> move_proxy(Gateway& gateway, const store::Settings& settings) {
  if (gateway.proxy == nullptr || !gateway.proxy->would_move(settings)) return {};
  if (const auto moved = gateway.proxy->open(settings); !moved)
    return fail(Code::conflict, moved.error().message, "proxy.port");
  return {};
}

void write_names(json::Writer& w, std::string_view key, const std::vector<std::string>& names) {
  w.key(key);
  w.begin_array();
  for (const auto& name : names) w.value(name);
  w.end_array();
}

void write_refusals(json::Writer& w, const std::vector<Error>& errors) {
  w.field("ok", errors.empty());
  w.key("errors");
  w.begin_array();
  for (const auto& error : errors) write_error(w, error);
  w.end_array();
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

// A state in which the next start would fail is not stored: a port open to the LAN without keys, two equal ports.
Result<store::Settings> resolved_with(Gateway& gateway, store::StoredSettings stored,
                                      const std::vector<store::SettingChange>& changes) {
  for (const auto& one : changes) TRY_OK(check_value(one));
  auto possible = would_resolve(gateway, changed_layer(std::move(stored), changes));
  if (!possible) return fail(Code::conflict, possible.error().message, possible.error().field);
  TRY_OK(check_settings(*possible));
  return possible;
}

// Gives the revision that was reached.
Result<std::int64_t> change(Gateway& gateway, const std::vector<store::SettingChange>& changes,
                            const std::string& if_match) {
  const std::scoped_lock lock(gateway.changing);
  TRY(const auto stored, store::stored_settings(gateway.vault));
  TRY(const auto revision, revision_asked(if_match, stored.revision));
  TRY(const auto possible, resolved_with(gateway, stored, changes));
  if (revision != stored.revision)
    return fail(Code::conflict, "The settings were changed elsewhere meanwhile; read them and try again.");
  const auto before = settings_now(gateway);
  TRY_OK(move_proxy(gateway, possible));
  const auto reached = store::change_settings(gateway.vault, changes, revision);
  if (!reached) {
    TRY_OK(move_proxy(gateway, before));
    return std::unexpected(reached.error());
  }
  const bool moved = gateway.proxy != nullptr && gateway.proxy->port() != 0 &&
                     (gateway.proxy->port() != gateway.proxy_port || before.bind_host() != possible.bind_host());
  TRY_OK(moved ? settle_proxy(gateway) : reload(gateway));
  return *reached;
}

}  // namespace

Result<> check_changes(Gateway& gateway, const std::vector<store::SettingChange>& changes) {
  TRY(auto stored, store::stored_settings(gateway.vault));
  TRY_OK(resolved_with(gateway, std::move(stored), changes));
  return {};
}

Result<> apply_changes(Gateway& gateway, const std::vector<store::SettingChange>& changes) {
  TRY_OK(change(gateway, changes, ""));
  return {};
}

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
  if (call.ask.rights != Rights::manage)
    return fail(Code::view_only, "This sign-in may look at everything but the key itself.", "reveal");
  w.begin_object();
  w.field("name", spec->name);
  w.field("value", settings.proxy.api_key.reveal());
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> patch_settings(const Call& call) {
  TRY(const auto changes, changes_in(call.body));
  TRY(const auto reached, change(call.gateway, changes, call.ask.if_match));
  return Answer{.body = all_settings(settings_now(call.gateway), reached), .etag = etag_of(reached)};
}

Result<Answer> validate_settings(const Call& call) {
  auto& gateway = call.gateway;
  TRY(const auto changes, changes_in(call.body));
  TRY(auto stored, store::stored_settings(gateway.vault));
  const auto before = settings_now(gateway);
  std::vector<Error> errors;
  for (const auto& change : changes)
    if (const auto checked = check_value(change); !checked) errors.push_back(checked.error());
  auto next = before;
  if (errors.empty()) {
    auto possible = would_resolve(gateway, changed_layer(stored, changes));
    const auto fits = possible ? check_settings(*possible) : Result<>(std::unexpected(possible.error()));
    if (!fits) errors.push_back(fits.error());
    if (possible) next = *std::move(possible);
  }
  const bool moves = gateway.proxy != nullptr && gateway.proxy->would_move(next);
  const bool port_changes = next.proxy.port != 0 && next.proxy.port != gateway.proxy_port;
  if (moves && port_changes && errors.empty()) {
    const net::ListenAddress wanted{.host = next.bind_host(), .port = static_cast<std::uint16_t>(next.proxy.port)};
    if (const auto free = net::check_port_free(wanted); !free)
      errors.push_back({.code = Code::conflict, .message = free.error().message, .field = "proxy.port"});
  }
  std::vector<std::string> restart;
  std::vector<std::string> overruled;
  for (const auto& change : changes) {
    const auto* spec = store::find_setting(change.name);
    if (spec == nullptr) continue;
    if (spec->needs_restart) restart.push_back(change.name);
    const auto origin = before.origins.find(change.name);
    if (origin != before.origins.end() && origin->second.layer > store::Layer::stored) overruled.push_back(change.name);
  }
  json::Writer w;
  w.begin_object();
  write_refusals(w, errors);
  w.field("moves_port", moves);
  write_names(w, "needs_restart", restart);
  write_names(w, "overruled", overruled);
  w.end_object();
  return Answer{.body = std::move(w).take(), .etag = etag_of(stored.revision)};
}

}  // namespace agt::admin

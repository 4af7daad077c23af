#include "store/stored_settings.h"

#include <fmt/format.h>

#include "core/ids.h"
#include "core/text.h"
#include "store/settings.h"

namespace agt::store {
namespace {

Place value_of(std::string_view name) { return {.table = "settings", .row = name, .column = "value"}; }

Result<StoredSettings> read_all(Vault::Session& session) {
  StoredSettings all;
  TRY(all.revision, session.database.integer("SELECT settings_revision FROM meta"));
  TRY(auto select,
      session.database.prepare("SELECT name, value, value_sealed, updated_ms FROM settings ORDER BY name"));
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return all;
    StoredSetting setting{.name = select.text(0), .value = json::Raw{select.text(1)}, .updated_ms = select.integer(3)};
    if (!select.is_null(2)) {
      TRY(setting.secret, session.sealer.open(select.text(2), value_of(setting.name)));
    }
    all.values.push_back(std::move(setting));
  }
}

Result<> check_change(const SettingChange& change) {
  const auto* spec = find_setting(change.name);
  if (spec == nullptr) {
    const auto nearest = nearest_setting(change.name);
    return fail(Code::schema,
                fmt::format("{}: there is no such setting{}", text::quoted(change.name),
                            nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)),
                change.name);
  }
  const bool is_secret = spec->kind == SettingSpec::Kind::secret;
  if (is_secret && change.value)
    return fail(Code::schema, fmt::format("{}: is a secret: give it as one", change.name), change.name);
  if (!is_secret && !change.secret.empty())
    return fail(Code::schema, fmt::format("{}: is no secret", change.name), change.name);
  const bool resets = !change.value && change.secret.empty();
  if (resets) return {};
  const auto value = is_secret ? parse_setting(*spec, change.secret.reveal()) : parse_setting(*spec, *change.value);
  if (!value) return fail(Code::schema, fmt::format("{}: {}", change.name, value.error().message), change.name);
  return {};
}

Result<> apply(Vault::Session& session, const SettingChange& change) {
  if (!change.value && change.secret.empty()) {
    TRY(auto remove, session.database.prepare("DELETE FROM settings WHERE name = ?1"));
    return remove.bind(change.name).run();
  }
  TRY(auto upsert, session.database.prepare("INSERT OR REPLACE INTO settings VALUES (?1, ?2, ?3, ?4)"));
  upsert.bind(change.name);
  if (change.value) {
    upsert.bind(change.value->text).bind_null();
  } else {
    TRY(const auto sealed, session.sealer.seal(change.secret, value_of(change.name)));
    upsert.bind_null().bind_blob(sealed);
  }
  return upsert.bind(session.now_ms).run();
}

Result<std::int64_t> apply_all(Vault::Session& session, const std::vector<SettingChange>& changes) {
  for (const auto& change : changes) TRY_OK(apply(session, change));
  TRY_OK(session.database.execute("UPDATE meta SET settings_revision = settings_revision + 1"));
  return session.database.integer("SELECT settings_revision FROM meta");
}

}  // namespace

Result<StoredSettings> stored_settings(Vault& vault) {
  auto session = vault.session();
  return read_all(session);
}

Result<std::int64_t> change_settings(Vault& vault, const std::vector<SettingChange>& changes,
                                     std::optional<std::int64_t> if_revision) {
  for (const auto& change : changes) TRY_OK(check_change(change));
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  TRY(const auto revision, session.database.integer("SELECT settings_revision FROM meta"));
  if (if_revision && *if_revision != revision)
    return fail(Code::conflict, fmt::format("the settings were changed in the meantime (revision {}, you changed {})",
                                            revision, *if_revision));
  TRY(const auto reached, apply_all(session, changes));
  TRY_OK(transaction.commit());
  return reached;
}

Result<bool> ensure_api_key(Vault& vault) {
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  TRY(const auto there, session.database.integer("SELECT count(*) FROM settings WHERE name = 'proxy.api_key'"));
  if (there != 0) return false;
  const std::vector<SettingChange> made{{.name = "proxy.api_key", .secret = Secret(random_secret_text("sk-"))}};
  TRY_OK(apply_all(session, made));
  TRY_OK(transaction.commit());
  return true;
}

}  // namespace agt::store

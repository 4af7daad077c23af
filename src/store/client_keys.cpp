#include "store/client_keys.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "core/ids.h"
#include "core/text.h"
#include "json/document.h"
#include "store/limits.h"
#include "store/rows.h"

namespace agt::store {
namespace {

std::unexpected<Error> unknown(std::string_view id_or_name) {
  return fail(Code::path_unknown,
              fmt::format("there is no live key \"{}\"; `agt key list` shows them", text::quoted(id_or_name)));
}

std::optional<std::int64_t> end_in(const json::Raw& limits) {
  if (limits.text.empty()) return std::nullopt;
  const auto document = json::Document::parse(limits.text);
  if (!document || !document->root()["ends_ms"].exists()) return std::nullopt;
  return document->root()["ends_ms"].integer_or(0);
}

Result<NewClientKey> insert_key(Vault::Session& session, std::string_view name, const json::Raw& limits) {
  NewClientKey made{.plain = Secret(random_secret_text("sk-"))};
  made.key = {.id = random_id(session.rng, "key_"),
              .name = std::string(name),
              .digest = key_digest(made.plain.reveal()),
              .hint = "sk-" + made.plain.hint(),
              .created_ms = session.now_ms,
              .ends_ms = end_in(limits),
              .limits = limits};
  TRY(auto insert, session.database.prepare("INSERT INTO client_keys VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6)"));
  TRY_OK(insert.bind(made.key.id)
             .bind(made.key.name)
             .bind(made.key.digest)
             .bind(made.key.hint)
             .bind(made.key.created_ms)
             .bind(limits.text)
             .run());
  return made;
}

}  // namespace

json::Raw limits_until(std::optional<std::int64_t> ends_ms) {
  return json::Raw{ends_ms ? fmt::format("{{\"ends_ms\":{}}}", *ends_ms) : std::string()};
}

std::string key_digest(std::string_view plain) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(plain.data()), plain.size());
  std::string text(2 * digest.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

Result<std::vector<ClientKey>> client_keys(Vault& vault) {
  auto session = vault.session();
  TRY(auto select, session.database.prepare("SELECT id, name, digest, hint, created_ms, revoked_ms, limits "
                                            "FROM client_keys ORDER BY created_ms, rowid"));
  std::vector<ClientKey> all;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return all;
    ClientKey key{.id = select.text(0),
                  .name = select.text(1),
                  .digest = select.text(2),
                  .hint = select.text(3),
                  .created_ms = select.integer(4),
                  .revoked_ms = select.maybe_integer(5),
                  .limits = json::Raw{select.text(6)}};
    key.ends_ms = end_in(key.limits);
    key.works = !key.revoked_ms && (!key.ends_ms || *key.ends_ms > session.now_ms);
    all.push_back(std::move(key));
  }
}

Result<NewClientKey> add_client_key(Vault& vault, std::string_view name, const json::Raw& limits) {
  TRY_OK(check_label(name, "name"));
  TRY_OK(check_object(limits.text, "limits"));
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  TRY(const auto count, session.database.integer("SELECT count(*) FROM client_keys WHERE revoked_ms IS NULL"));
  if (std::cmp_greater_equal(count, client_keys_max))
    return fail(Code::conflict, fmt::format("there are {} keys already: revoke some", count));
  {
    TRY(auto select, session.database.prepare("SELECT 1 FROM client_keys WHERE name = ?1 AND revoked_ms IS NULL"));
    TRY(const bool is_taken, select.bind(name).step());
    if (is_taken)
      return fail(
          Code::conflict,
          fmt::format("a key named \"{}\" exists already: choose another name, or revoke it", text::quoted(name)),
          "name");
  }
  TRY(auto made, insert_key(session, name, limits));
  TRY_OK(transaction.commit());
  return made;
}

Result<> set_client_key_limits(Vault& vault, std::string_view id_or_name, const json::Raw& limits) {
  TRY_OK(check_object(limits.text, "limits"));
  auto session = vault.session();
  TRY(auto update, session.database.prepare(
                       "UPDATE client_keys SET limits = ?2 WHERE (id = ?1 OR name = ?1) AND revoked_ms IS NULL"));
  TRY_OK(update.bind(id_or_name).bind(limits.text).run());
  if (session.database.changes() == 0) return unknown(id_or_name);
  return {};
}

Result<NewClientKey> rotate_client_key(Vault& vault, std::string_view id_or_name, std::int64_t overlap_ms) {
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  std::string id;
  std::string name;
  {
    TRY(auto select, session.database.prepare(
                         "SELECT id, name FROM client_keys WHERE (id = ?1 OR name = ?1) AND revoked_ms IS NULL"));
    TRY(const bool found, select.bind(id_or_name).step());
    if (!found) return unknown(id_or_name);
    id = select.text(0);
    name = select.text(1);
  }
  const auto old_name = name + " (old)";
  // One old key of a name is enough: the one before the last ends now.
  TRY(auto revoke,
      session.database.prepare("UPDATE client_keys SET revoked_ms = ?2 WHERE name = ?1 AND revoked_ms IS NULL"));
  TRY_OK(revoke.bind(overlap_ms > 0 ? old_name : name).bind(session.now_ms).run());
  if (overlap_ms > 0) {
    TRY(auto rename, session.database.prepare("UPDATE client_keys SET name = ?2, limits = ?3 WHERE id = ?1"));
    TRY_OK(rename.bind(id).bind(old_name).bind(limits_until(session.now_ms + overlap_ms).text).run());
  }
  TRY(auto made, insert_key(session, name, {}));
  TRY_OK(transaction.commit());
  return made;
}

Result<> revoke_client_key(Vault& vault, std::string_view id_or_name) {
  auto session = vault.session();
  TRY(auto update, session.database.prepare(
                       "UPDATE client_keys SET revoked_ms = ?2 WHERE (id = ?1 OR name = ?1) AND revoked_ms IS NULL"));
  TRY_OK(update.bind(id_or_name).bind(session.now_ms).run());
  if (session.database.changes() == 0) return unknown(id_or_name);
  return {};
}

}  // namespace agt::store

#include "store/client_keys.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "core/ids.h"
#include "core/text.h"
#include "store/limits.h"
#include "store/rows.h"

namespace agt::store {
namespace {

std::unexpected<Error> unknown(std::string_view id_or_name) {
  return fail(Code::path_unknown,
              fmt::format("there is no live key \"{}\"; `agt key list` shows them", text::quoted(id_or_name)));
}

}  // namespace

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
    all.push_back({.id = select.text(0),
                   .name = select.text(1),
                   .digest = select.text(2),
                   .hint = select.text(3),
                   .created_ms = select.integer(4),
                   .revoked_ms = select.maybe_integer(5),
                   .limits = json::Raw{select.text(6)}});
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
  NewClientKey made{.plain = Secret(random_secret_text("sk-"))};
  made.key = {.id = random_id(session.rng, "key_"),
              .name = std::string(name),
              .digest = key_digest(made.plain.reveal()),
              .hint = "sk-" + made.plain.hint(),
              .created_ms = session.now_ms,
              .limits = limits};
  TRY(auto insert, session.database.prepare("INSERT INTO client_keys VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6)"));
  TRY_OK(insert.bind(made.key.id)
             .bind(made.key.name)
             .bind(made.key.digest)
             .bind(made.key.hint)
             .bind(made.key.created_ms)
             .bind(limits.text)
             .run());
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

Result<> revoke_client_key(Vault& vault, std::string_view id_or_name) {
  auto session = vault.session();
  TRY(auto update, session.database.prepare(
                       "UPDATE client_keys SET revoked_ms = ?2 WHERE (id = ?1 OR name = ?1) AND revoked_ms IS NULL"));
  TRY_OK(update.bind(id_or_name).bind(session.now_ms).run());
  if (session.database.changes() == 0) return unknown(id_or_name);
  return {};
}

}  // namespace agt::store

#include "store/client_keys.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/ids.h"
#include "core/text.h"
#include "json/document.h"
#include "json/splice.h"
#include "store/limits.h"
#include "store/rows.h"

namespace agt::store {
namespace {

std::unexpected<Error> unknown(std::string_view id_or_name) {
  return fail(Code::path_unknown,
              fmt::format("there is no live key \"{}\"; `agt key list` shows them", text::quoted(id_or_name)));
}

// The limits with another end; 0 is none.
std::string limits_until(const std::string& limits, std::int64_t expires_ms) {
  const auto document = json::Document::parse(limits.empty() ? std::string_view("{}") : std::string_view(limits));
  if (!document) return limits;  // it was checked when it was written
  return json::spliced(document->source(), json::set_member(*document, "expires_ms", std::to_string(expires_ms)));
}

std::int64_t end_of(const std::string& limits) {
  const auto document = json::Document::parse(limits);
  return document ? document->root()["expires_ms"].integer_or(0) : 0;
}

Result<NewClientKey> insert_key(Vault::Session& session, std::string_view name, const json::Raw& limits) {
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
  return made;
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
  std::string limits;
  {
    TRY(auto select, session.database.prepare(
                         "SELECT id, name, limits FROM client_keys WHERE (id = ?1 OR name = ?1) AND revoked_ms IS NULL"));
    TRY(const bool found, select.bind(id_or_name).step());
    if (!found) return unknown(id_or_name);
    id = select.text(0);
    name = select.text(1);
    limits = select.text(2);
  }
  const auto old_name = name + " (old)";
  // One old key of a name is enough: the one before the last ends now.
  TRY(auto revoke,
      session.database.prepare("UPDATE client_keys SET revoked_ms = ?2 WHERE name = ?1 AND revoked_ms IS NULL"));
  TRY_OK(revoke.bind(overlap_ms > 0 ? old_name : name).bind(session.now_ms).run());
  const auto end = end_of(limits);
  const auto over = std::min(session.now_ms + overlap_ms, end > 0 ? end : INT64_MAX);
  if (overlap_ms > 0) {
    TRY(auto rename, session.database.prepare("UPDATE client_keys SET name = ?2, limits = ?3 WHERE id = ?1"));
    TRY_OK(rename.bind(id).bind(old_name).bind(limits_until(limits, over)).run());
  }
  const bool ended = end > 0 && end <= session.now_ms;
  TRY(auto made, insert_key(session, name, json::Raw{ended ? limits_until(limits, 0) : limits}));
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

#include "store/oauth_grants.h"

#include <fmt/format.h>

#include <utility>

#include "core/text.h"
#include "store/account_rows.h"

namespace agt::store {
namespace {

constexpr std::string_view table = "oauth_grants";

Place secret_of(std::string_view id) { return {.table = table, .row = id, .column = "client_secret"}; }
Place refresh_of(std::string_view id) { return {.table = table, .row = id, .column = "refresh"}; }
Place access_of(std::string_view id) { return {.table = table, .row = id, .column = "access"}; }

std::unexpected<Error> not_signed_in(std::string_view id) {
  return fail(Code::path_unknown, fmt::format("the account \"{}\" was not signed in with OAuth", text::quoted(id)));
}

std::unexpected<Error> overtaken(std::string_view id) {
  return fail(Code::conflict, fmt::format("the tokens of {} were replaced in the meantime", text::quoted(id)));
}

Result<> check_grant(const OAuthGrant& grant) {
  if (grant.tokens.refresh.empty()) return fail(Code::schema, "refresh_token: must not be empty", "refresh_token");
  if (grant.client.client_id.empty()) return fail(Code::schema, "client_id: must not be empty", "client_id");
  if (grant.client.token_url.empty()) return fail(Code::schema, "token_url: must not be empty", "token_url");
  return {};
}

// Columns in the order of the table.
Result<OAuthGrant> read_row(const Statement& row, const Sealer& sealer) {
  OAuthGrant grant{.account = row.text(0), .subject = row.text(2), .scopes = row.text(7)};
  grant.client = {
      .service = row.text(1), .client_id = row.text(3), .token_url = row.text(5), .revoke_url = row.text(6)};
  TRY(grant.client.client_secret, sealer.open(row.text(4), secret_of(grant.account)));
  TRY(grant.tokens.refresh, sealer.open(row.text(8), refresh_of(grant.account)));
  TRY(grant.tokens.access, sealer.open(row.text(9), access_of(grant.account)));
  grant.tokens.expires_ms = row.integer(10);
  grant.tokens.lifetime_ms = row.integer(11);
  grant.generation = row.integer(12);
  grant.obtained_ms = row.integer(13);
  grant.intent_ms = row.maybe_integer(14);
  grant.refused_ms = row.maybe_integer(15);
  grant.refused_why = row.text(16);
  return grant;
}

Result<> write_grant(Vault::Session& session, const OAuthGrant& grant) {
  TRY(const auto secret, session.sealer.seal(grant.client.client_secret, secret_of(grant.account)));
  TRY(const auto refresh, session.sealer.seal(grant.tokens.refresh, refresh_of(grant.account)));
  TRY(const auto access, session.sealer.seal(grant.tokens.access, access_of(grant.account)));
  TRY(auto insert, session.database.prepare(R"(
    INSERT OR REPLACE INTO oauth_grants VALUES
      (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, NULL, NULL, ''))"));
  return insert.bind(grant.account)
      .bind(grant.client.service)
      .bind(grant.subject)
      .bind(grant.client.client_id)
      .bind_blob(secret)
      .bind(grant.client.token_url)
      .bind(grant.client.revoke_url)
      .bind(grant.scopes)
      .bind_blob(refresh)
      .bind_blob(access)
      .bind(grant.tokens.expires_ms)
      .bind(grant.tokens.lifetime_ms)
      .bind(grant.generation)
      .bind(session.now_ms)
      .run();
}

// Runs a bound update that names account and generation; a row that is not there was overtaken.
Result<> changed_one(Vault::Session& session, Statement& update, std::string_view id) {
  TRY_OK(update.run());
  if (session.database.changes() == 0) return overtaken(id);
  return {};
}

}  // namespace

Result<std::vector<OAuthGrant>> oauth_grants(Vault& vault) {
  auto session = vault.session();
  TRY(auto select, session.database.prepare("SELECT * FROM oauth_grants"));
  std::vector<OAuthGrant> all;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return all;
    TRY(auto grant, read_row(select, session.sealer));
    all.push_back(std::move(grant));
  }
}

Result<OAuthGrant> oauth_grant(Vault& vault, std::string_view account_id) {
  auto session = vault.session();
  TRY(auto select, session.database.prepare("SELECT * FROM oauth_grants WHERE account = ?1"));
  TRY(const bool found, select.bind(account_id).step());
  if (!found) return not_signed_in(account_id);
  return read_row(select, session.sealer);
}

Result<Account> add_signed_in(Vault& vault, Account draft, OAuthGrant grant) {
  TRY_OK(check_grant(grant));
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  draft.kind = CredentialKind::oauth;
  TRY(auto added, insert_account(session, std::move(draft)));
  grant.account = added.id;
  TRY_OK(write_grant(session, grant));
  TRY_OK(transaction.commit());
  return added;
}

Result<> sign_in_again(Vault& vault, std::string_view account_id, OAuthGrant grant) {
  TRY_OK(check_grant(grant));
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  {
    TRY(auto select, session.database.prepare("SELECT generation FROM oauth_grants WHERE account = ?1"));
    TRY(const bool found, select.bind(account_id).step());
    if (!found) return not_signed_in(account_id);
    grant.generation = select.integer(0) + 1;  // so that a refresh of the old one that is under way changes nothing
  }
  grant.account = account_id;
  TRY_OK(write_grant(session, grant));
  return transaction.commit();
}

Result<> begin_refresh(Vault& vault, std::string_view account_id, std::int64_t generation) {
  auto session = vault.session();
  TRY(auto update, session.database.prepare("UPDATE oauth_grants SET intent_ms = coalesce(intent_ms, ?3) "
                                            "WHERE account = ?1 AND generation = ?2"));
  update.bind(account_id).bind(generation).bind(session.now_ms);
  return changed_one(session, update, account_id);
}

Result<std::int64_t> finish_refresh(Vault& vault, std::string_view account_id, std::int64_t generation,
                                    const OAuthTokens& tokens) {
  auto session = vault.session();
  TRY(const auto refresh, session.sealer.seal(tokens.refresh, refresh_of(account_id)));
  TRY(const auto access, session.sealer.seal(tokens.access, access_of(account_id)));
  TRY(auto update, session.database.prepare(R"(
    UPDATE oauth_grants SET refresh_sealed = ?3, access_sealed = ?4, expires_ms = ?5, lifetime_ms = ?6,
      generation = generation + 1, obtained_ms = ?7, intent_ms = NULL, refused_ms = NULL, refused_why = ''
    WHERE account = ?1 AND generation = ?2)"));
  update.bind(account_id)
      .bind(generation)
      .bind_blob(refresh)
      .bind_blob(access)
      .bind(tokens.expires_ms)
      .bind(tokens.lifetime_ms)
      .bind(session.now_ms);
  TRY_OK(changed_one(session, update, account_id));
  return generation + 1;
}

Result<> abandon_refresh(Vault& vault, std::string_view account_id, std::int64_t generation) {
  auto session = vault.session();
  TRY(auto update, session.database.prepare("UPDATE oauth_grants SET intent_ms = NULL "
                                            "WHERE account = ?1 AND generation = ?2"));
  update.bind(account_id).bind(generation);
  return changed_one(session, update, account_id);
}

Result<> refuse_grant(Vault& vault, std::string_view account_id, std::int64_t generation, std::string_view why) {
  auto session = vault.session();
  TRY(auto update, session.database.prepare("UPDATE oauth_grants SET intent_ms = NULL, refused_ms = ?3, "
                                            "refused_why = ?4 WHERE account = ?1 AND generation = ?2"));
  update.bind(account_id).bind(generation).bind(session.now_ms).bind(why);
  return changed_one(session, update, account_id);
}

Result<> pardon_grant(Vault& vault, std::string_view account_id) {
  auto session = vault.session();
  TRY(auto update, session.database.prepare("UPDATE oauth_grants SET refused_ms = NULL, refused_why = '' "
                                            "WHERE account = ?1"));
  TRY_OK(update.bind(account_id).run());
  if (session.database.changes() == 0) return not_signed_in(account_id);
  return {};
}

}  // namespace agt::store

#include "store/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "store/account_rows.h"
#include "store/limits.h"
#include "store/rows.h"

namespace agt::store {
namespace {

constexpr int priority_max = 1'000;
constexpr int weight_max = 1'000;
constexpr int concurrency_limit = 10'000;
constexpr int reserve_percent_max = 99;
constexpr std::string_view kind_key = "key";
constexpr std::string_view kind_oauth = "oauth";

Place credential_of(std::string_view id) { return {.table = "accounts", .row = id, .column = "credential"}; }
Place extra_of(std::string_view id) { return {.table = "accounts", .row = id, .column = "extra"}; }

std::unexpected<Error> unknown(std::string_view id_or_label) {
  return fail(Code::path_unknown,
              fmt::format("there is no account \"{}\"; `agt account list` shows them", text::quoted(id_or_label)));
}

Result<> check_range(std::string_view field, int value, int min, int max) {
  if (value >= min && value <= max) return {};
  return fail(Code::schema, fmt::format("{}: must be from {} to {}, not {}", field, min, max, value),
              std::string(field));
}

// Names that people type, each once.
Result<> check_names(std::string_view field, const std::vector<std::string>& names) {
  if (names.size() > account_names_max)
    return fail(Code::schema, fmt::format("{}: may have at most {} entries", field, account_names_max),
                std::string(field));
  for (std::size_t i = 0; i < names.size(); ++i) {
    TRY_OK(check_label(names[i], fmt::format("{}[{}]", field, i)));
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      return fail(Code::schema, fmt::format("{}: \"{}\" stands in it twice", field, text::quoted(names[i])),
                  fmt::format("{}[{}]", field, i));
  }
  return {};
}

Result<> check_account(const Account& account) {
  TRY_OK(check_label(account.label, "label"));
  if (account.label.starts_with("acc_"))
    return fail(Code::schema, "label: must not begin with \"acc_\": that is how ids begin", "label");
  if (account.provider.empty()) return fail(Code::schema, "provider: must not be empty", "provider");
  TRY_OK(check_range("priority", account.priority, -priority_max, priority_max));
  TRY_OK(check_range("weight", account.weight, 1, weight_max));
  TRY_OK(check_range("max_concurrency", account.concurrency_max, 0, concurrency_limit));
  TRY_OK(check_range("reserve_percent", account.reserve_percent, 0, reserve_percent_max));
  TRY_OK(check_names("groups", account.groups));
  TRY_OK(check_names("tags", account.tags));
  return check_object(account.extra.text, "extra");
}

// Columns in the order of the table. Only called on a row.
Result<Account> read_row(const Statement& row, const Sealer& sealer) {
  Account account{.id = row.text(0), .label = row.text(1), .provider = row.text(2), .base_url = row.text(3)};
  TRY(account.credential, sealer.open(row.text(4), credential_of(account.id)));
  account.key_header = row.text(5);
  TRY(account.models, list_of(row.text(6)));
  TRY(account.excluded_models, list_of(row.text(7)));
  account.enabled = row.integer(8) != 0;
  account.priority = static_cast<int>(row.integer(9));
  account.weight = static_cast<int>(row.integer(10));
  account.concurrency_max = static_cast<int>(row.integer(11));
  account.insecure_http = row.integer(12) != 0;
  TRY(const auto extra, sealer.open(row.text(13), extra_of(account.id)));
  account.extra = json::Raw{std::string(extra.reveal())};
  account.created_ms = row.integer(14);
  account.updated_ms = row.integer(15);
  account.kind = row.text(16) == kind_oauth ? CredentialKind::oauth : CredentialKind::key;
  TRY(account.groups, list_of(row.text(17)));
  TRY(account.tags, list_of(row.text(18)));
  account.reserve_percent = static_cast<int>(row.integer(19));
  account.reserve_strict = row.integer(20) != 0;
  return account;
}

Result<Account> find(Vault::Session& session, std::string_view id_or_label) {
  TRY(auto select, session.database.prepare("SELECT * FROM accounts WHERE id = ?1 OR label = ?1"));
  TRY(const bool found, select.bind(id_or_label).step());
  if (!found) return unknown(id_or_label);
  return read_row(select, session.sealer);
}

Result<bool> label_is_taken(Vault::Session& session, std::string_view label, std::string_view except_id) {
  TRY(auto select, session.database.prepare("SELECT 1 FROM accounts WHERE label = ?1 AND id <> ?2"));
  return select.bind(label).bind(except_id).step();
}

std::unexpected<Error> taken(std::string_view label) {
  return fail(Code::conflict,
              fmt::format("an account with the label \"{}\" exists already: choose another label", text::quoted(label)),
              "label");
}

// "gemini", "gemini-2", "gemini-3", …
Result<std::string> free_label(Vault::Session& session, std::string_view provider) {
  std::string label(provider);
  for (std::size_t number = 2; number <= accounts_max + 1; ++number) {
    TRY(const bool is_taken, label_is_taken(session, label, ""));
    if (!is_taken) return label;
    label = fmt::format("{}-{}", provider, number);
  }
  return taken(provider);
}

Result<> write_row(Vault::Session& session, const Account& account) {
  TRY(const auto credential, session.sealer.seal(account.credential, credential_of(account.id)));
  TRY(const auto extra, session.sealer.seal(Secret(account.extra.text), extra_of(account.id)));
  TRY(auto upsert, session.database.prepare(R"(
    INSERT INTO accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
      ?20, ?21)
    ON CONFLICT (id) DO UPDATE SET label = ?2, provider = ?3, base_url = ?4, credential_sealed = ?5, key_header = ?6,
      models = ?7, excluded_models = ?8, enabled = ?9, priority = ?10, weight = ?11, concurrency_max = ?12,
      insecure_http = ?13, extra_sealed = ?14, updated_ms = ?16, groups = ?18, tags = ?19, reserve_percent = ?20,
      reserve_strict = ?21)"));
  return upsert.bind(account.id)
      .bind(account.label)
      .bind(account.provider)
      .bind(account.base_url)
      .bind_blob(credential)
      .bind(account.key_header)
      .bind(list_text(account.models))
      .bind(list_text(account.excluded_models))
      .bind(account.enabled)
      .bind(account.priority)
      .bind(account.weight)
      .bind(account.concurrency_max)
      .bind(account.insecure_http)
      .bind_blob(extra)
      .bind(account.created_ms)
      .bind(account.updated_ms)
      .bind(account.kind == CredentialKind::oauth ? kind_oauth : kind_key)
      .bind(list_text(account.groups))
      .bind(list_text(account.tags))
      .bind(account.reserve_percent)
      .bind(account.reserve_strict)
      .run();
}

}  // namespace

Result<std::vector<Account>> accounts(Vault& vault) {
  auto session = vault.session();
  TRY(auto select, session.database.prepare("SELECT * FROM accounts ORDER BY created_ms, rowid"));
  std::vector<Account> all;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return all;
    TRY(auto account, read_row(select, session.sealer));
    all.push_back(std::move(account));
  }
}

Result<Account> account(Vault& vault, std::string_view id_or_label) {
  auto session = vault.session();
  return find(session, id_or_label);
}

Result<Account> insert_account(Vault::Session& session, Account draft) {
  TRY(const auto count, session.database.integer("SELECT count(*) FROM accounts"));
  if (std::cmp_greater_equal(count, accounts_max))
    return fail(Code::conflict, fmt::format("there are {} accounts already, the most that a vault holds", count));
  if (draft.label.empty()) {
    TRY(draft.label, free_label(session, draft.provider));
  }
  TRY_OK(check_account(draft));
  TRY(const bool is_taken, label_is_taken(session, draft.label, ""));
  if (is_taken) return taken(draft.label);
  draft.id = random_id(session.rng, "acc_");
  draft.created_ms = draft.updated_ms = session.now_ms;
  TRY_OK(write_row(session, draft));
  return draft;
}

Result<Account> add_account(Vault& vault, Account draft) {
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  TRY(auto added, insert_account(session, std::move(draft)));
  TRY_OK(transaction.commit());
  return added;
}

Result<Account> change_account(Vault& vault, Account changed) {
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  TRY(const auto old, find(session, changed.id));
  if (old.id != changed.id) return unknown(changed.id);  // a label was given for an id
  TRY_OK(check_account(changed));
  TRY(const bool is_taken, label_is_taken(session, changed.label, changed.id));
  if (is_taken) return taken(changed.label);
  if (changed.credential.empty()) changed.credential = old.credential;
  changed.created_ms = old.created_ms;
  changed.kind = old.kind;
  changed.updated_ms = session.now_ms;
  TRY_OK(write_row(session, changed));
  TRY_OK(transaction.commit());
  return changed;
}

Result<> enable_account(Vault& vault, std::string_view id_or_label, bool enabled) {
  auto session = vault.session();
  TRY(auto update,
      session.database.prepare("UPDATE accounts SET enabled = ?2, updated_ms = ?3 WHERE id = ?1 OR label = ?1"));
  TRY_OK(update.bind(id_or_label).bind(enabled).bind(session.now_ms).run());
  if (session.database.changes() == 0) return unknown(id_or_label);
  return {};
}

Result<> remove_account(Vault& vault, std::string_view id_or_label) {
  auto session = vault.session();
  TRY(auto remove, session.database.prepare("DELETE FROM accounts WHERE id = ?1 OR label = ?1"));
  TRY_OK(remove.bind(id_or_label).run());
  if (session.database.changes() == 0) return unknown(id_or_label);
  return {};
}

}  // namespace agt::store

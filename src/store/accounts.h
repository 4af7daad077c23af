// Accounts: the user's credentials at providers, with what the pool needs to choose among them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/secret.h"
#include "json/raw.h"
#include "store/vault.h"

namespace agt::store {

// What an account proves itself with: a key in its row, or tokens of their own (oauth_grants.h).
enum class CredentialKind : std::uint8_t { key, oauth };

struct Account {
  std::string id{};          // "acc_…"; given by add_account
  std::string label{};       // unique without regard to case; the name used in targets: label/model
  std::string provider{};    // "gemini", "openai", "anthropic", "openai-compatible", a preset, …
  std::string base_url{};    // empty: the provider's own
  Secret credential{};       // sealed in the file
  std::string key_header{};  // how the credential travels when not as the provider does by default; empty: default
  std::vector<std::string> models{};           // when not empty, only these (wildcards allowed)
  std::vector<std::string> excluded_models{};  // never these
  bool enabled = true;
  int priority = 0;            // higher is asked first
  int weight = 1;              // share among equals
  int concurrency_max = 0;     // 0: no limit
  bool insecure_http = false;  // plain http:// to a host that is not loopback, by the user's explicit wish
  json::Raw extra{};           // provider-specific JSON object, or empty; sealed too, as it may hold tokens
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  CredentialKind kind = CredentialKind::key;  // set when it is added, and never changed
  std::vector<std::string> groups{};          // names under which a target may mean several accounts
  std::vector<std::string> tags{};            // words for people
  int reserve_percent = 0;                    // of its quota, kept for its owner; 0: none
  bool reserve_strict = false;                // below the reserve it is not asked at all, instead of last
};

[[nodiscard]] Result<std::vector<Account>> accounts(Vault& vault);  // in order of creation
[[nodiscard]] Result<Account> account(Vault& vault, std::string_view id_or_label);

// Stores a new account; fills id and times. Without a label it gets the provider's name, with a number if need be.
[[nodiscard]] Result<Account> add_account(Vault& vault, Account draft);
// Replaces everything but id and created_ms. An empty credential keeps the stored one.
[[nodiscard]] Result<Account> change_account(Vault& vault, Account changed);
[[nodiscard]] Result<> enable_account(Vault& vault, std::string_view id_or_label, bool enabled);
[[nodiscard]] Result<> remove_account(Vault& vault, std::string_view id_or_label);  // and its cool-downs

}  // namespace agt::store

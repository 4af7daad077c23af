// An account as the API shows and takes it. The only way in for accounts, also for the command line.
#pragma once

#include <string>
#include <vector>

#include "admin/gateway.h"
#include "json/document.h"
#include "json/writer.h"
#include "pool/pool.h"
#include "store/accounts.h"

namespace agt::admin {

// Lays the fields of `form` over `account`: label, provider, base_url, key, key_header, models, excluded_models,
// enabled, priority, weight, max_concurrency, insecure_http, project, location, groups, tags, reserve_percent,
// reserve_strict. Code::schema with the field; unknown fields are refused.
[[nodiscard]] Result<store::Account> filled(store::Account account, const json::Value& form);

// check_account, and that a stored key is not sent to a new place: whoever changes the address gives the key again.
[[nodiscard]] Result<> check_change(const store::Account& old, const store::Account& changed, bool key_given,
                                    Families families);

// What is known now about one account, beside what is stored of it.
struct AccountView {
  Families families{};
  const std::vector<pool::Resting>& rests;  // of the whole pool
  Instant now{};
  WallTime wall{};
  std::optional<TokenState> tokens{};  // of an account that was signed in
  provider::Quota quota{};
  bool pinned = false;
};
[[nodiscard]] AccountView view_of(const Gateway& gateway, const store::Account& account,
                                  const std::vector<pool::Resting>& rests);

// One account for people: how it is, never its credential.
enum class Detail : std::uint8_t { row, story };
void write_account(json::Writer& w, const store::Account& account, const AccountView& view, Detail detail);
// The same, with its story and with what the pool knows now.
[[nodiscard]] std::string shown_account(const Gateway& gateway, const store::Account& account);

}  // namespace agt::admin

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
// enabled, priority, weight, max_concurrency, insecure_http, project, location. Code::schema with the field; unknown
// fields are refused.
[[nodiscard]] Result<store::Account> filled(store::Account account, const json::Value& form);

// check_account, and that a stored key is not sent to a new place: whoever changes the address gives the key again.
[[nodiscard]] Result<> check_change(const store::Account& old, const store::Account& changed, bool key_given,
                                    Families families);

// One account for people: how it is, never its credential. `rests` are those of the whole pool, `tokens` those of an
// account that was signed in.
void write_account(json::Writer& w, const store::Account& account, Families families,
                   const std::vector<pool::Resting>& rests, Instant now, const std::optional<TokenState>& tokens = {},
                   const provider::QuotaBook* quotas = nullptr);

}  // namespace agt::admin

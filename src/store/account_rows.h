// For the repositories beside accounts.cpp that add an account as part of their own transaction.
#pragma once

#include "store/accounts.h"

namespace agt::store {

// What add_account does, inside the caller's transaction.
[[nodiscard]] Result<Account> insert_account(Vault::Session& session, Account draft);

}  // namespace agt::store

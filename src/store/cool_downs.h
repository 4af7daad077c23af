// Cool-downs that outlive a restart: which account must not be asked for which model until when.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "store/vault.h"

namespace agt::store {

struct CoolDown {
  std::string account{};  // id
  std::string model{};    // empty: every model of the account
  std::int64_t until_unix_ms = 0;
  std::string code{};  // name of the Code that caused it
  std::string message{};

  friend bool operator==(const CoolDown&, const CoolDown&) = default;
};

[[nodiscard]] Result<std::vector<CoolDown>> cool_downs(Vault& vault);  // those that are not over; others are deleted
[[nodiscard]] Result<> put_cool_down(Vault& vault, const CoolDown& cool_down);         // one per account and model
[[nodiscard]] Result<> clear_cool_downs(Vault& vault, std::string_view account = {});  // of one account, or all

}  // namespace agt::store

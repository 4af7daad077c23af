#include "store/cool_downs.h"

#include <utility>

namespace agt::store {

Result<std::vector<CoolDown>> cool_downs(Vault& vault) {
  auto session = vault.session();
  {
    TRY(auto expire, session.database.prepare("DELETE FROM cool_downs WHERE until_unix_ms <= ?1"));
    TRY_OK(expire.bind(session.now_ms).run());
  }
  TRY(auto select, session.database.prepare("SELECT account, model, until_unix_ms, code, message FROM cool_downs "
                                            "ORDER BY account, model"));
  std::vector<CoolDown> all;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return all;
    all.push_back({.account = select.text(0),
                   .model = select.text(1),
                   .until_unix_ms = select.integer(2),
                   .code = select.text(3),
                   .message = select.text(4)});
  }
}

Result<> put_cool_down(Vault& vault, const CoolDown& cool_down) {
  auto session = vault.session();
  // An account that was removed in the meantime needs no cool-down: nothing is inserted for it.
  TRY(auto upsert, session.database.prepare(R"(
    INSERT INTO cool_downs SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM accounts WHERE id = ?1)
    ON CONFLICT (account, model) DO UPDATE SET until_unix_ms = ?3, code = ?4, message = ?5)"));
  return upsert.bind(cool_down.account)
      .bind(cool_down.model)
      .bind(cool_down.until_unix_ms)
      .bind(cool_down.code)
      .bind(cool_down.message)
      .run();
}

Result<> clear_cool_downs(Vault& vault, std::string_view account) {
  auto session = vault.session();
  TRY(auto remove, session.database.prepare("DELETE FROM cool_downs WHERE account = ?1 OR ?1 = ''"));
  return remove.bind(account).run();
}

}  // namespace agt::store

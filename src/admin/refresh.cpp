// By hand: "this account is fine again". A new access token where there is one, and every rest ends.
#include "admin/account_form.h"
#include "admin/endpoints.h"
#include "store/accounts.h"
#include "store/cool_downs.h"

namespace agt::admin {

Task<Result<Answer>> refresh_account(const Call& call, net::Worker& worker) {
  auto& gateway = call.gateway;
  store::Account account;
  Result<> outcome{};
  const auto read = [&]() -> Result<> {
    TRY(account, store::account(gateway.vault, call.word()));
    return gateway.tokens.load();
  };
  CO_TRY_OK(co_await worker.offload([&] { outcome = read(); }));
  if (!outcome) co_return std::unexpected(outcome.error());
  if (account.kind == store::CredentialKind::oauth) CO_TRY_OK(co_await gateway.tokens.refresh(account.id, worker));
  gateway.pool.forgive(account.id);
  CO_TRY_OK(co_await worker.offload([&] { outcome = store::clear_cool_downs(gateway.vault, account.id); }));
  if (!outcome) co_return std::unexpected(outcome.error());
  co_return Answer{.body = shown_account(gateway, account)};
}

}  // namespace agt::admin

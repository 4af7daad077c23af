// The accounts of the admin API.
#include "store/accounts.h"

#include "admin/account_form.h"
#include "admin/endpoints.h"
#include "store/cool_downs.h"

namespace agt::admin {
namespace {

Result<Answer> answer_with(const Call& call, const store::Account& account, int status = 200) {
  return Answer{.status = status, .body = shown_account(call.gateway, account)};
}

// Ends every rest of the account: its key is new, or somebody says that it may serve again.
Result<> forgive(const Call& call, const std::string& id) {
  TRY_OK(store::clear_cool_downs(call.gateway.vault, id));
  call.gateway.pool.forgive(id);
  return {};
}

Result<Answer> store_change(const Call& call, const store::Account& old, store::Account changed) {
  const bool key_given = !call.body["key"].text_or("").empty();
  if (!key_given) changed.credential = old.credential;
  if (changed.label.empty()) changed.label = old.label;
  TRY_OK(check_change(old, changed, key_given, call.gateway.families));
  TRY(const auto stored, store::change_account(call.gateway.vault, std::move(changed)));
  if (key_given) TRY_OK(forgive(call, stored.id));
  TRY_OK(reload(call.gateway));
  return answer_with(call, stored);
}

Result<Answer> set_enabled(const Call& call, bool enabled) {
  auto& gateway = call.gateway;
  TRY(const auto before, store::account(gateway.vault, call.word()));
  TRY_OK(store::enable_account(gateway.vault, before.id, enabled));
  if (enabled) TRY_OK(forgive(call, before.id));
  TRY_OK(reload(gateway));
  TRY(const auto after, store::account(gateway.vault, before.id));
  return answer_with(call, after);
}

}  // namespace

Result<Answer> list_accounts(const Call& call) {
  TRY(const auto all, store::accounts(call.gateway.vault));
  const auto rests = call.gateway.pool.resting(call.gateway.clock.now());
  json::Writer w;
  w.begin_object();
  w.key("accounts");
  w.begin_array();
  for (const auto& account : all) write_account(w, account, view_of(call.gateway, account, rests), Detail::row);
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> show_account(const Call& call) {
  TRY(const auto account, store::account(call.gateway.vault, call.word()));
  return answer_with(call, account);
}

Result<Answer> create_account(const Call& call) {
  TRY(auto draft, filled({}, call.body));
  TRY_OK(check_account(draft, call.gateway.families));
  TRY(const auto added, store::add_account(call.gateway.vault, std::move(draft)));
  TRY_OK(reload(call.gateway));
  return answer_with(call, added, 201);
}

Result<Answer> replace_account(const Call& call) {
  TRY(const auto old, store::account(call.gateway.vault, call.word()));
  // What no field of the form can say stays: the id, and what only the provider's code knows.
  TRY(auto changed, filled({.id = old.id, .extra = old.extra}, call.body));
  return store_change(call, old, std::move(changed));
}

Result<Answer> patch_account(const Call& call) {
  TRY(const auto old, store::account(call.gateway.vault, call.word()));
  TRY(auto changed, filled(old, call.body));
  return store_change(call, old, std::move(changed));
}

Result<Answer> delete_account(const Call& call) {
  TRY(const auto account, store::account(call.gateway.vault, call.word()));
  TRY_OK(store::remove_account(call.gateway.vault, account.id));
  if (call.gateway.services.quotas != nullptr) call.gateway.services.quotas->forget(account.id);
  TRY_OK(reload(call.gateway));
  return answer_with(call, account);
}

Result<Answer> enable_account(const Call& call) { return set_enabled(call, true); }

Result<Answer> disable_account(const Call& call) { return set_enabled(call, false); }

Result<Answer> reset_account(const Call& call) {
  TRY(const auto account, store::account(call.gateway.vault, call.word()));
  TRY_OK(forgive(call, account.id));
  return answer_with(call, account);
}

}  // namespace agt::admin

// The client keys of the admin API.
#include "store/client_keys.h"

#include "admin/endpoints.h"
#include "admin/fields.h"

namespace agt::admin {
namespace {

void write_key(json::Writer& w, const store::ClientKey& key) {
  w.field("id", key.id);
  w.field("name", key.name);
  w.field("hint", key.hint);
  w.field("created_ms", key.created_ms);
  if (key.revoked_ms) w.field("revoked_ms", *key.revoked_ms);
}

}  // namespace

Result<Answer> list_keys(const Call& call) {
  TRY(const auto keys, store::client_keys(call.gateway.vault));
  const auto settings = settings_now(call.gateway);
  json::Writer w;
  w.begin_object();
  w.key("primary");
  w.begin_object();
  w.field("hint", settings.proxy.api_key.empty() ? std::string() : settings.proxy.api_key.hint());
  w.end_object();
  w.field("demanded", settings.keys_demanded());
  w.key("keys");
  w.begin_array();
  for (const auto& key : keys) {
    w.begin_object();
    write_key(w, key);
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> create_key(const Call& call) {
  TRY_OK(check_fields(call.body, {"name"}));
  std::string name;
  TRY_OK(take(call.body, "name", name));
  TRY(const auto made, store::add_client_key(call.gateway.vault, name));
  TRY_OK(reload(call.gateway));
  json::Writer w;
  w.begin_object();
  write_key(w, made.key);
  w.field("key", made.plain.reveal());
  w.end_object();
  return Answer{.status = 201, .body = std::move(w).take()};
}

Result<Answer> revoke_key(const Call& call) {
  TRY_OK(store::revoke_client_key(call.gateway.vault, call.word()));
  TRY_OK(reload(call.gateway));
  return list_keys(call);
}

}  // namespace agt::admin

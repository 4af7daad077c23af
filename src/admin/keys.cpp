// The client keys of the admin API.
#include <fmt/format.h>

#include <algorithm>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/key_form.h"
#include "admin/limits.h"
#include "core/text.h"
#include "store/client_keys.h"

namespace agt::admin {
namespace {

Result<> write_key(json::Writer& w, const Call& call, const store::ClientKey& key) {
  w.field("id", key.id);
  w.field("name", key.name);
  w.field("hint", key.hint);
  w.field("created_ms", key.created_ms);
  if (key.revoked_ms) w.field("revoked_ms", *key.revoked_ms);
  TRY(const auto limits, key_limits_in(key.limits));
  write_limits(w, limits);
  if (limits.tokens_per_day > 0) {
    const auto& keys = call.gateway.services.doorkeeper.keys;
    w.field("tokens_today", keys.spent_today(key.name, call.gateway.clock.wall()));
  }
  return {};
}

Result<Answer> shown_once(const Call& call, const store::NewClientKey& made) {
  json::Writer w;
  w.begin_object();
  TRY_OK(write_key(w, call, made.key));
  w.field("key", made.plain.reveal());
  w.end_object();
  return Answer{.status = 201, .body = std::move(w).take()};
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
    TRY_OK(write_key(w, call, key));
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> create_key(const Call& call) {
  TRY_OK(check_fields(
      call.body, {"name", "models", "networks", "expires_ms", "requests_per_minute", "concurrency", "tokens_per_day"}));
  std::string name;
  TRY_OK(take(call.body, "name", name));
  relay::KeyLimits limits;
  TRY_OK(take_limits(call.body, limits));
  TRY(const auto made, store::add_client_key(call.gateway.vault, name, kept_limits(limits)));
  TRY_OK(reload(call.gateway));
  return shown_once(call, made);
}

Result<Answer> rotate_key(const Call& call) {
  constexpr std::int64_t hour_ms = 3'600'000;
  int hours = 0;
  if (call.body.exists()) {
    TRY_OK(check_fields(call.body, {"overlap_hours"}));
    TRY_OK(take(call.body, "overlap_hours", hours));
    if (hours < 0 || hours > key_overlap_hours_max)
      return fail(Code::schema, fmt::format("overlap_hours must be a whole number from 0 to {}.", key_overlap_hours_max),
                  "overlap_hours");
  }
  const std::scoped_lock lock(call.gateway.changing);
  TRY(const auto made, store::rotate_client_key(call.gateway.vault, call.word(), hours * hour_ms));
  TRY_OK(reload(call.gateway));
  return shown_once(call, made);
}

Result<Answer> limit_key(const Call& call) {
  TRY_OK(check_fields(call.body,
                      {"models", "networks", "expires_ms", "requests_per_minute", "concurrency", "tokens_per_day"}));
  const std::scoped_lock lock(call.gateway.changing);
  TRY(const auto keys, store::client_keys(call.gateway.vault));
  const auto is_meant = [&](const store::ClientKey& key) {
    return !key.revoked_ms && (key.id == call.word() || key.name == call.word());
  };
  const auto found = std::ranges::find_if(keys, is_meant);
  relay::KeyLimits limits;
  if (found != keys.end()) {
    TRY(limits, key_limits_in(found->limits));
  }
  TRY_OK(take_limits(call.body, limits));
  TRY_OK(store::set_client_key_limits(call.gateway.vault, call.word(), kept_limits(limits)));  // unknown ones are told
  TRY_OK(reload(call.gateway));
  return list_keys(call);
}

Result<Answer> revoke_key(const Call& call) {
  TRY_OK(store::revoke_client_key(call.gateway.vault, call.word()));
  TRY_OK(reload(call.gateway));
  return list_keys(call);
}

}  // namespace agt::admin

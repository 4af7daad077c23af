// The client keys of the admin API.
#include "store/client_keys.h"

#include <fmt/format.h>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/limits.h"

namespace agt::admin {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

void write_key(json::Writer& w, const store::ClientKey& key) {
  w.field("id", key.id);
  w.field("name", key.name);
  w.field("hint", key.hint);
  w.field("created_ms", key.created_ms);
  if (key.revoked_ms) w.field("revoked_ms", *key.revoked_ms);
  if (key.ends_ms) w.field("ends_ms", *key.ends_ms);
}

Answer shown_once(const store::NewClientKey& made) {
  json::Writer w;
  w.begin_object();
  write_key(w, made.key);
  w.field("key", made.plain.reveal());
  w.end_object();
  return Answer{.status = 201, .body = std::move(w).take()};
}

// A time from now, in the unit of the field; nothing when it is absent.
Result<std::optional<std::int64_t>> span_of(const json::Value& body, std::string_view name, std::int64_t unit_ms,
                                            int most) {
  if (!body[name].exists()) return std::nullopt;
  int count = 0;
  TRY_OK(take(body, name, count));
  if (count < 0 || count > most)
    return fail(Code::schema, fmt::format("{} must be a whole number from 0 to {}.", name, most), std::string(name));
  return count * unit_ms;
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
  TRY_OK(check_fields(call.body, {"name", "ends_in_days"}));
  std::string name;
  TRY_OK(take(call.body, "name", name));
  TRY(const auto span, span_of(call.body, "ends_in_days", day_ms, key_days_max));
  std::optional<std::int64_t> ends;
  if (span && *span > 0) ends = unix_ms(call.gateway.clock.wall()) + *span;
  TRY(const auto made, store::add_client_key(call.gateway.vault, name, store::limits_until(ends)));
  TRY_OK(reload(call.gateway));
  return shown_once(made);
}

Result<Answer> rotate_key(const Call& call) {
  std::optional<std::int64_t> overlap;
  if (call.body.exists()) {
    TRY_OK(check_fields(call.body, {"overlap_hours"}));
    TRY(overlap, span_of(call.body, "overlap_hours", hour_ms, key_overlap_hours_max));
  }
  TRY(const auto made, store::rotate_client_key(call.gateway.vault, call.word(), overlap.value_or(0)));
  TRY_OK(reload(call.gateway));
  return shown_once(made);
}

Result<Answer> revoke_key(const Call& call) {
  TRY_OK(store::revoke_client_key(call.gateway.vault, call.word()));
  TRY_OK(reload(call.gateway));
  return list_keys(call);
}

}  // namespace agt::admin

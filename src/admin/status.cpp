// What runs where.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "admin/endpoints.h"
#include "admin/proxy.h"
#include "core/version.h"
#include "store/accounts.h"
#include "store/client_keys.h"
#include "store/routes.h"

namespace agt::admin {
namespace {

Result<> write_accounts(json::Writer& w, Gateway& gateway) {
  TRY(const auto all, store::accounts(gateway.vault));
  const auto enabled = std::ranges::count_if(all, &store::Account::enabled);
  const auto unusable = std::ranges::count_if(
      all, [&](const store::Account& account) { return !upstream_of(account, gateway.families); });
  std::set<std::string> resting;
  for (const auto& one : gateway.pool.resting(gateway.clock.now())) resting.insert(one.account_id);
  w.begin_object();
  w.field("total", all.size());
  w.field("enabled", enabled);
  w.field("unusable", unusable);
  w.field("resting", resting.size());
  w.end_object();
  return {};
}

Result<> write_ledger(json::Writer& w, Gateway& gateway) {
  TRY(const auto requests, gateway.ledger.count());
  TRY(const auto bytes, gateway.ledger.bytes());
  const auto counts = gateway.ledger_writer.counts();
  w.begin_object();
  w.field("requests", requests);
  w.field("bytes", bytes);
  w.field("dropped", counts.dropped);
  w.field("lost", counts.lost);
  w.field("last_error", counts.last_error);
  w.end_object();
  return {};
}

void write_rescued(json::Writer& w, const Gateway& gateway) {
  w.begin_array();
  for (const auto& [what, rescue] : gateway.rescued) {
    w.begin_object();
    w.field("what", what);
    w.field("why", rescue.why);
    w.field("kept_as", rescue.set_aside.string());
    if (rescue.restored) w.field("restored_from", rescue.restored->string());
    w.end_object();
  }
  w.end_array();
}

// The settings that explain most questions.
void write_settings(json::Writer& w, const store::Settings& settings) {
  w.begin_object();
  for (const auto* shown : {"proxy.auth_mode", "scheduling.mode", "scheduling.max_attempts", "logging.bodies"}) {
    w.key(shown);
    std::visit([&w](const auto& value) { w.value(value); }, store::find_setting(shown)->load(settings));
  }
  w.field("network.upstream_proxy_set", !settings.network.upstream_proxy.empty());
  w.end_object();
}

}  // namespace

Result<Answer> health(const Call&) { return Answer{.body = R"({"status":"ok"})"}; }

Result<Answer> status(const Call& call) {
  auto& gateway = call.gateway;
  const auto settings = settings_now(gateway);
  const auto uptime = std::chrono::duration_cast<Seconds>(gateway.clock.wall() - gateway.started);
  TRY(const auto routes, store::routes(gateway.vault));
  TRY(const auto keys, store::client_keys(gateway.vault));
  json::Writer w;
  w.begin_object();
  w.field("version", version);
  w.field("rights", call.ask.rights == Rights::manage ? "manage" : "view");
  w.field("pid", ::getpid());
  w.field("started_ms", unix_ms(gateway.started));
  w.field("uptime_s", gateway.started == WallTime{} ? 0 : uptime.count());
  w.field("workers", gateway.runtime == nullptr ? 1 : gateway.runtime->workers());
  w.key("proxy");
  write_proxy(w, gateway);
  w.key("accounts");
  TRY_OK(write_accounts(w, gateway));
  w.field("routes", routes.size());
  w.field("keys", std::ranges::count_if(keys, [](const store::ClientKey& key) { return !key.revoked_ms; }));
  w.key("ledger");
  TRY_OK(write_ledger(w, gateway));
  w.key("rescued");
  write_rescued(w, gateway);
  w.key("settings");
  write_settings(w, settings);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin

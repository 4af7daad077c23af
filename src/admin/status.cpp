// What runs where, and the API's description of itself.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
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

void write_operation(json::Writer& w, const Endpoint& endpoint) {
  w.key(endpoint.method == "GET"     ? "get"
        : endpoint.method == "POST"  ? "post"
        : endpoint.method == "PUT"   ? "put"
        : endpoint.method == "PATCH" ? "patch"
                                     : "delete");
  w.begin_object();
  w.field("summary", endpoint.summary);
  w.key("parameters");
  w.begin_array();
  const std::string_view pattern = endpoint.pattern;
  for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
    w.begin_object();
    w.field("name", pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    w.field("in", "path");
    w.field("required", true);
    w.key("schema");
    w.raw(R"({"type":"string"})");
    w.end_object();
  }
  w.end_array();
  w.key("responses");
  w.raw(R"({"2XX":{"description":"done"},"default":{"$ref":"#/components/responses/Refused"}})");
  w.key("security");
  w.raw(endpoint.auth == Auth::none ? "[]" : R"([{"token":[]}])");
  w.end_object();
}

constexpr std::string_view components =
    R"({"securitySchemes":{"token":{"type":"http","scheme":"bearer"}},)"
    R"("responses":{"Refused":{"description":"refused","content":{"application/json":{"schema":{"type":"object",)"
    R"("properties":{"error":{"type":"object","properties":{"class":{"type":"string"},"code":{"type":"string"},)"
    R"("message":{"type":"string"},"field":{"type":"string"},"remedy":{"type":"string"}}}}}}}}}})";

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
  w.field("pid", ::getpid());
  w.field("started_ms", unix_ms(gateway.started));
  w.field("uptime_s", gateway.started == WallTime{} ? 0 : uptime.count());
  w.field("workers", gateway.workers);
  w.key("proxy");
  write_proxy(w, gateway);
  w.key("accounts");
  TRY_OK(write_accounts(w, gateway));
  w.field("routes", routes.size());
  w.field("keys", std::ranges::count_if(keys, [](const store::ClientKey& key) { return !key.revoked_ms; }));
  w.key("ledger");
  TRY_OK(write_ledger(w, gateway));
  w.key("settings");
  write_settings(w, settings);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> openapi(const Call&) {
  std::map<std::string_view, std::vector<const Endpoint*>> by_path;
  for (const auto& endpoint : endpoints()) by_path[endpoint.pattern].push_back(&endpoint);
  json::Writer w;
  w.begin_object();
  w.field("openapi", "3.1.0");
  w.key("info");
  w.begin_object();
  w.field("title", "Antigravity Tools admin API");
  w.field("version", version);
  w.end_object();
  w.key("servers");
  w.raw(fmt::format(R"([{{"url":"{}"}}])", api_prefix));
  w.key("paths");
  w.begin_object();
  for (const auto& [path, methods] : by_path) {
    w.key(path);
    w.begin_object();
    for (const auto* endpoint : methods) write_operation(w, *endpoint);
    w.end_object();
  }
  w.end_object();
  w.key("components");
  w.raw(components);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin

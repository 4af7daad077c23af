#include "admin/proxy.h"

#include <fmt/format.h>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "net/interfaces.h"

namespace agt::admin {
namespace {

std::string address_of(std::string_view host, std::int64_t port) {
  const bool everywhere = host == "0.0.0.0" || host == "::";
  return fmt::format("http://{}:{}",
                     everywhere           ? "127.0.0.1"
                     : host.contains(':') ? fmt::format("[{}]", host)
                                          : std::string(host),
                     port);
}

Result<ProxyPort*> door_of(const Call& call) {
  if (call.gateway.proxy == nullptr) return fail(Code::conflict, "No gateway runs; start one with `agt serve`.");
  return call.gateway.proxy;
}

Answer shown(Gateway& gateway) {
  json::Writer w;
  write_proxy(w, gateway);
  return Answer{.body = std::move(w).take()};
}

// One step of the self-test.
struct Check {
  std::string_view name{};
  net::Call call{};
  int expected = 200;
};

net::Call ask_own(Gateway& gateway, std::string method, std::string target, const Secret& key) {
  const auto port = gateway.proxy_port.load();
  auto host = gateway.proxy->state().at.host;
  if (host == "0.0.0.0" || host == "::") host = "127.0.0.1";
  net::Call call{.method = std::move(method),
                 .url = {.tls = false, .host = host, .port = port, .path = {}},
                 .target = std::move(target)};
  call.timeouts.connect = Seconds(2);
  call.timeouts.first_byte = Seconds(10);
  if (!key.empty()) call.headers.add("authorization", fmt::format("Bearer {}", key.reveal()));
  return call;
}

std::vector<Check> checks_of(Gateway& gateway, const store::Settings& settings) {
  static constexpr std::string_view question =
      R"({"model":"demo","messages":[{"role":"user","content":"Are you there?"}]})";
  const auto& key = settings.proxy.api_key;
  const bool demanded = settings.keys_demanded();
  std::vector<Check> checks;
  checks.push_back({"health", ask_own(gateway, "GET", "/healthz", {}), 200});
  checks.push_back({"models_without_key", ask_own(gateway, "GET", "/v1/models", {}), demanded ? 401 : 200});
  checks.push_back({"models_with_key", ask_own(gateway, "GET", "/v1/models", key), 200});
  checks.push_back({"foreign_page_refused", ask_own(gateway, "GET", "/v1/models", key), 403});
  checks.back().call.headers.add("origin", "https://page.invalid");
  checks.push_back({"answer", ask_own(gateway, "POST", "/v1/chat/completions", key), 200});
  checks.back().call.headers.add("content-type", "application/json");
  checks.back().call.body = question;
  return checks;
}

struct Checked {
  int status = 0;
  std::optional<Error> error{};
  Microseconds took{};
};

Task<Checked> run_check(Gateway& gateway, net::Worker& worker, net::Call call) {
  const auto begun = gateway.clock.now();
  Checked checked;
  auto reply = co_await worker.client().send(std::move(call));
  if (reply) {
    checked.status = (*reply)->head().status;
    constexpr std::size_t answer_bytes_max = 8U << 20;
    const auto body = co_await (*reply)->whole(answer_bytes_max);
    if (!body) checked.error = body.error();
  } else {
    checked.error = reply.error();
  }
  checked.took = std::chrono::duration_cast<Microseconds>(gateway.clock.now() - begun);
  co_return checked;
}

void write_check(json::Writer& w, const Check& check, const Checked& checked) {
  w.begin_object();
  w.field("name", check.name);
  w.field("ok", !checked.error && checked.status == check.expected);
  w.field("status", checked.status);
  w.field("expected_status", check.expected);
  w.field("latency_ms", static_cast<double>(checked.took.count()) / 1000.0);
  if (checked.error) {
    w.key("error");
    write_error(w, *checked.error);
  }
  w.end_object();
}

}  // namespace

void write_proxy(json::Writer& w, Gateway& gateway) {
  const auto settings = settings_now(gateway);
  const auto state = gateway.proxy == nullptr ? ProxyPort::State{} : gateway.proxy->state();
  const auto host = state.open ? state.at.host : settings.bind_host();
  const auto port = state.open ? std::int64_t{state.at.port} : settings.proxy.port;
  w.begin_object();
  w.field("running", state.open);
  w.field("address", address_of(host, port));
  w.field("host", host);
  w.field("port", port);
  if (state.open) w.field("since_ms", unix_ms(state.since));
  w.field("open_to_lan", settings.listens_beyond_loopback());
  w.field("keys_demanded", settings.keys_demanded());
  w.field("in_flight", gateway.in_flight == nullptr ? 0 : gateway.in_flight->load());
  w.end_object();
}

Result<> settle_proxy(Gateway& gateway) {
  if (gateway.proxy != nullptr) gateway.proxy_port = gateway.proxy->port();
  TRY_OK(reload(gateway));
  if (gateway.events == nullptr) return {};
  json::Writer w;
  write_proxy(w, gateway);
  gateway.events->publish("proxy", w.text());
  return {};
}

Result<Answer> show_proxy(const Call& call) {
  json::Writer w;
  w.begin_object();
  w.key("proxy");
  write_proxy(w, call.gateway);
  w.key("own_addresses");
  w.begin_array();
  for (const auto& own : net::own_addresses()) {
    w.begin_object();
    w.field("interface", own.interface);
    w.field("address", own.address);
    w.field("ipv6", own.ipv6);
    w.field("loopback", own.loopback);
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> start_proxy(const Call& call) {
  TRY(auto* const door, door_of(call));
  auto& gateway = call.gateway;
  if (const auto opened = door->open(settings_now(gateway)); !opened)
    return fail(Code::conflict, opened.error().message, "proxy.port");
  TRY_OK(settle_proxy(gateway));
  return shown(gateway);
}

Result<Answer> stop_proxy(const Call& call) {
  TRY(auto* const door, door_of(call));
  bool cut = false;
  if (call.body.exists()) {
    TRY_OK(check_fields(call.body, {"now"}));
    TRY_OK(take(call.body, "now", cut));
  }
  door->close(cut);
  TRY_OK(settle_proxy(call.gateway));
  return shown(call.gateway);
}

Task<Result<Answer>> test_proxy(const Call& call, net::Worker& worker) {
  CO_TRY(auto* const door, door_of(call));
  auto& gateway = call.gateway;
  if (door->port() == 0) co_return fail(Code::conflict, "The clients' port is closed; start it first.");
  const auto settings = settings_now(gateway);
  json::Writer checks;
  checks.begin_array();
  bool ok = true;
  for (auto& check : checks_of(gateway, settings)) {
    const auto checked = co_await run_check(gateway, worker, std::move(check.call));
    ok = ok && !checked.error && checked.status == check.expected;
    write_check(checks, check, checked);
  }
  checks.end_array();
  json::Writer w;
  w.begin_object();
  w.field("ok", ok);
  w.key("checks");
  w.raw(checks.text());
  w.end_object();
  co_return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin

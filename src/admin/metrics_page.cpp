#include "admin/metrics_page.h"

#include <map>

#include "admin/access.h"
#include "admin/account_form.h"
#include "admin/account_story.h"
#include "admin/answer.h"
#include "admin/exposition.h"
#include "admin/metrics.h"
#include "admin/process.h"
#include "admin/proxy_port.h"
#include "core/text.h"
#include "core/version.h"
#include "relay/admit.h"
#include "store/accounts.h"

namespace agt::admin {
namespace {

using Kind = Exposition::Kind;
using enum Exposition::Kind;

constexpr double millisecond = 1e-3;

// Every state that there is has a sample, also without an account in it: a line that is missing is no zero.
constexpr auto account_states =
    std::to_array<std::string_view>({"ready", "resting", "disabled", "needs_sign_in", "unusable"});

Result<> write_accounts(Exposition& out, Gateway& gateway) {
  TRY(const auto all, store::accounts(gateway.vault));
  const auto rests = gateway.pool.resting(gateway.clock.now());
  std::map<std::pair<std::string, std::string_view>, std::int64_t> counts;
  for (const auto& account : all) {
    for (const auto state : account_states) counts.try_emplace({account.provider, state});
    const bool usable = upstream_of(account, gateway.families).has_value();
    ++counts[{account.provider, state_of(account, usable, view_of(gateway, account, rests))}];
  }
  out.metric("agt_accounts", gauge, "Accounts by what can be done with them now.");
  for (const auto& [whose, n] : counts) out.sample(labels({{"provider", whose.first}, {"state", whose.second}}), n);
  out.single("agt_account_rests", gauge, "Rests under way, of accounts and of single models of them.",
             static_cast<std::int64_t>(rests.size()));
  return {};
}

void write_now(Exposition& out, const Gateway& gateway) {
  const auto count = [](const std::atomic<int>* number) {
    return std::int64_t{number == nullptr ? 0 : number->load()};
  };
  out.single("agt_requests_in_flight", gauge, "Requests whose answer is not over.", count(gateway.in_flight));
  out.single("agt_streams_open", gauge, "Those among them whose answer is a stream.", count(gateway.streams));
  out.single("agt_queue_waiting", gauge, "Requests that wait for an account.",
             static_cast<std::int64_t>(gateway.pool.waiting()));
  out.single("agt_client_connections", gauge, "Open connections of clients and of those who administrate.",
             static_cast<std::int64_t>(gateway.runtime == nullptr ? 0 : gateway.runtime->open_connections()));
  out.single("agt_proxy_open", gauge, "1 while the clients' port is open.",
             std::int64_t{gateway.proxy != nullptr && gateway.proxy->state().open ? 1 : 0});
}

void write_ledger(Exposition& out, Gateway& gateway) {
  const auto counts = gateway.ledger_writer.counts();
  out.single("agt_ledger_rows_written_total", counter, "Requests that were written to the ledger.", counts.written);
  out.single("agt_ledger_rows_dropped_total", counter,
             "Requests that were not, as too many waited; they are missing in the counters above too.", counts.dropped);
  out.single("agt_ledger_rows_lost_total", counter, "Requests that the disk refused.", counts.lost);
  // A ledger that cannot be read must not take the other numbers with it.
  if (const auto bytes = gateway.ledger.bytes()) out.single("agt_ledger_bytes", gauge, "Size of the ledger.", *bytes);
}

void write_spans(Exposition& out, const SpanExporter& spans) {
  const auto counts = spans.counts();
  out.single("agt_spans_exported_total", counter, "Spans that the OpenTelemetry collector took.", counts.exported);
  out.single("agt_spans_dropped_total", counter, "Spans that it could not be given in time.", counts.dropped);
  out.single("agt_spans_refused_total", counter, "Spans that it refused.", counts.refused);
}

void write_process(Exposition& out, const Gateway& gateway) {
  const auto facts = process_facts();
  out.single("process_cpu_seconds_total", counter, "Time on a processor, in user and system mode.", facts.cpu_seconds);
  out.single("process_resident_memory_bytes", gauge, "Memory that is in use.", facts.resident_bytes);
  out.single("process_virtual_memory_bytes", gauge, "Memory that is mapped.", facts.virtual_bytes);
  out.single("process_threads", gauge, "Threads.", facts.threads);
  out.single("process_open_fds", gauge, "Open file descriptors.", facts.open_fds);
  out.single("process_max_fds", gauge, "The most that may be open.", facts.fds_max);
  out.single("process_start_time_seconds", gauge, "When the gateway was started, in seconds since 1970.",
             millisecond * static_cast<double>(unix_ms(gateway.started)));
  out.metric("agt_build_info", gauge, "1, with what was built.");
  out.sample(labels({{"version", version}, {"compiler", __VERSION__}}), std::int64_t{1});
}

bool shows(const net::RequestHead& head, const Secret& token) {
  constexpr std::string_view scheme = "bearer ";
  const auto shown = head.headers.get("authorization");
  if (!shown || shown->size() <= scheme.size() || head.headers.count("authorization") != 1) return false;
  return text::iequals(shown->substr(0, scheme.size()), scheme) &&
         token.matches(text::trimmed(shown->substr(scheme.size())));
}

Result<> admit_scrape(Gateway& gateway, const net::RequestHead& head, const net::Peer& peer) {
  const auto settings = settings_now(gateway);
  if (settings.metrics.access == store::MetricsAccess::loopback && peer.loopback) return {};
  const auto now = gateway.clock.now();
  auto& access = *gateway.access;
  TRY_OK(access.wrong_tokens.admit(peer, now));
  const auto token = admit_token(head, access, now);
  if (token || shows(head, settings.metrics.token)) return {};
  if (token.error().code != Code::key_unknown) return std::unexpected(token.error());
  return std::unexpected(access.wrong_tokens.note(peer, token.error(), now));
}

Result<> admit(const Gateway& gateway, Door door, const net::RequestHead& head, const net::Peer& peer) {
  if (door == Door::admin) {
    TRY_OK(admit_page(head, *gateway.access));
  } else {
    const auto snapshot = gateway.current.get();
    TRY_OK(relay::admit_peer(peer, snapshot->admission));
    TRY_OK(relay::admit_visit(head, snapshot->admission));
  }
  if (head.method != "GET" && head.method != "HEAD") return fail(Code::method, "Use GET on /metrics.", "GET, HEAD");
  return {};
}

Task<Result<std::string>> asked(Gateway& gateway, Door door, net::Worker& worker, net::Exchange& exchange) {
  CO_TRY_OK(admit(gateway, door, exchange.head(), exchange.peer()));
  Result<std::string> text = fail(Code::internal, "The numbers were not gathered.");
  CO_TRY_OK(co_await worker.offload([&] {
    const auto admitted = admit_scrape(gateway, exchange.head(), exchange.peer());
    if (admitted)
      text = metrics_text(gateway);
    else
      text = std::unexpected(admitted.error());
  }));
  co_return text;
}

class DoorWithMetrics final : public net::Handler {
 public:
  DoorWithMetrics(std::unique_ptr<net::Handler> clients, const MetricsDesk& desk, net::Worker& worker)
      : clients_(std::move(clients)), desk_(desk), worker_(worker) {}

  // No coroutine of its own: a request of a client pays for a comparison.
  Task<> handle(net::Exchange& exchange) override {
    if (exchange.head().path != metrics_path || desk_.gateway == nullptr) return clients_->handle(exchange);
    return serve_metrics(*desk_.gateway, Door::clients, worker_, exchange);
  }
  Refusal refusal(const Error& error, std::string_view path_if_known) const override {
    return clients_->refusal(error, path_if_known);
  }

 private:
  std::unique_ptr<net::Handler> clients_;
  const MetricsDesk& desk_;
  net::Worker& worker_;
};

}  // namespace

Result<std::string> metrics_text(Gateway& gateway) {
  Exposition out;
  if (gateway.metrics != nullptr) gateway.metrics->write(out);
  TRY_OK(write_accounts(out, gateway));
  write_now(out, gateway);
  write_ledger(out, gateway);
  if (gateway.spans != nullptr) write_spans(out, *gateway.spans);
  write_process(out, gateway);
  return std::move(out).take();
}

Task<> serve_metrics(Gateway& gateway, Door door, net::Worker& worker, net::Exchange& exchange) {
  auto text = co_await asked(gateway, door, worker, exchange);
  net::ResponseHead head{.status = 200,
                         .headers = {{"content-type", "text/plain; version=0.0.4; charset=utf-8"},
                                     {"cache-control", "no-store"},
                                     {"x-content-type-options", "nosniff"}}};
  if (!text) {
    auto refusal = refused(text.error());
    head.status = refusal.status;
    head.headers.set("content-type", "application/json");
    if (!refusal.allow.empty()) head.headers.add("allow", refusal.allow);
    if (refusal.status == 401) head.headers.add("www-authenticate", "Bearer");
    text = std::move(refusal.body);
  }
  // Only a client that is gone cannot be answered, and then nobody is left to tell.
  static_cast<void>(co_await exchange.respond(std::move(head), *std::move(text)));
}

std::unique_ptr<net::Handler> with_metrics(std::unique_ptr<net::Handler> clients, const MetricsDesk& desk,
                                           net::Worker& worker) {
  return std::make_unique<DoorWithMetrics>(std::move(clients), desk, worker);
}

}  // namespace agt::admin

// Testing an account: one call that costs nothing (the list of models) says whether address and key are right.
#include <fmt/format.h>

#include "admin/endpoints.h"
#include "admin/limits.h"
#include "admin/probe.h"
#include "dialect/paths.h"
#include "provider/classify.h"
#include "provider/upstream_clock.h"
#include "store/accounts.h"
#include "store/cool_downs.h"

namespace agt::admin {
namespace {

Error failed(const Gateway& gateway, const provider::Upstream& upstream, const net::ResponseHead& head,
             std::string_view body) {
  const auto* codec = relay::codec_of(gateway.services, upstream.family->dialect);
  if (codec == nullptr)
    return {.code = Code::internal_5xx, .message = fmt::format("It answered with status {}.", head.status)};
  auto error = provider::classify(*codec, head.status, head.headers, body, gateway.clock.wall()).error;
  // Some compatible servers quote the key they refuse.
  error.message = without(error.message, upstream.key);
  return error;
}

Task<Probe> ask_for_models(const Gateway& gateway, provider::Upstream upstream, net::Timeouts timeouts,
                           net::Worker& worker) {
  const auto ready = co_await gateway.services.exchanges.make_ready(upstream, worker, timeouts);
  if (!ready) co_return Probe{.error = ready.error()};
  const provider::Want want{.operation = dialect::Operation::list_models, .dialect = upstream.family->dialect};
  const auto body = upstream.family->list_body != nullptr ? upstream.family->list_body(upstream) : std::string();
  auto request = provider::prepare(upstream, want, body, nullptr, timeouts);
  auto reply = co_await worker.client().send(std::move(request));
  if (!reply) co_return Probe{.error = reply.error()};
  const auto& head = (*reply)->head();
  Probe outcome{.status = head.status, .timings = (*reply)->timings()};
  if (head.headers.has("date")) {
    const auto ours = gateway.clock.wall();
    outcome.clock_ahead = std::chrono::duration_cast<Milliseconds>(ours - provider::upstream_wall(head.headers, ours));
  }
  const auto said = co_await (*reply)->whole(models_reply_bytes_max);
  if (!said)
    outcome.error = said.error();
  else if (head.status != 200)
    outcome.error = failed(gateway, upstream, head, *said);
  else
    outcome.models = listed(*said);
  const bool tells_quota = gateway.services.quotas != nullptr && upstream.family->read_quota != nullptr;
  if (tells_quota && !outcome.error) {
    const auto wall = gateway.clock.wall();
    gateway.services.quotas->note_asked(upstream.account_id, upstream.family->read_quota(*said, wall), wall);
  }
  if (!outcome.error && !outcome.models)
    outcome.error = Error{.code = Code::translate_reply,
                          .message = "It answered 200, but not with a list of models: is the base URL an API's?"};
  co_return outcome;
}

std::string shown(const store::Account& account, const Probe& outcome, Microseconds took) {
  json::Writer w;
  w.begin_object();
  w.field("ok", !outcome.error);
  w.field("account_id", account.id);
  w.field("label", account.label);
  w.field("provider", account.provider);
  w.field("status", outcome.status);
  w.field("latency_ms", static_cast<double>(took.count()) / 1000.0);
  if (outcome.timings.tls) w.field("tls_ms", static_cast<double>(outcome.timings.tls->count()) / 1000.0);
  if (outcome.models) w.field("models_count", *outcome.models);
  if (outcome.clock_ahead) w.field("clock_ahead_ms", outcome.clock_ahead->count());
  if (outcome.error) {
    w.key("error");
    write_error(w, *outcome.error);
  }
  w.end_object();
  return std::move(w).take();
}

Task<Probe> with_token(const Gateway& gateway, provider::Upstream upstream, net::Timeouts timeouts,
                       net::Worker& worker) {
  if (upstream.oauth) {
    auto token = co_await gateway.tokens.current(upstream.account_id, worker);
    if (!token) co_return Probe{.error = token.error()};
    upstream.key = *std::move(token);
  }
  auto outcome = co_await ask_for_models(gateway, std::move(upstream), timeouts, worker);
  co_return outcome;
}

}  // namespace

Task<Probe> ask_upstream(const Gateway& gateway, provider::Upstream upstream, net::Timeouts timeouts,
                         net::Worker& worker) {
  const bool tells_quota = gateway.services.quotas != nullptr && upstream.family->read_quota != nullptr;
  const auto id = upstream.account_id;
  auto outcome = co_await with_token(gateway, std::move(upstream), timeouts, worker);
  const bool says_something = outcome.error && outcome.error->failure_class() != FailureClass::cancelled;
  if (tells_quota && says_something)
    gateway.services.quotas->note_asked(id, std::unexpected(*outcome.error), gateway.clock.wall());
  co_return outcome;
}

std::optional<std::size_t> listed(std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document) return std::nullopt;
  // Every dialect answers with an object around one list; which member holds it is the dialect's own business.
  for (const auto member : document->root().children())
    if (member.is_array()) return member.size();
  return std::nullopt;
}

std::string without(std::string text, const Secret& secret) {
  const auto hidden = secret.reveal();
  if (hidden.empty()) return text;
  for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at))
    text.replace(at, hidden.size(), "…");
  return text;
}

Task<Result<Answer>> test_account(const Call& call, net::Worker& worker) {
  auto& gateway = call.gateway;
  store::Account account;
  provider::Upstream upstream;
  net::Timeouts timeouts;
  Result<> prepared{};
  const auto prepare = [&]() -> Result<> {
    TRY(account, store::account(gateway.vault, call.word()));
    TRY(upstream, upstream_of(account, gateway.families));
    const auto settings = settings_now(gateway);
    timeouts.connect = Seconds(settings.network.connect_timeout_s);
    timeouts.first_byte =
        std::min<Milliseconds>(Seconds(settings.network.first_byte_timeout_s), test_first_byte_deadline);
    return {};
  };
  CO_TRY_OK(co_await worker.offload([&] { prepared = prepare(); }));
  if (!prepared) co_return std::unexpected(prepared.error());

  const auto begun = gateway.clock.now();
  Probe outcome{.status = 200, .models = account.models.size()};
  if (!upstream.family->local()) outcome = co_await ask_upstream(gateway, upstream, timeouts, worker);
  const auto took = std::chrono::duration_cast<Microseconds>(gateway.clock.now() - begun);
  // A client that left, or a gateway that stops, says nothing about the account.
  if (outcome.error && outcome.error->failure_class() == FailureClass::cancelled)
    co_return std::unexpected(*outcome.error);

  Result<> forgiven{};
  if (!outcome.error) {
    gateway.pool.forgive(account.id);
    CO_TRY_OK(co_await worker.offload([&] { forgiven = store::clear_cool_downs(gateway.vault, account.id); }));
  }
  if (!forgiven) co_return std::unexpected(forgiven.error());
  co_return Answer{.body = shown(account, outcome, took)};
}

}  // namespace agt::admin

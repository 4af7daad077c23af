#include "admin/quota_keeper.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/account_form.h"
#include "admin/endpoints.h"
#include "admin/limits.h"
#include "admin/probe.h"
#include "json/writer.h"
#include "provider/oauth/freshness.h"
#include "store/accounts.h"

namespace agt::admin {
namespace {

// From -1 to 1, another one for each round of an account.
double chance_of(std::string_view account_id, int round) {
  return provider::oauth::chance_of(fmt::format("quota {} {}", account_id, round));
}

Result<provider::Upstream> askable(Gateway& gateway, const std::string& id_or_label) {
  TRY(const auto account, store::account(gateway.vault, id_or_label));
  TRY(auto upstream, upstream_of(account, gateway.families));
  if (upstream.family->read_quota == nullptr)
    return fail(Code::conflict,
                fmt::format("{} has nothing that could be asked: what is left of {} is told by its answers only.",
                            upstream.provider, upstream.label));
  return upstream;
}

}  // namespace

Milliseconds quota_wait(Milliseconds interval, int failures, std::optional<Milliseconds> told, double chance) {
  constexpr int doublings_max = 10;
  auto wait = interval;
  if (failures > 0) wait = std::min<Milliseconds>(interval * (1 << std::min(failures, doublings_max)), quota_retry_max);
  wait = std::max({wait, interval, std::min<Milliseconds>(told.value_or(Milliseconds{}), quota_retry_max)});
  const auto spread = static_cast<double>(wait.count()) * quota_jitter * chance;
  return wait + Milliseconds(static_cast<std::int64_t>(spread));
}

std::vector<pool::QuotaLeft> quota_left(const provider::Quota& quota, WallTime wall, Instant now) {
  constexpr double percent = 100;
  std::vector<pool::QuotaLeft> out;
  for (const auto& window : quota.windows) {
    if (!window.left || !window.resets || *window.resets <= wall) continue;
    out.push_back({.models = window.models,
                   .percent = percent * *window.left,
                   .resets_at = now + std::chrono::ceil<Milliseconds>(*window.resets - wall)});
  }
  return out;
}

Task<> QuotaKeeper::run(net::Worker& worker) {
  while (true) {
    const auto slept = co_await worker.sleep(quota_look_every);
    if (!slept) co_return;
    tell_pool();
    begin_due(worker);
  }
}

void QuotaKeeper::tell_pool() {
  auto* const quotas = gateway_.services.quotas;
  if (quotas == nullptr) return;
  const auto wall = gateway_.clock.wall();
  const auto now = gateway_.clock.now();
  for (const auto& id : quotas->take_changed())
    gateway_.pool.note_quota(id, quota_left(quotas->of(id, wall), wall, now), now);
}

// New accounts are asked soon, each at its own moment; those that are gone are forgotten.
void QuotaKeeper::follow(const relay::Snapshot& snapshot, Instant now) {
  const auto interval = std::chrono::duration_cast<Milliseconds>(std::chrono::minutes(gateway_.quota_minutes.load()));
  const bool other_interval = std::exchange(interval_, interval) != interval;
  auto before = std::exchange(dues_, {});
  for (const auto& account : snapshot.accounts) {
    const auto upstream = snapshot.upstreams.find(account.id);
    if (!account.enabled || upstream == snapshot.upstreams.end()) continue;
    if (upstream->second.family->read_quota == nullptr) continue;
    const auto known = before.find(account.id);
    Due due = known == before.end() ? Due() : known->second;
    const auto soon =
        std::min<Milliseconds>(quota_first_within, interval) * (1 + chance_of(account.id, due.rounds)) / 2;
    const auto first = now + std::chrono::duration_cast<Milliseconds>(soon);
    if (known == before.end()) due.next = first;
    if (known != before.end() && other_interval) due.next = std::min(due.next, now + interval);
    dues_.emplace(account.id, due);
  }
}

void QuotaKeeper::begin_due(net::Worker& worker) {
  const auto snapshot = gateway_.current.get();
  if (snapshot == nullptr) return;
  const auto now = gateway_.clock.now();
  if (snapshot != seen_) follow(*snapshot, now);
  seen_ = snapshot;
  if (interval_ <= Milliseconds{}) return;
  auto timeouts = snapshot->timeouts;
  timeouts.first_byte = std::min<Milliseconds>(timeouts.first_byte, test_first_byte_deadline);
  for (auto& [id, due] : dues_) {
    if (running_ >= quota_refreshes_max) return;
    if (due.running || due.next > now) continue;
    due.running = true;
    ++running_;
    const auto& upstream = snapshot->upstreams.at(id);
    worker.spawn([this, upstream, timeouts, &worker] { return refresh(upstream, timeouts, worker); });
  }
}

Task<> QuotaKeeper::refresh(provider::Upstream upstream, net::Timeouts timeouts, net::Worker& worker) {
  const auto outcome = co_await ask_upstream(gateway_, upstream, timeouts, worker);
  --running_;
  tell_pool();
  if (outcome.error && outcome.error->failure_class() == FailureClass::cancelled) co_return;
  if (outcome.error)
    gateway_.log.write(
        LogLevel::info, "quota_not_told",
        {{"account", upstream.label}, {"code", name(outcome.error->code)}, {"why", outcome.error->message}});
  if (gateway_.events != nullptr) {
    json::Writer w;
    w.begin_object();
    w.field("what", "accounts");
    w.field("which", upstream.account_id);
    w.end_object();
    gateway_.events->publish("changed", w.text());
  }
  const auto found = dues_.find(upstream.account_id);
  if (found == dues_.end()) co_return;  // removed meanwhile
  auto& due = found->second;
  due.running = false;
  due.failures = outcome.error ? due.failures + 1 : 0;
  const auto told = outcome.error ? outcome.error->retry_after : std::nullopt;
  due.next = gateway_.clock.now() + quota_wait(interval_, due.failures, told, chance_of(found->first, ++due.rounds));
}

// By hand, and at once.
Task<Result<Answer>> ask_quota(const Call& call, net::Worker& worker) {
  auto& gateway = call.gateway;
  Result<provider::Upstream> upstream = fail(Code::internal, "The account was not read.");
  CO_TRY_OK(co_await worker.offload([&] { upstream = askable(gateway, call.word()); }));
  if (!upstream) co_return std::unexpected(upstream.error());
  net::Timeouts timeouts;
  if (const auto snapshot = gateway.current.get()) timeouts = snapshot->timeouts;
  timeouts.first_byte = std::min<Milliseconds>(timeouts.first_byte, test_first_byte_deadline);
  const auto outcome = co_await ask_upstream(gateway, *upstream, timeouts, worker);
  if (outcome.error) co_return std::unexpected(*outcome.error);
  Answer answer;
  Result<> shown{};
  const auto show = [&]() -> Result<> {
    TRY(const auto account, store::account(gateway.vault, upstream->account_id));
    answer.body = shown_account(gateway, account);
    return {};
  };
  CO_TRY_OK(co_await worker.offload([&] { shown = show(); }));
  if (!shown) co_return std::unexpected(shown.error());
  co_return answer;
}

}  // namespace agt::admin

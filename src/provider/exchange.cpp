#include "provider/exchange.h"

#include <fmt/format.h>

#include <algorithm>

#include "provider/limits.h"

namespace agt::provider {
namespace {

// Never shown: it only tells whether the account is still the one that this was got for.
std::size_t fingerprint_of(const Upstream& upstream) {
  const std::hash<std::string_view> hash;
  return hash(upstream.key.reveal()) ^ (hash(upstream.base.host) << 1U) ^ (hash(upstream.provider) << 2U);
}

}  // namespace

Renewal renewal(WallTime since, WallTime until, WallTime now) {
  if (now + exchange_margin >= until) return Renewal::now;
  const auto life = std::chrono::duration_cast<Seconds>(until - since);
  const auto ahead = std::min<Seconds>(std::max<Seconds>(life / 10, exchange_ahead_max), life / 2);
  return now + ahead >= until ? Renewal::ahead : Renewal::none;
}

Task<Result<>> Exchanges::make_ready(Upstream& upstream, net::Worker& worker, net::Timeouts timeouts) {
  const auto* exchange = upstream.family->exchange;
  if (exchange == nullptr || !exchange->wanted(upstream)) co_return Result<>{};
  const auto fingerprint = fingerprint_of(upstream);
  const auto begun = clock_.now();
  while (true) {
    const auto seen = look(upstream, fingerprint, begun);
    if (seen.start)
      worker.spawn(
          [this, upstream, fingerprint, timeouts, &worker] { return run(upstream, fingerprint, timeouts, worker); });
    if (seen.value) {
      exchange->apply(upstream, *seen.value);
      co_return Result<>{};
    }
    if (seen.failure) co_return std::unexpected(*seen.failure);
    if (clock_.now() - begun > exchange_deadline)
      co_return fail(Code::token_refresh_failed, fmt::format("The {} of {} did not come within {} s.", exchange->name,
                                                             upstream.label, exchange_deadline.count() / 1000));
    CO_TRY_OK(co_await worker.sleep(exchange_look_every));
  }
}

Exchanges::Look Exchanges::look(const Upstream& upstream, std::size_t fingerprint, Instant begun) {
  const std::scoped_lock lock(mutex_);
  if (entries_.size() >= exchanges_max && !entries_.contains(upstream.account_id))
    std::erase_if(entries_, [](const auto& entry) { return !entry.second.running; });
  auto& entry = entries_[upstream.account_id];
  if (entry.fingerprint != fingerprint && !entry.running) entry = {.fingerprint = fingerprint};
  Look out;
  if (entry.fingerprint != fingerprint) return out;  // the old credential's call is still under way
  const auto now = clock_.now();
  const bool just_failed = entry.failure && now - entry.failed_at < exchange_rest;
  auto due = Renewal::now;
  if (entry.obtained) due = renewal(entry.since, entry.obtained->good_until, clock_.wall());
  if (due != Renewal::now) out.value = entry.obtained->value;
  if (due == Renewal::now && just_failed) out.failure = entry.failure;
  // A failure that came while this request waited is its own, however old it is by now.
  if (due == Renewal::now && entry.failure && !entry.running && entry.failed_at >= begun) out.failure = entry.failure;
  if (due != Renewal::none && !entry.running && !just_failed && !out.failure) {
    entry.running = true;
    out.start = true;
  }
  return out;
}

bool Exchanges::refused(const Upstream& ready) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(ready.account_id);
  if (found == entries_.end() || !found->second.obtained) return false;
  auto probe = ready;
  ready.family->exchange->apply(probe, found->second.obtained->value);
  if (probe.key.reveal() != ready.key.reveal() || probe.project != ready.project) return false;
  found->second.obtained.reset();
  return true;
}

Task<Result<Obtained>> Exchanges::get(const Upstream& upstream, net::Timeouts timeouts, net::Worker& worker) {
  const auto* exchange = upstream.family->exchange;
  CO_TRY(auto asked, exchange->ask(upstream, clock_.wall()));
  auto& [call, body] = asked;
  call.body = body.reveal();
  call.timeouts = timeouts;
  CO_TRY(const auto reply, co_await worker.client().send(std::move(call)));
  const int status = reply->head().status;
  CO_TRY(const auto said, co_await reply->whole(exchange_bytes_max));
  co_return exchange->read(status, said, clock_.wall());
}

Task<> Exchanges::run(Upstream upstream, std::size_t fingerprint, net::Timeouts timeouts, net::Worker& worker) {
  auto obtained = co_await get(upstream, timeouts, worker);
  if (!obtained)
    log_.write(LogLevel::warn, "exchange_failed",
               {{"account", upstream.label},
                {"what", upstream.family->exchange->name},
                {"code", name(obtained.error().code)},
                {"why", obtained.error().message}});
  const std::scoped_lock lock(mutex_);
  auto& entry = entries_[upstream.account_id];
  entry.running = false;
  entry.fingerprint = fingerprint;
  if (obtained) {
    entry.obtained = *std::move(obtained);
    entry.since = clock_.wall();
    entry.failure.reset();
  } else {  // what is still good goes on being used
    entry.failure = std::move(obtained).error();
    entry.failed_at = clock_.now();
  }
}

}  // namespace agt::provider

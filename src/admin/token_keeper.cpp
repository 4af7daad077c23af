#include "admin/token_keeper.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/limits.h"

namespace agt::admin {
namespace {

using provider::oauth::Freshness;

std::unexpected<Error> not_signed_in(std::string_view id) {
  return fail(Code::token_revoked, fmt::format("The account {} has no sign-in any more.", id));
}

std::string owner(const store::OAuthGrant& grant) { return grant.subject.empty() ? grant.account : grant.subject; }

std::unexpected<Error> refused(const store::OAuthGrant& grant) {
  return fail(Code::token_revoked, fmt::format("The sign-in of {} has ended: {}", owner(grant), grant.refused_why));
}

Milliseconds until(Instant moment, Instant now) { return std::chrono::ceil<Milliseconds>(moment - now); }

}  // namespace

TokenKeeper::Held* TokenKeeper::find(std::string_view account_id) {
  const auto found = held_.find(account_id);
  return found == held_.end() ? nullptr : &found->second;
}

Freshness TokenKeeper::freshness_of(const Held& held, Instant now) const {
  if (held.grant.tokens.access.empty()) return Freshness::expired;
  const auto chance = provider::oauth::chance_of(fmt::format("{} {}", held.grant.account, held.grant.generation));
  return provider::oauth::freshness(until(held.expires, now), Milliseconds(held.grant.tokens.lifetime_ms), chance);
}

// What the clock on the wall says counts only here: a token that was read from the disk has no other time. It cannot
// live longer than it did when it was fetched, wherever that clock has gone meanwhile.
void TokenKeeper::take(Held& held, store::OAuthGrant grant) const {
  const auto& tokens = grant.tokens;
  const auto remaining = std::clamp<std::int64_t>(tokens.expires_ms - unix_ms(clock_.wall()), 0, tokens.lifetime_ms);
  held = Held{.grant = std::move(grant), .expires = clock_.now() + Milliseconds(remaining), .flight = held.flight};
}

Result<> TokenKeeper::load() {
  TRY(auto grants, store::oauth_grants(vault_));
  const std::scoped_lock lock(mutex_);
  std::erase_if(held_, [&](const auto& entry) {
    return std::ranges::find(grants, entry.first, &store::OAuthGrant::account) == grants.end();
  });
  for (auto& grant : grants) {
    auto& held = held_[grant.account];
    if (held.grant.generation < grant.generation || held.grant.account.empty()) take(held, std::move(grant));
  }
  return {};
}

TokenKeeper::Boarding TokenKeeper::board(Held& held, Instant now) const {
  if (held.flight) return {.flight = held.flight};
  if (held.unsaved)  // another one would make two newest tokens
    return {.at_once = fail(Code::storage, fmt::format("The newest refresh token of {} cannot be stored, so no further "
                                                       "one is fetched.",
                                                       owner(held.grant)))};
  held.flight = std::make_shared<Flight>();
  held.tried = now;
  return {.flight = held.flight, .begins = true};
}

Task<Result<Secret>> TokenKeeper::current(std::string_view account_id, net::Worker& worker) {
  const auto now = clock_.now();
  Boarding boarding;
  {
    const std::scoped_lock lock(mutex_);
    auto* const held = find(account_id);
    if (held == nullptr) co_return not_signed_in(account_id);
    if (held->grant.refused_ms) co_return refused(held->grant);
    const auto freshness = freshness_of(*held, now);
    const bool resting = held->retry > now;
    if (freshness == Freshness::expired) {
      if (resting && held->failure && !held->flight) {
        auto error = *held->failure;
        error.retry_after = until(held->retry, now);
        co_return std::unexpected(std::move(error));
      }
      boarding = board(*held, now);
    } else {
      const bool too_soon = held->tried && now - *held->tried < provider::oauth::refresh_every;
      if (freshness == Freshness::due && !resting && !too_soon) boarding = board(*held, now);
      boarding.at_once = held->grant.tokens.access;
    }
  }
  co_return co_await arrival(std::string(account_id), std::move(boarding), worker);
}

Task<Result<Secret>> TokenKeeper::renewed(std::string_view account_id, const Secret& refused_token,
                                          net::Worker& worker) {
  const auto now = clock_.now();
  Boarding boarding;
  {
    const std::scoped_lock lock(mutex_);
    auto* const held = find(account_id);
    if (held == nullptr) co_return not_signed_in(account_id);
    if (held->grant.refused_ms) co_return refused(held->grant);
    const bool is_newer = !held->grant.tokens.access.matches(refused_token.reveal());
    if (is_newer && freshness_of(*held, now) != Freshness::expired) {
      boarding.at_once = held->grant.tokens.access;
    } else if (!held->flight && held->renewed && now - *held->renewed < token_renewal_every) {
      co_return fail(Code::key_rejected,
                     fmt::format("The provider refused two access tokens of {} in a row.", owner(held->grant)));
    } else {
      held->renewed = now;
      boarding = board(*held, now);
    }
  }
  co_return co_await arrival(std::string(account_id), std::move(boarding), worker);
}

Task<Result<>> TokenKeeper::refresh(std::string_view account_id, net::Worker& worker) {
  const std::string id(account_id);
  CO_TRY_OK(co_await in_store(worker, [&] { return store::pardon_grant(vault_, id); }));
  Boarding boarding;
  {
    const std::scoped_lock lock(mutex_);
    auto* const held = find(id);
    if (held == nullptr) co_return not_signed_in(id);
    held->grant.refused_ms.reset();
    held->grant.refused_why.clear();
    held->failures = 0;
    boarding = board(*held, clock_.now());
  }
  CO_TRY([[maybe_unused]] const auto token, co_await arrival(id, std::move(boarding), worker));
  co_return Result<>{};
}

// Waits for the flight when there is no answer yet. Not for ever: the request has a client.
Task<Result<Secret>> TokenKeeper::arrival(std::string account_id, Boarding boarding, net::Worker& worker) {
  if (boarding.begins) begin(account_id, boarding.flight, worker);
  if (boarding.at_once) co_return *std::move(boarding.at_once);
  const auto waited = co_await worker.wait(boarding.flight->landed, token_patience);
  if (!waited && waited.error().code == Code::idle_timeout)
    co_return fail(Code::token_refresh_failed, "The token endpoint did not answer in time.");
  if (!waited) co_return std::unexpected(waited.error());
  if (boarding.flight->error) co_return std::unexpected(*boarding.flight->error);
  const std::scoped_lock lock(mutex_);
  const auto* const held = find(account_id);
  if (held == nullptr) co_return not_signed_in(account_id);
  co_return held->grant.tokens.access;
}

void TokenKeeper::begin(const std::string& account_id, const SharedFlight& flight, net::Worker& worker) {
  // A worker that is about to end may drop the task, or destroy it: those who wait must be told.
  struct Landing {
    TokenKeeper& keeper;
    std::string account_id;
    SharedFlight flight;
    Landing(TokenKeeper& k, std::string id, SharedFlight f)
        : keeper(k), account_id(std::move(id)), flight(std::move(f)) {}
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() { keeper.land(account_id, flight, Error{.code = Code::shutting_down, .message = "The gateway stops."}); }
  };
  const auto landing = std::make_shared<Landing>(*this, account_id, flight);
  worker.spawn_lasting([this, landing, &worker] { return fly(landing->account_id, landing->flight, worker); });
}

void TokenKeeper::land(const std::string& account_id, const SharedFlight& flight, std::optional<Error> error) {
  {
    const std::scoped_lock lock(mutex_);
    if (flight->landed->is_open()) return;
    if (auto* const held = find(account_id); held != nullptr && held->flight == flight) {
      held->flight.reset();
      held->failure = error;
      held->failures = error ? held->failures + 1 : 0;
      held->retry = Instant{};
      if (error) {
        const auto rest = provider::oauth::retry_after(held->failures);
        held->retry = clock_.now() + rest;
        if (!error->retry_after && !held->grant.refused_ms) error->retry_after = rest;
      }
    }
    flight->error = std::move(error);
  }
  flight->landed->open();
}

std::vector<std::pair<std::string, TokenKeeper::SharedFlight>> TokenKeeper::due(Instant now) {
  std::vector<std::pair<std::string, SharedFlight>> begun;
  const std::scoped_lock lock(mutex_);
  auto flying = static_cast<std::size_t>(
      std::ranges::count_if(held_, [](const auto& entry) { return entry.second.flight != nullptr; }));
  for (auto& [id, held] : held_) {
    if (begun.size() == token_refreshes_per_look || flying >= token_refreshes_max) break;
    const bool too_soon = held.tried && now - *held.tried < provider::oauth::refresh_every;
    if (held.flight || held.unsaved || held.grant.refused_ms || held.retry > now || too_soon) continue;
    // After a start with an open intent the stored token is tried at once: the longer one waits, the less a grace
    // helps.
    if (!held.grant.intent_ms && freshness_of(held, now) == Freshness::fresh) continue;
    begun.emplace_back(id, board(held, now).flight);
    ++flying;
  }
  return begun;
}

void TokenKeeper::work_on(net::Worker& worker) {
  worker.spawn([this, &worker] { return keep_fresh(worker); });
}

Task<> TokenKeeper::keep_fresh(net::Worker& worker) {
  while (true) {
    const auto slept = co_await worker.sleep(token_look_every);
    if (!slept) co_return;
    for (const auto& [id, flight] : due(clock_.now())) begin(id, flight, worker);
  }
}

std::optional<store::OAuthGrant> TokenKeeper::grant_of(std::string_view account_id) {
  const std::scoped_lock lock(mutex_);
  const auto* const held = find(account_id);
  return held == nullptr ? std::nullopt : std::optional(held->grant);
}

std::optional<TokenState> TokenKeeper::state(std::string_view account_id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = held_.find(account_id);
  if (found == held_.end()) return std::nullopt;
  const auto& held = found->second;
  TokenState state{.service = held.grant.client.service,
                   .subject = held.grant.subject,
                   .refreshing = held.flight != nullptr,
                   .unsaved = held.unsaved,
                   .obtained_ms = held.grant.obtained_ms,
                   .refused_ms = held.grant.refused_ms,
                   .refused_why = held.grant.refused_why,
                   .last_failure = held.failure};
  if (!held.grant.tokens.access.empty()) state.expires_in_ms = until(held.expires, clock_.now()).count();
  return state;
}

std::vector<std::string> TokenKeeper::unsaved() const {
  std::vector<std::string> all;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, held] : held_)
    if (held.unsaved) all.push_back(id);
  return all;
}

}  // namespace agt::admin

// One refresh: intent to the disk, the token endpoint, its answer to the disk, and only then to those who wait.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "admin/limits.h"
#include "admin/token_keeper.h"
#include "core/text.h"

namespace agt::admin {
namespace {

using provider::oauth::TokenReply;

// The endpoint cannot have seen the request, so the token is still the one that we have.
bool never_arrived(Code code) {
  using enum Code;
  constexpr std::array before_the_request{dns, refused, tls, proxy_auth, proxy_down, connect_timeout};
  return std::ranges::find(before_the_request, code) != before_the_request.end();
}

std::string owner(const store::OAuthGrant& grant) { return grant.subject.empty() ? grant.account : grant.subject; }

std::unexpected<Error> not_refreshed(const store::OAuthGrant& grant, std::string_view why) {
  return fail(Code::token_refresh_failed,
              fmt::format("The access token of {} could not be refreshed: {}", owner(grant), why));
}

struct Said {
  int status = 0;
  std::string body{};
};

Task<Result<Said>> ask_endpoint(const store::OAuthGrant& grant, net::Worker& worker) {
  const auto& client = grant.client;
  const auto form =
      provider::oauth::refresh_form({.id = client.client_id, .secret = client.client_secret}, grant.tokens.refresh);
  auto call = provider::oauth::form_call(client.token_url, form);
  if (!call) co_return fail(Code::config, "its token URL is no address");
  call->timeouts.first_byte = token_first_byte_deadline;
  CO_TRY(auto reply, co_await worker.client().send(*std::move(call)));
  Said said{.status = reply->head().status};
  CO_TRY(said.body, co_await reply->whole(token_reply_bytes_max));
  co_return said;
}

}  // namespace

Task<Result<>> TokenKeeper::in_store(net::Worker& worker, std::function<Result<>()> work) {
  Result<> outcome{};
  CO_TRY_OK(co_await worker.offload([&] { outcome = work(); }));
  co_return outcome;
}

Task<> TokenKeeper::fly(std::string account_id, SharedFlight flight, net::Worker& worker) {
  const auto grant = grant_of(account_id);
  std::optional<Error> error;
  if (grant) {
    const auto outcome = co_await refresh_once(*grant, flight, worker);
    if (!outcome) error = outcome.error();
  }
  if (error)
    log_.write(LogLevel::warn, "token_refresh_failed",
               {{"account", account_id}, {"code", name(error->code)}, {"why", error->message}});
  land(account_id, flight, std::move(error));
}

Task<Result<>> TokenKeeper::refresh_once(const store::OAuthGrant& grant, const SharedFlight& flight,
                                         net::Worker& worker) {
  const auto& id = grant.account;
  const auto begun = co_await in_store(worker, [&] { return store::begin_refresh(vault_, id, grant.generation); });
  if (!begun && begun.error().code == Code::conflict) co_return co_await reread(grant, worker);
  if (!begun) co_return std::unexpected(begun.error());  // without the intent on the disk nothing is sent

  auto said = co_await ask_endpoint(grant, worker);
  TokenReply reply;
  if (said) reply = provider::oauth::read_token_reply(said->status, said->body);
  if (said && reply.kind == TokenReply::Kind::granted) co_return co_await keep(grant, reply.granted, flight, worker);
  if (said && reply.kind == TokenReply::Kind::grant_refused) co_return co_await refuse(grant, reply.why, worker);

  // A refused client, or a request that never arrived, leaves the token as it was. Otherwise nobody knows: the intent
  // stays, and the next try may find that the token was replaced.
  const bool unchanged = said ? reply.kind == TokenReply::Kind::client_refused : never_arrived(said.error().code);
  set_intent(id, !unchanged);
  if (unchanged && !grant.intent_ms) {
    const auto abandoned =
        co_await in_store(worker, [&] { return store::abandon_refresh(vault_, id, grant.generation); });
    if (!abandoned) log_.write(LogLevel::warn, "token_intent_stays", {{"account", id}});
  }
  if (!said) co_return not_refreshed(grant, said.error().message);
  if (reply.kind == TokenReply::Kind::client_refused)
    co_return not_refreshed(grant, fmt::format("the token endpoint does not accept the OAuth client ({}). Check its id "
                                               "and secret, and that the token was issued to this client.",
                                               reply.why));
  co_return not_refreshed(grant, reply.why);
}

Task<Result<>> TokenKeeper::keep(const store::OAuthGrant& grant, const provider::oauth::Granted& granted,
                                 const SharedFlight& flight, net::Worker& worker) {
  const auto& id = grant.account;
  const auto lifetime = granted.lifetime.count();
  const store::OAuthTokens tokens{.refresh = granted.refresh.empty() ? grant.tokens.refresh : granted.refresh,
                                  .access = granted.access,
                                  .expires_ms = unix_ms(clock_.wall()) + lifetime,
                                  .lifetime_ms = lifetime};
  for (bool told = false;;) {
    std::int64_t generation = 0;
    const auto stored = co_await in_store(worker, [&]() -> Result<> {
      TRY(generation, store::finish_refresh(vault_, id, grant.generation, tokens));
      return {};
    });
    if (stored) {
      publish(id, tokens, generation);
      if (told) log_.write(LogLevel::info, "token_stored_at_last", {{"account", id}});
      co_return Result<>{};
    }
    if (stored.error().code == Code::conflict) co_return co_await reread(grant, worker);
    // The old token is spent and the new one cannot be kept. It goes to those who wait, because holding it back would
    // save nothing, and is tried again until it is on the disk.
    if (!told) {
      log_.write(LogLevel::error, "token_not_stored", {{"account", id}, {"why", stored.error().message}});
      publish(id, tokens, std::nullopt);
      land(id, flight, std::nullopt);
    }
    told = true;
    const auto slept = co_await worker.sleep(token_store_retry);
    if (!slept) co_return std::unexpected(stored.error());
  }
}

// The refresh token is worth nothing. Unless the stored one is newer, somebody must sign in again.
Task<Result<>> TokenKeeper::refuse(const store::OAuthGrant& grant, std::string why, net::Worker& worker) {
  if (grant.intent_ms)
    why = fmt::format(
        "its refresh token is no longer good, possibly because the answer to an earlier refresh was lost "
        "({})",
        why);
  const auto stored =
      co_await in_store(worker, [&] { return store::refuse_grant(vault_, grant.account, grant.generation, why); });
  if (!stored && stored.error().code == Code::conflict) co_return co_await reread(grant, worker);
  {
    const std::scoped_lock lock(mutex_);
    if (auto* const held = find(grant.account); held != nullptr && held->grant.generation == grant.generation) {
      held->grant.refused_ms = unix_ms(clock_.wall());
      held->grant.refused_why = why;
      held->grant.intent_ms.reset();
    }
  }
  log_.write(LogLevel::warn, "account_needs_sign_in", {{"account", grant.account}, {"why", why}});
  co_return fail(Code::token_revoked, fmt::format("The sign-in of {} has ended: {}", owner(grant), why));
}

// Somebody signed in again, or removed the account, while this refresh was under way: theirs counts.
Task<Result<>> TokenKeeper::reread(const store::OAuthGrant& grant, net::Worker& worker) {
  Result<store::OAuthGrant> stored = fail(Code::internal, "The tokens were not read.");
  CO_TRY_OK(co_await worker.offload([&] { stored = store::oauth_grant(vault_, grant.account); }));
  if (!stored) co_return std::unexpected(stored.error());
  const bool usable = !stored->tokens.access.empty() && !stored->refused_ms;
  {
    const std::scoped_lock lock(mutex_);
    if (auto* const held = find(grant.account)) take(*held, *std::move(stored));
  }
  if (!usable) co_return not_refreshed(grant, "its tokens were replaced meanwhile");
  co_return Result<>{};
}

// Without a generation the tokens are in memory only.
void TokenKeeper::publish(const std::string& account_id, const store::OAuthTokens& tokens,
                          std::optional<std::int64_t> generation) {
  const std::scoped_lock lock(mutex_);
  auto* const held = find(account_id);
  if (held == nullptr) return;
  held->grant.tokens = tokens;
  held->grant.generation = generation.value_or(held->grant.generation);
  held->grant.obtained_ms = unix_ms(clock_.wall());
  held->grant.intent_ms.reset();
  held->expires = clock_.now() + Milliseconds(tokens.lifetime_ms);
  held->unsaved = !generation;
}

void TokenKeeper::set_intent(const std::string& account_id, bool open) {
  const std::scoped_lock lock(mutex_);
  auto* const held = find(account_id);
  if (held != nullptr && open) held->grant.intent_ms = unix_ms(clock_.wall());
}

}  // namespace agt::admin

// Signing in with OAuth: Authorization Code with PKCE (S256), with the user's own client.
#include "admin/oauth_login.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/account_form.h"
#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/limits.h"
#include "admin/oauth_ask.h"
#include "core/text.h"
#include "provider/oauth/services.h"
#include "store/cool_downs.h"
#include "store/proof_key.h"

namespace agt::admin {
namespace {

namespace oauth = provider::oauth;

// An account that signs in again brings its client and its provider.
Result<> recall_account(Gateway& gateway, OAuthAsk& ask) {
  if (ask.account.empty()) return {};
  TRY(ask.draft, store::account(gateway.vault, ask.account));
  TRY(const auto grant, store::oauth_grant(gateway.vault, ask.draft.id));
  ask.service = grant.client.service;
  if (ask.token_url.empty()) ask.token_url = grant.client.token_url;
  if (ask.client_id.empty()) {
    ask.client_id = grant.client.client_id;
    ask.client_secret = grant.client.client_secret.reveal();
  }
  return {};
}

struct Prepared {
  OAuthLogin login{};
  oauth::Authorization asked{};
  bool listen = false;
};

Result<Prepared> prepare(const Call& call) {
  TRY(auto ask, oauth_ask_of(call.body));
  TRY_OK(recall_account(call.gateway, ask));
  TRY_OK(complete(ask, settings_now(call.gateway), call.gateway.families));
  if (ask.auth_url.empty()) return fail(Code::schema, "The field \"auth_url\" is missing.", "auth_url");
  auto proof = store::new_proof_key();
  Prepared out{.listen = ask.listen && call.gateway.runtime != nullptr};
  out.login = {.id = random_secret_text("login_", 24),
               .client = ask.client(),
               .userinfo_url = ask.userinfo_url,
               .scopes = ask.scopes,
               .state = Secret(random_secret_text("", 32)),
               .verifier = std::move(proof.verifier),
               .draft = ask.draft,
               .again_for = ask.draft.id};
  out.asked = {.auth_url = ask.auth_url,
               .client_id = ask.client_id,
               .scopes = ask.scopes,
               .state = std::string(out.login.state.reveal()),
               .challenge = std::move(proof.challenge)};
  if (const auto* service = oauth::find_service(ask.service))
    out.asked.more.assign(service->more.begin(), service->more.end());
  return out;
}

std::string listener_of(std::string_view login_id) { return fmt::format("oauth {}", login_id); }

// The port is open only as long as somebody may come.
Task<> close_when_over(Gateway& gateway, net::Worker& worker, std::string login_id) {
  while (true) {
    const auto slept = co_await worker.sleep(oauth_login_look_every);
    if (!slept) co_return;
    const auto standing = gateway.logins.standing(login_id, gateway.clock.now());
    const bool open = standing && (standing->stage == OAuthLogins::Stage::waiting ||
                                   standing->stage == OAuthLogins::Stage::redeeming);
    if (!open) break;
  }
  const auto close = [&gateway, &login_id] { gateway.runtime->close_listener(listener_of(login_id)); };
  [[maybe_unused]] const auto closed = co_await worker.offload(close);
}

Result<> open_door(Gateway& gateway, net::Worker& worker, OAuthLogin& login) {
  const auto& id = login.id;
  const auto factory = [&gateway, id](net::Worker& each) { return make_oauth_callback(gateway, id, each); };
  TRY(const auto port, gateway.runtime->listen(listener_of(id), {.host = "127.0.0.1", .port = 0}, factory));
  login.redirect_uri = fmt::format("http://127.0.0.1:{}{}", port, oauth_callback_path);
  worker.spawn([&gateway, &worker, id] { return close_when_over(gateway, worker, id); });
  return {};
}

std::string_view word(OAuthLogins::Stage stage) {
  switch (stage) {
    case OAuthLogins::Stage::waiting: return "waiting";
    case OAuthLogins::Stage::redeeming: return "redeeming";
    case OAuthLogins::Stage::done: return "done";
    case OAuthLogins::Stage::failed: return "failed";
  }
  std::unreachable();
}

// A call whose whole answer is small.
Task<Result<std::pair<int, std::string>>> answer_to(net::Worker& worker, net::Call call) {
  call.timeouts.first_byte = token_first_byte_deadline;
  CO_TRY(auto reply, co_await worker.client().send(std::move(call)));
  std::pair<int, std::string> answer(reply->head().status, std::string());
  CO_TRY(answer.second, co_await reply->whole(token_reply_bytes_max));
  co_return answer;
}

Task<Result<oauth::Granted>> redeem_code(net::Worker& worker, const OAuthLogin& login, const Secret& code) {
  const auto& client = login.client;
  const auto form = oauth::redeem_form({.id = client.client_id, .secret = client.client_secret}, code,
                                       login.redirect_uri, login.verifier);
  auto call = oauth::form_call(client.token_url, form);
  if (!call) co_return fail(Code::config, "The token URL is no address.");
  CO_TRY(const auto said, co_await answer_to(worker, *std::move(call)));
  auto reply = oauth::read_token_reply(said.first, said.second);
  if (reply.kind != oauth::TokenReply::Kind::granted)
    co_return fail(Code::token_revoked, fmt::format("The token endpoint refused the code: {}", reply.why));
  if (reply.granted.refresh.empty())
    co_return fail(Code::token_revoked,
                   "The provider gave no refresh token. Remove this application's access on the provider's page of "
                   "connected applications, then sign in again.");
  co_return std::move(reply.granted);
}

// Who it is; a provider that does not say is no reason to fail.
Task<std::string> identity(net::Worker& worker, const OAuthLogin& login, const Secret& access) {
  if (login.userinfo_url.empty()) co_return std::string();
  auto call = oauth::identity_call(login.userinfo_url, access);
  if (!call) co_return std::string();
  const auto said = co_await answer_to(worker, *std::move(call));
  if (!said || said->first != 200) co_return std::string();
  co_return oauth::read_identity(said->second);
}

Result<SignedIn> keep(Gateway& gateway, const OAuthLogin& login, oauth::Granted granted, const std::string& subject) {
  const auto lifetime = granted.lifetime.count();
  store::OAuthGrant grant{.client = login.client, .subject = subject};
  grant.scopes = granted.scopes.empty() ? login.scopes : granted.scopes;
  grant.tokens = {.refresh = std::move(granted.refresh),
                  .access = std::move(granted.access),
                  .expires_ms = unix_ms(gateway.clock.wall()) + lifetime,
                  .lifetime_ms = lifetime};
  SignedIn out;
  auto again = login.again_for;
  if (again.empty() && !subject.empty()) {  // the same user twice would share one quota
    TRY(const auto grants, store::oauth_grants(gateway.vault));
    for (const auto& other : grants) {
      if (other.subject != subject || other.client.service != login.client.service) continue;
      TRY(const auto account, store::account(gateway.vault, other.account));
      if (account.provider == login.draft.provider && account.base_url == login.draft.base_url) again = account.id;
    }
  }
  if (!again.empty()) {
    TRY_OK(store::sign_in_again(gateway.vault, again, std::move(grant)));
    TRY_OK(store::clear_cool_downs(gateway.vault, again));
    TRY(out.account, store::account(gateway.vault, again));
    out.updated = true;
    gateway.pool.forgive(again);
  } else {
    auto draft = login.draft;
    TRY(out.account, store::add_signed_in(gateway.vault, std::move(draft), std::move(grant)));
  }
  TRY_OK(reload(gateway));
  return out;
}

void write_signed_in(json::Writer& w, Gateway& gateway, const store::Account& account) {
  w.raw(shown_account(gateway, account));
}

}  // namespace

Task<Result<SignedIn>> redeem(Gateway& gateway, net::Worker& worker, const OAuthLogin& login,
                              const oauth::Pasted& pasted) {
  auto granted = co_await redeem_code(worker, login, pasted.code);
  if (!granted) {
    gateway.logins.failed(login.id, granted.error());
    co_return std::unexpected(std::move(granted).error());
  }
  const auto subject = co_await identity(worker, login, granted->access);
  Result<SignedIn> kept = fail(Code::internal, "The account was not stored.");
  auto stored = co_await worker.offload([&] { kept = keep(gateway, login, *std::move(granted), subject); });
  if (!stored) kept = std::unexpected(std::move(stored).error());
  if (kept)
    gateway.logins.succeeded(login.id, kept->account.id, kept->updated);
  else
    gateway.logins.failed(login.id, kept.error());
  co_return kept;
}

Task<Result<Answer>> start_oauth(const Call& call, net::Worker& worker) {
  auto& gateway = call.gateway;
  Result<Prepared> prepared = fail(Code::internal, "The sign-in was not prepared.");
  CO_TRY_OK(co_await worker.offload([&] { prepared = prepare(call); }));
  if (!prepared) co_return std::unexpected(std::move(prepared).error());
  auto& login = prepared->login;
  // Without a door the browser ends on an address that nobody answers: it stands in its address bar, to be pasted.
  login.redirect_uri = fmt::format("http://127.0.0.1:9{}", oauth_callback_path);
  if (prepared->listen) CO_TRY_OK(open_door(gateway, worker, login));
  prepared->asked.redirect_uri = login.redirect_uri;
  const auto link = oauth::authorization_link(prepared->asked);
  json::Writer w;
  w.begin_object();
  w.field("login_id", login.id);
  w.field("url", link);
  w.field("redirect_uri", login.redirect_uri);
  w.field("listening", prepared->listen);
  w.field("expires_in_s", std::chrono::duration_cast<Seconds>(oauth_login_life).count());
  w.end_object();
  CO_TRY_OK(gateway.logins.add(std::move(login), gateway.clock.now()));
  co_return Answer{.status = 201, .body = std::move(w).take()};
}

Result<Answer> show_oauth(const Call& call) {
  auto& gateway = call.gateway;
  const auto standing = gateway.logins.standing(call.word(), gateway.clock.now());
  if (!standing) return fail(Code::path_unknown, "There is no such sign-in: begin again.");
  json::Writer w;
  w.begin_object();
  w.field("state", word(standing->stage));
  if (standing->stage == OAuthLogins::Stage::waiting) w.field("remaining_ms", standing->remaining.count());
  if (standing->error) {
    w.key("error");
    write_error(w, *standing->error);
  }
  if (standing->stage == OAuthLogins::Stage::done) {
    TRY(const auto account, store::account(gateway.vault, standing->account));
    w.field("updated", standing->updated);
    w.key("account");
    write_signed_in(w, gateway, account);
  }
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Task<Result<Answer>> finish_oauth(const Call& call, net::Worker& worker) {
  auto& gateway = call.gateway;
  std::string id;
  std::string answer;
  CO_TRY_OK(check_fields(call.body, {"login_id", "answer"}));
  CO_TRY_OK(take(call.body, "login_id", id));
  CO_TRY_OK(take(call.body, "answer", answer));
  CO_TRY(const auto pasted, oauth::read_pasted(answer));
  const bool bare = pasted.state.empty();  // the proof key still shows that it is ours
  const auto state = bare ? std::optional<std::string_view>() : std::optional<std::string_view>(pasted.state);
  CO_TRY(const auto login, gateway.logins.claim(id, state, gateway.clock.now()));
  CO_TRY(const auto signed_in, co_await redeem(gateway, worker, login, pasted));
  json::Writer w;
  w.begin_object();
  w.field("updated", signed_in.updated);
  w.key("account");
  write_signed_in(w, gateway, signed_in.account);
  w.end_object();
  co_return Answer{.status = signed_in.updated ? 200 : 201, .body = std::move(w).take()};
}

Result<Answer> cancel_oauth(const Call& call) {
  if (!call.gateway.logins.cancel(call.word())) return fail(Code::path_unknown, "There is no such sign-in.");
  return Answer{.body = R"({"ok":true})"};
}

}  // namespace agt::admin

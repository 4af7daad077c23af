#include "admin/oauth_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "admin/fields.h"
#include "core/text.h"
#include "provider/oauth/services.h"

namespace agt::admin {
namespace {

namespace oauth = provider::oauth;
constexpr std::string_view custom = "custom";

// Codes and tokens travel there: https, or this computer.
Result<> check_endpoint(std::string_view field, const std::string& url, bool needed) {
  if (url.empty() && !needed) return {};
  if (url.empty()) return fail(Code::schema, fmt::format("The field \"{}\" is missing.", field), std::string(field));
  const auto parsed = net::parse_url(std::string_view(url).substr(0, std::min(url.find('?'), url.size())));
  if (!parsed || (!parsed->tls && !parsed->loopback()))
    return fail(Code::schema, fmt::format("{}: must be an https:// address.", field), std::string(field));
  return {};
}

std::unexpected<Error> no_client(const oauth::Service& service) {
  return fail(Code::schema,
              fmt::format("No OAuth client for {0} is set up, and none is built in. {1} That is at {2} . Then: agt "
                          "settings set oauth.google_client_id ID; agt settings set oauth.google_client_secret "
                          "--value-stdin",
                          service.display_name, service.steps, service.console_url),
              "client_id");
}

}  // namespace

store::OAuthClient OAuthAsk::client() const {
  return {.service = service,
          .client_id = client_id,
          .client_secret = Secret(client_secret),
          .token_url = token_url,
          .revoke_url = revoke_url};
}

Result<OAuthAsk> oauth_ask_of(const json::Value& body, std::initializer_list<std::string_view> besides) {
  if (!body.is_object()) return body.refuse("an object");
  constexpr std::array known{"service",   "account",      "client_id",  "client_secret", "auth_url",
                             "token_url", "userinfo_url", "revoke_url", "scopes",        "listen",
                             "provider",  "label",        "base_url"};
  for (const auto member : body.children()) {
    const auto key = member.key();
    const bool ours = std::ranges::find(known, key) != known.end() || std::ranges::find(besides, key) != besides.end();
    if (!ours) return fail(Code::schema, fmt::format("The field \"{}\" is unknown.", text::quoted(key, 60)), key);
  }
  OAuthAsk ask;
  TRY_OK(take(body, "service", ask.service));
  TRY_OK(take(body, "account", ask.account));
  TRY_OK(take(body, "client_id", ask.client_id));
  TRY_OK(take(body, "client_secret", ask.client_secret));
  TRY_OK(take(body, "auth_url", ask.auth_url));
  TRY_OK(take(body, "token_url", ask.token_url));
  TRY_OK(take(body, "userinfo_url", ask.userinfo_url));
  TRY_OK(take(body, "revoke_url", ask.revoke_url));
  TRY_OK(take(body, "scopes", ask.scopes));
  TRY_OK(take(body, "listen", ask.listen));
  TRY_OK(take(body, "provider", ask.draft.provider));
  TRY_OK(take(body, "label", ask.draft.label));
  TRY_OK(take(body, "base_url", ask.draft.base_url));
  return ask;
}

Result<> complete(OAuthAsk& ask, const store::Settings& settings, Families families) {
  const auto* service = oauth::find_service(ask.service);
  if (service == nullptr && ask.service != custom)
    return fail(Code::schema,
                fmt::format("The service \"{}\" is unknown: use google, or custom with its addresses.",
                            text::quoted(ask.service, 40)),
                "service");
  if (service != nullptr) {
    const auto otherwise = [](std::string& value, std::string_view known) {
      if (value.empty()) value = known;
    };
    otherwise(ask.auth_url, service->auth_url);
    otherwise(ask.token_url, service->token_url);
    otherwise(ask.userinfo_url, service->userinfo_url);
    otherwise(ask.revoke_url, service->revoke_url);
    otherwise(ask.scopes, service->scopes);
    if (ask.client_id.empty()) {
      ask.client_id = settings.oauth.google_client_id;
      ask.client_secret = settings.oauth.google_client_secret.reveal();
    }
    if (ask.client_id.empty()) return no_client(*service);
    for (const auto provider : service->providers) {
      if (!ask.draft.provider.empty()) break;
      store::Account tried = ask.draft;
      tried.provider = provider;
      if (upstream_of(tried, families)) ask.draft.provider = provider;
    }
  }
  if (ask.client_id.empty()) return fail(Code::schema, "The field \"client_id\" is missing.", "client_id");
  if (ask.draft.provider.empty()) return fail(Code::schema, "The field \"provider\" is missing.", "provider");
  TRY_OK(check_endpoint("auth_url", ask.auth_url, false));
  TRY_OK(check_endpoint("token_url", ask.token_url, true));
  TRY_OK(check_endpoint("userinfo_url", ask.userinfo_url, false));
  TRY_OK(check_endpoint("revoke_url", ask.revoke_url, false));
  ask.draft.kind = store::CredentialKind::oauth;
  return check_account(ask.draft, families);
}

}  // namespace agt::admin

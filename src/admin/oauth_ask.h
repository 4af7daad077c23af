// Whose OAuth client and which endpoints a sign-in or an import of refresh tokens uses.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "admin/gateway.h"
#include "json/document.h"
#include "store/oauth_grants.h"

namespace agt::admin {

struct OAuthAsk {
  std::string service = "google";
  std::string account{};  // signs in again
  std::string client_id{};
  std::string client_secret{};
  std::string auth_url{};
  std::string token_url{};
  std::string userinfo_url{};
  std::string revoke_url{};
  std::string scopes{};
  bool listen = true;
  store::Account draft{};

  [[nodiscard]] store::OAuthClient client() const;
};

// The members of a request; Code::schema with the field. `besides` are other members that it may have.
[[nodiscard]] Result<OAuthAsk> oauth_ask_of(const json::Value& body,
                                            std::initializer_list<std::string_view> besides = {});

// Fills in what the service and the settings know, and checks the whole. Without a client the error says how to get
// one.
[[nodiscard]] Result<> complete(OAuthAsk& ask, const store::Settings& settings, Families families);

}  // namespace agt::admin

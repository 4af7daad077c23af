// The OAuth token endpoint: refresh tokens that rotate, families that are revoked when a rotated token comes back, a
// grace window for the one before, authorization codes with PKCE, access tokens that expire.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "sim/http.h"
#include "sim/ids.h"
#include "sim/script.h"
#include "sim/service_accounts.h"

namespace agt::sim {

struct TokenRules {
  bool rotate = true;
  bool revoke_family = true;
  std::int64_t grace_ms = 0;  // how long a rotated token still works
  std::int64_t expires_in = 3599;
};

class TokenDesk {
 public:
  explicit TokenDesk(Minter& ids) : ids_(ids) {}

  // The reply to POST /token. `form` is the body: a form or JSON.
  [[nodiscard]] Reply token(const Request& request, const Script& script, std::int64_t now_ms);
  // The redirect of GET /authorize: every user agrees at once.
  [[nodiscard]] Reply authorize(std::string_view query);
  // False for an access token of this desk that has expired or whose family is revoked; other keys are not its
  // business.
  [[nodiscard]] bool accepts(std::string_view access_token, std::int64_t now_ms);
  [[nodiscard]] Result<> set_rules(json::Value rules);
  [[nodiscard]] std::string rules_json();
  // The file of a service account whose assertions are taken.
  [[nodiscard]] std::string key_file(std::string_view origin) { return service_accounts_.key_file(origin); }
  // Everything the refresh of this request would be filed under, for scripts.
  [[nodiscard]] static std::string key_of(const Request& request);

 private:
  struct Refresh {
    std::int64_t family{};
    std::int64_t rotated_ms = 0;  // 0 while it is the current one
  };
  struct Access {
    std::int64_t family{};
    std::int64_t expires_ms{};
  };
  [[nodiscard]] Reply refresh(const std::string& token, const TokenRules& rules, std::int64_t now_ms);
  [[nodiscard]] Reply redeem(const std::string& code, const std::string& verifier, const TokenRules& rules,
                             std::int64_t now_ms);
  [[nodiscard]] Reply redeem_assertion(const std::string& assertion, const TokenRules& rules, std::int64_t now_ms);
  [[nodiscard]] Reply grant(std::int64_t family, const TokenRules& rules, std::int64_t now_ms, bool with_refresh);
  [[nodiscard]] static std::string field(const Request& request, std::string_view name);

  Minter& ids_;
  ServiceAccounts service_accounts_{};
  std::mutex mutex_{};
  TokenRules rules_{};
  std::map<std::string, Refresh, std::less<>> refreshes_{};
  std::map<std::string, Access, std::less<>> accesses_{};
  std::map<std::string, std::string, std::less<>> codes_{};  // → PKCE challenge
  std::map<std::int64_t, bool> revoked_{};
  std::int64_t families_ = 0;
};

}  // namespace agt::sim

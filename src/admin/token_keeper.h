// Keeps the access tokens of the accounts that were signed in, and refreshes them.
//
// One refresh of an account at a time, whoever asks; it runs on its own and goes on when the request that began it
// ends, and a stop of the gateway waits for it. The order is fixed: the intent is on the disk before the token endpoint
// is asked, the answer is on the disk before anybody may use it. What to do when is decided in provider/oauth.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/log.h"
#include "provider/access_tokens.h"
#include "provider/oauth/exchange.h"
#include "provider/oauth/freshness.h"
#include "store/oauth_grants.h"

namespace agt::admin {

// How an account's tokens are, for people.
struct TokenState {
  std::string service{};
  std::string subject{};
  std::optional<std::int64_t> expires_in_ms{};  // of the access token; nothing: there is none
  bool refreshing = false;
  bool unsaved = false;  // the newest refresh token is in memory only: the disk refused it
  std::int64_t obtained_ms = 0;
  std::optional<std::int64_t> refused_ms{};  // somebody must sign in again since then
  std::string refused_why{};
  std::optional<Error> last_failure{};  // of the last refresh, when it failed
};

class TokenKeeper final : public provider::AccessTokens {
 public:
  TokenKeeper(store::Vault& vault, const Clock& clock, const Log& log) : vault_(vault), clock_(clock), log_(log) {}

  // Reads the grants from the vault, at the start and after every change of accounts.
  [[nodiscard]] Result<> load();

  [[nodiscard]] Task<Result<Secret>> current(std::string_view account_id, net::Worker& worker) override;
  [[nodiscard]] Task<Result<Secret>> renewed(std::string_view account_id, const Secret& refused,
                                             net::Worker& worker) override;
  // By hand: also for an account whose grant was refused, and whatever the age of its token.
  [[nodiscard]] Task<Result<>> refresh(std::string_view account_id, net::Worker& worker);
  // Refreshes ahead of expiry, also the accounts that are disabled: a token that nobody refreshes dies. For as long as
  // the worker runs.
  void work_on(net::Worker& worker);

  [[nodiscard]] std::optional<TokenState> state(std::string_view account_id) const;
  // Accounts whose newest refresh token could not be stored.
  [[nodiscard]] std::vector<std::string> unsaved() const;

 private:
  // One refresh under way. `error` is written before the latch opens.
  struct Flight {
    std::shared_ptr<net::Latch> landed = std::make_shared<net::Latch>();
    std::optional<Error> error{};
  };
  using SharedFlight = std::shared_ptr<Flight>;
  struct Held {
    store::OAuthGrant grant{};
    Instant expires{};
    SharedFlight flight{};
    std::optional<Instant> tried{};    // the last refresh
    std::optional<Instant> renewed{};  // the last one because of a refusal
    int failures = 0;
    std::optional<Error> failure{};
    Instant retry{};
    bool unsaved = false;
  };
  // What a look at an account leads to: an answer at once, or a flight to wait for, or both.
  struct Boarding {
    std::optional<Result<Secret>> at_once{};
    SharedFlight flight{};
    bool begins = false;  // the flight is a new one
  };

  // With mutex_ held.
  [[nodiscard]] Held* find(std::string_view account_id);
  [[nodiscard]] provider::oauth::Freshness freshness_of(const Held& held, Instant now) const;
  void take(Held& held, store::OAuthGrant grant) const;
  [[nodiscard]] Boarding board(Held& held, Instant now) const;

  [[nodiscard]] Task<> keep_fresh(net::Worker& worker);
  [[nodiscard]] std::vector<std::pair<std::string, SharedFlight>> due(Instant now);
  [[nodiscard]] std::optional<store::OAuthGrant> grant_of(std::string_view account_id);
  void begin(const std::string& account_id, const SharedFlight& flight, net::Worker& worker);
  void land(const std::string& account_id, const SharedFlight& flight, std::optional<Error> error);
  [[nodiscard]] Task<Result<Secret>> arrival(std::string account_id, Boarding boarding, net::Worker& worker);

  // token_flight.cpp: the refresh itself
  [[nodiscard]] Task<> fly(std::string account_id, SharedFlight flight, net::Worker& worker);
  [[nodiscard]] Task<Result<>> refresh_once(const store::OAuthGrant& grant, const SharedFlight& flight,
                                            net::Worker& worker);
  [[nodiscard]] Task<Result<>> keep(const store::OAuthGrant& grant, const provider::oauth::Granted& granted,
                                    const SharedFlight& flight, net::Worker& worker);
  [[nodiscard]] Task<Result<>> refuse(const store::OAuthGrant& grant, std::string why, net::Worker& worker);
  [[nodiscard]] Task<Result<>> reread(const store::OAuthGrant& grant, net::Worker& worker);
  [[nodiscard]] Task<Result<>> in_store(net::Worker& worker, std::function<Result<>()> work);
  void publish(const std::string& account_id, const store::OAuthTokens& tokens, std::optional<std::int64_t> generation);
  void set_intent(const std::string& account_id, bool open);

  store::Vault& vault_;
  const Clock& clock_;
  const Log& log_;
  mutable std::mutex mutex_{};
  std::map<std::string, Held, std::less<>> held_{};
};

}  // namespace agt::admin

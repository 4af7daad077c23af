// Sign-ins that were begun and wait for the browser to come back. Each is good once and for a few minutes; nothing of
// them is stored.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/secret.h"
#include "store/oauth_grants.h"

namespace agt::admin {

struct OAuthLogin {
  std::string id{};
  store::OAuthClient client{};
  std::string userinfo_url{};
  std::string scopes{};
  std::string redirect_uri{};
  Secret state{};
  Secret verifier{};
  store::Account draft{};   // what the account will be
  std::string again_for{};  // id of the account that signs in again; empty: a new one
  Instant ends{};
};

class OAuthLogins {
 public:
  enum class Stage : std::uint8_t { waiting, redeeming, done, failed };
  struct Standing {
    Stage stage{};
    std::string account{};         // done
    bool updated = false;          // done: the account was there before
    std::optional<Error> error{};  // failed
    Milliseconds remaining{};      // waiting
  };

  // Takes it in; the id is given here. Code::busy when too many wait.
  [[nodiscard]] Result<std::string> add(OAuthLogin login, Instant now);
  // The browser came back: the login is handed out once. `state` must be the one that was sent; a pasted bare code has
  // none. Code::path_unknown, Code::conflict when it was used or is over, Code::schema for a wrong state.
  [[nodiscard]] Result<OAuthLogin> claim(std::string_view id, std::optional<std::string_view> state, Instant now);
  void succeeded(std::string_view id, std::string account, bool updated);
  void failed(std::string_view id, Error error);
  [[nodiscard]] bool cancel(std::string_view id);  // false when there is none
  [[nodiscard]] std::optional<Standing> standing(std::string_view id, Instant now);

 private:
  struct Entry {
    OAuthLogin login{};
    Standing standing{};
  };
  void sweep(Instant now);

  std::mutex mutex_{};
  std::map<std::string, Entry, std::less<>> entries_{};
};

}  // namespace agt::admin

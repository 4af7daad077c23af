// The vault: accounts, routes, client keys, settings and cool-downs in vault.db, every secret sealed, every commit on
// the disk before it is acknowledged (synchronous=FULL).
//
// The tables have a header each: accounts.h, routes.h, client_keys.h, stored_settings.h, cool_downs.h. Their functions
// take the Vault, may be called from any thread (one mutex inside), and return Code::storage when the disk fails,
// Code::schema for a bad field (named in Error::field), Code::conflict for a name that is taken, and
// Code::path_unknown (the one code that every dialect renders as 404) for an id or label that is not there.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "store/database.h"
#include "store/home.h"
#include "store/sealer.h"

namespace agt::store {

class Vault {
 public:
  // Opens or makes the vault of `home`. A vault whose key is missing or another one is refused: Code::config.
  [[nodiscard]] static Result<std::unique_ptr<Vault>> open(const Home& home, const Clock& clock, Rng rng);

  // What was done about a damaged vault.db on opening; whoever opened the vault must tell the user.
  [[nodiscard]] const std::optional<Rescue>& rescue() const { return database_.rescue(); }
  [[nodiscard]] const Sealer& sealer() const { return sealer_; }

  // For the repositories: the connection, as long as the Session lives.
  struct Session {
    std::unique_lock<std::mutex> held;
    Database& database;
    const Sealer& sealer;
    Rng& rng;
    std::int64_t now_ms;
  };
  [[nodiscard]] Session session();

 private:
  Vault(Database database, Sealer sealer, const Clock& clock, Rng rng)
      : database_(std::move(database)), sealer_(std::move(sealer)), clock_(clock), rng_(rng) {}

  std::mutex mutex_{};
  Database database_;
  Sealer sealer_;
  const Clock& clock_;
  Rng rng_;
};

}  // namespace agt::store

#include "store/vault.h"

#include <fmt/format.h>

#include <array>

namespace agt::store {

extern const char* const vault_0001_start;
extern const char* const vault_0002_oauth;
extern const char* const vault_0003_reserves;

namespace {

constexpr std::int32_t vault_application_id = 0x41475451;  // also in migrations/vault_0001_start.sql
constexpr Place key_check_place{.table = "meta", .row = "1", .column = "key_check"};
constexpr std::string_view key_check_text = "the key fits";

// A vault that was never opened has no row: it gets one, sealed with the key that is there now.
Result<> check_key(Database& database, const Sealer& sealer) {
  std::string sealed;
  {
    TRY(auto select, database.prepare("SELECT key_check_sealed FROM meta"));
    TRY(const bool found, select.step());
    if (found) sealed = select.text(0);
  }
  if (sealed.empty()) {
    TRY(const auto check, sealer.seal(Secret(std::string(key_check_text)), key_check_place));
    TRY(auto insert, database.prepare("INSERT INTO meta VALUES (1, 1, ?1)"));
    return insert.bind_blob(check).run();
  }
  const auto opened = sealer.open(sealed, key_check_place);
  if (opened && opened->reveal() == key_check_text) return {};
  const auto why = opened ? "it does not fit" : opened.error().message;
  return fail(Code::config, fmt::format("{}: this vault was made with another key than the one in the key file ({}): "
                                        "put the right vault.key back",
                                        database.path().string(), why));
}

}  // namespace

Result<std::unique_ptr<Vault>> Vault::open(const Home& home, const Clock& clock, Rng rng) {
  const bool is_first = !Database::exists(home.vault_file());
  TRY(auto sealer, Sealer::open(home.key_file(), is_first ? Sealer::Missing::create : Sealer::Missing::refuse));
  const std::array migrations{Migration{.number = 1, .sql = vault_0001_start},
                              Migration{.number = 2, .sql = vault_0002_oauth},
                              Migration{.number = 3, .sql = vault_0003_reserves}};
  TRY(auto database, Database::open(home.vault_file(), {.durability = DatabaseOptions::Durability::full,
                                                        .holds_secrets = true,
                                                        .application_id = vault_application_id,
                                                        .migrations = migrations,
                                                        .now_ms = unix_ms(clock.wall())}));
  TRY_OK(check_key(database, sealer));
  return std::unique_ptr<Vault>(new Vault(std::move(database), std::move(sealer), clock, rng));
}

Vault::Session Vault::session() {
  return {.held = std::unique_lock(mutex_),
          .database = database_,
          .sealer = sealer_,
          .rng = rng_,
          .now_ms = unix_ms(clock_.wall())};
}

}  // namespace agt::store

// A backup: the vault with its key and the user's configuration file in one text, sealed under a passphrase (bundle.h).
// The ledger is not in it: it may be large, and nothing is lost with it but history.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/secret.h"
#include "store/home.h"

namespace agt::store {

inline constexpr std::size_t backup_bytes_max = 40UL << 20;  // of the vault in it: ten thousand accounts need half

struct Backup {
  std::string text{};
  std::size_t accounts = 0;
};
// Of a home that may be in use by a gateway: SQLite lets others read what is committed.
[[nodiscard]] Result<Backup> make_backup(const Home& home, const Secret& passphrase, const Clock& clock);

struct Restored {
  std::size_t accounts = 0;
  std::int64_t made_ms = 0;
  std::vector<std::filesystem::path> set_aside{};  // what was there before
};
// Whether this is what a bundle of make_backup holds.
[[nodiscard]] bool is_backup(std::string_view content);

// Puts a backup in the place of what the home has; the old files are kept beside under another name. The backup is
// opened and examined first: when it is refused nothing has changed. A restore that is killed is finished by the next
// start, or has not begun. The caller holds the home's lock. Code::schema names "passphrase" or "text".
[[nodiscard]] Result<Restored> restore_backup(const Home& home, std::string_view text, const Secret& passphrase,
                                              const Clock& clock, Rng rng);

// Finishes a restore that was killed in the middle, if there is one. Before anything of the home is opened.
[[nodiscard]] Result<> finish_restore(const Home& home);

}  // namespace agt::store

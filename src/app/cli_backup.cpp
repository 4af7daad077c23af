// Not by way of the API: a backup must be possible when no gateway can start, and a gateway that runs holds the files
// that a restore replaces.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>

#include "app/cli_backup.h"
#include "store/backup.h"
#include "store/files.h"

namespace agt::app {
namespace {

constexpr std::size_t backup_text_bytes_max = 2 * store::backup_bytes_max;  // in base64, with the rest

Result<store::Home> home_of(Session& session) {
  const auto& arguments = session.arguments();
  const auto named =
      arguments.has("--home") ? std::optional<std::filesystem::path>(arguments.get("--home")) : std::nullopt;
  TRY(auto folders, store::folders_of(session.context().environment, named));
  return store::Home::open(std::move(folders));
}

}  // namespace

Result<Exit> backup_all(Session& session) {
  const auto file = session.arguments().word(0);
  TRY(const auto home, home_of(session));
  TRY(auto words, passphrase(session, "A passphrase for the backup"));
  TRY(const auto backup, store::make_backup(home, Secret(std::move(words)), session.context().clock));
  if (file == "-")
    session.print(backup.text);
  else
    TRY_OK(store::write_file(std::filesystem::absolute(file), backup.text));
  session.hint(fmt::format("Saved {} accounts with all rules, keys and settings, sealed under the passphrase.",
                           backup.accounts));
  return Exit::ok;
}

Result<Exit> restore_all(Session& session) {
  const auto& arguments = session.arguments();
  TRY(const auto text, text_of(session, arguments.word(0), backup_text_bytes_max));
  TRY(auto words, passphrase(session, "Passphrase of the backup"));
  TRY(const auto home, home_of(session));
  TRY(const auto lock, home.lock());
  TRY(const auto restored,
      store::restore_backup(home, text, Secret(std::move(words)), session.context().clock, seeded_rng()));
  const auto made = fmt::gmtime(static_cast<std::time_t>(restored.made_ms / 1000));
  session.hint(fmt::format("Restored {} accounts with all rules, keys and settings, as of {:%Y-%m-%d %H:%M} UTC.",
                           restored.accounts, made));
  for (const auto& file : restored.set_aside) session.hint(fmt::format("What was there is {}", file.string()));
  return Exit::ok;
}

}  // namespace agt::app

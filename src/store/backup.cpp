#include "store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>

#include "core/text.h"
#include "json/document.h"
#include "json/writer.h"
#include "store/accounts.h"
#include "store/bundle.h"
#include "store/database.h"
#include "store/files.h"
#include "store/limits.h"
#include "store/vault.h"

namespace agt::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view backup_format = "agt-backup";
constexpr std::string_view backup_begins = R"({"format":"agt-backup",)";
constexpr std::string_view staged = ".restore";  // beside the file whose place it is to take

// The content: a line of JSON that names the files with their sizes, then the bytes of one after the other.
struct Content {
  std::int64_t made_ms = 0;
  std::string vault{};
  std::string key{};
  std::optional<std::string> config{};
};

fs::path beside(const fs::path& path, std::string_view suffix) { return path.string() + std::string(suffix); }

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

std::unexpected<Error> damaged(std::string_view what) {
  return fail(Code::schema, fmt::format("This backup cannot be used: {}.", what), "text");
}

fs::path marker_of(const Home& home) { return home.folders().data / "restore.pending"; }
fs::path stage_of(const Home& home, std::string_view what) { return home.folders().data / what; }
std::array<fs::path, 3> targets_of(const Home& home) {
  return {home.key_file(), home.config_file(), home.vault_file()};
}

Result<> move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fail(Code::storage, fmt::format("{}: cannot be moved: {}", from.string(), error.message()));
  return {};
}

std::string packed(const Content& content) {
  json::Writer w;
  w.begin_object();
  w.field("format", backup_format);
  w.field("made_ms", content.made_ms);
  w.field("vault", content.vault.size());
  w.field("key", content.key.size());
  if (content.config) w.field("config", content.config->size());
  w.end_object();
  return std::move(w).take() + "\n" + content.vault + content.key + content.config.value_or("");
}

Result<Content> unpacked(std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find('\n'));
  const auto document = json::Document::parse(line);
  if (!is_backup(bytes) || !document) return damaged("it is an export of accounts; `agt import` takes it");
  const auto root = document->root();
  auto rest = bytes.substr(std::min(bytes.size(), line.size() + 1));
  bool whole = true;
  const auto take = [&](const json::Value& size) {
    const auto wanted = size.integer_or(-1);
    if (wanted < 0 || static_cast<std::size_t>(wanted) > rest.size()) {
      whole = false;
      return std::string();
    }
    const auto taken = std::string(rest.substr(0, static_cast<std::size_t>(wanted)));
    rest.remove_prefix(taken.size());
    return taken;
  };
  Content content{.made_ms = root["made_ms"].integer_or(0)};
  content.vault = take(root["vault"]);
  content.key = take(root["key"]);
  if (root["config"].exists()) content.config = take(root["config"]);
  if (!whole || !rest.empty() || content.vault.empty() || content.key.empty())
    return damaged("the sizes of its files are wrong");
  return content;
}

// Opens what came out of the backup as a home of its own: integrity, key, schema. What is found wrong here leaves the
// real home as it is.
Result<std::size_t> examine(const fs::path& stage, const Content& content, const Clock& clock, Rng rng) {
  TRY_OK(make_folder(stage));
  TRY(const auto home, Home::open({.config = stage, .data = stage / "data", .state = stage}));
  TRY_OK(write_file(home.key_file(), content.key));
  TRY_OK(write_file(home.vault_file(), content.vault));
  TRY(const auto vault, Vault::open(home, clock, rng));
  if (vault->rescue()) return damaged("its vault is damaged");
  TRY(const auto accounts, store::accounts(*vault));
  return accounts.size();
}

// The old file goes aside with what belongs to it, its log first: a log that is found beside another database would be
// played into it.
Result<> take_place(const fs::path& target, std::string_view old_suffix) {
  if (!is_there(beside(target, staged))) return {};  // done before
  for (const auto* suffix : {"-wal", "-shm", ".good", ""})
    if (is_there(beside(target, suffix)))
      TRY_OK(move(beside(target, suffix), beside(beside(target, old_suffix), suffix)));
  return move(beside(target, staged), target);
}

// A folder that is empty when work begins, and gone when it ends.
class Forgotten {
 public:
  explicit Forgotten(fs::path folder) : folder_(std::move(folder)) { forget(); }
  Forgotten(const Forgotten&) = delete;
  Forgotten& operator=(const Forgotten&) = delete;
  ~Forgotten() { forget(); }

 private:
  void forget() {
    std::error_code ignored;  // what stays behind is private, and goes with the next attempt
    fs::remove_all(folder_, ignored);
  }
  fs::path folder_;
};

// Through a connection of its own that only reads, so that a gateway may go on writing.
Result<> copy_vault(const Home& home, const fs::path& to) {
  TRY_OK(check_file(home.vault_file(), Trust::closable));
  TRY_OK(make_file(to));  // SQLite accepts an empty file and keeps its mode
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = sqlite3_open_v2(home.vault_file().c_str(), &opened, flags, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
  sqlite3_stmt* prepared = nullptr;
  if (code == SQLITE_OK) {
    sqlite3_busy_timeout(opened, sqlite_busy_ms);
    code = sqlite3_prepare_v2(opened, "VACUUM INTO ?1", -1, &prepared, nullptr);
  }
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, sqlite3_finalize);
  if (code == SQLITE_OK) code = sqlite3_bind_text(prepared, 1, to.c_str(), -1, SQLITE_STATIC);
  if (code == SQLITE_OK && sqlite3_step(prepared) == SQLITE_DONE) return {};
  return fail(Code::storage, fmt::format("{}: cannot be copied: {}", home.vault_file().string(),
                                         text::quoted(sqlite3_errmsg(opened))));
}

Result<> sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (done) return {};
  return fail(Code::storage, fmt::format("{}: cannot be synchronised: {}", folder.string(),
                                         std::error_code(error, std::generic_category()).message()));
}

}  // namespace

bool is_backup(std::string_view content) { return content.starts_with(backup_begins); }

Result<Backup> make_backup(const Home& home, const Secret& passphrase, const Clock& clock) {
  if (!Database::exists(home.vault_file()))
    return fail(Code::config, fmt::format("{}: there is no gateway yet", home.vault_file().string()));
  Backup backup;
  Content content{.made_ms = unix_ms(clock.wall())};
  const auto stage = stage_of(home, "backup");
  const Forgotten forgotten(stage);
  TRY_OK(make_folder(stage / "data"));
  TRY_OK(copy_vault(home, stage / "data/vault.db"));
  TRY(content.vault, read_file(stage / "data/vault.db", Trust::secret, backup_bytes_max));
  TRY(content.key, read_file(home.key_file(), Trust::secret, key_file_bytes_max));
  if (is_there(home.config_file())) {
    TRY(content.config, read_file(home.config_file(), Trust::readable, config_file_bytes_max));
  }
  // Opened as a restore would do, so that what cannot be brought back is told now.
  TRY(backup.accounts, examine(stage, content, clock, seeded_rng()));
  TRY(backup.text, seal_bundle(Secret(packed(content)), passphrase));
  return backup;
}

Result<Restored> restore_backup(const Home& home, std::string_view text, const Secret& passphrase, const Clock& clock,
                                Rng rng) {
  TRY(const auto opened, open_bundle(text, passphrase));
  TRY(const auto content, unpacked(opened.reveal()));
  const auto stage = stage_of(home, "restore");
  const Forgotten forgotten(stage);
  Restored restored{.made_ms = content.made_ms};
  TRY(restored.accounts, examine(stage, content, clock, rng));
  const auto now_ms = unix_ms(clock.wall());
  const auto suffix = fmt::format(".before-restore-{}", now_ms);
  for (const auto& target : targets_of(home))
    if (is_there(target) && (target != home.config_file() || content.config))
      restored.set_aside.push_back(beside(target, suffix));
  // From the stage, since it has the newest schema now; its log was written into it when it was closed.
  TRY(const auto newest, read_file(stage / "data/vault.db", Trust::secret, 2 * backup_bytes_max));
  TRY_OK(write_file(beside(home.vault_file(), staged), newest));
  TRY_OK(write_file(beside(home.key_file(), staged), content.key));
  if (content.config) TRY_OK(write_file(beside(home.config_file(), staged), *content.config));
  TRY_OK(write_file(marker_of(home), suffix));  // from here on it will be done
  TRY_OK(finish_restore(home));
  return restored;
}

Result<> finish_restore(const Home& home) {
  const auto marker = marker_of(home);
  if (!is_there(marker)) {
    std::error_code ignored;  // of a restore that died before it began
    for (const auto& target : targets_of(home)) fs::remove(beside(target, staged), ignored);
    return {};
  }
  TRY(const auto suffix, read_file(marker, Trust::secret, key_file_bytes_max));
  for (const auto& target : targets_of(home)) TRY_OK(take_place(target, suffix));
  TRY_OK(sync_folder(home.folders().config));
  TRY_OK(sync_folder(home.folders().data));
  std::error_code error;
  fs::remove(marker, error);
  if (error) return fail(Code::storage, fmt::format("{}: cannot be removed: {}", marker.string(), error.message()));
  return sync_folder(home.folders().data);
}

}  // namespace agt::store

// Where the program keeps its files, and the promise that only one process uses them.
//
//   with AGT_HOME=H or --home H        without (XDG)
//   H/config.toml  H/vault.key         ~/.config/agt/        config: the user's file, and the key of the vault
//   H/data/*.db                        ~/.local/share/agt/   data: vault.db, ledger.db; useless without the key
//   H/lock  H/admin.json               ~/.local/state/agt/   state: what belongs to the running process
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/result.h"

namespace agt::store {

using Environment = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Environment environment_of(const char* const* environ);

struct Folders {
  std::filesystem::path config{};
  std::filesystem::path data{};
  std::filesystem::path state{};
};

// --home wins over AGT_HOME, which wins over XDG_*_HOME, which win over $HOME. Fails when none of them says anything,
// or one of them is not absolute (--home alone may be relative).
[[nodiscard]] Result<Folders> folders_of(const Environment& environment,
                                         const std::optional<std::filesystem::path>& home_flag = {});

// The lock of a home: held until destroyed. The kernel releases it when the process dies, however it dies.
class HomeLock {
 public:
  HomeLock(HomeLock&& other) noexcept;
  HomeLock& operator=(HomeLock&& other) noexcept;
  ~HomeLock();

 private:
  friend class Home;
  explicit HomeLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

class Home {
 public:
  // Makes the folders where they are missing and refuses those that others could tamper with. Code::config.
  [[nodiscard]] static Result<Home> open(Folders folders);

  // Takes the home for this process. Code::conflict when another one has it; the message names its pid.
  [[nodiscard]] Result<HomeLock> lock() const;
  // The process that holds the lock now (0: not known which); nothing when the home is free.
  [[nodiscard]] std::optional<pid_t> holder() const;

  [[nodiscard]] const Folders& folders() const { return folders_; }
  [[nodiscard]] std::filesystem::path config_file() const { return folders_.config / "config.toml"; }
  [[nodiscard]] std::filesystem::path key_file() const { return folders_.config / "vault.key"; }
  [[nodiscard]] std::filesystem::path vault_file() const { return folders_.data / "vault.db"; }
  [[nodiscard]] std::filesystem::path ledger_file() const { return folders_.data / "ledger.db"; }
  [[nodiscard]] std::filesystem::path admin_file() const { return folders_.state / "admin.json"; }
  [[nodiscard]] std::filesystem::path lock_file() const { return folders_.state / "lock"; }

 private:
  explicit Home(Folders folders) : folders_(std::move(folders)) {}
  Folders folders_;
};

// For main, before anything else: new files are closed to others, and no core file carries keys to the disk.
void harden_process();

}  // namespace agt::store

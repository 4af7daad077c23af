#include "store/home.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/text.h"
#include "store/backup.h"
#include "store/files.h"

namespace agt::store {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> value_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

Folders below(const fs::path& root) { return {.config = root, .data = root / "data", .state = root}; }

// One XDG folder: its variable, else the given place below $HOME. The specification says to ignore relative values.
Result<fs::path> xdg_folder(const Environment& environment, std::string_view variable, std::string_view fallback) {
  if (const auto value = value_of(environment, variable); value && fs::path(*value).is_absolute())
    return fs::path(*value) / "agt";
  const auto home = value_of(environment, "HOME");
  if (!home || !fs::path(*home).is_absolute())
    return fail(Code::config, "no place for files: set HOME or AGT_HOME to an absolute path, or give --home DIR");
  return fs::path(*home) / fallback / "agt";
}

// The pid in a lock file, for messages.
std::optional<pid_t> pid_in(int fd) {
  std::array<char, 32> bytes{};
  const auto size = ::pread(fd, bytes.data(), bytes.size(), 0);
  if (size <= 0) return std::nullopt;
  auto text = std::string_view(bytes.data(), static_cast<std::size_t>(size));
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text::parse_number<pid_t>(text);
}

}  // namespace

Environment environment_of(const char* const* environ) {
  Environment environment;
  for (const auto* entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const auto equals = line.find('=');
    if (equals != std::string_view::npos)
      environment.emplace(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
  }
  return environment;
}

Result<Folders> folders_of(const Environment& environment, const std::optional<fs::path>& home_flag) {
  if (home_flag) {
    if (home_flag->empty()) return fail(Code::config, "--home: must name a folder");
    std::error_code error;
    const auto absolute = fs::absolute(*home_flag, error);
    if (error) return fail(Code::config, fmt::format("--home {}: {}", home_flag->string(), error.message()));
    return below(absolute.lexically_normal());
  }
  if (const auto home = value_of(environment, "AGT_HOME")) {
    if (!fs::path(*home).is_absolute())
      return fail(Code::config, fmt::format("AGT_HOME: must be an absolute path, not \"{}\"", text::quoted(*home)));
    return below(fs::path(*home).lexically_normal());
  }
  TRY(auto config, xdg_folder(environment, "XDG_CONFIG_HOME", ".config"));
  TRY(auto data, xdg_folder(environment, "XDG_DATA_HOME", ".local/share"));
  TRY(auto state, xdg_folder(environment, "XDG_STATE_HOME", ".local/state"));
  return Folders{.config = std::move(config), .data = std::move(data), .state = std::move(state)};
}

HomeLock::HomeLock(HomeLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

HomeLock& HomeLock::operator=(HomeLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

HomeLock::~HomeLock() {
  if (fd_ < 0) return;
  // The file stays: deleting it would let two processes lock two different files of the same name.
  static_cast<void>(::ftruncate(fd_, 0) == 0);
  ::close(fd_);
}

Result<Home> Home::open(Folders folders) {
  TRY_OK(make_folder(folders.config));
  TRY_OK(make_folder(folders.data));
  TRY_OK(make_folder(folders.state));
  return Home(std::move(folders));
}

Result<HomeLock> Home::lock() const {
  TRY_OK(check_file(lock_file(), Trust::closable));
  HomeLock lock(::open(lock_file().c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (lock.fd_ < 0)
    return fail(Code::storage, fmt::format("{}: cannot be opened: {}", lock_file().string(),
                                           std::error_code(errno, std::generic_category()).message()));
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    const auto pid = pid_in(lock.fd_);
    ::close(std::exchange(lock.fd_, -1));
    return fail(Code::conflict, fmt::format("{} is in use by {}: stop it, or use another home", folders_.state.string(),
                                            pid ? fmt::format("process {}", *pid) : "another process"));
  }
  const auto pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock.fd_, 0) != 0 || ::pwrite(lock.fd_, pid.data(), pid.size(), 0) != std::ssize(pid))
    return fail(Code::storage, fmt::format("{}: cannot be written", lock_file().string()));
  TRY_OK(finish_restore(*this));
  return lock;
}

std::optional<pid_t> Home::holder() const {
  const int fd = ::open(lock_file().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const bool free = ::flock(fd, LOCK_SH | LOCK_NB) == 0;
  const auto pid = free ? std::nullopt : std::optional(pid_in(fd).value_or(0));
  ::close(fd);
  return pid;
}

void harden_process() {
  ::umask(077);
  const struct rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace agt::store

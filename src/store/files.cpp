#include "store/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "core/ids.h"

namespace agt::store {
namespace {

namespace fs = std::filesystem;

constexpr mode_t others = S_IRWXG | S_IRWXO;
constexpr mode_t others_write = S_IWGRP | S_IWOTH;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string reason(int error) { return std::error_code(error, std::generic_category()).message(); }

std::unexpected<Error> refused(const fs::path& path, std::string_view why) {
  return fail(Code::config, fmt::format("{}: {}", path.string(), why));
}

std::unexpected<Error> broken(const fs::path& path, std::string_view doing, int error) {
  return fail(Code::storage, fmt::format("{}: {}: {}", path.string(), doing, reason(error)));
}

Result<> check_descriptor(int fd, const fs::path& path, Trust trust) {
  struct stat state{};
  if (fstat(fd, &state) != 0) return broken(path, "cannot be examined", errno);
  if (!S_ISREG(state.st_mode)) return refused(path, "must be a regular file");
  const bool ours = state.st_uid == geteuid();
  switch (trust) {
    case Trust::secret:
      if (!ours) return refused(path, fmt::format("belongs to user {}: it must be yours", state.st_uid));
      if ((state.st_mode & others) != 0)
        return refused(path, fmt::format("is open to other users (mode {:04o}): make sure that nobody has read it, "
                                         "then `chmod 600` it",
                                         state.st_mode & 07777));
      return {};
    case Trust::closable:
      if (!ours) return refused(path, fmt::format("belongs to user {}: it must be yours", state.st_uid));
      if ((state.st_mode & others) == 0 || fchmod(fd, 0600) == 0) return {};
      return broken(path, "cannot be closed to others", errno);
    case Trust::readable:
      if (!ours && state.st_uid != 0)
        return refused(path, fmt::format("belongs to user {}: it must be yours or root's", state.st_uid));
      if ((state.st_mode & others_write) != 0)
        return refused(
            path, fmt::format("other users may write to it (mode {:04o}): `chmod go-w` it", state.st_mode & 07777));
      return {};
  }
  return {};
}

// Nothing when there is no such file.
Result<std::optional<int>> open_checked(const fs::path& path, Trust trust) {
  const int follow = trust == Trust::readable ? 0 : O_NOFOLLOW;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | follow);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0 && errno == ELOOP) return refused(path, "is a symbolic link: it must be a regular file");
  if (fd < 0) return refused(path, fmt::format("cannot be opened: {}", reason(errno)));
  if (auto checked = check_descriptor(fd, path, trust); !checked) {
    ::close(fd);
    return std::unexpected(checked.error());
  }
  return fd;
}

Result<> write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return broken(path, "cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(fd) != 0) return broken(path, "cannot be written", errno);
  return {};
}

Result<> sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.open() || fsync(fd.get()) != 0) return broken(folder, "cannot be synchronised", errno);
  return {};
}

// Taking rights away from a folder is safe only where the folder is for us alone: not in a home or a shared place.
bool is_for_us_alone(const fs::path& folder) {
  std::error_code error;
  if (fs::is_empty(folder, error)) return true;
  for (const auto* mark : {"lock", "vault.key", "vault.db", "config.toml", "ledger.db", "admin.json"})
    if (fs::is_regular_file(folder / mark, error)) return true;
  return false;
}

Result<> check_folder(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.open()) return refused(path, fmt::format("must be a folder that you can read and write: {}", reason(errno)));
  struct stat state{};
  if (fstat(fd.get(), &state) != 0) return broken(path, "cannot be examined", errno);
  if (state.st_uid != geteuid())
    return refused(path, fmt::format("belongs to user {}: it must be yours", state.st_uid));
  if ((state.st_mode & others) != 0) {
    if ((state.st_mode & S_ISVTX) != 0 || !is_for_us_alone(path))
      return refused(path, fmt::format("is open to other users (mode {:04o}) and holds other things: name an empty or "
                                       "new folder, or `chmod 700` it",
                                       state.st_mode & 07777));
    if (fchmod(fd.get(), 0700) != 0) return broken(path, "cannot be closed to others", errno);
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
    return refused(path, fmt::format("must be a folder that you can read and write: {}", reason(errno)));
  return {};
}

}  // namespace

Result<> check_file(const fs::path& path, Trust trust) {
  TRY(const auto fd, open_checked(path, trust));
  if (fd) ::close(*fd);
  return {};
}

Result<std::string> read_file(const fs::path& path, Trust trust, std::size_t bytes_max) {
  TRY(const auto opened, open_checked(path, trust));
  if (!opened) return refused(path, "is missing");
  const Descriptor fd(*opened);
  std::string bytes(bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const auto got = ::read(fd.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return broken(path, "cannot be read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > bytes_max) return refused(path, fmt::format("is larger than {} bytes", bytes_max));
  bytes.resize(size);
  return bytes;
}

Result<> write_file(const fs::path& path, std::string_view bytes) {
  const auto temporary = path.parent_path() / random_secret_text("." + path.filename().string() + ".", 12);
  {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd.open()) return broken(path, "cannot be written", errno);
    if (auto written = write_all(fd.get(), bytes, path); !written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return broken(path, "cannot be replaced", error);
  }
  return sync_folder(path.parent_path());
}

Result<> make_file(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.open()) return broken(path, "cannot be made", errno);
  return {};
}

Result<> make_folder(const fs::path& path) {
  if (path.has_parent_path() && path.parent_path() != path) {
    std::error_code error;
    if (!fs::exists(path.parent_path(), error)) TRY_OK(make_folder(path.parent_path()));
  }
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return refused(path, fmt::format("this folder cannot be made: {}", reason(errno)));
  return check_folder(path);
}

}  // namespace agt::store

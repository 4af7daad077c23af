#include "app/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>

namespace agt::app {
namespace {

constexpr Milliseconds end_patience{5'000};
constexpr Milliseconds glance{10};
constexpr mode_t output_mode = 0600;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

Result<Child> Child::start(const std::filesystem::path& program, std::vector<std::string> arguments,
                           std::vector<std::string> environment, const std::filesystem::path& output) {
  arguments.insert(arguments.begin(), program.string());
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     output_mode);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return fail(Code::config, fmt::format("{} cannot be started: {}.", program.string(), std::strerror(failed)));
  return Child(pid);
}

bool Child::has_ended() {
  if (pid_ <= 0) return true;
  if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

Child::~Child() {
  if (has_ended()) return;
  ::kill(pid_, SIGTERM);
  for (auto waited = Milliseconds(0); waited < end_patience; waited += glance) {
    if (has_ended()) return;
    std::this_thread::sleep_for(glance);
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::filesystem::path own_program() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed);
}

std::filesystem::path program_beside(std::string_view name) { return own_program().parent_path() / name; }

Result<ThrowAwayFolder> ThrowAwayFolder::make(std::string_view prefix) {
  std::error_code failed;
  auto path = (std::filesystem::temp_directory_path(failed) / fmt::format("{}XXXXXX", prefix)).string();
  if (failed || ::mkdtemp(path.data()) == nullptr)
    return fail(Code::storage, fmt::format("No folder can be made at {}: {}.", path, std::strerror(errno)));
  return ThrowAwayFolder(path);
}

ThrowAwayFolder::~ThrowAwayFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace agt::app

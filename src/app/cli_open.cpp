// agt open: the interface in the user's browser.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "app/commands.h"

namespace agt::app {
namespace {

// Whether a browser could be asked. xdg-open returns when it has handed the address on.
bool handed_to_browser(std::string url) {
  std::string program = "xdg-open";
  const std::array<char*, 3> arguments{program.data(), url.data(), nullptr};
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int spawned = ::posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) return false;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// On a machine without a screen xdg-open would start a browser in the terminal.
bool has_screen(const store::Environment& environment) {
  const auto set = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found != environment.end() && !found->second.empty();
  };
  return set("DISPLAY") || set("WAYLAND_DISPLAY");
}

}  // namespace

Result<Exit> open_interface(Session& session) {
  const bool only_look = session.arguments().has("--view");
  TRY(const auto link, session.ask_document({.method = "POST",
                                             .path = "/login/link",
                                             .body = only_look ? R"({"rights":"view"})" : R"({"rights":"manage"})"}));
  const auto url = link.root()["url"].text_or("");
  const bool only_print = session.arguments().has("--print");
  if (!only_print && has_screen(session.context().environment) && handed_to_browser(url)) {
    session.hint("The interface opens in your browser.");
    return Exit::ok;
  }
  session.print(url + "\n");
  if (!only_print) session.hint("Open this link in a browser of this computer; it works once, for ten minutes.");
  return Exit::ok;
}

}  // namespace agt::app

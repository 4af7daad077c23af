#include "net/internal/port_holder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

namespace agt::net {
namespace {

namespace fs = std::filesystem;

// The inodes of the sockets that listen on `port`, from a table like /proc/net/tcp.
void add_listening_inodes(const char* table, std::uint16_t port, std::set<std::string>& inodes) {
  constexpr std::string_view listening = "0A";
  std::ifstream file(table);
  const auto suffix = fmt::format(":{:04X}", port);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    if (state == listening && local.ends_with(suffix)) inodes.insert(fmt::format("socket:[{}]", inode));
  }
}

bool holds_any(const fs::path& process, const std::set<std::string>& inodes) {
  std::error_code ignored;
  for (fs::directory_iterator fd(process / "fd", ignored), end; !ignored && fd != end; fd.increment(ignored)) {
    std::error_code unreadable;
    if (inodes.contains(fs::read_symlink(fd->path(), unreadable).string())) return true;
  }
  return false;
}

}  // namespace

std::string port_holder(std::uint16_t port) {
  std::set<std::string> inodes;
  add_listening_inodes("/proc/net/tcp", port, inodes);
  add_listening_inodes("/proc/net/tcp6", port, inodes);
  if (inodes.empty()) return {};
  std::error_code ignored;
  for (fs::directory_iterator process("/proc", ignored), end; !ignored && process != end; process.increment(ignored)) {
    const auto pid = process->path().filename().string();
    if (!std::ranges::all_of(pid, [](char c) { return c >= '0' && c <= '9'; })) continue;
    if (!holds_any(process->path(), inodes)) continue;
    std::string name;
    std::getline(std::ifstream(process->path() / "comm"), name);
    return fmt::format("{} (pid {})", name, pid);
  }
  return {};
}

}  // namespace agt::net

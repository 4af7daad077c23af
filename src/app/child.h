// A program of ours that runs beside a command and ends with it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace agt::app {

class Child {
 public:
  // Its output goes into the file. Code::config when it cannot be started.
  [[nodiscard]] static Result<Child> start(const std::filesystem::path& program, std::vector<std::string> arguments,
                                           std::vector<std::string> environment, const std::filesystem::path& output);
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&&) = delete;
  ~Child();  // asks it to end, and kills it when it does not

  [[nodiscard]] bool has_ended();

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

// The program that runs now, and one that was installed beside it.
[[nodiscard]] std::filesystem::path own_program();
[[nodiscard]] std::filesystem::path program_beside(std::string_view name);

// A folder that is gone with the object.
class ThrowAwayFolder {
 public:
  [[nodiscard]] static Result<ThrowAwayFolder> make(std::string_view prefix);
  ThrowAwayFolder(ThrowAwayFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ThrowAwayFolder& operator=(ThrowAwayFolder&&) = delete;
  ~ThrowAwayFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit ThrowAwayFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace agt::app

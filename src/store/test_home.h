// What the tests of this room share: a home in a folder of its own, a clock that stands still, a fixed generator.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/clock.h"
#include "store/home.h"

namespace agt::store {

class StillClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return from_unix_ms(unix_ms_now); }
  long long unix_ms_now = 1'800'000'000'000;
};

class TestHome {
 public:
  TestHome() {
    std::string pattern = (std::filesystem::temp_directory_path() / "agt-store-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  TestHome(const TestHome&) = delete;
  TestHome& operator=(const TestHome&) = delete;
  ~TestHome() {
    std::error_code error;
    std::filesystem::remove_all(root_, error);
  }

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] Result<Home> open() const {
    return Home::open({.config = root_, .data = root_ / "data", .state = root_});
  }

 private:
  std::filesystem::path root_{};
};

inline std::string contents(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

inline void put(const std::filesystem::path& file, std::string_view text, mode_t mode = 0600) {
  std::ofstream(file, std::ios::binary) << text;
  ::chmod(file.c_str(), mode);
}

inline mode_t mode_of(const std::filesystem::path& path) {
  struct stat state{};
  return ::lstat(path.c_str(), &state) == 0 ? state.st_mode & 07777 : 0;
}

inline std::string message(const auto& result) { return result ? "no error" : result.error().message; }

}  // namespace agt::store

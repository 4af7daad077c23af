// One-line structured log: time, level, event, key=value. Control characters are escaped; a Secret cannot be passed.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace agt {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };
[[nodiscard]] std::optional<LogLevel> log_level_named(std::string_view name);

class Log {
 public:
  struct Field {
    std::string_view key;
    std::string value;
    template <class T>
    Field(std::string_view k, const T& v) : key(k), value(fmt::format("{}", v)) {}
  };

  Log(LogLevel level, int fd, const Clock& clock) : level_(level), fd_(fd), clock_(clock) {}

  void write(LogLevel level, std::string_view event, std::initializer_list<Field> fields = {}) const;
  [[nodiscard]] bool wants(LogLevel level) const { return level >= level_; }

 private:
  LogLevel level_;
  int fd_;
  const Clock& clock_;
};

}  // namespace agt

// One-line structured log: time, level, event, key=value; or the same as one JSON object a line. Control characters are
// escaped; a Secret cannot be passed.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/clock.h"

namespace agt {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };
[[nodiscard]] std::optional<LogLevel> log_level_named(std::string_view name);

struct LogForm {
  enum class Style : std::uint8_t { text, json };
  Style style = Style::text;
  bool has_priority = false;  // begin with "<N>", from which journald learns the level (man 3 sd-daemon)
};

class Log {
 public:
  struct Field {
    std::string_view key;
    std::string value;
    bool is_bare;  // JSON writes it as it is
    template <class T>
    Field(std::string_view k, const T& v)
        : key(k), value(fmt::format("{}", v)), is_bare(std::is_integral_v<T> && !std::is_same_v<T, char>) {}
  };

  Log(LogLevel level, int fd, const Clock& clock, LogForm form = {})
      : level_(level), fd_(fd), clock_(clock), form_(form) {}

  void write(LogLevel level, std::string_view event, std::initializer_list<Field> fields = {}) const;
  [[nodiscard]] bool wants(LogLevel level) const { return level >= level_; }

 private:
  LogLevel level_;
  int fd_;
  const Clock& clock_;
  LogForm form_;
};

// Whether `fd` is the stream that systemd hands to the journal: JOURNAL_STREAM names its device and inode.
[[nodiscard]] bool is_journal(int fd, std::string_view journal_stream);

}  // namespace agt

#include "core/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <array>

#include "core/text.h"

namespace agt {
namespace {

constexpr std::array level_names{"debug", "info", "warn", "error", "off"};
constexpr std::size_t value_bytes_max = 500;

void append_value(std::string& line, std::string_view value) {
  const bool bare = !value.empty() && value.find_first_of(" \"=") == std::string_view::npos;
  if (bare) {
    line += text::quoted(value, value_bytes_max);
    return;
  }
  line += '"';
  for (const char c : text::quoted(value, value_bytes_max)) {
    if (c == '"') line += '\\';
    line += c;
  }
  line += '"';
}

}  // namespace

std::optional<LogLevel> log_level_named(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (name == level_names[i]) return static_cast<LogLevel>(i);
  return std::nullopt;
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) const {
  if (!wants(level)) return;
  const auto wall = std::chrono::floor<Milliseconds>(clock_.wall());
  const auto seconds = std::chrono::floor<Seconds>(wall);
  auto line =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {:5} {}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                  (wall - seconds).count(), level_names[static_cast<std::size_t>(level)], event);
  for (const auto& field : fields) {
    line += fmt::format(" {}=", field.key);
    append_value(line, field.value);
  }
  line += '\n';
  // One write a line, so that lines of several threads do not mix. A log that cannot be written is not worth failing
  // for.
  [[maybe_unused]] const auto written = ::write(fd_, line.data(), line.size());
}

}  // namespace agt

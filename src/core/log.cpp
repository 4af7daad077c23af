#include "core/log.h"

#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "core/text.h"
#include "core/utf8.h"

namespace agt {
namespace {

constexpr std::array level_names{"debug", "info", "warn", "error", "off"};
constexpr std::size_t value_bytes_max = 500;
constexpr unsigned char del = 0x7f;

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

// RFC 8259: what has to be escaped, and nothing but UTF-8.
void append_json(std::string& line, std::string_view value) {
  line += '"';
  for (const char c : text::as_utf8(text::clipped(value, value_bytes_max))) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == del) {
      line += fmt::format("\\u{:04x}", byte);
      continue;
    }
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  line += '"';
}

// The priorities of syslog.
std::string_view priority_mark(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "<7>";
    case LogLevel::info: return "<6>";
    case LogLevel::warn: return "<4>";
    case LogLevel::error: return "<3>";
    case LogLevel::off: break;
  }
  return {};
}

void append_text_line(std::string& line, std::string_view time, std::string_view level, std::string_view event,
                      std::initializer_list<Log::Field> fields) {
  line += fmt::format("{} {:5} {}", time, level, event);
  for (const auto& field : fields) {
    line += fmt::format(" {}=", field.key);
    append_value(line, field.value);
  }
}

void append_json_line(std::string& line, std::string_view time, std::string_view level, std::string_view event,
                      std::initializer_list<Log::Field> fields) {
  line += fmt::format(R"({{"time":"{}","level":"{}","event":)", time, level);
  append_json(line, event);
  for (const auto& field : fields) {
    line += fmt::format(",\"{}\":", field.key);
    if (field.is_bare)
      line += field.value;
    else
      append_json(line, field.value);
  }
  line += '}';
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
  const auto time = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                                fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), (wall - seconds).count());
  const auto* const level_name = level_names[static_cast<std::size_t>(level)];
  std::string line(form_.has_priority ? priority_mark(level) : std::string_view());
  switch (form_.style) {
    case LogForm::Style::text: append_text_line(line, time, level_name, event, fields); break;
    case LogForm::Style::json: append_json_line(line, time, level_name, event, fields); break;
  }
  line += '\n';
  // One write a line, so that lines of several threads do not mix. A log that cannot be written is not worth failing
  // for.
  [[maybe_unused]] const auto written = ::write(fd_, line.data(), line.size());
}

bool is_journal(int fd, std::string_view journal_stream) {
  struct stat facts{};
  if (journal_stream.empty() || ::fstat(fd, &facts) != 0) return false;
  return journal_stream == fmt::format("{}:{}", facts.st_dev, facts.st_ino);
}

}  // namespace agt

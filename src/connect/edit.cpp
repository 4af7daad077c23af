#include "connect/edit.h"

#include <algorithm>

namespace agt::connect {

std::optional<Format> format_named(std::string_view name) {
  if (name == "jsonc") return Format::jsonc;
  if (name == "toml") return Format::toml;
  if (name == "env") return Format::env;
  return std::nullopt;
}

Result<std::string> edited(Format format, std::string_view text, const std::vector<Setting>& settings) {
  std::string now(text);
  for (const auto& setting : settings) {
    const auto next = [&]() -> Result<std::string> {
      switch (format) {
        case Format::jsonc: return edited_jsonc(now, setting);
        case Format::toml: return edited_toml(now, setting);
        case Format::env: return edited_env(now, setting);
      }
      std::unreachable();
    }();
    if (!next) return next;
    now = *next;
  }
  return now;
}

Result<std::optional<std::string>> value_at(Format format, std::string_view text,
                                            const std::vector<std::string>& path) {
  switch (format) {
    case Format::jsonc: return jsonc_at(text, path);
    case Format::toml: return toml_at(text, path);
    case Format::env: return env_at(text, path);
  }
  std::unreachable();
}

std::string_view line_end_of(std::string_view text) {
  const auto at = text.find('\n');
  return at != std::string_view::npos && at > 0 && text[at - 1] == '\r' ? "\r\n" : "\n";
}

std::size_t line_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

}  // namespace agt::connect

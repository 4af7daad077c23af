// Setting values in configuration files that belong to other programs: the smallest change that does it. Comments,
// unknown keys, order, indentation and line ends stay as they are. A text that cannot be read is never changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace agt::connect {

enum class Format : std::uint8_t {
  jsonc,  // JSON that may hold comments and trailing commas
  toml,   // 1.0
  env,    // KEY=value lines
};
[[nodiscard]] std::optional<Format> format_named(std::string_view name);

struct Setting {
  std::vector<std::string> path{};  // {"env", "ANTHROPIC_BASE_URL"}
  std::string value{};              // always a string, which each format writes in its own way
};

// The text with every setting made; an empty text becomes a whole file. Errors are Code::config and tell the line and
// what is wrong there, or which part of the path is taken by something else.
[[nodiscard]] Result<std::string> edited(Format format, std::string_view text, const std::vector<Setting>& settings);

// The string at the path; nothing when it is missing or something else.
[[nodiscard]] Result<std::optional<std::string>> value_at(Format format, std::string_view text,
                                                          const std::vector<std::string>& path);

// What `edited` and `value_at` do for one format.
[[nodiscard]] Result<std::string> edited_jsonc(std::string_view text, const Setting& setting);
[[nodiscard]] Result<std::optional<std::string>> jsonc_at(std::string_view text, const std::vector<std::string>& path);
[[nodiscard]] Result<std::string> edited_toml(std::string_view text, const Setting& setting);
[[nodiscard]] Result<std::optional<std::string>> toml_at(std::string_view text, const std::vector<std::string>& path);
[[nodiscard]] Result<std::string> edited_env(std::string_view text, const Setting& setting);
[[nodiscard]] Result<std::optional<std::string>> env_at(std::string_view text, const std::vector<std::string>& path);

// "\r\n" when the first line ends so, else "\n".
[[nodiscard]] std::string_view line_end_of(std::string_view text);
[[nodiscard]] std::size_t line_of(std::string_view text, std::size_t at);  // counted from 1

}  // namespace agt::connect

// What a change does to a text, line by line, as people read it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agt::connect {

struct DiffLine {
  enum class Kind : std::uint8_t { same, removed, added };
  Kind kind{};
  std::string text{};  // without its line end
  bool operator==(const DiffLine&) const = default;
};

// The changed lines with up to `context` unchanged ones around them. Texts of more than diff_lines_max lines are shown
// as one block of removed and one of added lines.
[[nodiscard]] std::vector<DiffLine> diff(std::string_view before, std::string_view after, std::size_t context = 2);

inline constexpr std::size_t diff_lines_max = 2'000;

}  // namespace agt::connect

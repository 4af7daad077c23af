// How commands print: aligned tables, times and sizes for people. Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace agt::app {

// Rows of cells under headings; columns are as wide as their widest cell. Control characters in cells are escaped, so
// that a label or a provider's message cannot steer the terminal.
class Table {
 public:
  explicit Table(std::initializer_list<std::string_view> headings);
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.size() == 1; }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_{};
};

[[nodiscard]] std::string shown_time(std::int64_t unix_ms);     // "2026-11-23 07:04:05", UTC
[[nodiscard]] std::string shown_duration(double milliseconds);  // "3.2 ms", "1.5 s", "2 min", "3 h 5 min"
[[nodiscard]] std::string shown_dollars(double dollars);        // "$12.34", "$0.000123"
[[nodiscard]] std::string shown_bytes(std::int64_t bytes);      // "512 B", "1.5 kB", "2.0 MB"
[[nodiscard]] std::string shown_words(const std::vector<std::string>& words, std::string_view when_empty);

}  // namespace agt::app

#include "app/output.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>

#include "core/text.h"

namespace agt::app {
namespace {

constexpr std::size_t cell_max = 120;

// Characters, not bytes: every byte but those that continue a UTF-8 character.
std::size_t width(std::string_view s) {
  return static_cast<std::size_t>(
      std::ranges::count_if(s, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

Table::Table(std::initializer_list<std::string_view> headings) { rows_.emplace_back(headings.begin(), headings.end()); }

void Table::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = text::quoted(cell, cell_max);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < widths.size() && i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string shown_time(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::string shown_duration(double milliseconds) {
  constexpr double minute = 60'000;
  constexpr double hour = 60 * minute;
  if (milliseconds < 1000) return fmt::format("{:.1f} ms", milliseconds);
  if (milliseconds < minute) return fmt::format("{:.1f} s", milliseconds / 1000);
  const auto minutes = static_cast<std::int64_t>(milliseconds / minute);
  if (milliseconds < hour) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} days", minutes / (24 * 60));
}

// Cents where they are enough, else three digits that count.
std::string shown_dollars(double dollars) {
  if (dollars == 0 || dollars >= 1) return fmt::format("${:.2f}", dollars);
  return dollars >= 0.1 ? fmt::format("${:.3f}", dollars) : fmt::format("${:.3g}", dollars);
}

std::string shown_bytes(std::int64_t bytes) {
  constexpr double kilo = 1000;
  const auto n = static_cast<double>(bytes);
  if (n < kilo) return fmt::format("{} B", bytes);
  if (n < kilo * kilo) return fmt::format("{:.1f} kB", n / kilo);
  if (n < kilo * kilo * kilo) return fmt::format("{:.1f} MB", n / (kilo * kilo));
  return fmt::format("{:.1f} GB", n / (kilo * kilo * kilo));
}

std::string shown_words(const std::vector<std::string>& words, std::string_view when_empty) {
  return words.empty() ? std::string(when_empty) : text::joined(words, ", ");
}

}  // namespace agt::app

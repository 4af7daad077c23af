#include "admin/exposition.h"

#include <fmt/format.h>

#include <algorithm>

namespace agt::admin {
namespace {

std::string_view word_of(Exposition::Kind kind) {
  switch (kind) {
    case Exposition::Kind::counter: return "counter";
    case Exposition::Kind::gauge: return "gauge";
    case Exposition::Kind::histogram: return "histogram";
  }
  std::unreachable();
}

std::string seconds_of(std::int64_t microseconds) {
  constexpr double second = 1'000'000;
  return fmt::format("{}", static_cast<double>(microseconds) / second);
}

}  // namespace

// From a tenth of a millisecond, which is what the gateway itself takes, to the minutes that a model may think.
constexpr std::array<std::int64_t, Durations::bounds_count> Durations::bounds_us{
    100,     250,     500,       1'000,     2'500,     5'000,      10'000,     25'000,     50'000,      100'000,
    250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000, 120'000'000, 300'000'000};

std::string labels(std::initializer_list<Label> all) {
  std::string out;
  for (const auto& [name, value] : all) {
    if (!out.empty()) out += ',';
    out += name;
    out += "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n')
        out += "\\n";
      else
        out += c;
    }
    out += '"';
  }
  return out;
}

void Durations::add(std::int64_t microseconds) {
  const auto bound = std::ranges::lower_bound(bounds_us, microseconds);
  ++counts_.at(static_cast<std::size_t>(bound - bounds_us.begin()));
  sum_us_ += microseconds;
}

void Exposition::metric(std::string_view name, Kind kind, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, word_of(kind));
}

void Exposition::sample(std::string_view labels, std::uint64_t value) {
  line("", labels, "", fmt::format("{}", value));
}
void Exposition::sample(std::string_view labels, std::int64_t value) { line("", labels, "", fmt::format("{}", value)); }
void Exposition::sample(std::string_view labels, double value) { line("", labels, "", fmt::format("{}", value)); }

void Exposition::sample(std::string_view labels, const Durations& durations) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < Durations::bounds_count; ++i) {
    below += durations.counts_.at(i);
    line("_bucket", labels, fmt::format("le=\"{}\"", seconds_of(Durations::bounds_us.at(i))), fmt::format("{}", below));
  }
  below += durations.counts_.back();
  line("_bucket", labels, "le=\"+Inf\"", fmt::format("{}", below));
  line("_sum", labels, "", seconds_of(durations.sum_us_));
  line("_count", labels, "", fmt::format("{}", below));
}

void Exposition::line(std::string_view suffix, std::string_view labels, std::string_view more, std::string_view value) {
  text_ += name_;
  text_ += suffix;
  if (!labels.empty() || !more.empty())
    text_ += fmt::format("{{{}{}{}}}", labels, labels.empty() || more.empty() ? "" : ",", more);
  text_ += fmt::format(" {}\n", value);
}

}  // namespace agt::admin

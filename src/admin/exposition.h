// The text format in which Prometheus reads numbers (version 0.0.4). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace agt::admin {

using Label = std::pair<std::string_view, std::string_view>;
// name="value",…  with what the format wants escaped.
[[nodiscard]] std::string labels(std::initializer_list<Label> all);

// How often a duration fell into which bucket. The bounds are the same for all, so that they can be summed.
class Durations {
 public:
  void add(std::int64_t microseconds);

 private:
  friend class Exposition;
  static constexpr std::size_t bounds_count = 20;
  static const std::array<std::int64_t, bounds_count> bounds_us;
  std::array<std::uint64_t, bounds_count + 1> counts_{};  // the last one: above all bounds
  std::int64_t sum_us_ = 0;
};

class Exposition {
 public:
  enum class Kind : std::uint8_t { counter, gauge, histogram };
  // Begins a metric; its samples follow.
  void metric(std::string_view name, Kind kind, std::string_view help);
  void sample(std::string_view labels, std::uint64_t value);
  void sample(std::string_view labels, std::int64_t value);
  void sample(std::string_view labels, double value);
  void sample(std::string_view labels, const Durations& durations);
  // A metric with one sample and no labels.
  template <class T>
  void single(std::string_view name, Kind kind, std::string_view help, T value) {
    metric(name, kind, help);
    sample("", value);
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void line(std::string_view suffix, std::string_view labels, std::string_view more, std::string_view value);
  std::string text_{};
  std::string name_{};
};

}  // namespace agt::admin

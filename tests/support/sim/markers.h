// Markers are what a prompt can ask of the simulator: [[tool NAME {json}]], [[think]], [[long N]], [[json {…}]],
// [[length]], [[refuse]], [[usage {…}]]. They may stand anywhere in the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agt::sim {

struct WantedCall {
  std::string name{};
  std::string arguments = "{}";  // JSON text, verbatim

  friend bool operator==(const WantedCall&, const WantedCall&) = default;
};

struct Markers {
  std::vector<WantedCall> calls{};
  bool think = false;
  bool length = false;
  bool refuse = false;
  std::optional<std::int64_t> long_chunks{};
  std::optional<std::string> json{};   // JSON text, verbatim
  std::optional<std::string> usage{};  // JSON text
};

// What is not a complete marker is ordinary text.
[[nodiscard]] Markers find_markers(std::string_view text);

// The JSON value at the start of `text` if it is an object or an array, by its brackets; empty when it does not end.
[[nodiscard]] std::string_view bracketed(std::string_view text);

}  // namespace agt::sim

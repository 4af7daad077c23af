// Answer is what will be said, before any dialect words it: decided by the prompt's markers and the script alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/script.h"
#include "sim/turn.h"

namespace agt::sim {

enum class Stop : std::uint8_t { end, tools, length, refusal, stop_sequence };

struct ToolCall {
  std::string name{};
  std::string name_space{};
  bool custom = false;
  std::string arguments{};  // JSON text; for a custom tool the plain input
};

struct Usage {
  std::int64_t input = 0;  // all of it, cached included
  std::int64_t cached = 0;
  std::int64_t cache_write = 0;
  std::int64_t output = 0;  // reasoning included
  std::int64_t reasoning = 0;
};

struct Answer {
  std::optional<std::string> thinking{};
  std::string text{};
  std::vector<std::size_t> cuts{};  // ends of the chunks of `text`; the last equals its size
  std::vector<ToolCall> calls{};
  Stop stop = Stop::end;
  std::string stop_word{};      // replaces the dialect's own word, for odd replies
  std::string stop_sequence{};  // that was hit
  Usage usage{};

  [[nodiscard]] std::string_view chunk(std::size_t i) const {
    const auto begin = i == 0 ? 0 : cuts[i - 1];
    return std::string_view(text).substr(begin, cuts[i] - begin);
  }
};

[[nodiscard]] Answer answer(const Turn& turn, const Script& script);
[[nodiscard]] Answer answer_to(const Turn& turn, std::string_view prompt, const Script& script);

// Replaces the text by filler of `bytes` bytes.
void pad(Answer& answer, std::size_t bytes);

// Ends of word-like chunks, never inside a UTF-8 character.
[[nodiscard]] std::vector<std::size_t> word_cuts(std::string_view text);

}  // namespace agt::sim

// Checks that a stream of events keeps the grammar of event.h. Used by tests and in debug builds.
#pragma once

#include <string>
#include <vector>

#include "ir/event.h"

namespace agt::ir {

class Grammar {
 public:
  // "" when the event may come here, else what is wrong.
  [[nodiscard]] std::string check(const Event& event);
  // "" when the stream may end here.
  [[nodiscard]] std::string check_end() const;

 private:
  enum class PartKind : std::uint8_t { text, refusal, reasoning, tool, whole };
  [[nodiscard]] std::string grow(int index, PartKind kind, std::string_view what);
  [[nodiscard]] std::string open(const Opened& event);
  struct Slot {
    PartKind kind{};
    bool open = true;
  };
  std::vector<Slot> parts_{};
  bool started_ = false;
  bool over_ = false;
};

// The first violation in the whole stream, or "".
[[nodiscard]] std::string grammar_violation(const std::vector<Event>& events);

}  // namespace agt::ir

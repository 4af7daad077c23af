// The stream of an answer, event by event. Each kind of growth is its own type: with one Delta type a writer once
// printed thinking as visible text; with several, forgetting one does not compile.
//
// Grammar (grammar.h checks it):
//   Started (Opened Grew* Closed | Metered)* (Finished | Failed)      or Failed alone
// An index opens once, in ascending order, and closes once; parts may interleave, and a writer that cannot interleave
// buffers. Metered carries cumulative totals. Nothing follows Finished or Failed.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/result.h"
#include "ir/conversation.h"

namespace agt::ir {

struct Started {
  std::string id{};
  std::string model{};
  Usage usage{};  // what is known at the start (Anthropic says the input here)
  Extras extras{};
  friend bool operator==(const Started&, const Started&) = default;
};

// A part begins. `part` holds what is known at once: a tool call's id and name, a media part or an Opaque whole. What
// grows later starts empty here.
struct Opened {
  int index = 0;
  Part part{};
  friend bool operator==(const Opened&, const Opened&) = default;
};
struct TextGrew {
  int index = 0;
  std::string text{};
  friend bool operator==(const TextGrew&, const TextGrew&) = default;
};
struct RefusalGrew {
  int index = 0;
  std::string text{};
  friend bool operator==(const RefusalGrew&, const RefusalGrew&) = default;
};
struct ThoughtGrew {
  int index = 0;
  std::string text{};
  friend bool operator==(const ThoughtGrew&, const ThoughtGrew&) = default;
};
struct ArgumentsGrew {
  int index = 0;
  std::string text{};
  friend bool operator==(const ArgumentsGrew&, const ArgumentsGrew&) = default;
};
struct Cited {
  int index = 0;
  Citation citation{};
  friend bool operator==(const Cited&, const Cited&) = default;
};
// The scores of the tokens that the text has grown by since the last ones.
struct Scored {
  int index = 0;
  std::vector<TokenScore> tokens{};
  friend bool operator==(const Scored&, const Scored&) = default;
};
// The part's signature; replaces an earlier one.
struct Signed {
  int index = 0;
  Signature signature{};
  friend bool operator==(const Signed&, const Signed&) = default;
};
struct Closed {
  int index = 0;
  friend bool operator==(const Closed&, const Closed&) = default;
};
struct Metered {
  Usage usage{};
  friend bool operator==(const Metered&, const Metered&) = default;
};
struct Finished {
  Stop stop{};
  friend bool operator==(const Finished&, const Finished&) = default;
};
// The stream ended badly. Every open part counts as cut.
struct Failed {
  Error error{};
  friend bool operator==(const Failed& a, const Failed& b) {
    return a.error.code == b.error.code && a.error.message == b.error.message;
  }
};

using Event = std::variant<Started, Opened, TextGrew, RefusalGrew, ThoughtGrew, ArgumentsGrew, Cited, Scored, Signed,
                           Closed, Metered, Finished, Failed>;

// True for events that a client could have acted on: before the first of them another account may still be tried.
[[nodiscard]] bool semantic(const Event& event);

}  // namespace agt::ir

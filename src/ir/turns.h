// The history as strict protocols want it: roles alternate, and every tool call is answered in the very next turn.
#pragma once

#include <vector>

#include "ir/conversation.h"
#include "ir/loss.h"

namespace agt::ir {

struct TurnRules {
  bool merge_same_role = true;  // Gemini and older Anthropic models want strict alternation
  bool system_inside = false;   // a system message in mid-conversation may stay one; else it becomes user text
};

// The messages after the leading system ones, normalised:
// - consecutive messages of one role are merged (if asked), empty ones dropped;
// - the results of one assistant turn's calls stand together in the next user message, first, in the order of the
//   calls. A missing result is made up as an error, of equal ones the last counts, an orphan becomes text; each is a
//   Loss. Calls whose id came before get an id of their own, so that ids are unique.
// A system message in mid-conversation becomes user text in a reminder tag where it may not stay: hoisting it would
// reorder the conversation and break prompt caches.
[[nodiscard]] std::vector<Message> turns(const Request& request, TurnRules rules, Losses& losses);

// Takes every provider's signature out of the history, and reasoning that consists of nothing else.
void drop_signatures(Request& request);

// The request's system parts followed by those of its leading system and developer messages.
[[nodiscard]] std::vector<Part> system_parts(const Request& request);

// The plain text of parts, joined by newlines; other parts are left out.
[[nodiscard]] json::Words plain_text(const std::vector<Part>& parts);

// A rough count of tokens (bytes / 4 for text, fixed sums for media), for a dialect that must say a number before the
// upstream has counted. Includes system and tools.
[[nodiscard]] std::int64_t estimated_tokens(const Request& request);

}  // namespace agt::ir

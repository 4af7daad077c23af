// Tool names and tool-call ids that every upstream accepts. Names are changed only where the upstream's alphabet
// demands it, without collisions, and changed back on the way home.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/conversation.h"

namespace agt::dialect {

struct NameRule {
  std::string_view extra_characters{};  // allowed beside [A-Za-z0-9_]
  bool letter_first = false;            // must start with a letter or underscore
  std::size_t bytes_max = 64;
};

class ToolNames {
 public:
  struct Entry {
    std::string upstream{};
    std::string name{};
    std::string name_space{};
    ir::ToolCall::Kind kind = ir::ToolCall::Kind::function;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  ToolNames() = default;
  // Names for all function and custom tools of a request.
  ToolNames(const ir::Request& request, const NameRule& rule);

  // The upstream's name for a tool of the client; also for tools that only the history names.
  [[nodiscard]] std::string upstream(std::string_view name, std::string_view name_space = {}) const;
  // The same for a name in a tool choice, which does not say its namespace.
  [[nodiscard]] std::string chosen(std::string_view name, const ir::Request& request) const;
  // The client's tool for an upstream's name; nullptr when it is called the same on both sides.
  [[nodiscard]] const Entry* client(std::string_view upstream) const;
  // A tool call as the client knows it: name, namespace and kind put back. A custom tool that travelled as a function
  // with one string argument "input" keeps that JSON text and is marked as wrapped: its text may come in pieces.
  [[nodiscard]] ir::ToolCall restored(ir::ToolCall call) const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  NameRule rule_{};
  std::vector<Entry> entries_{};  // only those whose name differs, or that need their kind put back
};

// The plain text of a custom call, whose arguments are complete: unwrapped where they are wrapped.
[[nodiscard]] std::string custom_text(const ir::ToolCall& call);
// The one argument of a function that stands for a custom tool.
inline constexpr std::string_view custom_argument = "input";

// `id` when it is legal everywhere (^[a-zA-Z0-9_-]{1,64}$), else an injective legal form of it.
[[nodiscard]] std::string legal_tool_id(std::string_view id);

// A legal id derived from a per-request seed and a position: "call_" + 22 characters.
[[nodiscard]] std::string minted_tool_id(std::string_view seed, std::size_t position);

// 64-bit FNV-1a; for ids, not for security.
[[nodiscard]] std::uint64_t fingerprint(std::string_view text, std::uint64_t basis = 0xcbf29ce484222325ULL);

}  // namespace agt::dialect

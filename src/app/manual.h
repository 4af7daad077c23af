// What is made of the table of commands beside `agt help`: the manual page, and completions for shells. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"

namespace agt::app {

// agt(1) in the mdoc language.
[[nodiscard]] std::string manual_page();

inline constexpr std::string_view shells = "bash zsh fish";
// Nothing for a shell that is not one of them.
[[nodiscard]] std::optional<std::string> completion_script(std::string_view shell);

// What can stand at a place of a command line.
struct Candidates {
  enum class Kind { none, files, folders, variables, words };
  Kind kind = Kind::none;
  std::vector<std::string> words{};
};
// `place` is a word in capitals of the command ("PROVIDER", "[ID]"), `option` the option whose value it is, or "".
[[nodiscard]] Candidates candidates(const Command& command, std::string_view option, std::string_view place);

// "account" of "account add", for every command of two words, each once.
[[nodiscard]] std::vector<std::string> command_groups();
[[nodiscard]] std::vector<OptionSpec> options_of(const Command& command);  // with those that every command takes

}  // namespace agt::app

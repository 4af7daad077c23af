// Completions for bash, zsh and fish, all from the table of commands.
#include <fmt/format.h>

#include <algorithm>

#include "app/manual.h"
#include "catalogue/clients.h"
#include "catalogue/presets.h"
#include "core/text.h"
#include "store/settings.h"

namespace agt::app {
namespace {

using Kind = Candidates::Kind;

std::vector<std::string> words_of(std::string_view text, char separator) {
  std::vector<std::string> words;
  for (const auto word : text::split(text, separator)) words.emplace_back(word);
  return words;
}

template <class Rows>
std::vector<std::string> names_in(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

std::vector<std::string> choices_of(std::string_view setting) {
  const auto* spec = store::find_setting(setting);
  return spec == nullptr ? std::vector<std::string>{} : words_of(spec->choices, '|');
}

std::vector<std::string> top_words() {
  auto words = command_groups();
  for (const auto& command : commands())
    if (!command.name.contains(' ')) words.emplace_back(command.name);
  return words;
}

// Between single quotes; `escaped` is what stands for such a quote inside.
std::string quoted_for_shell(std::string_view text, std::string_view escaped) {
  std::string out = "'";
  for (const char c : text) c == '\'' ? out += escaped : out += c;
  return out + "'";
}

std::string sh(std::string_view text) { return quoted_for_shell(text, "'\\''"); }

std::string fish(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string_view place_of(const Command& command) {  // its first word
  return command.words.substr(0, command.words.find(' '));
}

std::string spaced(const std::vector<std::string>& words) { return text::joined(words, " "); }

// Every option that takes a value, in whatever command.
std::vector<std::string> valued_options() {
  std::vector<std::string> names;
  for (const auto& command : commands())
    for (const auto& option : options_of(command))
      if (!option.value.empty() && std::ranges::find(names, option.name) == names.end())
        names.emplace_back(option.name);
  return names;
}

// Finds the command in the words before the cursor; the same lines in bash and zsh.
std::string find_command_lines(std::string_view first, std::string_view bound, std::string_view word) {
  auto groups = command_groups();
  return fmt::format(
      "  local command= taken=0 i={0}\n"
      "  while ((i < {1})); do\n"
      "    case \" {3} \" in\n"
      "      *\" {2} \"*) ((i++)) ;;\n"
      "      *)\n"
      "        case {2} in\n"
      "          -*) ;;\n"
      "          *)\n"
      "            case $command in\n"
      "              '') command={2} ;;\n"
      "              {4}) command+=\" {2}\" ;;\n"
      "              *) ((taken++)) ;;\n"
      "            esac ;;\n"
      "        esac ;;\n"
      "    esac\n"
      "    ((i++))\n"
      "  done\n",
      first, bound, word, spaced(valued_options()), text::joined(groups, " | "));
}

struct Offers {  // how one shell offers things
  std::string_view files{};
  std::string_view folders{};
  std::string_view variables{};
  std::string (*words)(const std::vector<std::string>& words);
};

std::string offer(const Offers& shell, const Candidates& what) {
  switch (what.kind) {
    case Kind::files: return std::string(shell.files);
    case Kind::folders: return std::string(shell.folders);
    case Kind::variables: return std::string(shell.variables);
    case Kind::words: return shell.words(what.words);
    case Kind::none: return ":";
  }
  return ":";
}

// The values of options, then words; `previous` is the shell's name for the word before the cursor.
std::string value_cases(const Offers& shell) {
  std::string out;
  for (const auto& command : commands())
    for (const auto& option : options_of(command))
      if (!option.value.empty() && option.name != home_option.name)
        out += fmt::format("    '{} {}') {} ; return ;;\n", command.name, option.name,
                           offer(shell, candidates(command, option.name, option.value)));
  return out + fmt::format("    *' --home') {} ; return ;;\n", shell.folders);
}

std::string word_cases(const Offers& shell) {
  std::string out = fmt::format("    '0 ') {} ;;\n", shell.words(top_words()));
  for (const auto& group : command_groups()) {
    std::vector<std::string> below;
    for (const auto& command : commands())
      if (command.name.starts_with(group + " ")) below.emplace_back(command.name.substr(group.size() + 1));
    out += fmt::format("    '0 {}') {} ;;\n", group, shell.words(below));
  }
  for (const auto& command : commands())
    if (!command.words.empty())
      out += fmt::format("    '0 {}') {} ;;\n", command.name, offer(shell, candidates(command, "", place_of(command))));
  return out;
}

std::string bash_script() {
  const Offers shell{.files = "COMPREPLY=($(compgen -f -- \"$current\"))",
                     .folders = "COMPREPLY=($(compgen -d -- \"$current\"))",
                     .variables = "COMPREPLY=($(compgen -e -- \"$current\"))",
                     .words = [](const std::vector<std::string>& words) {
                       return fmt::format("COMPREPLY=($(compgen -W {} -- \"$current\"))", sh(spaced(words)));
                     }};
  auto out = std::string(
      "# bash completion for agt, made by `agt completion bash`\n\n_agt() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word\n");
  out += find_command_lines("1", "COMP_CWORD", "${COMP_WORDS[i]}");
  out += fmt::format("  case \"$command $previous\" in\n{}  esac\n", value_cases(shell));
  out += "  if [[ $current == -* ]]; then\n    case $command in\n";
  for (const auto& command : commands()) {
    std::vector<std::string> names;
    for (const auto& option : options_of(command)) names.emplace_back(option.name);
    out += fmt::format("      '{}') COMPREPLY=($(compgen -W '{}' -- \"$current\")) ;;\n", command.name, spaced(names));
  }
  out += "      *) COMPREPLY=($(compgen -W '--home --help' -- \"$current\")) ;;\n    esac\n    return\n  fi\n";
  out += fmt::format("  case \"$taken $command\" in\n{}  esac\n}}\ncomplete -o filenames -F _agt agt\n",
                     word_cases(shell));
  return out;
}

std::string zsh_script() {
  const Offers shell{.files = "_files",
                     .folders = "_files -/",
                     .variables = "_parameters -g '*export*'",
                     .words = [](const std::vector<std::string>& words) {
                       std::string list;
                       for (const auto& word : words) list += " " + sh(word);
                       return fmt::format("compadd --{}", list);
                     }};
  auto out = std::string(
      "#compdef agt\n# zsh completion for agt, made by `agt completion zsh`\n\n_agt() {\n"
      "  local current=${words[CURRENT]} previous=${words[CURRENT - 1]}\n  local -a offered\n");
  out += find_command_lines("2", "CURRENT", "${words[i]}");
  out += fmt::format("  case \"$command $previous\" in\n{}  esac\n", value_cases(shell));
  out += "  if [[ $current == -* ]]; then\n    case $command in\n";
  for (const auto& command : commands()) {
    out += fmt::format("      '{}') offered=(\n", command.name);
    for (const auto& option : options_of(command))
      out += fmt::format("        {}\n", sh(fmt::format("{}:{}", option.name, option.text)));
    out += "      ) ;;\n";
  }
  out += fmt::format("      *) offered=({} {}) ;;\n    esac\n", sh(fmt::format("--home:{}", home_option.text)),
                     sh(fmt::format("--help:{}", help_option.text)));
  out += "    _describe -o option offered\n    return\n  fi\n";
  out += fmt::format("  case \"$taken $command\" in\n{}  esac\n}}\n", word_cases(shell));
  return out + "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _agt \"$@\"; else compdef _agt agt; fi\n";
}

std::string fish_offer(const Candidates& what) {
  switch (what.kind) {
    case Kind::files: return " -F";
    case Kind::folders: return " -x -a '(__fish_complete_directories)'";
    case Kind::variables: return " -x -a '(set --names --export)'";
    case Kind::words: return fmt::format(" -x -a {}", fish(spaced(what.words)));
    case Kind::none: return "";
  }
  return "";
}

std::string fish_script() {
  auto out = fmt::format(
      "# fish completion for agt, made by `agt completion fish`\n\n"
      "# The command in the words before the cursor, and how many words follow it.\n"
      "function __agt_at\n"
      "  set -l command\n  set -l taken 0\n  set -l skip 0\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    if test $skip = 1\n      set skip 0\n"
      "    else if contains -- $word {}\n      set skip 1\n"
      "    else if string match -q -- '-*' $word\n      continue\n"
      "    else if test -z \"$command\"\n      set command $word\n"
      "    else if contains -- \"$command\" {}\n      set command \"$command $word\"\n"
      "    else\n      set taken (math $taken + 1)\n    end\n  end\n"
      "  test \"$command\" = \"$argv[1]\"; and test -z \"$argv[2]\" -o \"$argv[2]\" = $taken\n"
      "end\n\ncomplete -c agt -f\n",
      spaced(valued_options()), spaced(command_groups()));
  for (const auto& command : commands()) {
    const auto space = command.name.find(' ');
    const auto group = space == std::string_view::npos ? std::string_view() : command.name.substr(0, space);
    out += fmt::format("complete -c agt -n '__agt_at \"{}\" 0' -a {} -d {}\n", group,
                       command.name.substr(group.empty() ? 0 : space + 1), fish(command.summary));
    for (const auto& option : options_of(command))
      out += fmt::format("complete -c agt -n '__agt_at \"{}\"' -l {}{}{} -d {}\n", command.name, option.name.substr(2),
                         option.value.empty() ? "" : " -r",
                         option.value.empty() ? "" : fish_offer(candidates(command, option.name, option.value)),
                         fish(option.text));
    if (!command.words.empty())
      if (const auto what = candidates(command, "", place_of(command)); what.kind != Kind::none)
        out += fmt::format("complete -c agt -n '__agt_at \"{}\" 0'{}\n", command.name, fish_offer(what));
  }
  for (const auto& group : command_groups()) out += fmt::format("complete -c agt -n '__agt_at \"\" 0' -a {}\n", group);
  return out;
}

}  // namespace

std::vector<std::string> command_groups() {
  std::vector<std::string> groups;
  for (const auto& command : commands()) {
    const auto space = command.name.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string group(command.name.substr(0, space));
    if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  return groups;
}

std::vector<OptionSpec> options_of(const Command& command) {
  std::vector<OptionSpec> options(command.options.begin(), command.options.end());
  options.push_back(home_option);
  options.push_back(help_option);
  return options;
}

Candidates candidates(const Command& command, std::string_view option, std::string_view place) {
  const auto words = [](std::vector<std::string> list) {
    return Candidates{.kind = Kind::words, .words = std::move(list)};
  };
  if (place.starts_with('[')) place = place.substr(1, place.size() - 2);
  if (place.contains('|')) return words(words_of(place, '|'));
  if (place == "FILE") return {.kind = Kind::files};
  if (place == "DIR") return {.kind = Kind::folders};
  if (place == "VARIABLE") return {.kind = Kind::variables};
  if (place == "PROVIDER" || option == "--provider") return words(names_in(catalogue::providers()));
  if (place == "CLIENT") return words(names_in(catalogue::clients()));
  if (place == "SERVICE") return words({"google", "custom"});
  if (place == "SHELL") return words(words_of(shells, ' '));
  if (place == "COMMAND") return words(top_words());
  if (place == "LEVEL") return words(choices_of("logging.level"));
  if (place == "NAME" && option.empty() && command.name.starts_with("settings "))
    return words(names_in(store::setting_specs()));
  return {};
}

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return std::nullopt;
}

}  // namespace agt::app

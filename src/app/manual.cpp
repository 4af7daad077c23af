// The manual page, in mdoc (see mdoc(7)).
#include "app/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "core/version.h"
#include "store/settings.h"

namespace agt::app {
namespace {

// Text for a line of its own: nothing in it is taken for a macro or an escape.
std::string plain(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '`')
      out += "\\(ga";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '~')
      out += "\\(ti";
    else if (c == '^')
      out += "\\(ha";
    else
      out += c;
  }
  return out;
}

// Running text: one sentence a line, as mdoc wants it.
void add_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    auto end = text.find(". ");
    const bool is_sentence =
        end != std::string_view::npos && end + 2 < text.size() && text[end + 2] >= 'A' && text[end + 2] <= 'Z';
    end = is_sentence ? end + 1 : text.size();
    out += plain(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

// Notes of a help page: paragraphs, and examples that are indented.
void add_notes(std::string& out, std::string_view notes) {
  std::string paragraph;
  bool in_example = false;
  const auto flush = [&] {
    if (paragraph.empty()) return;
    out += ".Pp\n";
    add_text(out, paragraph);
    paragraph.clear();
  };
  for (const auto line : text::split(notes, '\n')) {
    const bool is_example = line.starts_with("  ");
    if (in_example && !is_example) out += ".Ed\n";
    if (is_example) {
      flush();
      if (!in_example) out += ".Bd -literal -offset indent\n";
      out += plain(text::trimmed(line)) + "\n";
    } else if (line.empty()) {
      flush();
    } else {
      paragraph += fmt::format("{}{}", paragraph.empty() ? "" : " ", line);
    }
    in_example = is_example;
  }
  if (in_example) out += ".Ed\n";
  flush();
}

void add_options(std::string& out, std::span<const OptionSpec> options) {
  if (options.empty()) return;
  out += ".Bl -tag -width Ds\n";
  for (const auto& option : options) {
    out += fmt::format(".It Fl {}", option.name.substr(1));
    if (!option.value.empty()) out += fmt::format(" Ar {}", option.value);
    out += "\n";
    add_text(out, option.text);
  }
  out += ".El\n";
}

void add_command(std::string& out, const Command& command) {
  out += fmt::format(".Ss {}\n.Nm agt Cm {}", command.name, command.name);
  if (!command.words.empty())
    for (const auto word : text::split(command.words, ' '))
      out += word.starts_with('[') ? fmt::format(" Op Ar {}", word.substr(1, word.size() - 2))
                                   : fmt::format(" Ar {}", word);
  if (!command.options.empty()) out += " Op Ar options";
  out += "\n.Pp\n";
  add_text(out, command.summary);
  add_notes(out, command.notes);
  add_options(out, command.options);
}

constexpr std::string_view description =
    "runs a gateway for AI models on this computer: clients send their requests to one local address, in the OpenAI, "
    "the Anthropic or the Gemini protocol. The gateway picks one of your accounts, passes the request on or translates "
    "it, and tells afterwards what happened and why. The other commands speak to the running gateway, or, when none "
    "runs, to its files.";

constexpr std::string_view ending =
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa \\(ti/.config/agt/config.toml\n"
    "Your settings; never written by the program.\n"
    ".It Pa \\(ti/.config/agt/vault.key\n"
    "The key under which credentials are sealed.\n"
    ".It Pa \\(ti/.local/share/agt/vault.db , Pa \\(ti/.local/share/agt/ledger.db\n"
    "Accounts, rules, keys and settings; the requests.\n"
    ".It Pa \\(ti/.local/state/agt/admin.json\n"
    "Address and token of the running gateway.\n"
    ".It Pa /var/lib/agt\n"
    "The home of the system service.\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width Ds -compact\n"
    ".It 0\ndone\n"
    ".It 1\nfailed\n"
    ".It 2\nwrong usage\n"
    ".It 78\nwrong configuration\n"
    ".El\n"
    ".Sh SEE ALSO\n"
    ".Xr agt-desktop 1 ,\n"
    ".Xr agt-sim 1\n";

}  // namespace

std::string manual_page() {
  auto out = fmt::format(".Dd {}\n.Dt AGT 1\n.Os\n.Sh NAME\n.Nm agt\n.Nd local gateway for AI models\n", version_date);
  out += ".Sh SYNOPSIS\n.Nm\n.Op Fl -home Ar DIR\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\n.Nm\n";
  add_text(out, description);
  out += ".Pp\nEvery command takes these options:\n";
  add_options(out, std::array{home_option, help_option});
  out += ".Sh COMMANDS\n";
  for (const auto& command : commands()) add_command(out, command);
  out += ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev AGT_HOME\nThe folder of the gateway.\n";
  for (const auto& setting : store::setting_specs()) {
    out += fmt::format(".It Ev {}\n", store::environment_name(setting));
    add_text(out, setting.description);
    if (!setting.built_in.empty()) out += fmt::format("Default: {}.\n", plain(setting.built_in));
  }
  out += ".El\n";
  return out + std::string(ending);
}

}  // namespace agt::app

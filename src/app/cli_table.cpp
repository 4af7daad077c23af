// Every command there is, and the help pages made of this table.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "app/cli_backup.h"
#include "app/commands.h"

namespace agt::app {
namespace {

constexpr OptionSpec json_option{"--json", "", "the API's answer instead of a table"};
constexpr std::array read_options{json_option};

template <std::size_t... Sizes>
constexpr auto joined(const std::array<OptionSpec, Sizes>&... parts) {
  std::array<OptionSpec, (Sizes + ...)> all{};
  auto* to = all.data();
  ((to = std::ranges::copy(parts, to).out), ...);
  return all;
}

constexpr std::array choice_options{
    // what decides when an account is chosen
    OptionSpec{"--model", "MODEL", "serve only this model (wildcards allowed); several times for more", true},
    OptionSpec{"--exclude", "MODEL", "never serve this model; several times for more", true},
    OptionSpec{"--priority", "N", "accounts of a higher priority are asked first; default 0"},
    OptionSpec{"--weight", "N", "its share among accounts of the same priority; default 1"},
    OptionSpec{"--max-concurrency", "N", "requests at a time; 0: no limit"},
    OptionSpec{"--group", "NAME", "a name under which rules may mean several accounts; repeatable", true},
    OptionSpec{"--tag", "WORD", "a word for yourself; repeatable", true},
    OptionSpec{"--reserve", "PERCENT", "of a known quota, kept for yourself; 0: nothing is kept"},
    OptionSpec{"--reserve-use", "WHEN", "of what is kept: last (the default), when nobody else can serve, or never"},
};
constexpr auto account_add_options = joined(
    std::array{
        OptionSpec{"--label", "LABEL", "its name in targets and lists; default: the provider's name"},
        OptionSpec{"--base-url", "URL", "where the provider is, when not at its own address"},
        OptionSpec{"--key-env", "VARIABLE", "read the key from this environment variable"},
        OptionSpec{"--key-stdin", "", "read the key from standard input: its first line, or a whole JSON file"},
        OptionSpec{"--key-header", "STYLE", "how the key travels: bearer, x-api-key, x-goog-api-key or none"},
        OptionSpec{"--project", "PROJECT", "vertex, code-assist: the project in Google Cloud"},
        OptionSpec{"--location", "LOCATION", "vertex: a region, us, eu or global (the default)"},
    },
    choice_options,
    std::array{
        OptionSpec{"--insecure-http", "", "allow plain http:// to another computer"},
        OptionSpec{"--disabled", "", "add it, but do not use it yet"},
    });
constexpr auto account_set_options =
    joined(std::array{OptionSpec{"--label", "LABEL", "its name in targets and lists"}}, choice_options,
           std::array{
               OptionSpec{"--pin", "", "prefer it whenever it may serve"},
               OptionSpec{"--unpin", "", "no longer"},
           });
constexpr std::array account_login_options{
    OptionSpec{"--no-browser", "", "print the link only, and take the pasted address"},
    OptionSpec{"--account", "ID", "sign in again to this account"},
    OptionSpec{"--provider", "NAME", "what the account is used with; default: the service's own"},
    OptionSpec{"--label", "LABEL", "its name in targets and lists"},
    OptionSpec{"--base-url", "URL", "where the provider is, when not at its own address"},
    OptionSpec{"--client-id", "ID", "your OAuth client; default: that of the settings"},
    OptionSpec{"--client-secret-env", "VARIABLE", "read its secret from this environment variable"},
    OptionSpec{"--auth-url", "URL", "custom: where the browser is sent"},
    OptionSpec{"--token-url", "URL", "custom: where codes and refresh tokens are redeemed"},
    OptionSpec{"--userinfo-url", "URL", "custom: where the provider says who it is"},
    OptionSpec{"--revoke-url", "URL", "custom: where tokens are revoked"},
    OptionSpec{"--scopes", "SCOPES", "custom: what is asked for, separated by spaces"},
};
constexpr OptionSpec passphrase_option{"--passphrase-env", "VARIABLE", "read the passphrase from this variable"};
constexpr OptionSpec dry_run_option{"--dry-run", "", "show what would happen, and change nothing"};
constexpr std::array account_import_options{
    json_option,
    dry_run_option,
    OptionSpec{"--provider", "NAME", "what the accounts are used with; default: the service's own"},
    OptionSpec{"--base-url", "URL", "where the provider is, when not at its own address"},
    OptionSpec{"--client-id", "ID", "the OAuth client that the tokens were issued to; default: that of the settings"},
    OptionSpec{"--client-secret-env", "VARIABLE", "read its secret from this environment variable"},
    OptionSpec{"--token-url", "URL", "where the tokens are redeemed, when not at Google"},
    passphrase_option,
};
constexpr std::array export_options{
    passphrase_option,
    OptionSpec{"--account", "ID", "only this account, by id or label; several times for more", true},
    OptionSpec{"--no-rules", "", "without the rules"},
    OptionSpec{"--settings", "", "with the stored settings, secrets included"},
};
constexpr std::array route_add_options{
    OptionSpec{"--match", "PATTERN", "a model name, with * as wildcard, or /regular expression/"},
    OptionSpec{"--to", "TARGET", "provider/model or label/model; * as model: as asked; several are tried in order",
               true},
    OptionSpec{"--strict", "", "refuse what translation would lose, naming the field, instead of leaving it out"},
    OptionSpec{"--position", "N", "where in the list, from 0; default: at the end"},
};
constexpr std::array route_preset_options{
    json_option,
    OptionSpec{"--instead", "NAME=OTHER", "what the preset sends to NAME goes to OTHER: a provider, label or group",
               true},
    OptionSpec{"--write", "", "change the rules; without, show what would change"},
};
constexpr std::array connect_options{
    json_option,
    OptionSpec{"--print", "", "show what to set and what --write would change; the default"},
    OptionSpec{"--write", "", "change the client's files; what was there is kept beside them"},
    OptionSpec{"--undo", "", "put back what was there, byte for byte"},
    OptionSpec{"--model", "MODEL", "the model that the client shall ask for, where its files name one"},
};
constexpr std::array doctor_options{
    OptionSpec{"--json", "", "the findings for a program"},
    OptionSpec{"--quick", "", "ask no upstream: what can be told without leaving this computer"},
};
constexpr std::array explain_options{
    json_option,
    OptionSpec{"--path", "PATH", "where the client would send it; default /v1/chat/completions"},
    OptionSpec{"--model", "MODEL", "in place of the request's model"},
    OptionSpec{"--without", "NAME", "what if this account, or all of this provider, had nothing left; repeatable",
               true},
};
constexpr std::array record_options{json_option,
                                    OptionSpec{"--minutes", "N", "on: for how long, at most a day; default 15"}};
constexpr std::array trace_options{
    json_option,
    OptionSpec{"--bundle", "FILE", "with ID: save the request with all that was said, to hand on; - prints it"},
    OptionSpec{"--limit", "N", "without ID: how many requests; default 20"},
    OptionSpec{"--failures", "", "without ID: only requests that failed"},
};
constexpr std::array stats_options{
    json_option, OptionSpec{"--by", "WHAT", "model, account, client, provider or day; default model"}};
constexpr std::array key_limit_options{
    OptionSpec{"--model", "MODEL", "a model that it may use, with * as wildcard; default: all", true},
    OptionSpec{"--rate", "N", "requests in a minute"},
    OptionSpec{"--concurrency", "N", "requests at a time"},
    OptionSpec{"--tokens-per-day", "N", "input and output tokens in a day of UTC"},
    OptionSpec{"--expires", "DAYS", "how many days from now it lives, or never"},
    OptionSpec{"--network", "ADDRESS", "where it may be used from: an address or 192.168.1.0/24; default: anywhere",
               true},
};
constexpr std::array open_options{
    OptionSpec{"--print", "", "only print the link"},
    OptionSpec{"--view", "", "for a page that may look at everything, but change nothing and see no key"},
};
constexpr std::array status_options{json_option, OptionSpec{"--running", "", "exit code 1 when no gateway runs"}};
constexpr std::array get_options{json_option, OptionSpec{"--reveal", "", "show proxy.api_key itself"}};
constexpr std::array set_options{
    OptionSpec{"--default", "", "back to the default"},
    OptionSpec{"--value-env", "VARIABLE", "for a secret: read it from this environment variable"},
    OptionSpec{"--value-stdin", "", "for a secret: read it from the first line of standard input"},
};
constexpr std::array serve_options{
    OptionSpec{"--host", "HOST", "address for clients; default 127.0.0.1"},
    OptionSpec{"--port", "PORT", "port for clients; default 8045, 0: any free one"},
    OptionSpec{"--admin-port", "PORT", "port of the admin API and the UI; default 8046"},
    OptionSpec{"--config", "FILE", "instead of config.toml in the folder of the gateway"},
    OptionSpec{"--workers", "N", "threads that serve; default: one per core, at most four"},
    OptionSpec{"--log-level", "LEVEL", "debug, info, warn, error or off"},
};

constexpr std::string_view key_notes =
    "0 takes a limit away, an empty --model or --network the whole list. A request over a limit is answered with 429\n"
    "and the time after which to come back; limits hold also while proxy.auth_mode demands no keys.\n";
constexpr std::string_view account_add_notes =
    "Prints the id of the new account. PROVIDER is gemini, vertex, code-assist, openai, openai-responses,\n"
    "anthropic, openai-compatible, anthropic-compatible, demo, or a preset: `agt provider list` shows them.\n"
    "The key is never an argument: other users could read it in the process list. Example:\n\n"
    "  agt account add openai --key-env OPENAI_API_KEY\n";
constexpr std::string_view account_set_notes =
    "Only what is given changes. A list that is given replaces the old one; an empty word empties it:\n\n"
    "  agt account set work --group team --reserve 20 --model ''\n\n"
    "A reserve counts where the provider tells what is left (`agt account show`): below it the account is asked after\n"
    "all others until its window is reset, or not at all.\n";
constexpr std::string_view price_list_notes =
    "A price that is not in the list is unknown, not 0. Your own count first, with * as a wildcard in the model's\n"
    "name; IN/OUT, or IN/OUT/CACHE-READ/CACHE-WRITE:\n\n"
    "  agt settings set prices.overrides 'openrouter/*=0.5/1.5, openai/gpt-5=1.25/10/0.125'\n";
constexpr std::string_view connect_notes =
    "CLIENT is claude-code, codex, gemini-cli, opencode, curl, openai-sdk, …; without it all are listed. Comments and\n"
    "other settings in the files stay. A file that cannot be read is not touched. Example:\n\n"
    "  agt connect claude-code --write\n";
constexpr std::string_view account_login_notes =
    "SERVICE is google, or custom with its addresses. The OAuth client is your own: none is built in. For Google make\n"
    "one of the type \"Desktop app\" at https://console.cloud.google.com/auth/clients and store it once:\n\n"
    "  agt settings set oauth.google_client_id ID\n"
    "  agt settings set oauth.google_client_secret --value-stdin\n\n"
    "Prints the id of the account. With --no-browser, or when no gateway runs, open the link anywhere, agree, and\n"
    "paste the address on which the browser ends (the page itself cannot be shown; that is as it should be).\n";
constexpr std::string_view account_import_notes =
    "FILE (- for standard input) holds refresh tokens, one a line or as a JSON list, with or without the address in\n"
    "front; or account files of Antigravity Manager, or whatever `agt import` takes. A refresh token works only with\n"
    "the OAuth client that it was issued to. Each token is tried; one that is refused is not kept.\n";
constexpr std::string_view import_notes =
    "FILE is an export of this program; or the folder of Antigravity Manager (accounts, mappings, settings); or a key\n"
    "file of Google Cloud (a service account, or application_default_credentials.json of gcloud); or the word env, "
    "for\n"
    "keys in the variables that providers' own tools read; or anything that `agt account import` takes. See first:\n\n"
    "  agt import ~/.antigravity_tools --dry-run\n"
    "  agt import env --dry-run\n\n"
    "Nothing that is here is overwritten, except settings that differ. Sign-ins that were issued to another program's\n"
    "OAuth client are named and not taken.\n";
constexpr std::string_view export_notes =
    "FILE holds accounts with their credentials and the rules, sealed under a passphrase (Argon2id, XChaCha20).\n"
    "A refresh token that rotates is good in one place only: whoever refreshes first spends it.\n";
constexpr std::string_view backup_notes =
    "FILE holds all that the gateway knows but its history: accounts with their credentials, rules, client keys,\n"
    "settings, the key of the vault, and config.toml, sealed under a passphrase (Argon2id, XChaCha20). It may be made\n"
    "while the gateway runs. Without the passphrase nobody can use it, you included.\n";
constexpr std::string_view restore_notes =
    "Puts everything of FILE in the place of what is there, which is kept beside under another name. The gateway must\n"
    "not run. FILE is examined first: one that is damaged, or of a newer version, changes nothing.\n"
    "A refresh token that rotates is good in one place only: sign in again where it was used since.\n";
constexpr std::string_view route_add_notes =
    "The first rule that matches decides. Prints the position of the new rule. Example:\n\n"
    "  agt route add --match 'gpt-*' --to 'openai/*' --to anthropic/claude-sonnet-4-5\n";
constexpr std::string_view route_preset_notes =
    "A rule whose pattern is there already gets the preset's targets; the others come first. Example:\n\n"
    "  agt route preset claude-on-gemini --instead gemini=code-assist --write\n";
constexpr std::string_view doctor_notes =
    "Looks at the folders, the disk, the ports, the settings, the upstream proxy, certificates, host names, the "
    "clock,\n"
    "each enabled account with its quota, and the clients on this computer and in this shell; with and without a\n"
    "running gateway. Each finding says what is wrong, why, and what to do. Exit code 1: there is a problem.\n";
constexpr std::string_view explain_notes =
    "FILE is a client's request as JSON, - reads it from standard input, and without it a greeting is taken.\n"
    "Shows the rule, the accounts in their order with what stands against each, and the exact request that\n"
    "would go out, with the key masked. Exit code 1: it would be refused.\n";
constexpr std::string_view trace_notes =
    "ID is the x-agt-trace header of an answer, or its unique beginning. Without ID: the last requests.\n";
constexpr std::string_view record_notes =
    "Keeps the messages of every request on both sides, prompts included, whatever logging.bodies says, and ends by\n"
    "itself. Without a word it tells how things stand. Then:\n\n"
    "  agt trace ID --bundle request.json          the request as a file, without keys and addresses\n"
    "  agt-sim --port 9000 --replay request.json   says the upstream's part of it again\n";
constexpr std::string_view selftest_notes =
    "Starts the simulator agt-sim, which is installed beside this program, and a second gateway over a folder that is\n"
    "thrown away; asks in every client protocol for every upstream protocol: whole answers, streams, tool calls and\n"
    "refusals. Nothing leaves this computer, and the gateway that runs is not touched. Exit code 1: something was "
    "wrong.\n";
constexpr std::string_view serve_notes =
    "Runs until SIGTERM or Ctrl-C. Flags win over AGT_… variables, those over config.toml, and that over what\n"
    "`agt settings set` stored.\n";
constexpr std::string_view open_notes =
    "Makes a link with a code that works once, for ten minutes, and hands it to the browser (xdg-open). Where there "
    "is\n"
    "no browser the link is printed.\n";
constexpr std::string_view set_notes =
    "Changes the stored setting. config.toml, AGT_… variables and flags of `agt serve` win over it.\n";

constexpr std::string_view completion_notes =
    "Packages bring them. Without a package:\n\n"
    "  agt completion bash > ~/.local/share/bash-completion/completions/agt\n"
    "  agt completion zsh > ~/.zfunc/_agt\n"
    "  agt completion fish > ~/.config/fish/completions/agt.fish\n\n"
    "For zsh, ~/.zfunc must be in fpath before compinit runs.\n";
constexpr std::string_view manual_notes =
    "Written in the mdoc language. Packages bring it as agt(1). Without a package:\n\n"
    "  agt manual | man -l -\n";

Result<Exit> not_run_here(Session&) { return fail(Code::internal, "This command runs before the table is asked."); }

constexpr std::array table{
    Command{"serve", "", serve_options, "Run the gateway in the foreground.", serve_notes, not_run_here},
    Command{"open", "", open_options, "Open the interface in the browser.", open_notes, open_interface},
    Command{"status", "", status_options, "What runs where, with counts.", "", show_status},
    Command{"doctor", "", doctor_options, "What is wrong here, why, and what to do.", doctor_notes, doctor},
    Command{"selftest", "", read_options, "Try every protocol against every other, on this computer.", selftest_notes,
            selftest},
    Command{"account add", "PROVIDER", account_add_options, "Add an account.", account_add_notes, account_add},
    Command{"account login", "SERVICE", account_login_options, "Sign in with OAuth in the browser.",
            account_login_notes, account_login},
    Command{"account import", "FILE", account_import_options, "Import refresh tokens or accounts.",
            account_import_notes, account_import},
    Command{"account set", "ID", account_set_options, "Change what decides when an account is chosen.",
            account_set_notes, account_set},
    Command{"account list", "", read_options, "All accounts and how they are.", "", account_list},
    Command{"account show", "ID", read_options, "One account, by id or label.", "", account_show},
    Command{"account test", "ID", read_options, "Ask the upstream for its models: are address and key right?", "",
            account_test},
    Command{"account enable", "ID", {}, "Let an account serve again.", "", account_enable},
    Command{"account disable", "ID", {}, "Keep an account, but do not use it.", "", account_disable},
    Command{"account refresh",
            "ID",
            {},
            "Fetch a new access token, and end every rest of the account.",
            "",
            account_refresh},
    Command{"account quota", "ID", read_options, "Ask the provider what is left of an account.", "", account_quota},
    Command{"account reset",
            "ID",
            {},
            "End every rest of an account and of its provider: it is asked again at once.",
            "",
            account_reset},
    Command{"account remove", "ID", {}, "Remove an account and its key.", "", account_remove},
    Command{"provider list", "", read_options, "The providers and presets that accounts can name.", "", provider_list},
    Command{"price list", "", read_options, "What models cost for a million tokens, and who says so.", price_list_notes,
            price_list},
    Command{"route add", "", route_add_options, "Say where a model name goes.", route_add_notes, route_add},
    Command{"route list", "", read_options, "The rules, in the order in which they are asked.", "", route_list},
    Command{"route preset", "[NAME]", route_preset_options, "Ready-made rules: list them, look at one, take it over.",
            route_preset_notes, route_preset},
    Command{"route remove", "N", {}, "Remove the rule at position N.", "", route_remove},
    Command{"connect", "[CLIENT]", connect_options, "Set a client up for the gateway, or show how.", connect_notes,
            connect_client},
    Command{"explain", "[FILE]", explain_options, "What would happen to a request; nothing is sent.", explain_notes,
            explain},
    Command{"trace", "[ID]", trace_options, "The story of one request, or the last requests.", trace_notes, show_trace},
    Command{"record", "[on|off]", record_options, "Keep everything that is said, for a while.", record_notes, record},
    Command{"stats", "", stats_options, "Requests, failures, tokens and cost in sums.", "", show_stats},
    Command{"key add", "NAME", key_limit_options, "Make a client key; it is printed this once.", key_notes, key_add},
    Command{"key set", "NAME", key_limit_options, "Change a client key's limits, by id or name.", key_notes, key_set},
    Command{"key list", "", read_options, "The client keys.", "", key_list},
    Command{"key revoke", "NAME", {}, "Revoke a client key, by id or name.", "", key_revoke},
    Command{"settings list", "", read_options, "Every setting, its value and where it comes from.", "", settings_list},
    Command{"settings get", "NAME", get_options, "One setting's value.", "", settings_get},
    Command{"settings set", "NAME [VALUE]", set_options, "Change a stored setting.", set_notes, settings_set},
    Command{"export", "FILE", export_options, "Save accounts and rules under a passphrase.", export_notes, export_all},
    Command{"import", "FILE", account_import_options, "Bring an export back, or what other programs keep.",
            import_notes, import_all},
    Command{"backup", "FILE", export_options, "Save everything under a passphrase.", backup_notes, backup_all},
    Command{"restore", "FILE", export_options, "Bring a backup back.", restore_notes, restore_all},
    Command{"openapi", "", {}, "The admin API as an OpenAPI document.", "", show_openapi},
    Command{"completion", "SHELL", {}, "A completion script for bash, zsh or fish.", completion_notes, show_completion},
    Command{"manual", "", {}, "This program's manual page, for man(1).", manual_notes, show_manual},
    Command{"version", "", {}, "The version of this program.", "", not_run_here},
    Command{"help", "[COMMAND]", {}, "This list, or a command's page.", "", not_run_here},
};

std::string usage_of(const Command& command) {
  auto line = fmt::format("agt {}", command.name);
  if (!command.words.empty()) line += fmt::format(" {}", command.words);
  return command.options.empty() ? line : line + " [options]";
}

}  // namespace

std::span<const Command> commands() { return table; }

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(table, name, &Command::name);
  return found == table.end() ? nullptr : &*found;
}

std::string help_overview() {
  std::string out = "Antigravity Tools: one local address for every model.\n\n";
  for (const auto& command : table) {
    const auto left =
        command.words.empty() ? std::string(command.name) : fmt::format("{} {}", command.name, command.words);
    out += fmt::format("  agt {:<26} {}\n", left, command.summary);
  }
  out +=
      "\n`agt help COMMAND` shows a command's options. --home DIR or AGT_HOME names the folder of the gateway.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.\n";
  return out;
}

std::string help_of(const Command& command) {
  auto out = fmt::format("{}\n\n{}\n", usage_of(command), command.summary);
  if (!command.notes.empty()) out += fmt::format("\n{}", command.notes);
  out += "\n";
  const auto add = [&out](const OptionSpec& option) {
    const auto left = option.value.empty() ? std::string(option.name) : fmt::format("{} {}", option.name, option.value);
    out += fmt::format("  {:<22} {}\n", left, option.text);
  };
  for (const auto& option : command.options) add(option);
  add(home_option);
  add(help_option);
  return out;
}

}  // namespace agt::app

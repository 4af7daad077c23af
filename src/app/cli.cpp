#include "app/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "admin/answer.h"
#include "admin/fields.h"
#include "app/commands.h"
#include "app/wiring.h"
#include "core/text.h"
#include "core/version.h"

namespace agt::app {
namespace {

constexpr std::size_t message_max = 2000;

// Collects what is printed, and hands it over when it is flushed. A reader that has seen enough (`| head`) is no
// failure of the command.
class Printed final : public std::stringbuf {
 protected:
  int sync() override {
    const auto text = str();
    str("");
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0);
    return 0;
  }
};

Code code_named(std::string_view named) {
  for (int i = 0; i <= static_cast<int>(Code::client_gone); ++i)
    if (name(static_cast<Code>(i)) == named) return static_cast<Code>(i);
  return Code::internal;
}

Error error_in(const admin::Answer& answer) {
  const auto document = json::Document::parse(answer.body);
  if (!document) return {.message = fmt::format("The gateway answered {} without a reason.", answer.status)};
  return told_error(document->root()["error"]);
}

Exit exit_of(const Error& error) {
  if (error.code == Code::schema) return Exit::usage;
  if (error.code == Code::config) return Exit::config;
  return Exit::failed;
}

// One line what, one line what to do. A conflict says itself with what, and what to do about it.
Exit tell(CliContext& context, const Error& error, std::string_view command) {
  context.out.flush();
  context.err << "agt: " << text::quoted(error.message, message_max) << '\n';
  if (error.code == Code::schema)
    context.err << "     See `agt help" << (command.empty() ? "" : " ") << command << "`.\n";
  else if (error.code != Code::conflict)
    context.err << "     " << admin::remedy_for(error.code) << '\n';
  return exit_of(error);
}

// What stands before the command: --home DIR counts for every command.
struct Line {
  std::vector<std::string> words{};  // the command's
  std::vector<std::string> rest{};   // its arguments
};

Line taken_apart(std::span<const std::string> arguments) {
  Line line;
  std::size_t i = 0;
  while (i < arguments.size() && (arguments[i] == "--home" || arguments[i].starts_with("--home="))) {
    line.rest.push_back(arguments[i]);
    if (arguments[i] == "--home" && i + 1 < arguments.size()) line.rest.push_back(arguments[++i]);
    ++i;
  }
  for (; i < arguments.size() && line.words.size() < 2 && !arguments[i].starts_with('-'); ++i) {
    line.words.push_back(arguments[i]);
    if (find_command(arguments[i]) != nullptr) {  // a command of one word
      ++i;
      break;
    }
  }
  line.rest.insert(line.rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
  return line;
}

std::vector<std::string_view> names_below(std::string_view group) {
  std::vector<std::string_view> names;
  for (const auto& command : commands())
    if (command.name.starts_with(group) && command.name.size() > group.size() && command.name[group.size()] == ' ')
      names.push_back(command.name);
  return names;
}

Error unknown_command(const std::string& named, std::string_view group) {
  const auto below = names_below(group);
  if (!below.empty()) {
    std::vector<std::string> shown(below.begin(), below.end());
    const auto near = admin::nearest(named, below);
    const auto what = named == group ? fmt::format("`agt {}` needs to be told what to do", group)
                                     : fmt::format("There is no command \"{}\"", text::quoted(named, 60));
    return {.code = Code::schema,
            .message = near.empty() || named == group ? fmt::format("{}: {}.", what, text::joined(shown, ", "))
                                                      : fmt::format("{}; did you mean `agt {}`?", what, near)};
  }
  std::vector<std::string_view> known;
  for (const auto& command : commands()) known.push_back(command.name.substr(0, command.name.find(' ')));
  const auto near = admin::nearest(group, known);
  return {.code = Code::schema,
          .message = fmt::format("There is no command \"{}\"{}", text::quoted(group, 60),
                                 near.empty() ? "." : fmt::format("; did you mean `agt {}`?", near))};
}

Exit help(CliContext& context, std::span<const std::string> words) {
  if (words.empty()) {
    context.out << help_overview();
    return Exit::ok;
  }
  const auto name = words.size() > 1 ? words[0] + " " + words[1] : words[0];
  if (const auto* command = find_command(name)) {
    context.out << help_of(*command);
    return Exit::ok;
  }
  const auto below = words.size() == 1 ? names_below(words[0]) : std::vector<std::string_view>{};
  if (below.empty()) return tell(context, unknown_command(name, words[0]), "");
  for (const auto each : below) context.out << help_of(*find_command(each)) << (each == below.back() ? "" : "\n\n");
  return Exit::ok;
}

}  // namespace

Error told_error(const json::Value& error) {
  return {.code = code_named(error["code"].text_or("")),
          .message = error["message"].text_or("The gateway gave no reason."),
          .field = error["field"].text_or("")};
}

Result<Api*> Session::api() {
  if (!api_) {
    const auto home =
        arguments_.has("--home") ? std::optional<std::filesystem::path>(arguments_.get("--home")) : std::nullopt;
    TRY(api_, reach(context_, home));
  }
  return api_.get();
}

Result<std::string> Session::ask(Question question) {
  TRY(auto* const way, api());
  TRY(auto answer, way->ask({.method = std::move(question.method),
                             .path = fmt::format("{}{}", admin::api_prefix, question.path),
                             .query = std::move(question.query),
                             .body = std::move(question.body)}));
  if (answer.status >= 400) return std::unexpected(error_in(answer));
  return std::move(answer.body);
}

Result<json::Document> Session::ask_document(Question question) {
  TRY(auto body, ask(std::move(question)));
  return json::Document::parse_owned(std::move(body));
}

Result<bool> Session::gateway_runs() {
  TRY(const auto* const way, api());
  return way->gateway_runs();
}

void Session::print(std::string_view text) { context_.out << text; }

void Session::hint(std::string_view line) {
  context_.out.flush();  // so that both stand in the order of their writing also where they go into one file
  context_.err << line << '\n';
}

Result<std::optional<std::string>> secret_given(Session& session, std::string_view env_option,
                                                std::string_view stdin_option) {
  const auto& arguments = session.arguments();
  if (arguments.has(env_option) && arguments.has(stdin_option))
    return fail(Code::schema, fmt::format("Give {} or {}, not both.", env_option, stdin_option));
  if (arguments.has(env_option)) {
    const auto variable = arguments.get(env_option);
    const auto& environment = session.context().environment;
    const auto found = environment.find(variable);
    if (found == environment.end() || found->second.empty())
      return fail(Code::schema, fmt::format("{}: the environment variable {} is not set, or not exported.", env_option,
                                            text::quoted(variable, 60)));
    return found->second;
  }
  if (!arguments.has(stdin_option)) return std::nullopt;
  std::string line;
  std::getline(session.context().in, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.starts_with('{')) {  // a credential file: all of it
    std::string rest(std::istreambuf_iterator<char>(session.context().in), {});
    line += "\n" + rest;
    while (!line.empty() && line.back() <= ' ') line.pop_back();
  }
  if (line.empty()) return fail(Code::schema, fmt::format("{}: standard input was empty.", stdin_option));
  return line;
}

Exit run_command(CliContext& context, std::span<const std::string> given) {
  if (given.empty()) {
    context.err << help_overview();
    return Exit::usage;
  }
  if (given[0] == "--help" || given[0] == "-h") return help(context, {});
  if (given[0] == "help") return help(context, given.subspan(1));
  if (given[0] == "version" || given[0] == "--version") {
    context.out << "agt " << version << '\n';
    return Exit::ok;
  }
  const auto line = taken_apart(given);
  if (line.words.empty()) return tell(context, unknown_command(line.rest.front(), line.rest.front()), "");
  const auto name = text::joined(line.words, " ");
  const auto* command = find_command(name);
  if (command == nullptr) {
    const bool help_wanted = std::ranges::find(line.rest, "--help") != line.rest.end();
    if (help_wanted) return help(context, line.words);
    return tell(context, unknown_command(name, line.words[0]), "");
  }
  const auto arguments = parse_arguments({command->name, command->words, command->options}, line.rest);
  if (!arguments) return tell(context, arguments.error(), command->name);
  if (arguments->has("--help")) {
    context.out << help_of(*command);
    return Exit::ok;
  }
  Session session(context, *arguments);
  const auto exit = command->run(session);
  return exit ? *exit : tell(context, exit.error(), command->name);
}

int run_cli(std::span<const std::string> arguments, const store::Environment& environment) {
  const Clock clock;
  ::signal(SIGPIPE, SIG_IGN);
  Printed printed;
  std::ostream out(&printed);
  CliContext context{.environment = environment,
                     .in = std::cin,
                     .out = out,
                     .err = std::cerr,
                     .families = families(),
                     .codecs = codecs(),
                     .clock = clock};
  const auto exit = run_command(context, arguments);
  out.flush();
  return static_cast<int>(exit);
}

}  // namespace agt::app

// agt route …
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "core/text.h"
#include "json/writer.h"

namespace agt::app {
namespace {

std::string targets_of(const json::Value& targets) {
  std::vector<std::string> words;
  for (const auto target : targets.children()) words.push_back(target.text_or(""));
  return text::joined(words, ", ");
}

Result<Exit> list_presets(Session& session) {
  TRY(const auto body, session.ask({.path = "/routes/presets"}));
  if (session.wants_json()) {
    session.print(body + "\n");
    return Exit::ok;
  }
  TRY(const auto document, json::Document::parse(body));
  Table table({"PRESET", "MATCH", "TO"});
  for (const auto preset : document.root()["presets"].children()) {
    table.add({preset["name"].text_or(""), "", preset["title"].text_or("")});
    for (const auto rule : preset["rules"].children())
      table.add({"", rule["match"].text_or(""), targets_of(rule["targets"])});
  }
  session.print(table.text());
  return Exit::ok;
}

std::string asked_of_preset(const Arguments& arguments) {
  json::Writer w;
  w.begin_object();
  write_list(w, "instead", arguments.all("--instead"));
  w.field("write", arguments.has("--write"));
  w.end_object();
  return std::move(w).take();
}

}  // namespace

Result<Exit> route_add(Session& session) {
  const auto& arguments = session.arguments();
  for (const auto* needed : {"--match", "--to"})
    if (!arguments.has(needed)) return fail(Code::schema, fmt::format("`agt route add` needs {}.", needed), needed);
  json::Writer w;
  w.begin_object();
  w.field("match", arguments.get("--match"));
  write_list(w, "targets", arguments.all("--to"));
  if (arguments.has("--strict")) w.field("strict", true);
  if (arguments.has("--position")) {
    TRY(const auto position, number_in(arguments, "--position"));
    w.field("position", position);
  }
  w.end_object();
  TRY(const auto route, session.ask_document({.method = "POST", .path = "/routes", .body = std::move(w).take()}));
  session.print(fmt::format("{}\n", route.root()["position"].integer_or(0)));
  for (const auto warning : route.root()["warnings"].children())
    session.hint(fmt::format("agt: warning: {}", warning.text_or("")));
  return Exit::ok;
}

Result<Exit> route_list(Session& session) {
  TRY(const auto body, session.ask({.path = "/routes"}));
  if (session.wants_json()) {
    session.print(body + "\n");
    return Exit::ok;
  }
  TRY(const auto document, json::Document::parse(body));
  Table table({"N", "MATCH", "TO", "STRICT", "WARNING"});
  for (const auto route : document.root()["routes"].children()) {
    const auto warnings = route["warnings"];
    table.add({fmt::format("{}", route["position"].integer_or(0)), route["match"].text_or(""),
               targets_of(route["targets"]), route["strict"].boolean_or(false) ? "yes" : "", warnings[0].text_or("")});
    for (std::size_t i = 1; i < warnings.size(); ++i) table.add({"", "", "", "", warnings[i].text_or("")});
  }
  if (table.empty())
    session.hint("No rule: a model goes to the accounts that have it. Add one: agt route add --match P --to TARGET");
  else
    session.print(table.text());
  return Exit::ok;
}

Result<Exit> route_preset(Session& session) {
  const auto& arguments = session.arguments();
  if (arguments.words() == 0) return list_presets(session);
  TRY(const auto body, session.ask({.method = "POST",
                                    .path = fmt::format("/routes/presets/{}", arguments.word(0)),
                                    .body = asked_of_preset(arguments)}));
  if (session.wants_json()) {
    session.print(body + "\n");
    return Exit::ok;
  }
  TRY(const auto document, json::Document::parse(body));
  const auto root = document.root();
  Table table({"N", "RULE", "MATCH", "TO", "BEFORE"});
  for (const auto change : root["changes"].children())
    table.add({fmt::format("{}", change["position"].integer_or(0)), change["kind"].text_or(""),
               change["match"].text_or(""), targets_of(change["targets"]), targets_of(change["before"])});
  session.print(table.text());
  for (const auto route : root["routes"].children())
    for (const auto warning : route["warnings"].children())
      session.hint(fmt::format("agt: warning: rule {}: {}", route["position"].integer_or(0), warning.text_or("")));
  if (!root["written"].boolean_or(false)) session.hint("Nothing was changed. To take it over: --write");
  return Exit::ok;
}

Result<Exit> route_remove(Session& session) {
  const auto& position = session.arguments().word(0);
  if (!text::parse_number<std::size_t>(position))
    return fail(Code::schema, fmt::format("N must be the position of a rule (`agt route list`), not \"{}\".",
                                          text::quoted(position, 40)));
  TRY_OK(session.ask({.method = "DELETE", .path = fmt::format("/routes/{}", position)}));
  session.hint(fmt::format("Removed rule {}.", position));
  return Exit::ok;
}

}  // namespace agt::app

// agt route …
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "core/text.h"
#include "json/writer.h"

namespace agt::app {

Result<Exit> route_add(Session& session) {
  const auto& arguments = session.arguments();
  for (const auto* needed : {"--match", "--to"})
    if (!arguments.has(needed)) return fail(Code::schema, fmt::format("`agt route add` needs {}.", needed), needed);
  json::Writer w;
  w.begin_object();
  w.field("match", arguments.get("--match"));
  w.key("targets");
  w.begin_array();
  for (const auto& target : arguments.all("--to")) w.value(target);
  w.end_array();
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
    std::vector<std::string> targets;
    for (const auto target : route["targets"].children()) targets.push_back(target.text_or(""));
    table.add({fmt::format("{}", route["position"].integer_or(0)), route["match"].text_or(""),
               text::joined(targets, ", "), route["strict"].boolean_or(false) ? "yes" : "",
               route["warnings"][0].text_or("")});
  }
  if (table.empty())
    session.hint("No rule: a model goes to the accounts that have it. Add one: agt route add --match P --to TARGET");
  else
    session.print(table.text());
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

// agt key …
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "json/writer.h"

namespace agt::app {

Result<Exit> key_add(Session& session) {
  json::Writer w;
  w.begin_object();
  w.field("name", session.arguments().word(0));
  w.end_object();
  TRY(const auto made, session.ask_document({.method = "POST", .path = "/keys", .body = std::move(w).take()}));
  session.print(made.root()["key"].text_or("") + "\n");
  session.hint("Keep it: this key is not shown again.");
  return Exit::ok;
}

Result<Exit> key_list(Session& session) {
  TRY(const auto body, session.ask({.path = "/keys"}));
  if (session.wants_json()) {
    session.print(body + "\n");
    return Exit::ok;
  }
  TRY(const auto document, json::Document::parse(body));
  const auto root = document.root();
  Table table({"ID", "NAME", "KEY", "CREATED", "STATE"});
  table.add({"-", "primary", root["primary"]["hint"].text_or(""), "-", "live"});
  for (const auto key : root["keys"].children())
    table.add({key["id"].text_or(""), key["name"].text_or(""), key["hint"].text_or(""),
               shown_time(key["created_ms"].integer_or(0)),
               key["revoked_ms"].exists() ? "revoked " + shown_time(key["revoked_ms"].integer_or(0))
               : key["ends_ms"].exists()  ? "until " + shown_time(key["ends_ms"].integer_or(0))
                                          : "live"});
  session.print(table.text());
  if (!root["demanded"].boolean_or(false)) session.hint("Clients need no key now (proxy.auth_mode).");
  session.hint("The primary key itself: agt settings get proxy.api_key --reveal");
  return Exit::ok;
}

Result<Exit> key_revoke(Session& session) {
  TRY_OK(session.ask({.method = "DELETE", .path = fmt::format("/keys/{}", session.arguments().word(0))}));
  session.hint(fmt::format("Revoked {}.", session.arguments().word(0)));
  return Exit::ok;
}

}  // namespace agt::app

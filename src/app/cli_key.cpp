// agt key …
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "core/text.h"
#include "json/writer.h"

namespace agt::app {

namespace {

// Only what was given.
Result<> write_limits(json::Writer& w, Session& session) {
  const auto& arguments = session.arguments();
  write_list(w, "models", arguments.all("--model"));
  write_list(w, "networks", arguments.all("--network"));
  for (const auto& [option, field] :
       {std::pair("--rate", "requests_per_minute"), std::pair("--concurrency", "concurrency"),
        std::pair("--tokens-per-day", "tokens_per_day")}) {
    if (!arguments.has(option)) continue;
    TRY(const auto number, number_in(arguments, option));
    w.field(field, number);
  }
  if (!arguments.has("--expires")) return {};
  if (arguments.get("--expires") == "never") {
    w.field("expires_ms", 0);
    return {};
  }
  constexpr std::int64_t days_max = 36'500;
  TRY(const auto days, number_in(arguments, "--expires"));
  if (days < 1 || days > days_max)
    return fail(Code::schema, "--expires: must be a number of days from 1 to 36500, or never.", "--expires");
  w.field("expires_ms", static_cast<std::int64_t>(unix_ms(session.context().clock.wall() + std::chrono::days(days))));
  return {};
}

std::string limits_text(const json::Value& key) {
  std::vector<std::string> parts;
  const auto list = [&](std::string_view field, std::string_view word) {
    std::vector<std::string> words;
    for (const auto item : key[field].children()) words.push_back(item.text_or(""));
    if (!words.empty()) parts.push_back(fmt::format("{} {}", word, text::joined(words, " ")));
  };
  list("models", "models");
  list("networks", "from");
  for (const auto& [field, unit] : {std::pair("requests_per_minute", "a minute"), std::pair("concurrency", "at a time"),
                                    std::pair("tokens_per_day", "tokens a day")})
    if (const auto number = key[field].integer_or(0); number > 0) parts.push_back(fmt::format("{} {}", number, unit));
  if (const auto until = key["expires_ms"].integer_or(0); until > 0)
    parts.push_back(fmt::format("until {}", shown_time(until)));
  return text::joined(parts, "; ");
}

}  // namespace

Result<Exit> key_add(Session& session) {
  json::Writer w;
  w.begin_object();
  w.field("name", session.arguments().word(0));
  TRY_OK(write_limits(w, session));
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
  Table table({"ID", "NAME", "KEY", "CREATED", "STATE", "LIMITS"});
  table.add({"-", "primary", root["primary"]["hint"].text_or(""), "-", "live", ""});
  for (const auto key : root["keys"].children())
    table.add({key["id"].text_or(""), key["name"].text_or(""), key["hint"].text_or(""),
               shown_time(key["created_ms"].integer_or(0)),
               key["revoked_ms"].exists() ? "revoked " + shown_time(key["revoked_ms"].integer_or(0)) : "live",
               limits_text(key)});
  session.print(table.text());
  if (!root["demanded"].boolean_or(false)) session.hint("Clients need no key now (proxy.auth_mode).");
  session.hint("The primary key itself: agt settings get proxy.api_key --reveal");
  return Exit::ok;
}

Result<Exit> key_set(Session& session) {
  json::Writer w;
  w.begin_object();
  TRY_OK(write_limits(w, session));
  w.end_object();
  TRY_OK(session.ask(
      {.method = "PATCH", .path = fmt::format("/keys/{}", session.arguments().word(0)), .body = std::move(w).take()}));
  session.hint(fmt::format("Changed {}; `agt key list` shows its limits.", session.arguments().word(0)));
  return Exit::ok;
}

Result<Exit> key_revoke(Session& session) {
  TRY_OK(session.ask({.method = "DELETE", .path = fmt::format("/keys/{}", session.arguments().word(0))}));
  session.hint(fmt::format("Revoked {}.", session.arguments().word(0)));
  return Exit::ok;
}

}  // namespace agt::app

// agt settings …
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "core/overloaded.h"
#include "core/text.h"
#include "json/writer.h"
#include "store/settings.h"

namespace agt::app {
namespace {

std::string value_text(const json::Value& setting) {
  const auto value = setting["value"];
  if (!value.exists()) return setting["hint"].text_or("");
  return value.is_string() ? value.text_or("") : std::string(value.raw());
}

// The new value as JSON: null for the default, else as the setting's kind has it.
Result<std::string> new_value(Session& session, const store::SettingSpec& spec) {
  const auto& arguments = session.arguments();
  TRY(const auto secret, secret_given(session, "--value-env", "--value-stdin"));
  const int given = (arguments.words() > 1 ? 1 : 0) + (secret ? 1 : 0) + (arguments.has("--default") ? 1 : 0);
  if (given != 1) return fail(Code::schema, "Give one of VALUE, --value-env, --value-stdin and --default.");
  if (arguments.has("--default")) return "null";
  const bool is_secret = spec.kind == store::SettingSpec::Kind::secret;
  if (is_secret && !secret)
    return fail(Code::schema,
                fmt::format("{} is a secret: other users could read it in the process list. Use --value-env VARIABLE "
                            "or --value-stdin.",
                            spec.name));
  auto value = store::parse_setting(spec, secret ? *secret : arguments.word(1));
  if (!value) return fail(Code::schema, fmt::format("{}: {}", spec.name, value.error().message));
  json::Writer w;
  std::visit([&w](const auto& plain) { w.value(plain); }, *value);
  return std::move(w).take();
}

}  // namespace

Result<Exit> settings_list(Session& session) {
  TRY(const auto body, session.ask({.path = "/settings"}));
  if (session.wants_json()) {
    session.print(body + "\n");
    return Exit::ok;
  }
  TRY(const auto document, json::Document::parse(body));
  Table table({"NAME", "VALUE", "FROM", "WHAT IT IS"});
  for (const auto setting : document.root()["settings"].children())
    table.add({setting["name"].text_or(""), value_text(setting), setting["origin_text"].text_or(""),
               setting["description"].text_or("")});
  session.print(table.text());
  return Exit::ok;
}

Result<Exit> settings_get(Session& session) {
  const bool reveals = session.arguments().has("--reveal");
  TRY(const auto body, session.ask({.path = fmt::format("/settings/{}", session.arguments().word(0)),
                                    .query = reveals ? "reveal=1" : ""}));
  TRY(const auto document, json::Document::parse(body));
  session.print((session.wants_json() ? body : value_text(document.root())) + "\n");
  return Exit::ok;
}

Result<Exit> settings_set(Session& session) {
  const auto& named = session.arguments().word(0);
  const auto* spec = store::find_setting(named);
  if (spec == nullptr) {
    const auto near = store::nearest_setting(named);
    return fail(Code::schema, fmt::format("There is no setting \"{}\"{}", text::quoted(named, 60),
                                          near.empty() ? "." : fmt::format("; did you mean {}?", near)));
  }
  TRY(const auto value, new_value(session, *spec));
  json::Writer w;
  w.begin_object();
  w.key(spec->name);
  w.raw(value);
  w.end_object();
  TRY(const auto after, session.ask_document({.method = "PATCH", .path = "/settings", .body = std::move(w).take()}));
  for (const auto setting : after.root()["settings"].children()) {
    if (!setting["name"].is(spec->name)) continue;
    session.hint(
        fmt::format("{} is now {} ({}).", spec->name, value_text(setting), setting["origin_text"].text_or("")));
    if (setting["read_only"].boolean_or(false))
      session.hint("The change is stored, but it has no effect as long as the place named above sets it.");
  }
  TRY(const bool runs, session.gateway_runs());
  if (runs && spec->needs_restart) session.hint("It takes effect when the gateway starts again.");
  return Exit::ok;
}

}  // namespace agt::app

// agt connect: clients set up for this gateway, with a preview and an undo. The files are those of whoever runs the
// command, so the work is done here and not by the gateway, which may run as somebody else.
#include <fmt/format.h>

#include <algorithm>

#include "admin/client_files.h"
#include "app/commands.h"
#include "app/output.h"
#include "json/writer.h"

namespace agt::app {
namespace {

constexpr std::string_view no_key = "unused";  // clients insist on some key

struct Work {
  const catalogue::Client* client = nullptr;
  admin::ClientValues values{};
  admin::ClientPlaces places;
  bool key_demanded = false;
};

Result<const catalogue::Client*> client_named(std::string_view name) {
  if (const auto* client = catalogue::find_client(name)) return client;
  std::string known;
  for (const auto& client : catalogue::clients()) known += fmt::format("{}{}", known.empty() ? "" : ", ", client.name);
  return fail(Code::schema, fmt::format("There is no client \"{}\"; there are {}.", name, known), "CLIENT");
}

Result<Work> prepare(Session& session) {
  const auto& environment = session.context().environment;
  const auto home = session.arguments().get("--home");
  TRY(const auto folders,
      store::folders_of(environment, home.empty() ? std::nullopt : std::optional<std::filesystem::path>(home)));
  Work work{.places = {.environment = environment, .state = folders.state}};
  TRY(const auto status, session.ask_document({.path = "/status"}));
  const auto proxy = status.root()["proxy"];
  TRY(const auto key, session.ask_document({.path = "/settings/proxy.api_key", .query = "reveal=1"}));
  work.values.host = fmt::format("http://127.0.0.1:{}", proxy["port"].integer_or(0));
  work.values.key = Secret(key.root()["value"].text_or(""));
  work.values.model = session.arguments().get("--model");
  work.key_demanded = proxy["keys_demanded"].boolean_or(false);
  return work;
}

std::string state_text(const Work& work, const catalogue::Client& client) {
  if (client.files.empty()) return "by hand";
  switch (admin::connection_of(client, work.values, work.places)) {
    case admin::Connection::none: return "not connected";
    case admin::Connection::here: return "connected";
    case admin::Connection::elsewhere: return "leads elsewhere";
  }
  std::unreachable();
}

Exit list_clients(Session& session, const Work& work) {
  if (session.wants_json()) {
    json::Writer w;
    w.begin_array();
    for (const auto& client : catalogue::clients()) {
      w.begin_object();
      w.field("name", client.name);
      w.field("base_url", catalogue::base_url(client, work.values.host));
      w.field("connection", admin::name(admin::connection_of(client, work.values, work.places)));
      w.field("can_be_written", !client.files.empty());
      w.end_object();
    }
    w.end_array();
    session.print(std::move(w).take() + "\n");
    return Exit::ok;
  }
  Table table({"CLIENT", "", "BASE URL", "STATE", "FILE"});
  for (const auto& client : catalogue::clients())
    table.add({client.name, client.display_name, catalogue::base_url(client, work.values.host),
               state_text(work, client), client.files.empty() ? "-" : client.files.front().path});
  session.print(table.text());
  session.hint("agt connect CLIENT shows what to set; with --write it is done, with --undo taken back.");
  return Exit::ok;
}

// A variable of this shell that may win over what was written.
void warn_of_variables(Session& session, const catalogue::Client& client) {
  for (const auto& name : client.watched)
    if (session.context().environment.contains(name))
      session.hint(fmt::format("{} is set in this shell and may win over the file: unset it.", name));
}

void show_changes(Session& session, const std::vector<admin::FileChange>& changes) {
  for (const auto& change : changes) {
    if (change.diff.empty()) {
      session.print(fmt::format("{}: nothing to change\n", change.path.string()));
      continue;
    }
    session.print(fmt::format("{}{}\n", change.path.string(), change.before ? "" : " (new)"));
    for (const auto& line : change.diff) {
      using Kind = connect::DiffLine::Kind;
      session.print(fmt::format("  {} {}\n",
                                line.kind == Kind::same    ? ' '
                                : line.kind == Kind::added ? '+'
                                                           : '-',
                                line.text));
    }
  }
}

Result<Exit> print(Session& session, const Work& work) {
  const auto& client = *work.client;
  const auto model = work.values.model.empty() ? std::string("demo") : work.values.model;
  const auto key = work.key_demanded ? std::string(work.values.key.reveal()) : std::string(no_key);
  session.print(catalogue::snippet(client, {.host = work.values.host, .key = key, .model = model}));
  session.hint(fmt::format("{} {}", client.why, client.wrong));
  if (client.files.empty()) return Exit::ok;
  const auto changes = admin::plan_connection(client, work.values, work.places);
  if (!changes) {
    session.hint(changes.error().message);
    return Exit::ok;
  }
  session.hint(fmt::format("`agt connect {} --write` would change:", client.name));
  show_changes(session, *changes);
  warn_of_variables(session, client);
  return Exit::ok;
}

Result<Exit> write(Session& session, const Work& work) {
  const auto& client = *work.client;
  TRY(const auto changes, admin::plan_connection(client, work.values, work.places));
  TRY(const auto backups, admin::write_connection(client, changes, work.places, session.context().clock.wall()));
  show_changes(session, changes);
  for (const auto& backup : backups) session.hint(fmt::format("What was there is in {}.", backup.string()));
  warn_of_variables(session, client);
  session.hint(fmt::format("{} uses the gateway now. Take it back with `agt connect {} --undo`.", client.display_name,
                           client.name));
  return Exit::ok;
}

Result<Exit> undo(Session& session, const Work& work) {
  TRY(const auto files, admin::undo_connection(*work.client, work.places));
  for (const auto& file : files) session.print(file.string() + "\n");
  session.hint(fmt::format("{} is as it was.", work.client->display_name));
  return Exit::ok;
}

}  // namespace

Result<Exit> connect_client(Session& session) {
  const auto& arguments = session.arguments();
  const int ways = static_cast<int>(arguments.has("--print")) + static_cast<int>(arguments.has("--write")) +
                   static_cast<int>(arguments.has("--undo"));
  if (ways > 1) return fail(Code::schema, "Give one of --print, --write and --undo.", "--print");
  if (arguments.words() == 0 && (arguments.has("--write") || arguments.has("--undo")))
    return fail(Code::schema, "Say which client.", "CLIENT");
  const catalogue::Client* client = nullptr;
  if (arguments.words() > 0) {
    TRY(client, client_named(arguments.word(0)));
  }
  TRY(auto work, prepare(session));
  work.client = client;
  if (client == nullptr) return list_clients(session, work);
  if (arguments.has("--undo")) return undo(session, work);
  return arguments.has("--write") ? write(session, work) : print(session, work);
}

}  // namespace agt::app

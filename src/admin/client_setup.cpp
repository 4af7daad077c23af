// Setting a client up from the page: what its files hold and would hold, writing that with a backup, taking it back.
// The files are those of whoever runs the gateway, so that only somebody on this computer may ask.
#include <fmt/format.h>

#include "admin/client_files.h"
#include "admin/endpoints.h"
#include "admin/fields.h"
#include "catalogue/clients.h"
#include "core/text.h"

namespace agt::admin {
namespace {

struct Setup {
  const catalogue::Client& client;
  ClientValues values{};
  ClientPlaces places;
};

Result<Setup> setup_of(const Call& call) {
  if (!call.ask.from_here)
    return fail(Code::conflict, "Files of clients are written on this computer only: use `agt connect` there.");
  if (call.gateway.clients.environment == nullptr)
    return fail(Code::conflict, "This gateway does not know whose files to write: use `agt connect`.");
  const auto* client = catalogue::find_client(call.word());
  if (client == nullptr)
    return fail(Code::path_unknown, fmt::format("There is no client \"{}\".", text::quoted(call.word())));
  std::string model;
  if (call.body.exists()) {
    TRY_OK(check_fields(call.body, {"model"}));
    TRY_OK(take(call.body, "model", model));
  }
  const auto settings = settings_now(call.gateway);
  const auto port = call.gateway.proxy_port == 0 ? settings.proxy.port : std::int64_t{call.gateway.proxy_port};
  return Setup{.client = *client,
               .values = {.host = fmt::format("http://127.0.0.1:{}", port),
                          .key = settings.proxy.api_key,
                          .model = std::move(model)},
               .places = {.environment = *call.gateway.clients.environment, .state = call.gateway.clients.state}};
}

std::string_view name(connect::DiffLine::Kind kind) {
  switch (kind) {
    case connect::DiffLine::Kind::same: return "same";
    case connect::DiffLine::Kind::removed: return "removed";
    case connect::DiffLine::Kind::added: return "added";
  }
  std::unreachable();
}

void write_change(json::Writer& w, const FileChange& change) {
  w.begin_object();
  w.field("path", change.path.string());
  w.field("is_new", !change.before.has_value());
  w.key("diff");
  w.begin_array();
  for (const auto& line : change.diff) {
    w.begin_object();
    w.field("kind", name(line.kind));
    w.field("text", line.text);
    w.end_object();
  }
  w.end_array();
  w.end_object();
}

Answer told(const Setup& setup, const std::vector<FileChange>& changes,
            const std::vector<std::filesystem::path>& files) {
  json::Writer w;
  w.begin_object();
  w.field("connection", admin::name(connection_of(setup.client, setup.values, setup.places)));
  w.field("can_be_undone", can_be_undone(setup.client, setup.places));
  w.key("changes");
  w.begin_array();
  for (const auto& change : changes) write_change(w, change);
  w.end_array();
  w.key("files");
  w.begin_array();
  for (const auto& file : files) w.value(file.string());
  w.end_array();
  w.key("watched");
  w.begin_array();
  for (const auto& variable : setup.client.watched)
    if (setup.places.environment.contains(variable)) w.value(variable);
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace

Result<Answer> preview_client(const Call& call) {
  TRY(const auto setup, setup_of(call));
  TRY(const auto changes, plan_connection(setup.client, setup.values, setup.places));
  return told(setup, changes, {});
}

Result<Answer> connect_client(const Call& call) {
  const std::scoped_lock lock(call.gateway.changing);
  TRY(const auto setup, setup_of(call));
  TRY(const auto changes, plan_connection(setup.client, setup.values, setup.places));
  TRY(const auto backups, write_connection(setup.client, changes, setup.places, call.gateway.clock.wall()));
  return told(setup, changes, backups);
}

Result<Answer> disconnect_client(const Call& call) {
  const std::scoped_lock lock(call.gateway.changing);
  TRY(const auto setup, setup_of(call));
  TRY(const auto files, undo_connection(setup.client, setup.places));
  return told(setup, {}, files);
}

}  // namespace agt::admin

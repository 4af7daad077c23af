#include "admin/client_files.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "admin/limits.h"
#include "connect/edit.h"
#include "json/document.h"
#include "json/writer.h"
#include "store/client_keys.h"
#include "store/files.h"

namespace agt::admin {
namespace {

namespace fs = std::filesystem;

// What was done to one file: what to put back, and how to see that nobody has changed it since.
struct Written {
  fs::path path{};
  fs::path backup{};     // empty: there was no file
  std::string digest{};  // of what was written
};

std::string digest(std::string_view bytes) { return store::key_digest(bytes); }

Result<fs::path> place_of(const catalogue::ClientFile& file, const ClientPlaces& places) {
  if (!file.folder_variable.empty())
    if (const auto folder = places.environment.find(file.folder_variable);
        folder != places.environment.end() && fs::path(folder->second).is_absolute())
      return fs::path(folder->second) / fs::path(file.path).filename();
  const auto home = places.environment.find("HOME");
  if (home == places.environment.end() || !fs::path(home->second).is_absolute())
    return fail(Code::config, "HOME is not set, so the files of the client cannot be found.");
  return fs::path(home->second) / fs::path(file.path).lexically_relative("~");
}

Result<std::optional<std::string>> contents(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  if (!fs::is_regular_file(path, error)) return fail(Code::config, fmt::format("{}: is not a file", path.string()));
  if (fs::file_size(path, error) > client_file_bytes_max)
    return fail(Code::config, fmt::format("{}: is larger than {} bytes", path.string(), client_file_bytes_max));
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return fail(Code::config, fmt::format("{}: cannot be read", path.string()));
  return text;
}

// A link to the file stays a link, and the file keeps its mode; one that did not exist is closed to others.
Result<> put(const fs::path& path, std::string_view text) {
  std::error_code error;
  const bool exists = fs::exists(path, error);
  const auto mode = exists ? fs::status(path, error).permissions() : fs::perms::owner_read | fs::perms::owner_write;
  fs::create_directories(path.parent_path(), error);
  const auto target = exists ? fs::canonical(path, error) : path;
  if (error) return fail(Code::storage, fmt::format("{}: {}", path.string(), error.message()));
  TRY_OK(store::write_file(target, text));
  fs::permissions(target, mode, error);
  if (error) return fail(Code::storage, fmt::format("{}: {}", path.string(), error.message()));
  return {};
}

Result<> put_back(const fs::path& path, const std::optional<std::string>& before) {
  if (before) return put(path, *before);
  std::error_code error;
  fs::remove(path, error);
  if (error) return fail(Code::storage, fmt::format("{}: {}", path.string(), error.message()));
  return {};
}

std::string without_key(std::string text, const Secret& key) {
  const auto plain = key.reveal();
  for (auto at = plain.empty() ? std::string::npos : text.find(plain); at != std::string::npos;
       at = text.find(plain, at))
    text.replace(at, plain.size(), key.hint());
  return text;
}

catalogue::SnippetValues templates(const ClientValues& values) {
  return {.host = values.host, .key = values.key.reveal(), .model = values.model};
}

std::vector<connect::Setting> settings_of(const catalogue::ClientFile& file, const ClientValues& values) {
  std::vector<connect::Setting> settings;
  for (const auto& value : file.values) {
    connect::Setting setting{.value = catalogue::filled(value.text, templates(values))};
    for (const auto& name : value.path)
      setting.path.push_back(catalogue::filled(name, {.host = {}, .key = {}, .model = values.model}));
    settings.push_back(std::move(setting));
  }
  return settings;
}

fs::path record_of(const catalogue::Client& client, const ClientPlaces& places) {
  return places.state / "connections" / (client.name + ".json");
}

Result<std::vector<Written>> read_record(const fs::path& path) {
  TRY(const auto text, contents(path));
  if (!text) return std::vector<Written>{};
  TRY(const auto document, json::Document::parse(*text));
  std::vector<Written> all;
  for (const auto row : document.root()["files"].children())
    all.push_back(
        {.path = row["path"].text_or(""), .backup = row["backup"].text_or(""), .digest = row["sha256"].text_or("")});
  return all;
}

Result<> write_record(const fs::path& path, const std::vector<Written>& all) {
  json::Writer w;
  w.begin_object();
  w.key("files");
  w.begin_array();
  for (const auto& one : all) {
    w.begin_object();
    w.field("path", one.path.string());
    w.field("backup", one.backup.string());
    w.field("sha256", one.digest);
    w.end_object();
  }
  w.end_array();
  w.end_object();
  TRY_OK(store::make_folder(path.parent_path()));
  return store::write_file(path, std::move(w).take());
}

// Beside the file, so that whoever looks for it finds it: settings.json.before-agt-20261123-140501.
fs::path backup_name(const fs::path& path, WallTime now) {
  const auto stem = fmt::format("{}.before-agt-{:%Y%m%d-%H%M%S}", path.string(),
                                fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  auto name = stem;
  std::error_code error;
  for (int i = 2; fs::exists(name, error); ++i) name = fmt::format("{}-{}", stem, i);
  return name;
}

}  // namespace

Result<std::vector<FileChange>> plan_connection(const catalogue::Client& client, const ClientValues& values,
                                                const ClientPlaces& places) {
  if (client.files.empty())
    return fail(Code::schema, fmt::format("{} has no configuration file that could be written; `agt connect {}` shows "
                                          "what to set.",
                                          client.display_name, client.name));
  if (values.model.empty() && needs_model(client))
    return fail(Code::schema,
                fmt::format("{} needs to be told its model: `agt connect {} --model MODEL --write`.",
                            client.display_name, client.name),
                "model");
  std::vector<FileChange> changes;
  for (const auto& file : client.files) {
    FileChange change;
    TRY(change.path, place_of(file, places));
    TRY(change.before, contents(change.path));
    const auto format = connect::format_named(file.format).value();
    auto after = connect::edited(format, change.before.value_or(""), settings_of(file, values));
    if (!after)
      return fail(after.error().code,
                  fmt::format("{}: {}. Nothing was changed.", change.path.string(), after.error().message));
    change.after = *std::move(after);
    change.diff =
        connect::diff(without_key(change.before.value_or(""), values.key), without_key(change.after, values.key));
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<std::vector<fs::path>> write_connection(const catalogue::Client& client, const std::vector<FileChange>& changes,
                                               const ClientPlaces& places, WallTime now) {
  const auto record = record_of(client, places);
  TRY(auto done, read_record(record));
  std::vector<fs::path> backups;
  const auto known = [&](const fs::path& path) { return std::ranges::find(done, path, &Written::path); };
  for (const auto& change : changes) {
    if (change.before == change.after) continue;
    const auto old = known(change.path);
    // What we wrote ourselves needs no backup: the one of the first time is what undo gives back.
    const bool ours = old != done.end() && change.before && old->digest == digest(*change.before);
    Written now_written{.path = change.path, .digest = digest(change.after)};
    if (ours) {
      now_written.backup = old->backup;
    } else if (change.before) {
      now_written.backup = backup_name(change.path, now);
      TRY_OK(store::write_file(now_written.backup, *change.before));
      backups.push_back(now_written.backup);
    }
    if (old == done.end())
      done.push_back(std::move(now_written));
    else
      *old = std::move(now_written);
  }
  // The record first: a crash in between leaves backups that undo knows of.
  TRY_OK(write_record(record, done));
  for (auto change = changes.begin(); change != changes.end(); ++change) {
    if (change->before == change->after) continue;
    auto written = put(change->path, change->after);
    if (written) continue;
    for (auto back = changes.begin(); back != change; ++back) {
      const auto restored = put_back(back->path, back->before);
      if (!restored) written.error().message += fmt::format(" And {}", restored.error().message);
    }
    return std::unexpected(std::move(written).error());
  }
  return backups;
}

Result<std::vector<fs::path>> undo_connection(const catalogue::Client& client, const ClientPlaces& places) {
  const auto record = record_of(client, places);
  TRY(const auto done, read_record(record));
  if (done.empty())
    return fail(Code::path_unknown,
                fmt::format("Nothing was written for {}, so there is nothing to undo.", client.display_name));
  std::vector<std::pair<fs::path, std::optional<std::string>>> work;
  for (const auto& one : done) {
    TRY(const auto now, contents(one.path));
    std::optional<std::string> before;
    if (!one.backup.empty()) {
      TRY(before, contents(one.backup));
      if (!before)
        return fail(Code::conflict, fmt::format("The backup {} is gone. Nothing was changed.", one.backup.string()));
    }
    if (now == before) continue;  // put back already, by hand or by an undo that was cut short
    if (!now || digest(*now) != one.digest)
      return fail(Code::conflict,
                  fmt::format("{} has been changed since. Nothing was changed; {}.", one.path.string(),
                              one.backup.empty() ? std::string("the file did not exist before")
                                                 : fmt::format("what it held before is in {}", one.backup.string())));
    work.emplace_back(one.path, std::move(before));
  }
  std::vector<fs::path> files;
  for (const auto& [path, before] : work) {
    TRY_OK(put_back(path, before));
    files.push_back(path);
  }
  std::error_code error;
  for (const auto& one : done)
    if (!one.backup.empty()) fs::remove(one.backup, error);
  fs::remove(record, error);
  return files;
}

bool needs_model(const catalogue::Client& client) {
  return std::ranges::any_of(client.files, [](const catalogue::ClientFile& file) {
    return std::ranges::any_of(file.values, [](const auto& value) { return value.text.contains("{model}"); });
  });
}

bool can_be_undone(const catalogue::Client& client, const ClientPlaces& places) {
  const auto done = read_record(record_of(client, places));
  return done && !done->empty();
}

std::string_view name(Connection connection) {
  switch (connection) {
    case Connection::none: return "none";
    case Connection::here: return "here";
    case Connection::elsewhere: return "elsewhere";
  }
  std::unreachable();
}

std::vector<BaseUrlAt> base_urls_of(const catalogue::Client& client, const ClientValues& values,
                                    const ClientPlaces& places) {
  std::vector<BaseUrlAt> urls;
  for (const auto& file : client.files) {
    const auto path = place_of(file, places);
    if (!path) continue;
    const auto text = contents(*path);
    for (const auto& value : file.values) {
      if (!value.text.contains("{host}")) continue;
      BaseUrlAt url{.path = *path, .wanted = catalogue::filled(value.text, templates(values))};
      auto found = text ? Result<std::optional<std::string>>() : std::unexpected(text.error());
      if (text && *text) found = connect::value_at(connect::format_named(file.format).value(), **text, value.path);
      if (found)
        url.found = *std::move(found);
      else
        url.trouble = std::move(found).error();
      urls.push_back(std::move(url));
    }
  }
  return urls;
}

Connection connection_of(const catalogue::Client& client, const ClientValues& values, const ClientPlaces& places) {
  auto connection = Connection::none;
  for (const auto& url : base_urls_of(client, values, places)) {
    if (!url.found) continue;
    if (*url.found != url.wanted) return Connection::elsewhere;
    connection = Connection::here;
  }
  return connection;
}

}  // namespace agt::admin

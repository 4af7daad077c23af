// agt account import, export, import; and what they share with backup and restore.
#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>

#include "admin/import_text.h"
#include "app/cli_backup.h"
#include "app/commands.h"
#include "app/output.h"
#include "catalogue/presets.h"
#include "core/text.h"
#include "json/writer.h"
#include "store/bundle.h"
#include "store/files.h"

namespace agt::app {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t import_bytes_max = 1U << 20;  // what the admin API takes

Result<std::string> file_text(const fs::path& path, std::size_t bytes_max) {
  const auto too_large = [&] {
    return fail(Code::schema, fmt::format("{}: is larger than {}.", path.string(), shown_bytes(bytes_max)));
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::schema, fmt::format("{}: cannot be read: {}.", path.string(), std::strerror(errno)));
  std::error_code error;
  if (const auto size = fs::file_size(path, error); !error && size > bytes_max) return too_large();
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.size() > bytes_max) return too_large();  // a pipe has no size
  return text;
}

Result<json::Document> json_file(const fs::path& path) {
  TRY(auto text, file_text(path, import_bytes_max));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return json::Document::parse_owned(std::move(text));
}

// One of the JSON files of Antigravity Manager, without what is not asked of it: quotas and the like are large.
void write_manager_account(json::Writer& w, const fs::path& path) {
  const auto document = json_file(path);
  w.begin_object();
  if (!document) {
    w.field("unread", fmt::format("{}: {}", path.filename().string(), document.error().message));
  } else {
    for (const auto* name : {"email", "token", "custom_label", "disabled", "proxy_disabled"})
      if (const auto value = document->root()[name]; value.present()) w.field(name, value.keep());
  }
  w.end_object();
}

// ~/.antigravity_tools: a file for each account in accounts/, and gui_config.json.
Result<std::string> folder_text(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder / "accounts", error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  const auto config = folder / "gui_config.json";
  const bool has_config = fs::exists(config, error);
  if (files.empty() && !has_config)
    return fail(Code::schema, fmt::format("{}: there is neither accounts/ with files in it nor gui_config.json: this "
                                          "is no folder of Antigravity Manager.",
                                          folder.string()));
  json::Writer w;
  w.begin_object();
  w.field("format", admin::manager_format);
  w.key("accounts");
  w.begin_array();
  for (const auto& file : files) write_manager_account(w, file);
  w.end_array();
  if (has_config) {
    const auto document = json_file(config);
    if (!document) return fail(Code::schema, fmt::format("{}: {}", config.string(), document.error().message));
    w.key("config");
    w.begin_object();
    if (const auto proxy = document->root()["proxy"]; proxy.is_object()) w.field("proxy", proxy.keep());
    w.end_object();
  }
  w.end_object();
  return std::move(w).take();
}

// Keys in the variables that the providers' own tools read. The first provider of a variable has it.
Result<std::string> environment_text(const store::Environment& environment) {
  std::vector<std::string> known;
  json::Writer w;
  w.begin_object();
  w.field("format", admin::export_format);
  w.key("accounts");
  w.begin_array();
  bool any = false;
  for (const auto& provider : catalogue::providers()) {
    if (provider.key_env.empty() || std::ranges::find(known, provider.key_env) != known.end()) continue;
    known.push_back(provider.key_env);
    const auto found = environment.find(provider.key_env);
    if (found == environment.end() || found->second.empty()) continue;
    any = true;
    w.begin_object();
    w.field("from", fmt::format("variable {}", provider.key_env));
    w.key("account");
    w.begin_object();
    w.field("provider", provider.name);
    w.field("key", found->second);
    w.end_object();
    w.end_object();
  }
  w.end_array();
  w.end_object();
  if (!any)
    return fail(Code::schema,
                fmt::format("None of these variables is set and exported: {}.", text::joined(known, ", ")));
  return std::move(w).take();
}

Result<std::string> imported_text(Session& session, const std::string& name) {
  std::error_code error;
  if (name == "env") return environment_text(session.context().environment);
  if (fs::is_directory(name, error)) return folder_text(name);
  return text_of(session, name, import_bytes_max);
}

}  // namespace

Result<std::string> text_of(Session& session, const std::string& name, std::size_t bytes_max) {
  if (name != "-") return file_text(name, bytes_max);
  std::string text(std::istreambuf_iterator<char>(session.context().in), {});
  if (text.size() > bytes_max)
    return fail(Code::schema, fmt::format("What was read is larger than {}.", shown_bytes(bytes_max)));
  return text;
}

Result<std::string> passphrase(Session& session, std::string_view question) {
  TRY(const auto given, secret_given(session, "--passphrase-env", ""));
  if (given) return *given;
  if (::isatty(STDIN_FILENO) == 0)
    return fail(Code::schema, "Give the passphrase with --passphrase-env VARIABLE, or type it at a terminal.");
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  auto silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  session.context().err << question << ": " << std::flush;
  std::string line;
  std::getline(session.context().in, line);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  session.hint("");
  return line;
}

namespace {

Result<std::string> import_body(Session& session, std::string text) {
  const auto& arguments = session.arguments();
  TRY(const auto secret, secret_given(session, "--client-secret-env", ""));
  json::Writer w;
  w.begin_object();
  if (store::is_bundle(text)) {
    TRY(const auto words, passphrase(session, "Passphrase of the export"));
    w.field("passphrase", words);
  }
  w.field("text", text);
  w.field("service", arguments.has("--token-url") ? "custom" : "google");
  if (secret) w.field("client_secret", *secret);
  for (const auto& [option, field] : {std::pair("--provider", "provider"), std::pair("--base-url", "base_url"),
                                      std::pair("--client-id", "client_id"), std::pair("--token-url", "token_url")})
    if (arguments.has(option)) w.field(field, arguments.get(option));
  w.end_object();
  return std::move(w).take();
}

Result<Exit> run_import(Session& session, bool dry) {
  TRY(auto text, imported_text(session, session.arguments().word(0)));
  TRY(auto body, import_body(session, std::move(text)));
  TRY(const auto answer, session.ask({.method = "POST",
                                      .path = dry ? "/accounts/import/preview" : "/accounts/import/apply",
                                      .body = std::move(body)}));
  TRY(const auto document, json::Document::parse(answer));
  const auto root = document.root();
  Table table({"ITEM", "WHAT", "TOKEN", "WHOSE", "RESULT", "ACCOUNT", "WHY"});
  bool all_well = true;
  for (const auto item : root["items"].children()) {
    const auto result = item["result"].text_or("");
    all_well = all_well && (result == "add" || result == "added" || result == "duplicate");
    table.add({fmt::format("{}", item["place"].integer_or(0)), item["recognised"].text_or(""), item["hint"].text_or(""),
               item["subject"].text_or(""), result, item["label"].text_or(""), item["why"].text_or("")});
  }
  if (session.wants_json()) {
    session.print(answer + "\n");
  } else {
    session.print(table.text());
    if (const auto routes = root["routes"].integer_or(0); routes > 0)
      session.hint(fmt::format("{} rules {}.", routes, dry ? "would be added" : "added"));
    if (dry) session.hint("Nothing was changed: this was --dry-run.");
  }
  return all_well ? Exit::ok : Exit::failed;
}

}  // namespace

Result<Exit> account_import(Session& session) { return run_import(session, session.arguments().has("--dry-run")); }

Result<Exit> import_all(Session& session) { return run_import(session, session.arguments().has("--dry-run")); }

Result<Exit> export_all(Session& session) {
  const auto& arguments = session.arguments();
  const auto& file = arguments.word(0);
  TRY(const auto words, passphrase(session, "A passphrase for the export"));
  json::Writer w;
  w.begin_object();
  w.field("passphrase", words);
  if (arguments.has("--account")) {
    w.key("accounts");
    w.begin_array();
    for (const auto& account : arguments.all("--account")) w.value(account);
    w.end_array();
  }
  w.field("routes", !arguments.has("--no-rules"));
  w.field("settings", arguments.has("--settings"));
  w.end_object();
  TRY(const auto answer,
      session.ask_document({.method = "POST", .path = "/accounts/export", .body = std::move(w).take()}));
  const auto text = answer.root()["text"].text_or("");
  if (file == "-")
    session.print(text);
  else
    TRY_OK(store::write_file(std::filesystem::absolute(file), text));
  const auto settings = answer.root()["settings"].integer_or(0);
  session.hint(fmt::format("Exported {} accounts with their credentials and {} rules{}, sealed under the passphrase.",
                           answer.root()["accounts"].integer_or(0), answer.root()["routes"].integer_or(0),
                           settings == 0 ? "" : fmt::format(" and {} settings", settings)));
  return Exit::ok;
}

}  // namespace agt::app

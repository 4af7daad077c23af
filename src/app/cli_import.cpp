// agt account import, export, import; and what they share with backup and restore.
#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>

#include "app/cli_backup.h"
#include "app/commands.h"
#include "app/output.h"
#include "json/writer.h"
#include "store/bundle.h"
#include "store/files.h"

namespace agt::app {
namespace {

constexpr std::size_t import_bytes_max = 1U << 20;  // what the admin API takes

}  // namespace

Result<std::string> text_of(Session& session, const std::string& name, std::size_t bytes_max) {
  std::string text;
  if (name == "-") {
    text.assign(std::istreambuf_iterator<char>(session.context().in), {});
  } else {
    std::ifstream file(name, std::ios::binary);
    if (!file) return fail(Code::schema, fmt::format("{}: cannot be read.", name));
    std::error_code error;
    if (std::filesystem::file_size(name, error) <= bytes_max || error)
      text.assign(std::istreambuf_iterator<char>(file), {});
    else
      text.resize(bytes_max + 1);
  }
  if (text.size() > bytes_max)
    return fail(Code::schema, fmt::format("{}: is larger than {}.", name, shown_bytes(bytes_max)));
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
  TRY(auto text, text_of(session, session.arguments().word(0), import_bytes_max));
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
  const auto file = session.arguments().word(0);
  TRY(const auto words, passphrase(session, "A passphrase for the export"));
  json::Writer w;
  w.begin_object();
  w.field("passphrase", words);
  w.end_object();
  TRY(const auto answer,
      session.ask_document({.method = "POST", .path = "/accounts/export", .body = std::move(w).take()}));
  const auto text = answer.root()["text"].text_or("");
  if (file == "-")
    session.print(text);
  else
    TRY_OK(store::write_file(std::filesystem::absolute(file), text));
  session.hint(fmt::format("Exported {} accounts with their credentials and {} rules, sealed under the passphrase.",
                           answer.root()["accounts"].integer_or(0), answer.root()["routes"].integer_or(0)));
  return Exit::ok;
}

}  // namespace agt::app

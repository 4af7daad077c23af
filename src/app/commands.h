// The commands and what they share. Each is one function; the table in cli_table.cpp lists them all.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/api_client.h"
#include "app/args.h"
#include "app/cli.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::app {

// One run of one command: its arguments, the streams, and the way to the API.
class Session {
 public:
  Session(CliContext& context, const Arguments& arguments) : context_(context), arguments_(arguments) {}

  [[nodiscard]] const Arguments& arguments() const { return arguments_; }
  [[nodiscard]] bool wants_json() const { return arguments_.has("--json"); }
  [[nodiscard]] CliContext& context() { return context_; }

  struct Question {
    std::string method = "GET";
    std::string path{};  // below /api/v1, decoded
    std::string body{};
    std::string query{};
  };
  // The body of a good answer; a refusal becomes the Error that the API named.
  [[nodiscard]] Result<std::string> ask(Question question);
  [[nodiscard]] Result<json::Document> ask_document(Question question);
  [[nodiscard]] Result<bool> gateway_runs();

  void print(std::string_view text);  // to stdout
  void hint(std::string_view line);   // to stderr, one line

 private:
  [[nodiscard]] Result<Api*> api();
  CliContext& context_;
  const Arguments& arguments_;
  std::unique_ptr<Api> api_{};
};

// What a repeatable option names, as a member of a body; nothing when it was not given. A single empty word empties the
// list.
void write_list(json::Writer& w, std::string_view key, std::vector<std::string> words);

[[nodiscard]] Error told_error(const json::Value& error);  // {"code", "message", "field"} of the API

struct Command {
  std::string_view name{};   // "account add"
  std::string_view words{};  // "PROVIDER"
  std::span<const OptionSpec> options{};
  std::string_view summary{};                       // one line
  std::string_view notes{};                         // further lines of the help page; may be empty
  Result<Exit> (*run)(Session& session) = nullptr;  // null: run elsewhere (serve)
};

[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* find_command(std::string_view name);
[[nodiscard]] std::string help_overview();
[[nodiscard]] std::string help_of(const Command& command);

// cli_account.cpp
[[nodiscard]] Result<Exit> account_add(Session& session);
[[nodiscard]] Result<Exit> account_set(Session& session);
[[nodiscard]] Result<Exit> account_quota(Session& session);
[[nodiscard]] Result<Exit> account_list(Session& session);
[[nodiscard]] Result<Exit> account_show(Session& session);
[[nodiscard]] Result<Exit> account_test(Session& session);
[[nodiscard]] Result<Exit> account_enable(Session& session);
[[nodiscard]] Result<Exit> account_disable(Session& session);
[[nodiscard]] Result<Exit> account_reset(Session& session);
[[nodiscard]] Result<Exit> account_refresh(Session& session);
[[nodiscard]] Result<Exit> account_remove(Session& session);

// cli_login.cpp
[[nodiscard]] Result<Exit> account_login(Session& session);

// cli_import.cpp
[[nodiscard]] Result<Exit> account_import(Session& session);
[[nodiscard]] Result<Exit> import_all(Session& session);
[[nodiscard]] Result<Exit> export_all(Session& session);

// cli_connect.cpp
[[nodiscard]] Result<Exit> connect_client(Session& session);

// cli_explain.cpp
[[nodiscard]] Result<Exit> explain(Session& session);

// cli_route.cpp
[[nodiscard]] Result<Exit> route_add(Session& session);
[[nodiscard]] Result<Exit> route_list(Session& session);
[[nodiscard]] Result<Exit> route_preset(Session& session);
[[nodiscard]] Result<Exit> route_remove(Session& session);

// cli_key.cpp
[[nodiscard]] Result<Exit> key_add(Session& session);
[[nodiscard]] Result<Exit> key_list(Session& session);
[[nodiscard]] Result<Exit> key_set(Session& session);
[[nodiscard]] Result<Exit> key_revoke(Session& session);

// cli_settings.cpp
[[nodiscard]] Result<Exit> settings_list(Session& session);
[[nodiscard]] Result<Exit> settings_get(Session& session);
[[nodiscard]] Result<Exit> settings_set(Session& session);

// cli_read.cpp
[[nodiscard]] Result<Exit> show_status(Session& session);
[[nodiscard]] Result<Exit> show_trace(Session& session);
[[nodiscard]] Result<Exit> show_stats(Session& session);
[[nodiscard]] Result<Exit> price_list(Session& session);
[[nodiscard]] Result<Exit> provider_list(Session& session);
[[nodiscard]] Result<Exit> show_openapi(Session& session);

// cli_record.cpp
[[nodiscard]] Result<Exit> record(Session& session);
[[nodiscard]] Result<Exit> save_bundle(Session& session);  // agt trace ID --bundle FILE

// cli_selftest.cpp
[[nodiscard]] Result<Exit> selftest(Session& session);

// cli_manual.cpp
[[nodiscard]] Result<Exit> show_manual(Session& session);
[[nodiscard]] Result<Exit> show_completion(Session& session);

// cli_doctor.cpp
[[nodiscard]] Result<Exit> doctor(Session& session);

// cli_open.cpp
[[nodiscard]] Result<Exit> open_interface(Session& session);

// A secret that the user gives: the value of the variable named by --key-env, or the first line of stdin with
// --key-stdin; nothing without either. Code::schema when the variable is empty or both are given.
[[nodiscard]] Result<std::optional<std::string>> secret_given(Session& session, std::string_view env_option,
                                                              std::string_view stdin_option);

}  // namespace agt::app

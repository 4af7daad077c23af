// The base-URL truth table of clients, as data (clients.json): what to set, with or without /v1, and a snippet to copy.
// README, CLI, UI and tests read it; nobody writes a base URL by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace agt::catalogue {

// What to set in one configuration file of a client. Values are templates with {host}, {key} and {model}.
struct ClientFile {
  struct Value {
    std::vector<std::string> path{};  // may hold {model} too
    std::string text{};
  };
  std::string path{};             // "~/.codex/config.toml"
  std::string folder_variable{};  // "CODEX_HOME": where it is set, it names the folder of the file
  std::string format{};           // jsonc, toml, env
  std::vector<Value> values{};
};

struct Client {
  std::string name{};                  // "claude-code"
  std::string display_name{};          // "Claude Code"
  std::string dialect{};               // what it speaks: anthropic, openai_responses, …; "any" for curl
  std::string tested{};                // the version that the row was measured with; empty: from documentation
  std::string suffix{};                // what follows host:port in the base URL: "" or "/v1"
  std::string base_url_key{};          // the variable or field that takes the base URL
  std::string key_key{};               // the one that takes the key
  std::string key_travels{};           // bearer, x-api-key, x-goog-api-key
  std::string file{};                  // the configuration file it is kept in; empty: environment or code
  std::string language{};              // of the snippet: sh, toml, json, ts, python
  std::string snippet{};               // with {host}, {key}, {model}
  std::string why{};                   // one line: why the URL ends as it does
  std::string wrong{};                 // what happens with the other ending
  std::string user_agent{};            // prefix by which it is recognised; empty: unknown
  std::vector<ClientFile> files{};     // empty: nothing can be written for it
  std::vector<std::string> watched{};  // environment variables that may win over the files
};

struct SnippetValues {
  std::string_view host{};  // "http://127.0.0.1:8045", no trailing slash
  std::string_view key{};
  std::string_view model{};
};

[[nodiscard]] const std::vector<Client>& clients();
[[nodiscard]] const Client* find_client(std::string_view name);
[[nodiscard]] const Client* client_of_user_agent(std::string_view user_agent);
[[nodiscard]] std::string base_url(const Client& client, std::string_view host);
[[nodiscard]] std::string snippet(const Client& client, const SnippetValues& values);
[[nodiscard]] std::string filled(std::string text, const SnippetValues& values);  // a template with its values
[[nodiscard]] Result<std::vector<Client>> parse_clients(std::string_view json);

}  // namespace agt::catalogue

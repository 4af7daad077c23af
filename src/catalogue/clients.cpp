#include "catalogue/clients.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "json/document.h"

namespace agt::catalogue {

extern const char* const clients_json;

namespace {

struct Field {
  std::string_view name{};
  std::string Client::* field = nullptr;
};

constexpr std::array fields{
    Field{"name", &Client::name},       Field{"display_name", &Client::display_name},
    Field{"dialect", &Client::dialect}, Field{"tested", &Client::tested},
    Field{"suffix", &Client::suffix},   Field{"base_url_key", &Client::base_url_key},
    Field{"key_key", &Client::key_key}, Field{"key_travels", &Client::key_travels},
    Field{"file", &Client::file},       Field{"language", &Client::language},
    Field{"snippet", &Client::snippet}, Field{"why", &Client::why},
    Field{"wrong", &Client::wrong},     Field{"user_agent", &Client::user_agent},
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

Result<std::vector<std::string>> texts(json::Value list) {
  std::vector<std::string> all;
  for (const auto item : list.children()) {
    TRY(auto text, item.text());
    all.push_back(std::move(text));
  }
  return all;
}

Result<ClientFile> parse_file(json::Value row) {
  ClientFile file;
  TRY(file.path, row["path"].text());
  file.folder_variable = row["folder_variable"].text_or("");
  TRY(file.format, row["format"].text());
  for (const auto value : row["values"].children()) {
    TRY(auto path, texts(value["path"]));
    TRY(auto text, value["text"].text());
    file.values.push_back({.path = std::move(path), .text = std::move(text)});
  }
  return file;
}

}  // namespace

Result<std::vector<Client>> parse_clients(std::string_view json) {
  TRY(const auto document, json::Document::parse(json));
  std::vector<Client> all;
  for (const auto row : document.root()["clients"].children()) {
    Client client;
    for (const auto& [name, field] : fields) {
      TRY(client.*field, row[name].text());
    }
    for (const auto file : row["files"].children()) {
      TRY(auto parsed, parse_file(file));
      client.files.push_back(std::move(parsed));
    }
    TRY(client.watched, texts(row["watched"]));
    all.push_back(std::move(client));
  }
  return all;
}

const std::vector<Client>& clients() {
  // Read once, never changed: a constant that the compiler cannot make.
  static const auto all = [] {
    auto parsed = parse_clients(clients_json);
    if (!parsed) throw std::logic_error("clients.json: " + parsed.error().message);
    return *std::move(parsed);
  }();
  return all;
}

const Client* find_client(std::string_view name) {
  const auto found = std::ranges::find(clients(), name, &Client::name);
  return found == clients().end() ? nullptr : &*found;
}

const Client* client_of_user_agent(std::string_view user_agent) {
  const auto found = std::ranges::find_if(clients(), [user_agent](const Client& client) {
    return !client.user_agent.empty() && user_agent.starts_with(client.user_agent);
  });
  return found == clients().end() ? nullptr : &*found;
}

std::string base_url(const Client& client, std::string_view host) { return std::string(host) + client.suffix; }

std::string snippet(const Client& client, const SnippetValues& values) { return filled(client.snippet, values); }

std::string filled(std::string text, const SnippetValues& values) {
  replace_all(text, "{host}", values.host);
  replace_all(text, "{model}", values.model);
  replace_all(text, "{key}", values.key);  // last: nothing is looked for inside a key
  return text;
}

}  // namespace agt::catalogue

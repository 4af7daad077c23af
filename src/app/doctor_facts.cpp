#include "app/doctor_facts.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "admin/client_files.h"
#include "core/text.h"
#include "core/version.h"
#include "net/client.h"
#include "net/interfaces.h"

namespace agt::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t accounts_tested_max = 50;
constexpr auto knock_patience = Seconds(3);  // for something on this computer or a proxy nearby

std::optional<fs::path> home_of(const Session& session) {
  const auto& arguments = session.arguments();
  return arguments.has("--home") ? std::optional<fs::path>(arguments.get("--home")) : std::nullopt;
}

// The folder itself, or the nearest one above it that there is.
fs::path nearest_there(fs::path path) {
  std::error_code error;
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

doctor::Folder look_at(std::string what, const fs::path& path) {
  doctor::Folder folder{.what = std::move(what), .path = path.string()};
  const auto there = nearest_there(path);
  std::error_code error;
  if (!fs::is_directory(there, error))
    folder.trouble = error ? error.message() : fmt::format("{} is not a folder", there.string());
  else if (::access(there.c_str(), R_OK | W_OK | X_OK) != 0)
    folder.trouble = fmt::format("{}: {}", there.string(), std::error_code(errno, std::generic_category()).message());
  struct statvfs room{};
  if (::statvfs(there.c_str(), &room) == 0) folder.bytes_free = std::uint64_t{room.f_bavail} * room.f_frsize;
  return folder;
}

void gather_folders(Session& session, doctor::Facts& facts) {
  const auto folders = store::folders_of(session.context().environment, home_of(session));
  if (!folders) {
    facts.api_trouble = folders.error();
    return;
  }
  facts.folders.push_back(look_at("configuration", folders->config));
  facts.folders.push_back(look_at("data", folders->data));
  facts.folders.push_back(look_at("state", folders->state));
  // What is usable by its permissions may still be refused: it belongs to somebody else, or others may write there.
  const bool good = std::ranges::all_of(facts.folders, [](const auto& one) { return one.trouble.empty(); });
  if (!good) return;
  if (const auto home = store::Home::open(*folders); !home) facts.folders.front().trouble = home.error().message;
}

// One call from this process; an answer of any kind is good.
std::optional<Error> knock(Session& session, net::Url url, std::string target) {
  std::optional<Error> trouble;
  net::Call call{.method = "GET", .url = std::move(url), .target = std::move(target)};
  call.timeouts.connect = knock_patience;
  call.timeouts.first_byte = knock_patience;
  const NetworkTask work = [&trouble, &call](net::Worker& worker) -> Task<> {
    const auto reply = co_await worker.client().send(std::move(call));
    if (!reply) trouble = reply.error();
  };
  const auto ran = on_network({}, session.context().clock, work);
  return ran ? trouble : std::optional(ran.error());
}

void gather_gateway(Session& session, const json::Value& status, doctor::Facts& facts) {
  const auto proxy = status["proxy"];
  facts.gateway.address = proxy["address"].text_or("");
  const auto port = proxy["port"].integer_or(0);
  if (!facts.gateway.runs) {
    doctor::Port clients{.what = "clients", .setting = "proxy.port", .number = port};
    const auto free =
        net::check_port_free({.host = proxy["host"].text_or(""), .port = static_cast<std::uint16_t>(port)});
    if (!free) clients.trouble = free.error();
    facts.ports.push_back(std::move(clients));
  } else {
    facts.gateway.version = status["version"].text_or("");
    facts.gateway.pid = status["pid"].integer_or(0);
    const auto url = net::parse_url(facts.gateway.address);
    if (!proxy["running"].boolean_or(false))
      facts.gateway.unhealthy = Error{.code = Code::shutting_down, .message = "The clients' port has been closed."};
    else if (url)
      facts.gateway.unhealthy = knock(session, *url, "/healthz");
  }
  doctor::Exposure exposure{.open_to_lan = proxy["open_to_lan"].boolean_or(false),
                            .keys_demanded = proxy["keys_demanded"].boolean_or(false)};
  for (const auto& own : net::own_addresses())
    if (!own.loopback) exposure.addresses.push_back(own.address);
  std::ifstream ufw("/etc/ufw/ufw.conf");
  for (std::string line; std::getline(ufw, line);)
    if (text::trimmed(line) == "ENABLED=yes") exposure.firewall = "ufw";
  std::error_code error;
  if (exposure.firewall.empty() && fs::exists("/run/firewalld", error)) exposure.firewall = "firewall-cmd";
  facts.exposure = std::move(exposure);
}

std::string setting(Session& session, std::string_view name) {
  const auto answer = session.ask_document({.path = fmt::format("/settings/{}", name)});
  return answer ? answer->root()["value"].text_or("") : std::string();
}

doctor::WayOut look_at_way_out(Session& session) {
  doctor::WayOut way{.ca_file = setting(session, "network.ca_file")};
  if (const auto spelled = setting(session, "network.upstream_proxy"); !spelled.empty()) {
    const auto proxy = net::parse_proxy(spelled);
    way.proxy = proxy ? fmt::format("{}:{}", proxy->host, proxy->port) : "network.upstream_proxy";
    if (!proxy) {
      way.proxy_trouble = proxy.error();
    } else {
      // A proxy may well not answer what no proxy is asked; that somebody listens is enough here.
      auto knocked = knock(session, {.tls = false, .host = proxy->host, .port = proxy->port, .path = {}}, "/");
      using enum Code;
      if (knocked && (knocked->code == dns || knocked->code == refused || knocked->code == connect_timeout))
        way.proxy_trouble = Error{.code = proxy_down, .message = knocked->message};
    }
  }
  const NetworkTask nothing = [](net::Worker& /*worker*/) -> Task<> { co_return; };
  if (!way.ca_file.empty()) {
    const auto loaded = on_network({.proxy = {}, .ca_file = way.ca_file}, session.context().clock, nothing);
    if (!loaded) way.ca_trouble = loaded.error();
  }
  const auto& environment = session.context().environment;
  const auto named = environment.find("SSL_CERT_FILE");
  std::error_code error;
  way.system_trust = (named != environment.end() && fs::exists(named->second, error)) ||
                     fs::exists("/etc/ssl/certs/ca-certificates.crt", error) || fs::exists("/etc/ssl/cert.pem", error);
  return way;
}

doctor::Account account_of(const json::Value& row, WallTime now) {
  doctor::Account account{.label = row["label"].text_or(""),
                          .provider = row["provider"].text_or(""),
                          .enabled = row["enabled"].boolean_or(true)};
  const auto url = net::parse_url(row["address"].text_or(row["base_url"].text_or("")));
  if (url) account.host = url->host;
  for (const auto window : row["quota"].children()) {
    if (!window["left"].present()) continue;
    doctor::Quota quota{.name = window["name"].text_or(""),
                        .left = window["left"].number_or(1),
                        .below_reserve = window["below_reserve"].boolean_or(false)};
    if (window["resets_ms"].present())
      quota.resets_in =
          std::max(Milliseconds(0), Milliseconds(window["resets_ms"].integer_or(0)) - Milliseconds(unix_ms(now)));
    account.quotas.push_back(std::move(quota));
  }
  return account;
}

void test(Session& session, const std::string& id, doctor::Account& account) {
  const auto answer = session.ask_document({.method = "POST", .path = fmt::format("/accounts/{}/test", id)});
  account.tested = true;
  if (!answer) {
    account.trouble = answer.error();
    return;
  }
  const auto root = answer->root();
  if (!root["ok"].boolean_or(false)) account.trouble = told_error(root["error"]);
  if (root["clock_ahead_ms"].present()) account.clock_ahead = Milliseconds(root["clock_ahead_ms"].integer_or(0));
}

void gather_accounts(Session& session, bool quick, doctor::Facts& facts) {
  const auto answer = session.ask_document({.path = "/accounts"});
  if (!answer) {
    facts.api_trouble = answer.error();
    return;
  }
  // Nobody can be reached with authorities that cannot be read or a proxy that cannot be named, and that has been seen.
  const auto& way = facts.way_out;
  const bool blocked = way && (way->ca_trouble || (way->proxy_trouble && way->proxy_trouble->code == Code::config));
  const bool testing = !quick && !blocked;
  std::size_t tested = 0;
  for (const auto row : answer->root()["accounts"].children()) {
    auto account = account_of(row, session.context().clock.wall());
    if (account.enabled && testing) {
      if (tested == accounts_tested_max) {
        ++facts.accounts_untested;
      } else {
        ++tested;
        test(session, row["id"].text_or(""), account);
      }
    }
    facts.accounts.push_back(std::move(account));
  }
}

// Of an address as it may be shown and compared: without a slash at its end, and without what may be a password.
doctor::ClientValue read_url(doctor::ClientValue value, std::string_view spelled, const admin::ClientValues& own) {
  const auto url = net::parse_url(spelled);
  if (!url) {
    value.found = "an address that cannot be read";
    return value;
  }
  const auto ours = net::parse_url(own.host);
  value.same_port = ours && url->loopback() && !url->tls && url->port == ours->port;
  value.found = value.same_port ? own.host + url->path
                                : fmt::format("http{}://{}{}", url->tls ? "s" : "", url->authority(), url->path);
  return value;
}

void gather_clients(Session& session, std::int64_t port, doctor::Facts& facts) {
  const auto& environment = session.context().environment;
  const auto folders = store::folders_of(environment, home_of(session));
  if (!folders || port == 0) return;
  const admin::ClientValues own{.host = fmt::format("http://127.0.0.1:{}", port)};
  const admin::ClientPlaces places{.environment = environment, .state = folders->state};
  std::set<std::string> variables;
  for (const auto& client : catalogue::clients()) {
    const doctor::ClientValue blank{
        .client = client.display_name, .command = client.name, .can_be_written = !client.files.empty()};
    for (const auto& url : admin::base_urls_of(client, own, places)) {
      auto value = blank;
      value.place = url.path.string();
      value.wanted = url.wanted;
      if (url.trouble) value.trouble = url.trouble->message;
      if (url.found) value = read_url(std::move(value), *url.found, own);
      facts.clients.push_back(std::move(value));
    }
    const auto set = environment.find(client.base_url_key);
    if (set == environment.end() || set->second.empty() || !variables.insert(set->first).second) continue;
    auto value = blank;
    value.is_variable = true;
    value.place = set->first;
    value.wanted = catalogue::base_url(client, own.host);
    facts.clients.push_back(read_url(std::move(value), set->second, own));
  }
}

}  // namespace

doctor::Facts gather_facts(Session& session, bool quick) {
  doctor::Facts facts{.version = std::string(version)};
  gather_folders(session, facts);
  if (facts.api_trouble) return facts;
  const auto status = session.ask_document({.path = "/status"});
  if (!status) {
    facts.api_trouble = status.error();
    return facts;
  }
  facts.gateway.runs = session.gateway_runs().value_or(false);
  gather_gateway(session, status->root(), facts);
  facts.way_out = look_at_way_out(session);
  gather_accounts(session, quick, facts);
  gather_clients(session, status->root()["proxy"]["port"].integer_or(0), facts);
  return facts;
}

}  // namespace agt::app

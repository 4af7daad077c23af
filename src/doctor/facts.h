// What was seen of an installation, on the machine and through the admin API. Whatever could not be looked at is
// absent.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace agt::doctor {

struct Folder {
  std::string what{};  // "configuration", "data", "state"
  std::string path{};
  std::string trouble{};                      // why it cannot be used; "" when it can
  std::optional<std::uint64_t> bytes_free{};  // of its file system, for us
};

struct Gateway {
  bool runs = false;
  std::string version{};
  std::int64_t pid = 0;
  std::string address{};             // where clients find it
  std::optional<Error> unhealthy{};  // it runs, but does not answer there
};

struct Port {
  std::string what{};     // "clients", "admin"
  std::string setting{};  // "proxy.port"
  std::int64_t number = 0;
  std::optional<Error> trouble{};  // it cannot be listened on
};

struct Exposure {
  bool open_to_lan = false;
  bool keys_demanded = false;
  std::string firewall{};                // the command that rules it: "ufw", "firewall-cmd"; "" when none was found
  std::vector<std::string> addresses{};  // under which other computers would find us
};

struct WayOut {
  std::string proxy{};                   // host:port; "" without one
  std::optional<Error> proxy_trouble{};  // its URL cannot be read, or nobody answers there
  std::string ca_file{};                 // of the settings; "" without one
  std::optional<Error> ca_trouble{};
  bool system_trust = true;  // the system has certificate authorities
};

struct Quota {
  std::string name{};
  double left = 1;  // 0 to 1
  std::optional<Milliseconds> resets_in{};
  bool below_reserve = false;
};

struct Account {
  std::string label{};
  std::string provider{};
  std::string host{};  // where it is called; "" for one that is inside the gateway
  bool enabled = true;
  bool tested = false;
  std::optional<Error> trouble{};             // what the test brought
  std::optional<Milliseconds> clock_ahead{};  // our clock before the upstream's
  std::vector<Quota> quotas{};
};

// Where a client is told to send its requests: by a file or by a variable of the shell.
struct ClientValue {
  std::string client{};   // "Claude Code"
  std::string command{};  // "claude-code": what `agt connect` calls it
  bool can_be_written = false;
  bool is_variable = false;
  std::string place{};     // the file, or the variable
  std::string found{};     // the URL, without credentials; "" when it says nothing
  std::string wanted{};    // what leads here
  bool same_port = false;  // `found` is an address of this computer with our port
  std::string trouble{};   // why the file cannot be read
};

struct Facts {
  std::string version{};  // ours
  std::vector<Folder> folders{};
  std::optional<Error> api_trouble{};  // neither the gateway nor its files could be asked
  Gateway gateway{};
  std::vector<Port> ports{};
  std::optional<Exposure> exposure{};
  std::optional<WayOut> way_out{};
  std::vector<Account> accounts{};
  std::size_t accounts_untested = 0;  // beyond the number that is tested at most
  std::vector<ClientValue> clients{};
};

}  // namespace agt::doctor

// The gateway as a whole, for those who manage it: turns what is stored into what the relay runs on, and knows what
// is going on. The admin API and the command line both act through it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "admin/access.h"
#include "admin/events.h"
#include "admin/metrics.h"
#include "admin/oauth_logins.h"
#include "admin/proxy_port.h"
#include "admin/span_exporter.h"
#include "admin/token_keeper.h"
#include "catalogue/models.h"
#include "catalogue/prices.h"
#include "core/clock.h"
#include "core/log.h"
#include "pool/pool.h"
#include "provider/family.h"
#include "relay/relay.h"
#include "relay/snapshot.h"
#include "store/accounts.h"
#include "store/home.h"
#include "store/ledger.h"
#include "store/ledger_writer.h"
#include "store/settings.h"
#include "store/vault.h"

namespace agt::admin {

// The families that exist; the wiring's list.
using Families = std::span<const provider::Family* const>;

// An account of the vault made ready to be called. Code::config when its provider or address makes no sense.
[[nodiscard]] Result<provider::Upstream> upstream_of(const store::Account& account, Families families);

// Checks a new or changed account before it is stored: provider known, base URL well-formed (https, or http to a
// loopback host, or insecure_http), key present where one is needed. Code::schema with the field.
[[nodiscard]] Result<> check_account(const store::Account& account, Families families);

// Everything that a request needs to see, from the vault and the settings. Accounts that cannot be used are left out
// and named in `problems`. `port` is the one in use.
struct Built {
  std::shared_ptr<const relay::Snapshot> snapshot{};
  std::vector<std::string> problems{};
};
[[nodiscard]] Result<Built> build_snapshot(store::Vault& vault, const store::Settings& settings, Families families,
                                           std::uint16_t port, std::string interface_url = {});

// The settings as they are with another stored layer under the user's file, the environment and the flags. Called by
// one thread at a time, under Gateway::reloading.
using Resolve = std::function<Result<store::Settings>(const store::StoredSettings& stored)>;

// Where the configuration files of clients are, and what was done to them is kept.
struct ClientFilesHome {
  const store::Environment* environment = nullptr;  // null: none are written
  std::filesystem::path state{};
};

// A database that was damaged when the gateway started.
struct Rescued {
  std::string what{};  // "vault" or "ledger"
  store::Rescue rescue{};
};

// What the admin API works on. All of it outlives the handlers.
struct Gateway {
  store::Vault& vault;
  store::Ledger& ledger;  // a reader's own connection
  store::LedgerWriter& ledger_writer;
  store::Settings settings;  // read it with settings_now(); reload() changes it
  relay::Current& current;
  pool::Pool& pool;
  Families families;
  const relay::Services& services;
  TokenKeeper& tokens;
  const Clock& clock;
  const Log& log;
  Events* events = nullptr;  // null: nothing happens that could be looked on; as for the next
  const std::atomic<int>* in_flight = nullptr;
  const std::atomic<int>* streams = nullptr;  // of those in flight
  const Metrics* metrics = nullptr;
  SpanExporter* spans = nullptr;
  ProxyPort* proxy = nullptr;
  AdminAccess* access = nullptr;              // null: no listener; the command line works on the files
  std::atomic<std::uint16_t> proxy_port = 0;  // 0: nobody listens
  WallTime started{};
  Resolve resolve{};                                  // none: settings change at the next start only
  std::atomic<std::int64_t> recording_until_ms = 0;   // everything that is said is kept until then; 0: it is not
  std::atomic<std::int64_t> quota_minutes = 0;        // between two looks at a quota; 0: none
  std::shared_ptr<const catalogue::Prices> prices{};  // read it with prices_now()
  std::mutex reloading{};                             // one change at a time
  std::mutex changing{};            // what is read, compared with an etag and written again; taken before `reloading`
  net::Runtime* runtime = nullptr;  // opens the door for the browser that comes back from a sign-in; null: none
  OAuthLogins logins{};
  ClientFilesHome clients{};
  std::vector<Rescued> rescued{};
};

[[nodiscard]] store::Settings settings_now(Gateway& gateway);
[[nodiscard]] std::shared_ptr<const catalogue::Prices> prices_now(Gateway& gateway);

// What no setting can check by itself, as another room reads it. Code::schema with the setting in Error::field.
[[nodiscard]] Result<> check_settings(const store::Settings& settings);

// Reads settings and vault anew and swaps the snapshot: after every change of accounts, routes, keys or settings.
[[nodiscard]] Result<> reload(Gateway& gateway);

}  // namespace agt::admin

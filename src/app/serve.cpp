#include "app/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "admin/api.h"
#include "admin/gateway.h"
#include "admin/key_form.h"
#include "admin/metrics_page.h"
#include "admin/quota_keeper.h"
#include "admin/recorder.h"
#include "admin/recording.h"
#include "admin/rests.h"
#include "app/interface.h"
#include "app/wiring.h"
#include "catalogue/prices.h"
#include "core/text.h"
#include "core/version.h"
#include "net/runtime.h"
#include "net/service_manager.h"
#include "store/stored_settings.h"

namespace agt::app {
namespace {

constexpr int workers_default_max = 4;
constexpr int admin_port_attempts = 10;  // 8046, or the next free one

struct Option {
  std::string_view name{};
  std::string_view setting{};  // "": handled by itself
};
constexpr std::array options_known{
    Option{"--host", "proxy.host"}, Option{"--port", "proxy.port"},         Option{"--admin-port", "admin.port"},
    Option{"--workers", "workers"}, Option{"--log-level", "logging.level"}, Option{"--home", ""},
    Option{"--config", ""},
};

int worker_count(const store::Settings& settings) {
  if (settings.workers > 0) return static_cast<int>(settings.workers);
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, workers_default_max);
}

// What lies over the stored settings does not change while we run: the user's file is read once, at the start.
Result<admin::Resolve> resolver(const ServeOptions& options, const store::Environment& environment,
                                const store::Home& home) {
  store::SettingLayers layers{.environment = environment, .flags = options.flags};
  TRY(layers.config, store::read_config_file(options.config.value_or(home.config_file()), options.config.has_value()));
  return [layers = std::move(layers)](const store::StoredSettings& stored) mutable {
    layers.stored = stored;
    return store::resolve(layers);
  };
}

std::string_view value_of(const store::Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view() : std::string_view(found->second);
}

Result<net::RuntimeOptions> runtime_options(const store::Settings& settings) {
  net::RuntimeOptions options{.workers = worker_count(settings)};
  if (!settings.network.upstream_proxy.empty()) {
    TRY(options.client.proxy, net::parse_proxy(settings.network.upstream_proxy));
  }
  options.client.ca_file = settings.network.ca_file;
  return options;
}

// With the sockets that a service manager may have opened for us.
Result<std::unique_ptr<net::Runtime>> runtime_for(const store::Settings& settings,
                                                  const store::Environment& environment, const Log& log,
                                                  const Clock& clock) {
  TRY(auto options, runtime_options(settings));
  TRY(auto inherited,
      net::InheritedSockets::take(value_of(environment, "LISTEN_PID"), value_of(environment, "LISTEN_FDS")));
  return net::make_runtime(std::move(options), std::move(inherited), log, clock);
}

Result<std::shared_ptr<const catalogue::Prices>> prices_in(const store::Settings& settings) {
  auto prices = catalogue::Prices::with(settings.prices.overrides);
  if (!prices) return fail(Code::config, prices.error().message, "prices.overrides");
  return prices;
}

LogForm log_form(const store::Settings& settings, const store::Environment& environment) {
  return {.style = settings.logging.format,
          .has_priority = is_journal(STDERR_FILENO, value_of(environment, "JOURNAL_STREAM"))};
}

// A damaged database was put aside: never in silence.
std::vector<admin::Rescued> tell_rescue(const Log& log, std::string_view what,
                                        const std::optional<store::Rescue>& rescue) {
  if (!rescue) return {};
  log.write(LogLevel::error, fmt::format("{}_damaged", what),
            {{"why", rescue->why},
             {"kept_as", rescue->set_aside.string()},
             {"restored_from", rescue->restored ? rescue->restored->string() : "nothing; a new one was started"}});
  return {{.what = std::string(what), .rescue = *rescue}};
}

Result<std::unique_ptr<store::Ledger>> open_ledger(const store::Home& home, const Clock& clock, const Log& log,
                                                   std::vector<admin::Rescued>& rescued) {
  TRY(auto ledger, store::Ledger::open(home.ledger_file(), clock));
  for (auto& one : tell_rescue(log, "ledger", ledger->rescue())) rescued.push_back(std::move(one));
  return ledger;
}

// What a newcomer sees: where it listens, and one line that works at once.
void greet(const store::Settings& settings, std::uint16_t port, const std::string& login_url,
           const admin::AdminAddress& admin_address) {
  const auto shown_host = settings.bind_host() == "0.0.0.0" ? "127.0.0.1" : settings.bind_host();
  const auto address = fmt::format("http://{}:{}", shown_host, port);
  const auto key = settings.keys_demanded() ? " \\\n    -H 'authorization: Bearer YOUR-KEY'" : "";
  fmt::print("Antigravity Tools {} is running.\n\n", version);
  fmt::print("  for clients   {}      OpenAI clients: {}/v1\n", address, address);
  fmt::print("  interface     {}\n                (this link works once; `agt open` makes another)\n", login_url);
  fmt::print("  admin API     {}\n\n", admin_address.url);
  fmt::print("Try it now, without any account:\n\n");
  fmt::print(
      "  curl {}/v1/chat/completions{} \\\n    -H 'content-type: application/json' \\\n"
      "    -d '{{\"model\":\"demo\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hello!\"}}]}}'\n\n",
      address, key);
  fmt::print("Add an account:  agt account add gemini --key-env GEMINI_API_KEY      (agt help shows the rest)\n");
  if (settings.listens_beyond_loopback())
    fmt::print("\nThis port is open to other computers; clients must show a key.\n");
  std::fflush(stdout);
}

Result<std::uint16_t> listen_for_admin(net::Runtime& runtime, const store::Settings& settings,
                                       const net::HandlerFactory& factory) {
  const auto wanted = static_cast<std::uint16_t>(settings.admin.port);
  Result<std::uint16_t> opened = fail(Code::config, "no admin port tried");
  for (int i = 0; i < admin_port_attempts; ++i) {
    const auto port = static_cast<std::uint16_t>(wanted == 0 ? 0 : wanted + i);
    opened = runtime.listen("admin", {.host = settings.admin.host, .port = port}, factory);
    const bool chosen_by_user = settings.origins.at("admin.port").layer != store::Layer::built_in;
    if (opened || chosen_by_user) break;
  }
  return opened;
}

Result<std::uint16_t> open_admin(admin::Gateway& gateway, net::Runtime& runtime, const store::Settings& settings) {
  return listen_for_admin(runtime, settings, [&gateway](net::Worker& worker) {
    return admin::make_admin_handler(gateway, *gateway.access, worker, interface_files());
  });
}

// What is there before anything runs.
struct OpenedHome {
  store::Home home;
  store::HomeLock lock;
  std::unique_ptr<store::Vault> vault;
  admin::Resolve resolve;
  store::Settings settings;
};

Result<OpenedHome> open_home(const ServeOptions& options, const store::Environment& environment, const Clock& clock) {
  TRY(auto folders, store::folders_of(environment, options.home));
  TRY(auto home, store::Home::open(std::move(folders)));
  TRY(auto lock, home.lock());
  TRY(auto vault, store::Vault::open(home, clock, seeded_rng()));
  TRY_OK(store::ensure_api_key(*vault));
  TRY(auto resolve, resolver(options, environment, home));
  TRY(const auto stored, store::stored_settings(*vault));
  TRY(auto settings, resolve(stored));
  if (const auto checked = admin::check_settings(settings); !checked)
    return fail(Code::config, checked.error().message, checked.error().field);
  return OpenedHome{.home = std::move(home),
                    .lock = std::move(lock),
                    .vault = std::move(vault),
                    .resolve = std::move(resolve),
                    .settings = std::move(settings)};
}

// What is remembered, counted and told of requests.
struct Books {
  std::unique_ptr<store::Ledger> reader;
  admin::Events events;
  admin::Metrics metrics{};
  admin::SpanExporter spans;
  store::LedgerWriter writer;
  admin::LedgerRecorder recorder;

  Books(std::unique_ptr<store::Ledger> ledger, std::unique_ptr<store::Ledger> its_reader,
        std::shared_ptr<const PriceList> prices, const Clock& clock, const Log& log)
      : reader(std::move(its_reader)),
        events(clock),
        spans(log),
        // What it keeps is told by the first reload.
        writer(std::move(ledger), {}, store::ledger_queue_max, std::move(prices), {&metrics, &spans}),
        recorder(writer, events, metrics) {}
};

Result<std::unique_ptr<Books>> open_books(const store::Home& home, const store::Settings& settings, const Clock& clock,
                                          const Log& log, std::vector<admin::Rescued>& rescued) {
  TRY(auto ledger, open_ledger(home, clock, log, rescued));
  TRY(auto reader, store::Ledger::open(home.ledger_file(), clock));
  TRY(auto prices, prices_in(settings));
  return std::make_unique<Books>(std::move(ledger), std::move(reader), std::move(prices), clock, log);
}

// The last words. A refresh token that is in memory only must not go in silence.
Result<> end(const admin::TokenKeeper& tokens, const Log& log) {
  const auto lost = tokens.unsaved();
  if (!lost.empty())
    return fail(Code::storage, fmt::format("The newest refresh tokens of {} could not be stored and are lost: sign in "
                                           "to these accounts again.",
                                           text::joined(lost, ", ")));
  log.write(LogLevel::info, "stopped");
  return {};
}

// The configuration, and what a new start does not make good: rests of accounts, and what keys have used today.
Result<> load(admin::Gateway& gateway) {
  TRY_OK(admin::reload(gateway));
  TRY_OK(admin::restore_rests(gateway));
  return admin::restore_spending(gateway);
}

// A service manager that cannot be told ends us by itself; what it says then is in its own journal.
void tell_ready(const Log& log, std::string_view notify_socket) {
  if (const auto told = net::tell_service_manager(notify_socket, "READY=1"); !told)
    log.write(LogLevel::warn, "service_manager_not_told", {{"why", told.error().message}});
}

// Serves until a signal.
void run(admin::Gateway& gateway, net::Runtime& runtime, std::uint16_t admin_port, std::string_view notify_socket) {
  gateway.log.write(
      LogLevel::info, "listening",
      {{"port", gateway.proxy_port.load()}, {"admin_port", admin_port}, {"workers", gateway.runtime->workers()}});
  auto& worker = runtime.worker(0);
  worker.spawn([&gateway, &worker] { return admin::keep_rests(gateway, worker); });
  admin::QuotaKeeper quotas(gateway);
  worker.spawn([&gateway, &worker] { return admin::watch_recording(gateway, worker); });
  worker.spawn([&quotas, &worker] { return quotas.run(worker); });
  if (gateway.spans != nullptr) worker.spawn([&gateway, &worker] { return gateway.spans->run(worker); });
  gateway.tokens.work_on(worker);
  tell_ready(gateway.log, notify_socket);
  runtime.run();
  // A rest that is not on the disk is learned anew: no reason to end as a failure, nor to keep the last words back.
  if (const auto saved = admin::save_rests(gateway); !saved)
    gateway.log.write(LogLevel::error, "rests_not_saved", {{"why", saved.error().message}});
}

}  // namespace

Result<ServeOptions> parse_serve_options(std::span<const std::string> arguments) {
  ServeOptions options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto name = arguments[i];
    std::optional<std::string> value;
    if (const auto equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    const auto known = std::ranges::find(options_known, std::string_view(name), &Option::name);
    if (known == options_known.end())
      return fail(Code::schema, fmt::format("agt serve has no option \"{}\"; see `agt help serve`.", arguments[i]));
    if (!value) {
      if (i + 1 == arguments.size()) return fail(Code::schema, fmt::format("{} needs a value.", name));
      value = arguments[++i];
    }
    if (name == "--home")
      options.home = *value;
    else if (name == "--config")
      options.config = *value;
    else
      options.flags.push_back({.setting = std::string(known->setting), .value = *value, .spelling = name});
  }
  return options;
}

Result<> serve(const ServeOptions& options, const store::Environment& environment) {
  const Clock clock;
  TRY(const auto opened, open_home(options, environment, clock));
  const auto& [home, home_lock, vault, resolve, settings] = opened;
  const Log log(settings.logging.level, STDERR_FILENO, clock, log_form(settings, environment));
  auto rescued = tell_rescue(log, "vault", vault->rescue());
  TRY(const auto books, open_books(home, settings, clock, log, rescued));

  pool::Pool pool;
  relay::Current current(nullptr);
  relay::Kept kept;
  relay::Doorkeeper doorkeeper;
  provider::Exchanges exchanges(clock, log);
  provider::QuotaBook quotas;
  admin::TokenKeeper tokens(*vault, clock, log);
  const relay::Services services{.current = current,
                                 .pool = pool,
                                 .codecs = codecs(),
                                 .recorder = books->recorder,
                                 .kept = kept,
                                 .doorkeeper = doorkeeper,
                                 .exchanges = exchanges,
                                 .clock = clock,
                                 .log = log,
                                 .access_tokens = &tokens,
                                 .quotas = &quotas};
  TRY(const auto runtime, runtime_for(settings, environment, log, clock));
  admin::MetricsDesk metrics_desk;
  const auto relays = [&services, &metrics_desk](net::Worker& worker) {
    return admin::with_metrics(std::make_unique<relay::Relay>(services, worker), metrics_desk, worker);
  };
  admin::ProxyPort proxy(*runtime, relays, clock);
  TRY_OK(proxy.open(settings));

  admin::AdminAccess access;
  admin::Gateway gateway{.vault = *vault,
                         .ledger = *books->reader,
                         .ledger_writer = books->writer,
                         .settings = settings,
                         .current = current,
                         .pool = pool,
                         .families = families(),
                         .services = services,
                         .tokens = tokens,
                         .clock = clock,
                         .log = log,
                         .events = &books->events,
                         .in_flight = &books->recorder.in_flight(),
                         .streams = &books->recorder.streams(),
                         .metrics = &books->metrics,
                         .spans = &books->spans,
                         .proxy = &proxy,
                         .access = &access,
                         .proxy_port = proxy.port(),
                         .started = clock.wall(),
                         .resolve = resolve,
                         .runtime = runtime.get(),
                         .clients = {&environment, home.folders().state},
                         .rescued = std::move(rescued)};
  metrics_desk.gateway = &gateway;
  TRY(const auto admin_port, open_admin(gateway, *runtime, settings));
  TRY(const auto address, admin::publish(access, home, settings.admin.host, admin_port));
  TRY_OK(load(gateway));
  greet(settings, proxy.port(), admin::login_url(access, clock.now()), address);
  run(gateway, *runtime, admin_port, value_of(environment, "NOTIFY_SOCKET"));
  admin::withdraw(home);
  return end(tokens, log);
}

}  // namespace agt::app

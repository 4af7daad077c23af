#include "app/offline.h"

#include <fmt/format.h>
#include <unistd.h>

#include <ostream>

#include "catalogue/prices.h"
#include "store/stored_settings.h"

namespace agt::app {
namespace {

class NoRecorder final : public relay::Recorder {
 public:
  void started(const relay::Trace& /*trace*/) override {}
  void record(const relay::Trace& /*trace*/, std::string& /*text*/) override {}  // nothing is relayed here
};

admin::Resolve resolver(const store::Environment& environment, std::optional<store::ConfigFile> config) {
  return [&environment, config = std::move(config)](const store::StoredSettings& stored) {
    return store::resolve({.stored = stored, .config = config, .environment = environment});
  };
}

// Everything that a Gateway refers to, in the order in which it is needed.
class Offline final : public Api {
 public:
  Offline(const Clock& clock, store::HomeLock lock, std::unique_ptr<store::Vault> vault,
          std::unique_ptr<store::Ledger> reader, std::unique_ptr<store::Ledger> writer, store::Settings settings,
          admin::Resolve resolve, const CliContext& context)
      : clock_(clock),
        lock_(std::move(lock)),
        vault_(std::move(vault)),
        ledger_(std::move(reader)),
        ledger_writer_(std::move(writer), {}, store::ledger_queue_max,
                       catalogue::Prices::with(settings.prices.overrides).value_or(nullptr)),
        services_{.current = current_,
                  .pool = pool_,
                  .codecs = context.codecs,
                  .recorder = recorder_,
                  .kept = kept_,
                  .doorkeeper = doorkeeper_,
                  .exchanges = exchanges_,
                  .clock = clock,
                  .log = log_,
                  .access_tokens = &tokens_,
                  .quotas = &quotas_},
        gateway_{.vault = *vault_,
                 .ledger = *ledger_,
                 .ledger_writer = ledger_writer_,
                 .settings = std::move(settings),
                 .current = current_,
                 .pool = pool_,
                 .families = context.families,
                 .services = services_,
                 .tokens = tokens_,
                 .clock = clock,
                 .log = log_,
                 .resolve = std::move(resolve)} {}

  Result<admin::Answer> ask(admin::Ask ask) override {
    // Only accounts lead out of this computer. A proxy or an authority that cannot be used must not keep anybody from
    // mending the setting.
    net::ClientOptions options;
    if (ask.method == "POST" && ask.path.starts_with(fmt::format("{}/accounts", admin::api_prefix))) {
      TRY(options, client_options());
    }
    Result<admin::Answer> outcome = fail(Code::internal, "The call did not run.");
    const NetworkTask work = [&](net::Worker& worker) { return run(gateway_, worker, ask, outcome); };
    TRY_OK(on_network(std::move(options), clock_, work));
    return outcome;
  }

  bool gateway_runs() const override { return false; }

 private:
  static Task<> run(admin::Gateway& gateway, net::Worker& worker, admin::Ask ask, Result<admin::Answer>& outcome) {
    outcome = co_await admin::answer(gateway, worker, std::move(ask));
  }

  Result<net::ClientOptions> client_options() {
    const auto settings = admin::settings_now(gateway_);
    net::ClientOptions options{.ca_file = settings.network.ca_file};
    if (!settings.network.upstream_proxy.empty()) {
      TRY(options.proxy, net::parse_proxy(settings.network.upstream_proxy));
    }
    return options;
  }

  const Clock& clock_;
  Log log_{LogLevel::off, STDERR_FILENO, clock_};
  store::HomeLock lock_;
  std::unique_ptr<store::Vault> vault_;
  std::unique_ptr<store::Ledger> ledger_;
  store::LedgerWriter ledger_writer_;
  pool::Pool pool_{};
  relay::Current current_{nullptr};
  NoRecorder recorder_{};
  relay::Kept kept_{};
  relay::Doorkeeper doorkeeper_{};
  provider::Exchanges exchanges_{clock_, log_};
  provider::QuotaBook quotas_{};
  admin::TokenKeeper tokens_{*vault_, clock_, log_};
  relay::Services services_;
  admin::Gateway gateway_;
};

}  // namespace

Result<std::unique_ptr<Api>> open_offline(CliContext& context, store::Home home, store::HomeLock lock) {
  TRY(auto config, store::read_config_file(home.config_file(), false));
  TRY(auto vault, store::Vault::open(home, context.clock, seeded_rng()));
  if (vault->rescue())
    context.err << fmt::format("agt: the vault was damaged ({}) and is kept as {}\n", vault->rescue()->why,
                               vault->rescue()->set_aside.string());
  TRY_OK(store::ensure_api_key(*vault));
  TRY(auto reader, store::Ledger::open(home.ledger_file(), context.clock));
  TRY(auto writer, store::Ledger::open(home.ledger_file(), context.clock));
  auto resolve = resolver(context.environment, std::move(config));
  TRY(const auto stored, store::stored_settings(*vault));
  TRY(auto settings, resolve(stored));
  return std::make_unique<Offline>(context.clock, std::move(lock), std::move(vault), std::move(reader),
                                   std::move(writer), std::move(settings), std::move(resolve), context);
}

}  // namespace agt::app

#include "admin/gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "admin/key_form.h"
#include "catalogue/presets.h"
#include "core/text.h"
#include "json/document.h"
#include "relay/plan.h"
#include "store/client_keys.h"
#include "store/routes.h"
#include "store/stored_settings.h"

namespace agt::admin {
namespace {

const provider::Family* family_named(Families families, std::string_view name) {
  const auto found = std::ranges::find_if(families, [&](const provider::Family* f) { return f->name == name; });
  return found == families.end() ? nullptr : *found;
}

std::string family_names(Families families) {
  std::string out;
  for (const auto* family : families) out += fmt::format("{}{}", out.empty() ? "" : ", ", family->name);
  return out;
}

std::optional<catalogue::KeyStyle> key_style_named(std::string_view name) {
  using enum catalogue::KeyStyle;
  std::string spelled(name);
  std::ranges::replace(spelled, '_', '-');
  for (const auto style : {none, bearer, x_api_key, x_goog_api_key}) {
    std::string known(catalogue::name(style));
    std::ranges::replace(known, '_', '-');
    if (text::iequals(known, spelled)) return style;
  }
  return std::nullopt;
}

// Names under which a client on this computer may call us, each with the port.
std::vector<std::string> own_hosts(const store::Settings& settings, std::uint16_t port) {
  std::vector<std::string> hosts;
  for (const auto* host : {"127.0.0.1", "localhost", "[::1]"}) hosts.push_back(fmt::format("{}:{}", host, port));
  for (const auto& host : settings.proxy.allowed_hosts)
    hosts.push_back(host.contains(':') ? text::lowered(host) : fmt::format("{}:{}", text::lowered(host), port));
  const auto& bound = settings.proxy.host;
  if (bound != "0.0.0.0" && bound != "::") hosts.push_back(fmt::format("{}:{}", text::lowered(bound), port));
  return hosts;
}

pool::Account pool_account(const store::Account& account, const provider::Upstream& upstream) {
  return {.id = account.id,
          .label = account.label,
          .provider = account.provider,
          .site = upstream.family->local() ? account.provider
                                           : fmt::format("{} at {}{}", account.provider,
                                                         upstream.base.tls ? "" : "http://", upstream.base.authority()),
          .enabled = account.enabled,
          .models = account.models,
          .excluded = account.excluded_models,
          .groups = account.groups,
          .priority = account.priority,
          .weight = account.weight,
          .max_concurrency = account.concurrency_max,
          .reserve_percent = account.reserve_percent,
          .reserve_strict = account.reserve_strict};
}

pool::Mode mode_of(store::SchedulingMode mode) {
  switch (mode) {
    case store::SchedulingMode::cache_first: return pool::Mode::cache_first;
    case store::SchedulingMode::balance: return pool::Mode::balance;
    case store::SchedulingMode::performance_first: return pool::Mode::performance_first;
  }
  std::unreachable();
}

// The demo is an account like any other, but nobody has to add it, and it serves its own model only.
store::Account demo_account() {
  return {.id = "acc_demo", .label = "demo", .provider = "demo", .models = {"demo"}, .priority = -100};
}

std::unexpected<Error> unknown_provider(std::string_view named, Families families) {
  const auto near = catalogue::nearest_provider(named);
  const auto hint = near.empty() ? std::string(".") : fmt::format("; did you mean \"{}\"?", near);
  return fail(Code::schema,
              fmt::format("The provider \"{}\" is unknown{} Known are {} and the presets (`agt provider list`).",
                          text::quoted(named, 60), hint, family_names(families)),
              "provider");
}

// Where the account's upstream is: what the user gave, else the preset's address, else the family's own.
Result<net::Url> address_of(const store::Account& account, const catalogue::Provider* known,
                            const provider::Family& family) {
  std::string address = account.base_url;
  if (address.empty() && known != nullptr) address = known->base_url;
  if (address.empty()) address = family.default_base_url;
  if (address.empty())
    return fail(Code::schema,
                fmt::format("The provider {} has no address of its own: give one with --base-url.", account.provider),
                "base_url");
  const auto url = net::parse_url(address);
  if (!url)
    return fail(Code::schema,
                fmt::format("\"{}\" is not an address like https://host[:port][/path].", text::quoted(address)),
                "base_url");
  if (!url->tls && !url->loopback() && !account.insecure_http)
    return fail(Code::schema,
                fmt::format("{} is plain http to another computer: the key would travel in the clear. Use https, or "
                            "say --insecure-http.",
                            text::quoted(address)),
                "base_url");
  return *url;
}

}  // namespace

Result<provider::Upstream> upstream_of(const store::Account& account, Families families) {
  const auto* known = catalogue::find_provider(account.provider);
  const auto* family = family_named(families, known == nullptr ? account.provider : known->family);
  if (family == nullptr) return unknown_provider(account.provider, families);
  provider::Upstream upstream{.account_id = account.id,
                              .label = account.label,
                              .provider = account.provider,
                              .family = family,
                              .base = {},
                              .key = account.credential,
                              .key_style = known == nullptr ? family->key_style : known->key_style};
  if (!account.key_header.empty()) {
    const auto style = key_style_named(account.key_header);
    if (!style)
      return fail(Code::schema,
                  fmt::format("The key header \"{}\" is unknown; use bearer, x-api-key, x-goog-api-key or none.",
                              text::quoted(account.key_header, 60)),
                  "key_header");
    upstream.key_style = *style;
  }
  if (account.kind == store::CredentialKind::oauth) {
    upstream.oauth = true;
    upstream.key_style = catalogue::KeyStyle::bearer;
  }
  if (family->local()) return upstream;
  TRY(upstream.base, address_of(account, known, *family));
  if (const auto extra = json::Document::parse(account.extra.text)) {
    upstream.project = extra->root()["project"].text_or("");
    upstream.location = extra->root()["location"].text_or("");
  }
  if (family->settle != nullptr) TRY_OK(family->settle(upstream, !account.base_url.empty()));
  return upstream;
}

Result<> check_account(const store::Account& account, Families families) {
  TRY(const auto upstream, upstream_of(account, families));
  const auto* known = catalogue::find_provider(account.provider);
  // A server on this computer, or at an address that the user gave to a compatible family, may well ask for no key.
  const bool needs_key = !upstream.family->local() && upstream.key_style != catalogue::KeyStyle::none &&
                         (known == nullptr || known->key_required) && !upstream.base.loopback() && !upstream.oauth;
  if (needs_key && account.credential.empty())
    return fail(
        Code::schema,
        fmt::format("An account of {} needs a key: give it with --key-env VARIABLE or --key-stdin.", account.provider),
        "key");
  if (!upstream.identity.empty()) return {};  // a file, which the family has read
  const bool has_space = std::ranges::any_of(account.credential.reveal(), [](char c) { return c <= ' ' || c == 0x7f; });
  if (has_space) return fail(Code::schema, "The key has a space or a line end in it.", "key");
  return {};
}

Result<Built> build_snapshot(store::Vault& vault, const store::Settings& settings, Families families,
                             std::uint16_t port, std::string interface_url) {
  Built built;
  relay::Snapshot next;
  next.interface_url = std::move(interface_url);
  next.catalogue = catalogue::Catalogue::built_in();
  TRY(auto accounts, store::accounts(vault));
  accounts.push_back(demo_account());
  for (const auto& account : accounts) {
    auto upstream = upstream_of(account, families);
    if (!upstream) {
      built.problems.push_back(
          fmt::format("The account {} cannot be used: {}", account.label, upstream.error().message));
      continue;
    }
    next.accounts.push_back(pool_account(account, *upstream));
    next.upstreams.emplace(account.id, *std::move(upstream));
  }
  TRY(const auto routes, store::routes(vault));
  for (const auto& route : routes) {
    relay::Rule rule{.match = route.match, .targets = {}, .strict = route.strict};
    for (const auto& target : route.targets) {
      TRY(auto parsed, relay::parse_target(target));
      rule.targets.push_back(std::move(parsed));
    }
    next.rules.push_back(std::move(rule));
  }
  TRY(const auto keys, store::client_keys(vault));
  auto& admission = next.admission;
  for (const auto& key : keys) {
    if (key.revoked_ms) continue;
    auto limits = key_limits_in(key.limits);
    if (!limits) {  // a key whose limits are unknown may do nothing
      built.problems.push_back(fmt::format("The key {} cannot be used: {}", key.name, limits.error().message));
      continue;
    }
    admission.keys.emplace(key.digest, relay::ClientKey{.name = key.name, .limits = *std::move(limits)});
  }
  TRY(admission.networks, networks_in(settings.proxy.allowed_networks, "proxy.allowed_networks"));
  admission.keys_demanded = settings.keys_demanded();
  admission.primary_key = settings.proxy.api_key;
  admission.digest = store::key_digest;
  admission.hosts = own_hosts(settings, port);
  admission.port = port;
  admission.lan = settings.listens_beyond_loopback();
  for (const auto& origin : settings.proxy.allowed_origins) admission.origins.push_back(text::lowered(origin));
  switch (settings.logging.bodies) {
    case store::BodyCapture::none: next.capture = relay::Capture::none; break;
    case store::BodyCapture::failures: next.capture = relay::Capture::failures; break;
    case store::BodyCapture::all: next.capture = relay::Capture::all; break;
  }
  next.strict_paths = settings.proxy.strict_paths;
  next.body_bytes_max = static_cast<std::size_t>(settings.proxy.body_limit_mb) << 20U;
  next.media_urls = static_cast<relay::MediaUrls>(settings.network.media_urls);  // the same order
  next.attempts = static_cast<int>(settings.scheduling.max_attempts);
  next.mode = mode_of(settings.scheduling.mode);
  next.wait_max = Seconds(settings.scheduling.max_wait_seconds);
  next.pinned_account = settings.scheduling.pinned_account;
  next.timeouts.connect = Seconds(settings.network.connect_timeout_s);
  next.timeouts.first_byte = Seconds(settings.network.first_byte_timeout_s);
  next.timeouts.idle = Seconds(settings.network.idle_timeout_s);
  built.snapshot = std::make_shared<const relay::Snapshot>(std::move(next));
  return built;
}

store::Settings settings_now(Gateway& gateway) {
  const std::scoped_lock lock(gateway.reloading);
  return gateway.settings;
}

std::shared_ptr<const catalogue::Prices> prices_now(Gateway& gateway) {
  const std::scoped_lock lock(gateway.reloading);
  return gateway.prices;
}

Result<> check_settings(const store::Settings& settings) {
  if (const auto prices = catalogue::Prices::with(settings.prices.overrides); !prices)
    return fail(Code::schema, prices.error().message, "prices.overrides");
  TRY_OK(networks_in(settings.proxy.allowed_networks, "proxy.allowed_networks"));
  TRY_OK(collector_in(settings));
  return {};
}

Result<> reload(Gateway& gateway) {
  const std::scoped_lock lock(gateway.reloading);
  TRY_OK(gateway.tokens.load());
  if (gateway.resolve) {
    TRY(const auto stored, store::stored_settings(gateway.vault));
    TRY(gateway.settings, gateway.resolve(stored));
  }
  auto settings = gateway.settings;
  if (gateway.recording_until_ms > unix_ms(gateway.clock.wall())) settings.logging.bodies = store::BodyCapture::all;
  TRY(const auto built, build_snapshot(gateway.vault, settings, gateway.families, gateway.proxy_port,
                                       gateway.access == nullptr ? std::string() : gateway.access->url));
  for (const auto& problem : built.problems) gateway.log.write(LogLevel::warn, "account_unusable", {{"why", problem}});
  gateway.pool.set_accounts(built.snapshot->accounts);
  gateway.quota_minutes = gateway.settings.quota.refresh_minutes;
  gateway.current.set(built.snapshot);
  TRY(auto collector, collector_in(gateway.settings));
  if (gateway.spans != nullptr) gateway.spans->send_to(std::move(collector));
  TRY(gateway.prices, catalogue::Prices::with(gateway.settings.prices.overrides));
  gateway.ledger_writer.price_by(gateway.prices);
  const auto& keep = gateway.settings.ledger;
  gateway.ledger_writer.retain(
      {.keep_days = keep.keep_days, .bytes_max = keep.max_mb << 20, .keep_hours_days = keep.keep_stats_days});
  return {};
}

}  // namespace agt::admin

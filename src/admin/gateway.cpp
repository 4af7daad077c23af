#include "admin/gateway.h"

#include <fmt/format.h>

#include <algorithm>

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

pool::Account pool_account(const store::Account& account) {
  return {.id = account.id,
          .label = account.label,
          .provider = account.provider,
          .enabled = account.enabled,
          .models = account.models,
          .excluded = account.excluded_models,
          .priority = account.priority,
          .max_concurrency = account.concurrency_max};
}

// The demo is an account like any other, but nobody has to add it, and it serves its own model only.
store::Account demo_account() {
  return {.id = "acc_demo", .label = "demo", .provider = "demo", .models = {"demo"}, .priority = -100};
}

constexpr long long ms(Microseconds t) { return t.count() / 1000; }

// Borrows from both.
store::LedgerEntry entry_of(const relay::Trace& trace, std::string_view text) {
  const auto* served = trace.served();
  const auto* last = served != nullptr || trace.attempts.empty() ? served : &trace.attempts.back();
  store::LedgerEntry entry{.id = trace.id,
                           .started_ms = unix_ms(trace.started),
                           .client_dialect = trace.dialect,
                           .path = trace.path,
                           .client_key = trace.client_key,
                           .client_model = trace.client_model,
                           .status = trace.status,
                           .stream = trace.stream,
                           .input_tokens = trace.usage.input,
                           .output_tokens = trace.usage.output,
                           .cache_read_tokens = trace.usage.cache_read,
                           .cache_write_tokens = trace.usage.cache_write,
                           .reasoning_tokens = trace.usage.reasoning,
                           .latency_ms = ms(trace.total),
                           .bytes_in = static_cast<std::int64_t>(trace.bytes_in),
                           .bytes_out = static_cast<std::int64_t>(trace.bytes_out),
                           .user_agent = trace.user_agent,
                           .trace = text};
  const auto reached_somebody = [](const relay::Attempt& attempt) { return attempt.account != nullptr; };
  entry.attempts = static_cast<int>(std::ranges::count_if(trace.attempts, reached_somebody));
  if (trace.first_byte) entry.first_byte_ms = ms(*trace.first_byte);
  if (last != nullptr) {
    entry.provider = last->provider();
    entry.upstream_model = last->model();
    entry.account_id = last->account_id();
    entry.lane = relay::name(last->lane);
  }
  if (trace.error) {
    entry.failure_class = name(trace.error->failure_class());
    entry.code = name(trace.error->code);
  }
  return entry;
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
                         (known == nullptr || known->key_required) && !upstream.base.loopback();
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
                             std::uint16_t port) {
  Built built;
  relay::Snapshot next;
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
    next.accounts.push_back(pool_account(account));
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
  for (const auto& key : keys)
    if (!key.revoked_ms) admission.key_names.emplace(key.digest, key.name);
  admission.keys_demanded = settings.keys_demanded();
  admission.primary_key = settings.proxy.api_key;
  admission.digest = store::key_digest;
  admission.hosts = own_hosts(settings, port);
  admission.port = port;
  admission.lan = settings.listens_beyond_loopback();
  for (const auto& origin : settings.proxy.allowed_origins) admission.origins.push_back(text::lowered(origin));
  next.strict_paths = settings.proxy.strict_paths;
  next.body_bytes_max = static_cast<std::size_t>(settings.proxy.body_limit_mb) << 20U;
  next.media_urls = static_cast<relay::MediaUrls>(settings.network.media_urls);  // the same order
  next.attempts = static_cast<int>(settings.scheduling.max_attempts);
  next.timeouts.connect = Seconds(settings.network.connect_timeout_s);
  next.timeouts.first_byte = Seconds(settings.network.first_byte_timeout_s);
  next.timeouts.idle = Seconds(settings.network.idle_timeout_s);
  built.snapshot = std::make_shared<const relay::Snapshot>(std::move(next));
  return built;
}

void LedgerRecorder::record(const relay::Trace& trace, std::string& text) {
  relay::append_json(text, trace);
  writer_.push(entry_of(trace, text));
}

store::Settings settings_now(Gateway& gateway) {
  const std::scoped_lock lock(gateway.reloading);
  return gateway.settings;
}

Result<> reload(Gateway& gateway) {
  const std::scoped_lock lock(gateway.reloading);
  if (gateway.resolve) {
    TRY(const auto stored, store::stored_settings(gateway.vault));
    TRY(gateway.settings, gateway.resolve(stored));
  }
  TRY(const auto built, build_snapshot(gateway.vault, gateway.settings, gateway.families, gateway.proxy_port));
  for (const auto& problem : built.problems) gateway.log.write(LogLevel::warn, "account_unusable", {{"why", problem}});
  gateway.pool.set_accounts(built.snapshot->accounts);
  gateway.current.set(built.snapshot);
  const auto& keep = gateway.settings.ledger;
  gateway.ledger_writer.retain({.keep_days = keep.keep_days, .bytes_max = keep.max_mb << 20});
  return {};
}

}  // namespace agt::admin

// The table of settings. One row is one setting; everything else about it (layers, messages, the settings page, the
// names of environment variables) is derived.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/text.h"
#include "store/settings.h"

namespace agt::store {
namespace {

using Kind = SettingSpec::Kind;

std::vector<std::string> list_in(std::string_view text) {
  std::vector<std::string> items;
  for (const auto part : text::split(text, ','))
    if (const auto item = text::trimmed(part); !item.empty()) items.emplace_back(item);
  return items;
}

// Choices are stored as enums: the value is its place among the choices.
template <class Enum>
Enum chosen(std::string_view choices, const SettingValue& value) {
  std::size_t index = 0;
  for (const auto choice : text::split(choices, '|')) {
    if (choice == std::get<std::string>(value)) return static_cast<Enum>(index);
    ++index;
  }
  return Enum{};
}

template <class Enum>
SettingValue choice_of(std::string_view choices, Enum value) {
  return std::string(text::split(choices, '|').at(static_cast<std::size_t>(std::to_underlying(value))));
}

constexpr std::string_view auth_modes = "off|auto|strict|all_except_health";
constexpr std::string_view media_url_choices = "provider|gateway|gateway_any|refuse";
constexpr std::string_view scheduling_modes = "cache_first|balance|performance_first";
constexpr std::string_view log_levels = "debug|info|warn|error|off";
constexpr std::string_view body_captures = "none|failures|all";
constexpr std::string_view log_formats = "text|json";
constexpr std::string_view metrics_accesses = "token|loopback";

bool flag(const SettingValue& v) { return std::get<bool>(v); }
std::int64_t number(const SettingValue& v) { return std::get<std::int64_t>(v); }
const std::string& words(const SettingValue& v) { return std::get<std::string>(v); }

constexpr std::array table{
    SettingSpec{.name = "proxy.host",
                .kind = Kind::text,
                .built_in = "127.0.0.1",
                .description = "Address that the clients' port listens on.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.host = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.proxy.host; }},
    SettingSpec{.name = "proxy.port",
                .kind = Kind::integer,
                .built_in = "8045",
                .min = 0,
                .max = 65535,
                .description = "Port for clients; 0 takes any free one.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.port = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.proxy.port; }},
    SettingSpec{.name = "proxy.allow_lan_access",
                .kind = Kind::boolean,
                .built_in = "false",
                .description = "Let other computers reach the clients' port; they must then send a key.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.allow_lan_access = flag(v); },
                .load = [](const Settings& s) -> SettingValue { return s.proxy.allow_lan_access; }},
    SettingSpec{
        .name = "proxy.auth_mode",
        .kind = Kind::choice,
        .built_in = "off",
        .choices = auth_modes,
        .description = "Whether clients must send a key; auto: only when others can reach the port.",
        .store = [](Settings& s, const SettingValue& v) { s.proxy.auth_mode = chosen<AuthMode>(auth_modes, v); },
        .load = [](const Settings& s) { return choice_of(auth_modes, s.proxy.auth_mode); }},
    SettingSpec{.name = "proxy.api_key",
                .kind = Kind::secret,
                .built_in = "",
                .min = 16,
                .description = "The primary key for clients; made at the first start.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.api_key = Secret(words(v)); },
                .load = [](const Settings& s) -> SettingValue { return s.proxy.api_key.hint(); }},
    SettingSpec{.name = "proxy.strict_paths",
                .kind = Kind::boolean,
                .built_in = "false",
                .description = "Answer 404 to wrong base URLs instead of correcting them.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.strict_paths = flag(v); },
                .load = [](const Settings& s) -> SettingValue { return s.proxy.strict_paths; }},
    SettingSpec{.name = "proxy.body_limit_mb",
                .kind = Kind::integer,
                .built_in = "32",
                .min = 1,
                .max = 512,
                .unit = "MB",
                .description = "Largest request body that is accepted.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.body_limit_mb = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.proxy.body_limit_mb; }},
    SettingSpec{.name = "proxy.allowed_hosts",
                .kind = Kind::text,
                .built_in = "",
                .description = "Further names for this gateway in the Host header, separated by commas.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.allowed_hosts = list_in(words(v)); },
                .load = [](const Settings& s) -> SettingValue { return text::joined(s.proxy.allowed_hosts, ", "); }},
    SettingSpec{.name = "proxy.allowed_origins",
                .kind = Kind::text,
                .built_in = "",
                .description = "Web origins whose pages may call the gateway, separated by commas.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.allowed_origins = list_in(words(v)); },
                .load = [](const Settings& s) -> SettingValue { return text::joined(s.proxy.allowed_origins, ", "); }},
    SettingSpec{.name = "proxy.allowed_networks",
                .kind = Kind::text,
                .built_in = "",
                .description = "Other computers that may call an open port, as 192.168.1.0/24, separated by commas; "
                               "empty: all.",
                .store = [](Settings& s, const SettingValue& v) { s.proxy.allowed_networks = list_in(words(v)); },
                .load = [](const Settings& s) -> SettingValue { return text::joined(s.proxy.allowed_networks, ", "); }},
    SettingSpec{.name = "admin.host",
                .kind = Kind::text,
                .built_in = "127.0.0.1",
                .needs_restart = true,
                .description = "Address that the admin API and the UI listen on.",
                .store = [](Settings& s, const SettingValue& v) { s.admin.host = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.admin.host; }},
    SettingSpec{.name = "admin.port",
                .kind = Kind::integer,
                .built_in = "8046",
                .min = 0,
                .max = 65535,
                .needs_restart = true,
                .description = "Port of the admin API and the UI; 0 takes any free one.",
                .store = [](Settings& s, const SettingValue& v) { s.admin.port = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.admin.port; }},
    SettingSpec{.name = "workers",
                .kind = Kind::integer,
                .built_in = "0",
                .min = 0,
                .max = 64,
                .needs_restart = true,
                .description = "Threads that serve requests; 0: one per core, at most four.",
                .store = [](Settings& s, const SettingValue& v) { s.workers = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.workers; }},
    SettingSpec{
        .name = "scheduling.mode",
        .kind = Kind::choice,
        .built_in = "cache_first",
        .choices = scheduling_modes,
        .description =
            "How an account is chosen: a session stays and waits, stays until limited, or every request is spread.",
        .store = [](Settings& s,
                    const SettingValue& v) { s.scheduling.mode = chosen<SchedulingMode>(scheduling_modes, v); },
        .load = [](const Settings& s) { return choice_of(scheduling_modes, s.scheduling.mode); }},
    SettingSpec{.name = "scheduling.max_wait_seconds",
                .kind = Kind::integer,
                .built_in = "30",
                .min = 0,
                .max = 600,
                .unit = "s",
                .description = "How long a request may wait for an account that is cooling or busy; 0: not at all.",
                .store = [](Settings& s, const SettingValue& v) { s.scheduling.max_wait_seconds = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.scheduling.max_wait_seconds; }},
    SettingSpec{.name = "scheduling.max_attempts",
                .kind = Kind::integer,
                .built_in = "3",
                .min = 1,
                .max = 10,
                .description = "How many accounts one request may try.",
                .store = [](Settings& s, const SettingValue& v) { s.scheduling.max_attempts = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.scheduling.max_attempts; }},
    SettingSpec{.name = "scheduling.pinned_account",
                .kind = Kind::text,
                .built_in = "",
                .description = "Account (id or label) that is preferred whenever it may serve; empty: none.",
                .store = [](Settings& s, const SettingValue& v) { s.scheduling.pinned_account = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.scheduling.pinned_account; }},
    SettingSpec{.name = "quota.refresh_minutes",
                .kind = Kind::integer,
                .built_in = "15",
                .min = 0,
                .max = 1440,
                .unit = "min",
                .description = "How often providers that can be asked are asked what is left of an account; 0: never.",
                .store = [](Settings& s, const SettingValue& v) { s.quota.refresh_minutes = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.quota.refresh_minutes; }},
    SettingSpec{.name = "network.upstream_proxy",
                .kind = Kind::text,
                .built_in = "",
                .needs_restart = true,
                .description = "Proxy towards the providers: http://, https:// or socks5:// address; empty: none.",
                .store = [](Settings& s, const SettingValue& v) { s.network.upstream_proxy = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.network.upstream_proxy; }},
    SettingSpec{.name = "network.ca_file",
                .kind = Kind::text,
                .built_in = "",
                .needs_restart = true,
                .description = "PEM file with certificate authorities to trust besides the system's.",
                .store = [](Settings& s, const SettingValue& v) { s.network.ca_file = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.network.ca_file; }},
    SettingSpec{
        .name = "network.media_urls",
        .kind = Kind::choice,
        .built_in = "provider",
        .choices = media_url_choices,
        .description = "URLs of pictures and documents, for providers that want the data: hand them on "
                       "(provider), fetch them from the public internet (gateway) or from anywhere "
                       "(gateway_any), or refuse them.",
        .store = [](Settings& s,
                    const SettingValue& v) { s.network.media_urls = chosen<MediaUrls>(media_url_choices, v); },
        .load = [](const Settings& s) -> SettingValue { return choice_of(media_url_choices, s.network.media_urls); }},
    SettingSpec{.name = "network.connect_timeout_s",
                .kind = Kind::integer,
                .built_in = "10",
                .min = 1,
                .max = 300,
                .unit = "s",
                .description = "Longest wait for a connection to a provider.",
                .store = [](Settings& s, const SettingValue& v) { s.network.connect_timeout_s = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.network.connect_timeout_s; }},
    SettingSpec{.name = "network.first_byte_timeout_s",
                .kind = Kind::integer,
                .built_in = "300",
                .min = 1,
                .max = 3600,
                .unit = "s",
                .description = "Longest wait for the first byte of an answer.",
                .store = [](Settings& s, const SettingValue& v) { s.network.first_byte_timeout_s = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.network.first_byte_timeout_s; }},
    SettingSpec{.name = "network.idle_timeout_s",
                .kind = Kind::integer,
                .built_in = "90",
                .min = 1,
                .max = 3600,
                .unit = "s",
                .description = "Longest silence in the middle of an answer.",
                .store = [](Settings& s, const SettingValue& v) { s.network.idle_timeout_s = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.network.idle_timeout_s; }},
    SettingSpec{.name = "oauth.google_client_id",
                .kind = Kind::text,
                .built_in = "",
                .description = "Your own OAuth client at Google, for `agt account login google`.",
                .store = [](Settings& s, const SettingValue& v) { s.oauth.google_client_id = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.oauth.google_client_id; }},
    SettingSpec{.name = "oauth.google_client_secret",
                .kind = Kind::secret,
                .built_in = "",
                .description = "The secret of that client.",
                .store = [](Settings& s, const SettingValue& v) { s.oauth.google_client_secret = Secret(words(v)); },
                .load = [](const Settings& s) -> SettingValue {
                  const auto& secret = s.oauth.google_client_secret;
                  return secret.empty() ? std::string() : secret.hint();
                }},
    SettingSpec{.name = "logging.level",
                .kind = Kind::choice,
                .built_in = "info",
                .choices = log_levels,
                .needs_restart = true,
                .description = "What is written to the log.",
                .store = [](Settings& s, const SettingValue& v) { s.logging.level = chosen<LogLevel>(log_levels, v); },
                .load = [](const Settings& s) { return choice_of(log_levels, s.logging.level); }},
    SettingSpec{
        .name = "logging.format",
        .kind = Kind::choice,
        .built_in = "text",
        .choices = log_formats,
        .needs_restart = true,
        .description = "How a line of the log is written: for people, or as a JSON object for programs.",
        .store = [](Settings& s, const SettingValue& v) { s.logging.format = chosen<LogForm::Style>(log_formats, v); },
        .load = [](const Settings& s) { return choice_of(log_formats, s.logging.format); }},
    SettingSpec{
        .name = "logging.bodies",
        .kind = Kind::choice,
        .built_in = "none",
        .choices = body_captures,
        .description = "Whose request and answer bodies the ledger keeps.",
        .store = [](Settings& s, const SettingValue& v) { s.logging.bodies = chosen<BodyCapture>(body_captures, v); },
        .load = [](const Settings& s) { return choice_of(body_captures, s.logging.bodies); }},
    SettingSpec{
        .name = "metrics.access",
        .kind = Kind::choice,
        .built_in = "token",
        .choices = metrics_accesses,
        .description = "Who may read /metrics: whoever shows a token, or every program on this computer as well.",
        .store = [](Settings& s,
                    const SettingValue& v) { s.metrics.access = chosen<MetricsAccess>(metrics_accesses, v); },
        .load = [](const Settings& s) { return choice_of(metrics_accesses, s.metrics.access); }},
    SettingSpec{.name = "metrics.token",
                .kind = Kind::secret,
                .built_in = "",
                .min = 16,
                .description = "A token for reading /metrics and nothing else; the admin token changes at each start.",
                .store = [](Settings& s, const SettingValue& v) { s.metrics.token = Secret(words(v)); },
                .load = [](const Settings& s) -> SettingValue {
                  return s.metrics.token.empty() ? std::string() : s.metrics.token.hint();
                }},
    SettingSpec{.name = "telemetry.otlp_endpoint",
                .kind = Kind::text,
                .built_in = "",
                .description = "OpenTelemetry collector that gets a trace of each request over OTLP/HTTP, such as "
                               "http://127.0.0.1:4318; empty: none.",
                .store = [](Settings& s, const SettingValue& v) { s.telemetry.otlp_endpoint = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.telemetry.otlp_endpoint; }},
    SettingSpec{.name = "telemetry.otlp_headers",
                .kind = Kind::secret,
                .built_in = "",
                .description = "Headers that the collector wants, as NAME=VALUE, separated by commas.",
                .store = [](Settings& s, const SettingValue& v) { s.telemetry.otlp_headers = Secret(words(v)); },
                .load = [](const Settings& s) -> SettingValue {
                  return s.telemetry.otlp_headers.empty() ? std::string() : s.telemetry.otlp_headers.hint();
                }},
    SettingSpec{.name = "ledger.keep_days",
                .kind = Kind::integer,
                .built_in = "30",
                .min = 0,
                .max = 3650,
                .unit = "days",
                .description = "How long requests are remembered; 0: until the size limit.",
                .store = [](Settings& s, const SettingValue& v) { s.ledger.keep_days = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.ledger.keep_days; }},
    SettingSpec{.name = "ledger.keep_stats_days",
                .kind = Kind::integer,
                .built_in = "400",
                .min = 0,
                .max = 3650,
                .unit = "days",
                .description = "How long sums by the hour are kept, beyond their requests; 0: for ever.",
                .store = [](Settings& s, const SettingValue& v) { s.ledger.keep_stats_days = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.ledger.keep_stats_days; }},
    SettingSpec{.name = "prices.overrides",
                .kind = Kind::text,
                .built_in = "",
                .description =
                    "Your own prices: PROVIDER/MODEL=INPUT/OUTPUT[/CACHE_READ[/CACHE_WRITE]] in dollars for a "
                    "million tokens, separated by commas; * in MODEL is a wildcard.",
                .store = [](Settings& s, const SettingValue& v) { s.prices.overrides = words(v); },
                .load = [](const Settings& s) -> SettingValue { return s.prices.overrides; }},
    SettingSpec{.name = "ledger.max_mb",
                .kind = Kind::integer,
                .built_in = "512",
                .min = 1,
                .max = 1'000'000,
                .unit = "MB",
                .description = "Largest size of the ledger; the oldest requests go first.",
                .store = [](Settings& s, const SettingValue& v) { s.ledger.max_mb = number(v); },
                .load = [](const Settings& s) -> SettingValue { return s.ledger.max_mb; }},
};

}  // namespace

std::span<const SettingSpec> setting_specs() { return table; }

}  // namespace agt::store

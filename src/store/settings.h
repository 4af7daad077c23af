// Settings: one typed table, and five layers that are laid over each other. Each value knows the layer it came from,
// so that the UI can say "set in config.toml" instead of offering an edit that would not hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/log.h"
#include "core/result.h"
#include "core/secret.h"
#include "store/home.h"
#include "store/stored_settings.h"

namespace agt::store {

enum class MediaUrls : std::uint8_t { provider, gateway, gateway_any, refuse };
enum class AuthMode : std::uint8_t { off, automatic, strict, all_except_health };
enum class SchedulingMode : std::uint8_t { cache_first, balance, performance_first };
enum class MetricsAccess : std::uint8_t { token, loopback };
enum class BodyCapture : std::uint8_t { none, failures, all };

// Lowest to highest.
enum class Layer : std::uint8_t { built_in, stored, config_file, environment, flag };
[[nodiscard]] std::string_view name(Layer layer);

struct Origin {
  Layer layer = Layer::built_in;
  std::string where{};  // "config.toml:3", "AGT_PROXY_PORT", "--port"; empty for the two lowest layers
};
// "set in config.toml:3", "set by AGT_PROXY_PORT", "changed here", "default".
[[nodiscard]] std::string describe(const Origin& origin);

struct Settings {
  struct Proxy {
    std::string host{};
    std::int64_t port = 0;
    bool allow_lan_access = false;
    AuthMode auth_mode = AuthMode::off;
    Secret api_key{};
    bool strict_paths = false;
    std::int64_t body_limit_mb = 0;
    std::vector<std::string> allowed_hosts{};  // further names in Host, comma-separated in the setting
    std::vector<std::string> allowed_origins{};
    std::vector<std::string> allowed_networks{};  // of other computers; empty: all
  } proxy{};
  struct Admin {
    std::string host{};
    std::int64_t port = 0;
  } admin{};
  std::int64_t workers = 0;  // 0: one per core, at most four
  struct Scheduling {
    SchedulingMode mode = SchedulingMode::cache_first;
    std::int64_t max_wait_seconds = 0;
    std::int64_t max_attempts = 0;
    std::string pinned_account{};  // id or label; empty: none
  } scheduling{};
  struct Network {
    std::string upstream_proxy{};
    std::string ca_file{};
    MediaUrls media_urls = MediaUrls::provider;
    std::int64_t connect_timeout_s = 0;
    std::int64_t first_byte_timeout_s = 0;
    std::int64_t idle_timeout_s = 0;
  } network{};
  struct Quotas {
    std::int64_t refresh_minutes = 0;
  } quota{};
  struct Logging {
    LogLevel level = LogLevel::info;
    LogForm::Style format = LogForm::Style::text;
    BodyCapture bodies = BodyCapture::none;
  } logging{};
  struct MetricsPage {
    MetricsAccess access = MetricsAccess::token;
    Secret token{};  // for a scraper; the admin token is good in any case
  } metrics{};
  struct Telemetry {
    std::string otlp_endpoint{};  // empty: no traces are sent
    Secret otlp_headers{};        // NAME=VALUE, separated by commas
  } telemetry{};
  struct PriceOverrides {
    std::string overrides{};  // catalogue/prices.h has the form
  } prices{};
  struct LedgerLimits {
    std::int64_t keep_days = 0;
    std::int64_t keep_stats_days = 0;
    std::int64_t max_mb = 0;
  } ledger{};
  struct OAuth {  // the user's own client at Google
    std::string google_client_id{};
    Secret google_client_secret{};
  } oauth{};
  std::map<std::string, Origin, std::less<>> origins{};  // every setting of the table has one

  // The address that the clients' port binds: LAN access opens the loopback default to every interface.
  [[nodiscard]] std::string bind_host() const;
  [[nodiscard]] bool listens_beyond_loopback() const;
  [[nodiscard]] bool keys_demanded() const;  // auth_mode after `auto` is resolved: keys where others can reach us
};

// A value in the shape of its setting.
using SettingValue = std::variant<bool, std::int64_t, std::string>;

struct SettingSpec {
  enum class Kind : std::uint8_t { boolean, integer, text, choice, secret };
  std::string_view name{};
  Kind kind{};
  std::string_view built_in{};  // as text
  std::int64_t min = 0;         // integers
  std::int64_t max = 0;
  std::string_view choices{};  // "off|auto|strict"
  std::string_view unit{};     // "s", "MB", "days", or empty
  bool needs_restart = false;
  std::string_view description{};
  void (*store)(Settings&, const SettingValue&) = nullptr;
  SettingValue (*load)(const Settings&) = nullptr;  // a secret loads as its hint
};

[[nodiscard]] std::span<const SettingSpec> setting_specs();  // in the order in which a page would show them
[[nodiscard]] const SettingSpec* find_setting(std::string_view name);
[[nodiscard]] std::string nearest_setting(std::string_view name);     // "" when nothing is near
[[nodiscard]] std::string environment_name(const SettingSpec& spec);  // AGT_PROXY_PORT
[[nodiscard]] std::string allowed(const SettingSpec& spec);           // "a whole number from 1 to 65535"
[[nodiscard]] Result<SettingValue> parse_setting(const SettingSpec& spec, std::string_view text);
[[nodiscard]] Result<SettingValue> parse_setting(const SettingSpec& spec, const json::Raw& value);

struct Flag {
  std::string setting{};  // "proxy.port"
  std::string value{};
  std::string spelling{};  // "--port", for messages
};

struct ConfigFile {
  std::string shown_as{};  // for messages: the path as the user gave it
  std::string text{};
};
// Reads it; nothing when there is no such file and `must_exist` is false.
[[nodiscard]] Result<std::optional<ConfigFile>> read_config_file(const std::filesystem::path& path, bool must_exist);

struct SettingLayers {
  StoredSettings stored{};
  std::optional<ConfigFile> config{};
  Environment environment{};
  std::vector<Flag> flags{};
};

// Lays the layers over each other and checks the whole. Every error is Code::config, with the setting in Error::field.
[[nodiscard]] Result<Settings> resolve(const SettingLayers& layers);

// What no single value can tell: for example that a port open to the LAN must demand keys.
[[nodiscard]] Result<> check(const Settings& settings);

}  // namespace agt::store

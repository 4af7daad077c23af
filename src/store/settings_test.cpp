#include "store/settings.h"

#include <fmt/format.h>

#include <set>

#include "store/test_home.h"

namespace agt::store {
namespace {

SettingLayers with_config(std::string text) {
  return {.config = ConfigFile{.shown_as = "/home/ann/config.toml", .text = std::move(text)}};
}

StoredSettings stored(std::string name, std::string json) {
  return {.revision = 1, .values = {{.name = std::move(name), .value = json::Raw{std::move(json)}}}};
}

std::string config_error(std::string text) { return message(resolve(with_config(std::move(text)))); }

TEST(Settings, the_defaults_are_the_products) {
  const auto settings = resolve({});
  ASSERT_TRUE(settings) << message(settings);
  EXPECT_EQ(settings->proxy.host, "127.0.0.1");
  EXPECT_EQ(settings->proxy.port, 8045);
  EXPECT_FALSE(settings->proxy.allow_lan_access);
  EXPECT_EQ(settings->proxy.auth_mode, AuthMode::off);
  EXPECT_TRUE(settings->proxy.api_key.empty());
  EXPECT_FALSE(settings->proxy.strict_paths);
  EXPECT_EQ(settings->proxy.body_limit_mb, 32);
  EXPECT_EQ(settings->admin.port, 8046);
  EXPECT_EQ(settings->workers, 0);
  EXPECT_EQ(settings->scheduling.mode, SchedulingMode::cache_first);
  EXPECT_EQ(settings->network.upstream_proxy, "");
  EXPECT_EQ(settings->network.first_byte_timeout_s, 300);
  EXPECT_EQ(settings->network.idle_timeout_s, 90);
  EXPECT_EQ(settings->logging.level, LogLevel::info);
  EXPECT_EQ(settings->logging.bodies, BodyCapture::none);
  EXPECT_EQ(describe(settings->origins.at("proxy.port")), "default");
}

TEST(Settings, each_layer_covers_the_ones_below) {
  auto layers = with_config("[proxy]\nport = 3");
  const auto port = [&layers] { return resolve(layers)->proxy.port; };
  const auto origin = [&layers] { return describe(resolve(layers)->origins.at("proxy.port")); };
  layers.stored = stored("proxy.port", "2");
  EXPECT_EQ(port(), 3);
  EXPECT_EQ(origin(), "set in config.toml:2");
  layers.environment = {{"AGT_PROXY_PORT", "4"}};
  EXPECT_EQ(port(), 4);
  EXPECT_EQ(origin(), "set by AGT_PROXY_PORT");
  layers.flags = {{.setting = "proxy.port", .value = "5", .spelling = "--port"}};
  EXPECT_EQ(port(), 5);
  EXPECT_EQ(origin(), "set by --port");
  layers = {.stored = stored("proxy.port", "2")};
  EXPECT_EQ(port(), 2);
  EXPECT_EQ(origin(), "changed here");
}

TEST(Settings, every_kind_comes_from_a_config_file) {
  const auto settings = resolve(with_config(R"(
workers = 3
[proxy]
allow_lan_access = true
auth_mode = "auto"
api_key = "sk-0123456789abcdef"
allowed_hosts = "box.lan, box"
[scheduling]
mode = "performance_first"
)"));
  ASSERT_TRUE(settings) << message(settings);
  EXPECT_EQ(settings->workers, 3);
  EXPECT_TRUE(settings->proxy.allow_lan_access);
  EXPECT_EQ(settings->proxy.auth_mode, AuthMode::automatic);
  EXPECT_EQ(settings->proxy.api_key.reveal(), "sk-0123456789abcdef");
  EXPECT_EQ(settings->proxy.allowed_hosts, (std::vector<std::string>{"box.lan", "box"}));
  EXPECT_EQ(settings->scheduling.mode, SchedulingMode::performance_first);
}

TEST(Settings, a_bad_config_file_is_told_with_line_column_key_and_what_is_allowed) {
  EXPECT_EQ(config_error("[proxy]\nport = \"abc\""),
            "/home/ann/config.toml:2:8: proxy.port: must be a whole number from 0 to 65535, not a string");
  EXPECT_EQ(config_error("[proxy]\nport = 70000"),
            "/home/ann/config.toml:2:8: proxy.port: must be a whole number from 0 to 65535, not 70000");
  EXPECT_EQ(config_error("[proxy]\nport = 1.5"),
            "/home/ann/config.toml:2:8: proxy.port: must be a whole number from 0 to 65535, not a fraction");
  EXPECT_EQ(config_error("proxy.strict_paths = 1"),
            "/home/ann/config.toml:1:22: proxy.strict_paths: must be true or false, not a whole number");
  EXPECT_EQ(config_error("[proxy]\n\n  auth_mode = \"on\""),
            "/home/ann/config.toml:3:15: proxy.auth_mode: must be one of \"off\", \"auto\", \"strict\", "
            "\"all_except_health\", not \"on\"");
  EXPECT_EQ(config_error("proxy = 3"), "/home/ann/config.toml:1:9: proxy: must be a section of settings");
}

TEST(Settings, an_unknown_key_is_told_with_the_nearest_name) {
  EXPECT_EQ(config_error("[proxy]\nprot = 1"),
            "/home/ann/config.toml:2:1: proxy.prot: there is no such setting; did you mean proxy.port?");
  EXPECT_EQ(config_error("port = 1"),
            "/home/ann/config.toml:1:1: port: there is no such setting; did you mean proxy.port?");
  EXPECT_EQ(config_error("[nonsense]\nx = 1"), "/home/ann/config.toml:1:2: nonsense: there is no such setting");
}

TEST(Settings, broken_toml_is_told_with_its_place) {
  const auto error = config_error("[proxy]\nport = = 1");
  EXPECT_TRUE(error.starts_with("/home/ann/config.toml:2:8: ")) << error;
  EXPECT_TRUE(config_error("[.").starts_with("/home/ann/config.toml:1:2: ")) << config_error("[.");
  const auto stray = config_error("# \u00de\n\u00de = 1");
  EXPECT_TRUE(stray.starts_with("/home/ann/config.toml:2:1: ")) << stray;
}

TEST(Settings, a_short_secret_is_refused_without_being_shown) {
  const auto error = config_error("[proxy]\napi_key = \"hunter2\"");
  EXPECT_EQ(error, "/home/ann/config.toml:2:11: proxy.api_key: must be a string of at least 16 characters");
  EXPECT_EQ(message(resolve({.environment = {{"AGT_PROXY_API_KEY", "hunter2"}}})),
            "AGT_PROXY_API_KEY: proxy.api_key: must be a string of at least 16 characters");
}

TEST(Settings, errors_are_config_errors_that_name_the_setting) {
  const auto settings = resolve({.environment = {{"AGT_PROXY_PORT", "x"}}});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, Code::config);
  EXPECT_EQ(settings.error().field, "proxy.port");
  EXPECT_EQ(settings.error().message, "AGT_PROXY_PORT: proxy.port: must be a whole number from 0 to 65535, not \"x\"");
}

TEST(Settings, a_misspelt_variable_of_ours_is_told_and_others_are_left_alone) {
  EXPECT_EQ(message(resolve({.environment = {{"AGT_PROXY_PROT", "1"}}})),
            "AGT_PROXY_PROT: there is no such setting; did you mean AGT_PROXY_PORT?");
  EXPECT_TRUE(resolve({.environment = {{"AGT_HOME", "/x"}, {"AGT_WERROR", "1"}, {"PROXY_PORT", "x"}}}));
  EXPECT_TRUE(resolve({.environment = {{"AGT_SCHEDULING_MAX_WAIT_SECONDS", "5"}}}));
}

TEST(Settings, a_bad_flag_is_told_by_its_spelling) {
  EXPECT_EQ(message(resolve({.flags = {{.setting = "logging.level", .value = "loud", .spelling = "--log-level"}}})),
            "--log-level: logging.level: must be one of \"debug\", \"info\", \"warn\", \"error\", \"off\", not "
            "\"loud\"");
}

TEST(Settings, a_stored_setting_of_another_version_does_no_harm) {
  EXPECT_TRUE(resolve({.stored = stored("proxy.gone", "1")}));
}

TEST(Settings, a_port_open_to_the_lan_must_demand_keys) {
  const auto refused = resolve({.environment = {{"AGT_PROXY_ALLOW_LAN_ACCESS", "true"}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "proxy.auth_mode");
  EXPECT_EQ(refused.error().message,
            "proxy.auth_mode: must not be \"off\" (default) while other computers can reach the port (proxy.host = "
            "\"127.0.0.1\", default; proxy.allow_lan_access = true, set by AGT_PROXY_ALLOW_LAN_ACCESS): choose "
            "\"auto\" or \"strict\"");
  EXPECT_FALSE(resolve({.environment = {{"AGT_PROXY_HOST", "192.168.1.5"}}}));
  EXPECT_TRUE(resolve({.environment = {{"AGT_PROXY_HOST", "::1"}}}));
  const auto open = resolve({.environment = {{"AGT_PROXY_ALLOW_LAN_ACCESS", "1"}, {"AGT_PROXY_AUTH_MODE", "auto"}}});
  ASSERT_TRUE(open) << message(open);
  EXPECT_EQ(open->bind_host(), "0.0.0.0");
  EXPECT_TRUE(open->keys_demanded());
}

TEST(Settings, auto_demands_no_keys_on_loopback) {
  EXPECT_FALSE(resolve({.environment = {{"AGT_PROXY_AUTH_MODE", "auto"}}})->keys_demanded());
  EXPECT_TRUE(resolve({.environment = {{"AGT_PROXY_AUTH_MODE", "strict"}}})->keys_demanded());
}

TEST(Settings, the_two_ports_must_differ) {
  EXPECT_EQ(resolve({.environment = {{"AGT_ADMIN_PORT", "8045"}}}).error().field, "admin.port");
  EXPECT_TRUE(resolve({.environment = {{"AGT_ADMIN_PORT", "0"}, {"AGT_PROXY_PORT", "0"}}}));
}

TEST(SettingTable, every_row_is_consistent) {
  std::set<std::string_view> names;
  for (const auto& spec : setting_specs()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_TRUE(spec.description.ends_with(".")) << spec.name;
    EXPECT_EQ(find_setting(spec.name), &spec);
    if (spec.kind != SettingSpec::Kind::secret) {
      EXPECT_TRUE(parse_setting(spec, spec.built_in)) << spec.name;
    }
  }
}

TEST(SettingTable, what_is_stored_into_settings_is_loaded_back) {
  for (const auto& spec : setting_specs()) {
    if (spec.kind == SettingSpec::Kind::secret) continue;
    Settings settings;
    SettingValue value = true;
    if (spec.kind == SettingSpec::Kind::integer) value = spec.max;
    if (spec.kind == SettingSpec::Kind::text) value = std::string("some.words");
    if (spec.kind == SettingSpec::Kind::choice) value = std::string(spec.choices.substr(spec.choices.rfind('|') + 1));
    spec.store(settings, value);
    EXPECT_EQ(spec.load(settings), value) << spec.name;
  }
}

TEST(SettingTable, a_secret_is_loaded_as_its_hint) {
  Settings settings;
  const auto* spec = find_setting("proxy.api_key");
  spec->store(settings, std::string("sk-0123456789abcdef"));
  EXPECT_EQ(std::get<std::string>(spec->load(settings)), "…cdef");
}

TEST(ConfigFile, a_missing_one_is_fine_unless_asked_for) {
  const TestHome test;
  const auto file = test.root() / "config.toml";
  const auto none = read_config_file(file, false);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_EQ(message(read_config_file(file, true)), file.string() + ": is missing");
  put(file, "workers = 1", 0644);
  EXPECT_EQ((*read_config_file(file, true))->text, "workers = 1");
  ::chmod(file.c_str(), 0666);
  EXPECT_EQ(read_config_file(file, false).error().code, Code::config);
}

}  // namespace
}  // namespace agt::store

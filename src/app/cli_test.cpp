// Whole commands, with and without a running gateway: what they print, and their exit codes.
#include "app/cli.h"

#include <gtest/gtest.h>

#include <sstream>

#include "admin/testing/live_gateway.h"
#include "json/document.h"

namespace agt::app {
namespace {

using admin::testing::LiveGateway;
using admin::testing::TemporaryFolder;

struct Outcome {
  Exit exit{};
  std::string out{};
  std::string err{};
};

Outcome run(const std::string& home, const std::vector<std::string>& arguments, store::Environment environment = {},
            const std::string& input = {}) {
  environment.emplace("AGT_HOME", home);
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const Clock clock;
  CliContext context{.environment = environment,
                     .in = in,
                     .out = out,
                     .err = err,
                     .families = admin::testing::all_families,
                     .codecs = admin::testing::all_codecs,
                     .clock = clock};
  const auto exit = run_command(context, arguments);
  return {.exit = exit, .out = std::move(out).str(), .err = std::move(err).str()};
}

std::string line_of(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// The same story with and without a gateway.
void keep_an_account(const std::string& home) {
  const auto added = run(home, {"account", "add", "openai", "--label", "work", "--key-env", "K", "--model", "gpt-*"},
                         {{"K", "sk-0123456789ab"}});
  ASSERT_EQ(added.exit, Exit::ok) << added.err;
  const auto id = line_of(added.out);
  EXPECT_TRUE(id.starts_with("acc_") && !id.contains('\n')) << added.out;
  EXPECT_FALSE((added.out + added.err).contains("sk-0123456789ab"));

  const auto listed = run(home, {"account", "list"});
  EXPECT_TRUE(listed.out.contains(id + "  work   openai    …89ab  ready")) << listed.out;
  const auto json = run(home, {"account", "list", "--json"});
  EXPECT_EQ(json::Document::parse(json.out)->root()["accounts"][0]["models"][0].text_or(""), "gpt-*");
  EXPECT_EQ(run(home, {"account", "disable", "work"}).exit, Exit::ok);
  EXPECT_TRUE(run(home, {"account", "show", "work"}).out.contains("state            disabled\n"));
  EXPECT_EQ(run(home, {"account", "enable", id}).exit, Exit::ok);
  EXPECT_EQ(run(home, {"account", "remove", "work"}).exit, Exit::ok);
  const auto gone = run(home, {"account", "show", "work"});
  EXPECT_EQ(gone.exit, Exit::failed);
  EXPECT_EQ(gone.err,
            "agt: there is no account \"work\"; `agt account list` shows them\n"
            "     List what there is, and use an id or a name from the list.\n");
}

TEST(Cli, keeps_accounts_without_a_gateway) {
  const TemporaryFolder folder;
  keep_an_account(folder.path());
}

TEST(Cli, keeps_accounts_of_a_running_gateway) {
  LiveGateway live;
  keep_an_account(live.folder());
}

TEST(Cli, changes_what_the_running_gateway_does) {
  LiveGateway live;
  ASSERT_EQ(run(live.folder(), {"route", "add", "--match", "a", "--to", "demo/demo"}).exit, Exit::ok);
  EXPECT_EQ(live.gateway().current.get()->rules.size(), 1U);
}

TEST(Cli, tests_an_account_both_ways) {
  LiveGateway live;
  const TemporaryFolder other;
  for (const auto& home : {live.folder(), other.path()}) {
    const auto add = [&](const std::string& label, const std::string& key) {
      return run(home,
                 {"account", "add", "openai-compatible", "--label", label, "--base-url", live.upstream_url(),
                  "--key-stdin"},
                 {}, key + "\n")
          .exit;
    };
    ASSERT_EQ(add("good", std::string(admin::testing::good_key)), Exit::ok);
    ASSERT_EQ(add("bad", "sk-bad-key-4567"), Exit::ok);
    const auto good = run(home, {"account", "test", "good"});
    EXPECT_EQ(good.exit, Exit::ok) << good.err;
    EXPECT_TRUE(good.out.starts_with("good works: 2 models, ")) << good.out;
    const auto bad = run(home, {"account", "test", "bad"});
    EXPECT_EQ(bad.exit, Exit::failed);
    EXPECT_TRUE(bad.err.starts_with("agt: bad does not work (status 401, key_rejected, ")) << bad.err;
    EXPECT_EQ(run(home, {"account", "test", "bad", "--json"}).exit, Exit::failed);
  }
}

TEST(Cli, keeps_rules_keys_and_settings) {
  const TemporaryFolder folder;
  const auto& home = folder.path();
  const auto added = run(home, {"route", "add", "--match", "gpt-*", "--to", "openai/*", "--to", "demo/demo"});
  EXPECT_EQ(added.out, "0\n");
  EXPECT_TRUE(added.err.contains("No account of \"openai\" is set up yet")) << added.err;
  EXPECT_TRUE(run(home, {"route", "list"}).out.contains("0  gpt-*  openai/*, demo/demo")) << "rules";
  EXPECT_EQ(run(home, {"route", "remove", "0"}).exit, Exit::ok);
  EXPECT_EQ(run(home, {"route", "remove", "0"}).exit, Exit::failed);

  const auto key = line_of(run(home, {"key", "add", "laptop"}).out);
  EXPECT_TRUE(key.starts_with("sk-"));
  EXPECT_FALSE(run(home, {"key", "list"}).out.contains(key));
  EXPECT_EQ(run(home, {"key", "revoke", "laptop"}).exit, Exit::ok);

  EXPECT_EQ(run(home, {"settings", "set", "proxy.port", "9000"}).exit, Exit::ok);
  EXPECT_EQ(run(home, {"settings", "get", "proxy.port"}).out, "9000\n");
  const auto overridden = run(home, {"settings", "set", "proxy.port", "9001"}, {{"AGT_PROXY_PORT", "9999"}});
  EXPECT_TRUE(overridden.err.contains("set by AGT_PROXY_PORT")) << overridden.err;
  EXPECT_EQ(run(home, {"settings", "set", "proxy.port", "--default"}).exit, Exit::ok);
  EXPECT_EQ(run(home, {"settings", "get", "proxy.port"}).out, "8045\n");
  EXPECT_EQ(run(home, {"settings", "set", "proxy.allow_lan_access", "true"}).exit, Exit::failed);
  EXPECT_TRUE(run(home, {"settings", "get", "proxy.api_key", "--reveal"}).out.starts_with("sk-"));
}

TEST(Cli, keeps_secrets_out_of_the_process_list) {
  const TemporaryFolder folder;
  const auto refused = run(folder.path(), {"settings", "set", "proxy.api_key", "sk-0123456789abcdef"});
  EXPECT_EQ(refused.exit, Exit::usage);
  EXPECT_FALSE(refused.err.contains("sk-0123456789abcdef"));
  const auto stored =
      run(folder.path(), {"settings", "set", "proxy.api_key", "--value-stdin"}, {}, "sk-0123456789abcdef\n");
  EXPECT_EQ(stored.exit, Exit::ok) << stored.err;
  EXPECT_EQ(run(folder.path(), {"settings", "get", "proxy.api_key"}).out, "…cdef\n");
}

TEST(Cli, tells_the_story_of_a_request) {
  LiveGateway live;
  live.ledger_writer().push(
      store::LedgerEntry{.id = "tr_abcdef",
                         .started_ms = unix_ms(Clock().wall()),  // the ledger forgets what is too old
                         .client_model = "m",
                         .status = 200,
                         .trace = R"({"id":"tr_abcdef","rule":"accounts that list the model","sentence":"Served."})"});
  const auto story = run(live.folder(), {"trace", "tr_abc"});
  EXPECT_TRUE(story.out.contains("  rule       accounts that list the model\n")) << story.out << story.err;
  EXPECT_TRUE(run(live.folder(), {"trace", "tr_abc", "--json"}).out.starts_with("{\"id\":\"tr_abcdef\""));
  EXPECT_TRUE(run(live.folder(), {"trace"}).out.contains("tr_abcdef"));
  EXPECT_TRUE(run(live.folder(), {"stats"}).out.contains("m  "));
  EXPECT_EQ(run(live.folder(), {"trace", "tr_none"}).exit, Exit::failed);
}

TEST(Cli, tells_whether_a_gateway_runs) {
  LiveGateway live;
  EXPECT_TRUE(run(live.folder(), {"status"}).out.starts_with("gateway    running: process"));
  const TemporaryFolder folder;
  EXPECT_TRUE(run(folder.path(), {"status"}).out.starts_with("gateway    not running"));
}

TEST(Cli, prefers_the_home_flag_wherever_it_stands) {
  LiveGateway live;
  const TemporaryFolder folder;
  EXPECT_TRUE(run(folder.path(), {"status", "--home", live.folder()}).out.contains("running: process"));
  EXPECT_TRUE(run(folder.path(), {"--home", live.folder(), "status"}).out.contains("running: process"));
}

TEST(Cli, leaves_a_configuration_error_to_the_user) {
  const TemporaryFolder folder;
  const auto refused = run(folder.path(), {"account", "list"}, {{"AGT_PROXY_PORT", "many"}});
  EXPECT_EQ(refused.exit, Exit::config);
  EXPECT_TRUE(refused.err.starts_with("agt: AGT_PROXY_PORT: proxy.port: must be")) << refused.err;
}

TEST(Cli, answers_wrong_usage_with_what_was_meant) {
  const auto refusal = [](const std::vector<std::string>& arguments) {
    const TemporaryFolder folder;
    const auto outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.exit, Exit::usage) << outcome.err;
    return outcome.err.substr(0, outcome.err.find('\n'));
  };
  EXPECT_EQ(refusal({"acount", "list"}), "agt: There is no command \"acount\"; did you mean `agt account`?");
  EXPECT_EQ(refusal({"account", "lst"}), "agt: There is no command \"account lst\"; did you mean `agt account list`?");
  EXPECT_EQ(refusal({"route"}),
            "agt: `agt route` needs to be told what to do: route add, route list, "
            "route preset, route remove.");
  EXPECT_EQ(refusal({"route", "add", "--to", "a/b"}), "agt: `agt route add` needs --match.");
  EXPECT_EQ(refusal({"account", "add", "openai", "--key-env", "NOT_THERE"}),
            "agt: --key-env: the environment variable NOT_THERE is not set, or not exported.");
  EXPECT_EQ(refusal({"account", "add", "opena", "--key-stdin"}), "agt: --key-stdin: standard input was empty.");
  EXPECT_TRUE(refusal({"account", "add", "gemni"}).contains("did you mean \"gemini\"?"));
  EXPECT_TRUE(refusal({"settings", "set", "proxy.prot", "1"}).contains("did you mean proxy.port?"));
  EXPECT_TRUE(refusal({"settings", "set", "proxy.port", "many"}).contains("a whole number from 0 to 65535"));
}

TEST(Cli, has_help_for_everything) {
  const TemporaryFolder folder;
  EXPECT_TRUE(run(folder.path(), {"help", "serve"}).out.contains("--admin-port PORT"));
  EXPECT_TRUE(run(folder.path(), {"help", "account"}).out.contains("agt account remove ID"));
  EXPECT_EQ(run(folder.path(), {"account", "add", "--help"}).out, run(folder.path(), {"help", "account", "add"}).out);
  EXPECT_EQ(run(folder.path(), {"account", "--help"}).exit, Exit::ok);
  EXPECT_EQ(run(folder.path(), {}).exit, Exit::usage);
  EXPECT_EQ(run(folder.path(), {"help", "nothing"}).exit, Exit::usage);
}

}  // namespace
}  // namespace agt::app

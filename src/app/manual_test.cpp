#include "app/manual.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "catalogue/clients.h"
#include "catalogue/presets.h"
#include "store/settings.h"

namespace agt::app {
namespace {

TEST(Manual, has_every_command_option_and_variable) {
  const auto page = manual_page();
  for (const auto& command : commands()) {
    EXPECT_TRUE(page.contains(fmt::format(".Ss {}\n", command.name))) << command.name;
    for (const auto& option : command.options)
      EXPECT_TRUE(page.contains(fmt::format(".It Fl {}", option.name.substr(1)))) << command.name << option.name;
  }
  for (const auto& setting : store::setting_specs())
    EXPECT_TRUE(page.contains(fmt::format(".It Ev {}\n", store::environment_name(setting)))) << setting.name;
}

// A line that began with a dot would be taken for a macro, and a backslash for an escape.
TEST(Manual, keeps_text_from_being_taken_for_macros) {
  const auto page = manual_page();
  EXPECT_TRUE(page.contains("\\(gaagt settings set\\(ga"));
  EXPECT_FALSE(page.contains('`'));
}

TEST(Completion, has_every_command_and_option_in_every_shell) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script(shell);
    ASSERT_TRUE(script) << shell;
    for (const auto& command : commands()) {
      EXPECT_TRUE(script->contains(command.name)) << shell << ": " << command.name;
      for (const auto& option : command.options) {
        const auto written =
            std::string_view(shell) == "fish" ? fmt::format("-l {} ", option.name.substr(2)) : std::string(option.name);
        EXPECT_TRUE(script->contains(written)) << shell << ": " << command.name << " " << option.name;
      }
    }
    EXPECT_TRUE(script->contains("openrouter"));
    EXPECT_TRUE(script->contains("claude-code"));
    EXPECT_TRUE(script->contains("proxy.allow_lan_access"));
  }
  EXPECT_FALSE(completion_script("tcsh"));
}

// The scripts skip an option's value wherever they see the option.
TEST(Completion, an_option_takes_a_value_everywhere_or_nowhere) {
  std::map<std::string_view, bool> valued;
  for (const auto& command : commands())
    for (const auto& option : options_of(command)) {
      const auto [known, is_new] = valued.emplace(option.name, !option.value.empty());
      EXPECT_EQ(known->second, !option.value.empty()) << command.name << " " << option.name;
    }
}

TEST(Completion, knows_what_stands_where) {
  using Kind = Candidates::Kind;
  const auto* add = find_command("account add");
  EXPECT_EQ(candidates(*add, "", "PROVIDER").words.size(), catalogue::providers().size());
  EXPECT_EQ(candidates(*add, "--key-env", "VARIABLE").kind, Kind::variables);
  EXPECT_EQ(candidates(*add, "--label", "LABEL").kind, Kind::none);
  EXPECT_EQ(candidates(*find_command("connect"), "", "[CLIENT]").words.size(), catalogue::clients().size());
  EXPECT_EQ(candidates(*find_command("settings get"), "", "NAME").words.size(), store::setting_specs().size());
  EXPECT_EQ(candidates(*find_command("key set"), "", "NAME").kind, Kind::none);
}

}  // namespace
}  // namespace agt::app

#include "admin/client_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "admin/testing/live_gateway.h"
#include "catalogue/clients.h"

namespace agt::admin {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

class ClientFiles : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path home() const { return fs::path(folder_.path()) / "home"; }
  [[nodiscard]] ClientPlaces places() const {
    return {.environment = environment_, .state = folder_.path() + "/state"};
  }
  [[nodiscard]] static const catalogue::Client& client(std::string_view name) { return *catalogue::find_client(name); }

  void SetUp() override {
    fs::create_directories(home());
    fs::create_directories(folder_.path() + "/state");
    fs::permissions(folder_.path() + "/state", fs::perms::owner_all);
    environment_["HOME"] = home().string();
  }
  void write(const std::string& name, std::string_view text) const {
    fs::create_directories((home() / name).parent_path());
    std::ofstream(home() / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(home() / name, std::ios::binary).rdbuf();
    return out.str();
  }
  [[nodiscard]] std::size_t files_in(const std::string& name) const {
    std::error_code none;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(home() / name, none), fs::directory_iterator()));
  }
  // The message of the refusal, or nothing.
  std::string connect(std::string_view name, const std::string& host = "http://127.0.0.1:8045") {
    const ClientValues values{.host = host, .key = Secret("sk-abcdefghijklmnop"), .model = model_};
    const auto changes = plan_connection(client(name), values, places());
    if (!changes) return changes.error().message;
    now_ += Seconds(1);
    const auto written = write_connection(client(name), *changes, places(), now_);
    return written ? "" : written.error().message;
  }
  std::string undo(std::string_view name) {
    const auto undone = undo_connection(client(name), places());
    return undone ? "" : undone.error().message;
  }

  TemporaryFolder folder_{};
  store::Environment environment_{};
  std::string model_{};
  WallTime now_ = from_unix_ms(1'800'000'000'000);
};

constexpr std::string_view settings_json =
    "{\r\n  // mine\r\n  \"theme\": \"dark\",\r\n  \"env\": {\"FOO\": \"1\"},\r\n}\r\n";

TEST_F(ClientFiles, go_there_and_back_byte_for_byte) {
  write(".claude/settings.json", settings_json);
  EXPECT_EQ(connect("claude-code"), "");
  EXPECT_EQ(read(".claude/settings.json"),
            "{\r\n  // mine\r\n  \"theme\": \"dark\",\r\n  \"env\": {\"FOO\": \"1\", \"ANTHROPIC_BASE_URL\": "
            "\"http://127.0.0.1:8045\", \"ANTHROPIC_AUTH_TOKEN\": \"sk-abcdefghijklmnop\"},\r\n}\r\n");
  EXPECT_EQ(files_in(".claude"), 2U) << "the file and its backup";
  EXPECT_EQ(undo("claude-code"), "");
  EXPECT_EQ(read(".claude/settings.json"), settings_json);
  EXPECT_EQ(files_in(".claude"), 1U);
  EXPECT_EQ(undo("claude-code"), "Nothing was written for Claude Code, so there is nothing to undo.");
}

TEST_F(ClientFiles, what_did_not_exist_goes_again) {
  EXPECT_EQ(connect("gemini-cli"), "");
  EXPECT_EQ(read(".gemini/.env"), "GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8045\nGEMINI_API_KEY=sk-abcdefghijklmnop\n");
  struct stat state{};
  ASSERT_EQ(::stat((home() / ".gemini/.env").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0600U) << "it holds a key";
  EXPECT_EQ(undo("gemini-cli"), "");
  EXPECT_EQ(files_in(".gemini"), 0U);
}

TEST_F(ClientFiles, connecting_again_keeps_the_first_backup) {
  write(".codex/config.toml", "model = \"x\" # keep\n");
  EXPECT_EQ(connect("codex"), "");
  EXPECT_EQ(connect("codex"), "") << "nothing to do";
  EXPECT_EQ(connect("codex", "http://127.0.0.1:9000"), "");
  EXPECT_TRUE(read(".codex/config.toml").contains("base_url = \"http://127.0.0.1:9000/v1\""));
  EXPECT_EQ(files_in(".codex"), 2U);
  EXPECT_EQ(undo("codex"), "");
  EXPECT_EQ(read(".codex/config.toml"), "model = \"x\" # keep\n");
}

TEST_F(ClientFiles, a_change_of_the_user_is_never_thrown_away) {
  write(".codex/config.toml", "model = \"x\"\n");
  EXPECT_EQ(connect("codex"), "");
  const auto mine = read(".codex/config.toml") + "# mine\n";
  write(".codex/config.toml", mine);
  EXPECT_TRUE(undo("codex").contains("has been changed since. Nothing was changed; what it held before is in "));
  EXPECT_EQ(read(".codex/config.toml"), mine);
  EXPECT_EQ(connect("codex", "http://127.0.0.1:9000"), "");
  EXPECT_EQ(undo("codex"), "");
  EXPECT_EQ(read(".codex/config.toml"), mine) << "back to what the user had last";
}

TEST_F(ClientFiles, what_cannot_be_read_is_not_touched) {
  write(".claude/settings.json", "{ \"env\": ");
  EXPECT_EQ(connect("claude-code"),
            (home() / ".claude/settings.json").string() + ": line 1: it ends too early. Nothing was changed.");
  EXPECT_EQ(read(".claude/settings.json"), "{ \"env\": ");
  write(".gemini/settings.json", "[]");
  EXPECT_NE(connect("gemini-cli"), "");
  EXPECT_FALSE(fs::exists(home() / ".gemini/.env")) << "all files or none";
}

TEST_F(ClientFiles, a_link_stays_a_link_and_a_mode_a_mode) {
  write("dotfiles/settings.json", "{}\n");
  ASSERT_EQ(::chmod((home() / "dotfiles/settings.json").c_str(), 0640), 0);
  fs::create_directories(home() / ".claude");
  fs::create_symlink(home() / "dotfiles/settings.json", home() / ".claude/settings.json");
  EXPECT_EQ(connect("claude-code"), "");
  EXPECT_TRUE(fs::is_symlink(home() / ".claude/settings.json"));
  EXPECT_TRUE(read("dotfiles/settings.json").contains("ANTHROPIC_BASE_URL"));
  EXPECT_EQ(fs::status(home() / "dotfiles/settings.json").permissions(), fs::perms(0640));
}

TEST_F(ClientFiles, the_folder_variable_of_a_client_counts) {
  environment_["CODEX_HOME"] = (home() / "elsewhere").string();
  EXPECT_EQ(connect("codex"), "");
  EXPECT_TRUE(fs::exists(home() / "elsewhere/config.toml"));
  EXPECT_FALSE(fs::exists(home() / ".codex"));
}

TEST_F(ClientFiles, the_difference_hides_the_key) {
  const ClientValues values{.host = "http://127.0.0.1:8045", .key = Secret("sk-abcdefghijklmnop"), .model = {}};
  const auto changes = plan_connection(client("claude-code"), values, places());
  ASSERT_TRUE(changes);
  for (const auto& line : changes->front().diff) EXPECT_FALSE(line.text.contains("abcdefgh")) << line.text;
  EXPECT_FALSE(changes->front().diff.empty());
}

TEST_F(ClientFiles, tell_where_a_client_leads) {
  const ClientValues values{.host = "http://127.0.0.1:8045", .key = Secret("sk-abcdefghijklmnop"), .model = {}};
  EXPECT_EQ(connection_of(client("claude-code"), values, places()), Connection::none);
  EXPECT_EQ(connect("claude-code"), "");
  EXPECT_EQ(connection_of(client("claude-code"), values, places()), Connection::here);
  EXPECT_EQ(connect("claude-code", "http://127.0.0.1:9000"), "");
  EXPECT_EQ(connection_of(client("claude-code"), values, places()), Connection::elsewhere);
}

TEST_F(ClientFiles, refuse_what_cannot_be_done) {
  EXPECT_TRUE(connect("curl").starts_with("curl has no configuration file"));
  EXPECT_EQ(connect("opencode"), "opencode needs to be told its model: `agt connect opencode --model MODEL --write`.");
  model_ = "demo";
  EXPECT_EQ(connect("opencode"), "");
  EXPECT_TRUE(read(".config/opencode/opencode.json").contains("\"model\": \"agt/demo\""));
}

}  // namespace
}  // namespace agt::admin

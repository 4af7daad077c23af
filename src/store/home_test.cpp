#include "store/home.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include "store/files.h"
#include "store/test_home.h"

namespace agt::store {
namespace {

namespace fs = std::filesystem;

TEST(Folders, agt_home_holds_everything) {
  const auto folders = folders_of({{"AGT_HOME", "/srv/agt"}, {"HOME", "/home/ann"}});
  ASSERT_TRUE(folders);
  EXPECT_EQ(folders->config, "/srv/agt");
  EXPECT_EQ(folders->data, "/srv/agt/data");
  EXPECT_EQ(folders->state, "/srv/agt");
}

TEST(Folders, the_flag_wins_over_the_environment) {
  const auto folders = folders_of({{"AGT_HOME", "/srv/agt"}}, "/tmp/x/../y");
  ASSERT_TRUE(folders);
  EXPECT_EQ(folders->config, "/tmp/y");
}

TEST(Folders, without_agt_home_they_follow_xdg) {
  const auto folders = folders_of({{"HOME", "/home/ann"}, {"XDG_DATA_HOME", "/data"}, {"XDG_STATE_HOME", "relative"}});
  ASSERT_TRUE(folders);
  EXPECT_EQ(folders->config, "/home/ann/.config/agt");
  EXPECT_EQ(folders->data, "/data/agt");
  EXPECT_EQ(folders->state, "/home/ann/.local/state/agt");
}

TEST(Folders, no_home_at_all_is_an_error_that_names_the_ways_out) {
  const auto folders = folders_of({});
  ASSERT_FALSE(folders);
  EXPECT_EQ(folders.error().code, Code::config);
  EXPECT_EQ(folders.error().message,
            "no place for files: set HOME or AGT_HOME to an absolute path, or give --home DIR");
}

TEST(Folders, a_relative_agt_home_is_refused) {
  EXPECT_EQ(message(folders_of({{"AGT_HOME", "here"}})), "AGT_HOME: must be an absolute path, not \"here\"");
}

TEST(Home, makes_its_folders_for_the_owner_only) {
  const TestHome test;
  const auto root = test.root();
  ASSERT_TRUE(Home::open({.config = root / "a/b", .data = root / "a/b/data", .state = root / "s"}));
  for (const auto* folder : {"a", "a/b", "a/b/data", "s"}) EXPECT_EQ(mode_of(test.root() / folder), 0700U) << folder;
}

TEST(Home, closes_an_empty_folder_that_is_open_to_others) {
  const TestHome test;
  ::chmod(test.root().c_str(), 0755);
  ASSERT_TRUE(test.open());
  EXPECT_EQ(mode_of(test.root()), 0700U);
}

TEST(Home, refuses_an_open_folder_with_other_things_in_it) {
  const TestHome test;
  put(test.root() / "diary.txt", "dear diary");
  ::chmod(test.root().c_str(), 0755);
  const auto home = test.open();
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().code, Code::config);
  EXPECT_EQ(home.error().message, fmt::format("{}: is open to other users (mode 0755) and holds other things: name an "
                                              "empty or new folder, or `chmod 700` it",
                                              test.root().string()));
  EXPECT_EQ(mode_of(test.root()), 0755U);
}

TEST(Home, refuses_a_shared_folder_such_as_tmp) {
  const TestHome test;
  ::chmod(test.root().c_str(), 01777);
  EXPECT_FALSE(test.open());
  EXPECT_EQ(mode_of(test.root()), 01777U);
}

TEST(Home, refuses_a_file_in_place_of_a_folder) {
  const TestHome test;
  put(test.root() / "data", "");
  EXPECT_TRUE(message(test.open()).contains("must be a folder that you can read and write")) << message(test.open());
}

TEST(Home, an_unwritable_place_is_told_with_its_path) {
  if (::geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  const TestHome test;
  ::chmod(test.root().c_str(), 0500);
  const auto home = test.open();
  ::chmod(test.root().c_str(), 0700);
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().code, Code::config);
  EXPECT_TRUE(home.error().message.contains(test.root().string())) << home.error().message;
}

TEST(Home, a_place_that_cannot_exist_is_told_with_its_path) {
  const auto home = Home::open({.config = "/proc/agt", .data = "/proc/agt/data", .state = "/proc/agt"});
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().code, Code::config);
  EXPECT_TRUE(home.error().message.starts_with("/proc/agt: this folder cannot be made")) << home.error().message;
}

TEST(Lock, a_second_taker_learns_who_has_it) {
  const TestHome test;
  const auto home = test.open();
  ASSERT_TRUE(home);
  EXPECT_FALSE(home->holder());
  const auto lock = home->lock();
  ASSERT_TRUE(lock);
  EXPECT_EQ(home->holder(), ::getpid());
  const auto second = home->lock();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_EQ(second.error().message,
            fmt::format("{} is in use by process {}: stop it, or use another home", test.root().string(), ::getpid()));
}

TEST(Lock, is_free_again_when_released) {
  const TestHome test;
  const auto home = test.open();
  ASSERT_TRUE(home);
  {
    ASSERT_TRUE(home->lock());
  }
  EXPECT_FALSE(home->holder());
  EXPECT_TRUE(home->lock());
}

TEST(Lock, dies_with_its_process) {
  const TestHome test;
  const auto home = test.open();
  ASSERT_TRUE(home);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = home->lock();
    ::_exit(lock ? 0 : 1);  // no destructor runs
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_FALSE(home->holder());
  EXPECT_TRUE(home->lock());
}

TEST(Files, a_written_file_is_private_and_whole) {
  const TestHome test;
  const auto file = test.root() / "admin.json";
  ASSERT_TRUE(write_file(file, "one"));
  ASSERT_TRUE(write_file(file, "two"));
  EXPECT_EQ(contents(file), "two");
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(test.root()), {}), 1) << "no temporary file stays";
}

TEST(Files, writing_into_a_missing_folder_is_an_error) {
  const auto written = write_file("/nowhere/at/all", "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::storage);
}

TEST(Files, a_symbolic_link_is_refused_but_for_the_users_own_file) {
  const TestHome test;
  put(test.root() / "real", "text");
  fs::create_symlink(test.root() / "real", test.root() / "link");
  const auto link = test.root() / "link";
  EXPECT_EQ(message(check_file(link, Trust::secret)),
            link.string() + ": is a symbolic link: it must be a regular file");
  EXPECT_FALSE(check_file(link, Trust::closable));
  EXPECT_TRUE(check_file(link, Trust::readable));
}

TEST(Files, an_open_secret_is_refused_and_an_open_database_closed) {
  const TestHome test;
  const auto file = test.root() / "file";
  put(file, "text", 0644);
  EXPECT_EQ(
      message(check_file(file, Trust::secret)),
      file.string() + ": is open to other users (mode 0644): make sure that nobody has read it, then `chmod 600` it");
  EXPECT_EQ(mode_of(file), 0644U);
  EXPECT_TRUE(check_file(file, Trust::closable));
  EXPECT_EQ(mode_of(file), 0600U);
}

TEST(Files, a_readable_file_must_not_be_writable_by_others) {
  const TestHome test;
  const auto file = test.root() / "config.toml";
  put(file, "", 0644);
  EXPECT_TRUE(check_file(file, Trust::readable));
  ::chmod(file.c_str(), 0664);
  EXPECT_EQ(message(check_file(file, Trust::readable)),
            file.string() + ": other users may write to it (mode 0664): `chmod go-w` it");
}

TEST(Files, a_file_of_somebody_else_is_refused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TestHome test;
  const auto file = test.root() / "file";
  put(file, "text");
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_EQ(message(check_file(file, Trust::closable)), file.string() + ": belongs to user 12345: it must be yours");
}

TEST(Files, what_is_too_large_is_not_read) {
  const TestHome test;
  const auto file = test.root() / "file";
  put(file, "12345");
  EXPECT_EQ(read_file(file, Trust::secret, 5), "12345");
  EXPECT_EQ(message(read_file(file, Trust::secret, 4)), file.string() + ": is larger than 4 bytes");
}

TEST(Files, a_device_is_no_file) { EXPECT_FALSE(check_file("/dev/null", Trust::readable)); }

}  // namespace
}  // namespace agt::store

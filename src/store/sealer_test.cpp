#include "store/sealer.h"

#include "store/test_home.h"

namespace agt::store {
namespace {

constexpr Place place{.table = "accounts", .row = "acc_1", .column = "credential"};

TEST(Sealer, opens_what_it_sealed) {
  const TestHome test;
  const auto sealer = Sealer::open(test.root() / "key", Sealer::Missing::create);
  ASSERT_TRUE(sealer);
  const auto sealed = sealer->seal(Secret("sk-very-secret"), place);
  ASSERT_TRUE(sealed);
  EXPECT_FALSE(sealed->contains("very-secret"));
  const auto opened = sealer->open(*sealed, place);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "sk-very-secret");
}

TEST(Sealer, seals_an_empty_secret) {
  const TestHome test;
  const auto sealer = Sealer::open(test.root() / "key", Sealer::Missing::create);
  ASSERT_TRUE(sealer);
  const auto sealed = sealer->seal(Secret(), place);
  ASSERT_TRUE(sealed);
  const auto opened = sealer->open(*sealed, place);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->empty());
}

TEST(Sealer, never_seals_the_same_way_twice) {
  const TestHome test;
  const auto sealer = Sealer::open(test.root() / "key", Sealer::Missing::create);
  ASSERT_TRUE(sealer);
  EXPECT_NE(*sealer->seal(Secret("same"), place), *sealer->seal(Secret("same"), place));
}

TEST(Sealer, a_value_moved_to_another_row_does_not_open) {
  const TestHome test;
  const auto sealer = Sealer::open(test.root() / "key", Sealer::Missing::create);
  ASSERT_TRUE(sealer);
  const auto sealed = sealer->seal(Secret("secret"), place);
  const auto opened = sealer->open(*sealed, {.table = "accounts", .row = "acc_2", .column = "credential"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::storage);
  EXPECT_EQ(opened.error().message, "accounts.credential of acc_2: was changed since it was sealed");
}

TEST(Sealer, every_flipped_byte_is_noticed) {
  const TestHome test;
  const auto sealer = Sealer::open(test.root() / "key", Sealer::Missing::create);
  ASSERT_TRUE(sealer);
  const auto sealed = sealer->seal(Secret("secret"), place);
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    auto changed = *sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer->open(changed, place)) << i;
    EXPECT_FALSE(sealer->open(std::string_view(*sealed).substr(0, i), place)) << i;
  }
}

TEST(Sealer, another_key_is_named) {
  const TestHome test;
  const auto one = Sealer::open(test.root() / "one", Sealer::Missing::create);
  const auto two = Sealer::open(test.root() / "two", Sealer::Missing::create);
  ASSERT_TRUE(one && two);
  const auto opened = two->open(*one->seal(Secret("secret"), place), place);
  EXPECT_EQ(message(opened),
            "accounts.credential of acc_1: was sealed with the key " + one->key_id() + ", not with " + two->key_id());
}

TEST(Sealer, the_key_file_is_private_and_read_back) {
  const TestHome test;
  const auto file = test.root() / "key";
  const auto first = Sealer::open(file, Sealer::Missing::create);
  const auto second = Sealer::open(file, Sealer::Missing::refuse);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(first->key_id(), second->key_id());
  EXPECT_EQ(second->open(*first->seal(Secret("secret"), place), place)->reveal(), "secret");
}

TEST(Sealer, a_missing_key_file_is_an_error_when_there_must_be_one) {
  const TestHome test;
  const auto sealer = Sealer::open(test.root() / "key", Sealer::Missing::refuse);
  ASSERT_FALSE(sealer);
  EXPECT_EQ(sealer.error().code, Code::config);
  EXPECT_FALSE(std::filesystem::exists(test.root() / "key"));
}

TEST(Sealer, a_key_file_that_others_can_read_is_refused) {
  const TestHome test;
  const auto file = test.root() / "key";
  ASSERT_TRUE(Sealer::open(file, Sealer::Missing::create));
  ::chmod(file.c_str(), 0644);
  const auto sealer = Sealer::open(file, Sealer::Missing::create);
  ASSERT_FALSE(sealer);
  EXPECT_EQ(sealer.error().code, Code::config);
  EXPECT_TRUE(sealer.error().message.contains("is open to other users (mode 0644)")) << sealer.error().message;
}

TEST(Sealer, a_linked_key_file_is_refused_even_when_the_link_leads_nowhere) {
  const TestHome test;
  const auto file = test.root() / "key";
  std::filesystem::create_symlink(test.root() / "elsewhere", file);
  EXPECT_TRUE(message(Sealer::open(file, Sealer::Missing::create)).contains("is a symbolic link"));
  EXPECT_FALSE(std::filesystem::exists(test.root() / "elsewhere"));
}

TEST(Sealer, a_mangled_key_file_is_refused_without_showing_it) {
  const TestHome test;
  const auto file = test.root() / "key";
  for (const auto* text : {"", "hello", "agt vault key 1\n00ff\n", "agt vault key 1\nzz\n"}) {
    put(file, text);
    const auto sealer = Sealer::open(file, Sealer::Missing::create);
    ASSERT_FALSE(sealer) << text;
    EXPECT_EQ(sealer.error().message, file.string() +
                                          ": must hold the line \"agt vault key 1\" and 64 hexadecimal "
                                          "digits: put it back from a backup");
  }
}

}  // namespace
}  // namespace agt::store

#include "store/bundle.h"

#include <gtest/gtest.h>

namespace agt::store {
namespace {

const Secret passphrase("correct horse battery");

TEST(Bundle, comes_back_with_its_passphrase_and_hides_its_content) {
  const auto sealed = seal_bundle(Secret("{\"key\":\"sk-hidden\"}"), passphrase);
  ASSERT_TRUE(sealed) << sealed.error().message;
  EXPECT_TRUE(is_bundle(*sealed));
  EXPECT_FALSE(sealed->contains("sk-hidden"));
  const auto opened = open_bundle(*sealed, passphrase);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->reveal(), "{\"key\":\"sk-hidden\"}");
  EXPECT_NE(*sealed, *seal_bundle(Secret("{\"key\":\"sk-hidden\"}"), passphrase));
}

TEST(Bundle, tells_a_wrong_passphrase_from_a_damaged_file) {
  const auto sealed = *seal_bundle(Secret(std::string(500, 'x')), passphrase);
  const auto wrong = open_bundle(sealed, Secret("another passphrase"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().field, "passphrase");
  auto changed = sealed;
  auto& at = changed[changed.size() - 100];
  at = at == 'A' ? 'B' : 'A';
  for (const auto& text : {changed, sealed.substr(0, sealed.size() - 78), std::string(bundle_title) + "\nAAAA\n",
                           std::string(bundle_title) + "\n%%%\n", std::string("{}")}) {
    const auto opened = open_bundle(text, passphrase);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().field, "text") << opened.error().message;
  }
}

TEST(Bundle, refuses_absurd_costs_and_short_passphrases) {
  const auto absurd = std::string(bundle_title) + "\n/////////////" + std::string(200, '/') + "w==\n";
  EXPECT_FALSE(open_bundle(absurd, passphrase));
  const auto short_one = seal_bundle(Secret("x"), Secret("short"));
  ASSERT_FALSE(short_one);
  EXPECT_EQ(short_one.error().field, "passphrase");
}

}  // namespace
}  // namespace agt::store

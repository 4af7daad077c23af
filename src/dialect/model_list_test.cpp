#include "dialect/model_list.h"

#include <gtest/gtest.h>

#include <vector>

namespace agt::dialect {
namespace {

const std::vector<ModelFacts> five{{.id = "a"}, {.id = "b"}, {.id = "c"}, {.id = "d"}, {.id = "e"}};

// The ids of a page, and "+" when there are more.
std::string shown(const PageAsked& asked) {
  const auto page = page_of(five, asked);
  if (!page) return "refused: " + page.error().field;
  std::string out;
  for (const auto& model : page->models) out += model.id;
  return page->more ? out + "+" : out;
}

TEST(ModelList, everything_stands_on_one_page_unless_a_size_is_asked_for) {
  EXPECT_EQ(shown({}), "abcde");
  EXPECT_EQ(shown({.size = "2"}), "ab+");
  EXPECT_EQ(shown({.size = "5"}), "abcde");
  EXPECT_EQ(shown({.size = "5000"}), "abcde");
}

TEST(ModelList, goes_on_behind_a_model) {
  EXPECT_EQ(shown({.after = "b"}), "cde");
  EXPECT_EQ(shown({.after = "b", .size = "2"}), "cd+");
  EXPECT_EQ(shown({.after = "e"}), "");
}

TEST(ModelList, goes_back_before_a_model) {
  EXPECT_EQ(shown({.before = "d", .size = "2"}), "bc+");
  EXPECT_EQ(shown({.before = "c", .size = "2"}), "ab");
  EXPECT_EQ(shown({.after = "a", .before = "e"}), "bcd");
}

TEST(ModelList, refuses_what_is_no_place_in_the_list) {
  EXPECT_EQ(shown({.after = "z", .after_name = "after_id"}), "refused: after_id");
  EXPECT_EQ(shown({.before = "z", .before_name = "before_id"}), "refused: before_id");
  for (const std::string size : {"0", "-1", "x", "", "2.5"})
    EXPECT_EQ(shown({.size = size, .size_name = "limit"}), "refused: limit") << size;
}

}  // namespace
}  // namespace agt::dialect

#include "json/density.h"

#include <gtest/gtest.h>

#include <string>

#include "json/document.h"
#include "json/limits.h"

namespace agt::json {
namespace {

TEST(Density, counts_what_stands_outside_of_strings) {
  constexpr std::string_view text = R"({"a, [b]": [1, 22 ,true], "c\\\"]]": "\\"})";
  // { string : [ 1 , 22 , true ] , string : string }
  EXPECT_FALSE(too_dense_at(text, 15));
  EXPECT_EQ(too_dense_at(text, 14), text.size() - 1);
  EXPECT_EQ(too_dense_at(text, 0), 0U);
}

TEST(Density, of_words_is_counted_too) {
  EXPECT_FALSE(too_dense_at("1 2 3", 3));
  EXPECT_EQ(too_dense_at("1 2 3", 2), 4U);
}

TEST(Density, a_string_that_does_not_end_is_one) { EXPECT_FALSE(too_dense_at(R"(["[[[[[[)", 2)); }

TEST(Density, a_long_text_of_nothing_but_structure_is_refused_at_once) {
  for (const std::string_view piece : {"[", "1,", "1 ", "\"\""}) {
    std::string text;
    text.reserve((structure_max + 1) * piece.size());
    for (std::size_t i = 0; i <= structure_max; ++i) text += piece;
    const auto read = Document::parse(text);
    ASSERT_FALSE(read) << piece;
    EXPECT_EQ(read.error().code, Code::body_too_large) << piece;
  }
}

TEST(Density, a_long_text_with_a_long_string_is_read) {
  const auto text = R"({"data":")" + std::string(2 * sparse_text_bytes_max, '[') + R"("})";
  EXPECT_TRUE(Document::parse(text));
}

}  // namespace
}  // namespace agt::json

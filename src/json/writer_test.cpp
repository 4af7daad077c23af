#include "json/writer.h"

#include <gtest/gtest.h>

#include <random>

#include "json/document.h"

namespace agt::json {
namespace {

TEST(Writer, writes_nested_values_with_commas) {
  Writer w;
  w.begin_object();
  w.field("a", 1);
  w.field("b", "x\"\n");
  w.key("c");
  w.begin_array();
  w.value(true);
  w.null();
  w.value(0.5);
  w.value(2.0);
  w.end_array();
  w.field("d", Raw{"{\"k\": 1.0}"});
  w.fields({{"e", {"[]"}}});
  w.end_object();
  EXPECT_EQ(std::move(w).take(), R"({"a":1,"b":"x\"\n","c":[true,null,0.5,2],"d":{"k": 1.0},"e":[]})");
}

TEST(Writer, escapes_what_must_be_escaped_and_nothing_else) {
  EXPECT_EQ(quoted(std::string_view("\0\x1f\"\\/é\x7f", 8)), "\"\\u0000\\u001f\\\"\\\\/é\x7f\"");
}

TEST(Writer, any_text_comes_back_from_its_escapes) {
  std::mt19937 random(11);  // NOLINT: the same every run
  constexpr std::string_view alphabet("ab\"\\/\n\t\r\b\f\x01\x1f\x7f\0 \xC3\xA9", 18);
  for (std::size_t size = 0; size < 700; ++size) {
    std::string text;
    // Few escapes and many: blocks of 64 bytes are copied at once.
    while (text.size() < size) text += size % 3 == 0 || random() % 8 == 0 ? alphabet[random() % alphabet.size()] : 'x';
    const auto literal = json::quoted(text);
    EXPECT_EQ(unescaped(std::string_view(literal).substr(1, literal.size() - 2)), text);
    std::string slow = "\"";
    for (const char c : text) {
      const auto one = json::quoted(std::string_view(&c, 1));
      slow += one.substr(1, one.size() - 2);
    }
    EXPECT_EQ(literal, slow + '"');
  }
}

TEST(Writer, appends_to_what_is_there) {
  Writer w("data: ");
  w.begin_object();
  w.end_object();
  EXPECT_EQ(std::move(w).take(), "data: {}");
}

}  // namespace
}  // namespace agt::json

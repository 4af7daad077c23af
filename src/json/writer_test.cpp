#include "json/writer.h"

#include <gtest/gtest.h>

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

TEST(Writer, appends_to_what_is_there) {
  Writer w("data: ");
  w.begin_object();
  w.end_object();
  EXPECT_EQ(std::move(w).take(), "data: {}");
}

}  // namespace
}  // namespace agt::json

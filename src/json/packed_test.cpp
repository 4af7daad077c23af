#include "json/packed.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

#include "json/document.h"

namespace agt::json {
namespace {

constexpr auto table = std::to_array<std::string_view>({"a", "list", "ms", "flag"});

std::string example() {
  std::string out;
  PackedWriter<table> w(out);
  w.begin_object();
  w.field("a", "say \"hi\"\n");
  w.key("list");
  w.begin_array();
  w.value(0);
  w.value(-1);
  w.value(std::numeric_limits<std::int64_t>::max());
  w.value(std::numeric_limits<std::int64_t>::min());
  w.begin_object();
  w.end_object();
  w.end_array();
  w.key("ms");
  w.thousandths(-1250);
  w.field("flag", true);
  w.end_object();
  return out;
}

TEST(Packed, is_the_same_value) {
  EXPECT_EQ(unpacked(example(), table),
            R"({"a":"say \"hi\"\n","list":[0,-1,9223372036854775807,-9223372036854775808,{}],"ms":-1.25,"flag":true})");
}

TEST(Packed, whatever_is_cut_or_appended_is_refused) {
  const auto whole = example();
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(unpacked(whole.substr(0, size), table)) << size;
  EXPECT_FALSE(unpacked(whole + '\0', table));
}

TEST(Packed, a_name_that_is_not_in_the_table_is_refused) {
  EXPECT_FALSE(unpacked(example(), std::span(table).first(1)));
}

TEST(Packed, damaged_bytes_do_no_harm) {
  std::mt19937 random(7);  // NOLINT: the same every run
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = example();
    for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto text = unpacked(bytes, table);
    EXPECT_TRUE(!text || Document::parse(*text)) << *text;
  }
}

TEST(Packed, nesting_is_bounded) { EXPECT_FALSE(unpacked(std::string(100'000, '\x08'), table)); }

}  // namespace
}  // namespace agt::json

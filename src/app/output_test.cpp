#include "app/output.h"

#include <gtest/gtest.h>

namespace agt::app {
namespace {

TEST(Table, aligns_columns_by_characters) {
  Table table({"NAME", "KEY", "N"});
  table.add({"café", "…a1b2", "1"});
  table.add({"x", "", "22"});
  EXPECT_EQ(table.text(),
            "NAME  KEY    N\n"
            "café  …a1b2  1\n"
            "x            22\n");
}

TEST(Table, keeps_control_characters_from_the_terminal) {
  Table table({"NAME"});
  table.add({"a\x1b[31m\nb"});
  EXPECT_EQ(table.text(), "NAME\na\\x1b[31m\\x0ab\n");
}

TEST(Output, shows_times_and_sizes_for_people) {
  EXPECT_EQ(shown_time(1'795'417'445'000), "2026-11-23 07:04:05");
  EXPECT_EQ(shown_duration(3.24), "3.2 ms");
  EXPECT_EQ(shown_duration(1500), "1.5 s");
  EXPECT_EQ(shown_duration(125'000), "2 min");
  EXPECT_EQ(shown_duration(3.6e6 + 5 * 60'000), "1 h 5 min");
  EXPECT_EQ(shown_bytes(512), "512 B");
  EXPECT_EQ(shown_bytes(1500), "1.5 kB");
  EXPECT_EQ(shown_bytes(2'000'000), "2.0 MB");
}

}  // namespace
}  // namespace agt::app

#include "admin/kept_message.h"

#include <gtest/gtest.h>

namespace agt::admin {
namespace {

TEST(KeptMessage, is_taken_apart_as_it_was_put_together) {
  const auto message = taken_apart("POST /v1/x\na: b: c\nempty: \n\n{\"x\":1}\n\nmore");
  EXPECT_EQ(message.first_line, "POST /v1/x");
  ASSERT_EQ(message.headers.size(), 2U);
  EXPECT_EQ(message.headers[0].name, "a");
  EXPECT_EQ(message.headers[0].value, "b: c");
  EXPECT_EQ(message.headers[1].value, "");
  EXPECT_EQ(message.body, "{\"x\":1}\n\nmore");
  EXPECT_EQ(taken_apart("200\n\n").body, "");
  EXPECT_EQ(taken_apart("").first_line, "");
}

}  // namespace
}  // namespace agt::admin

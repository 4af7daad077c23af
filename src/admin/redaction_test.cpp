#include "admin/redaction.h"

#include <gtest/gtest.h>

#include <vector>

namespace agt::admin {
namespace {

std::string cleaned(std::string_view text) { return redacted(text, {}); }

TEST(Redaction, takes_out_what_is_known_wherever_it_stands) {
  const std::vector<Secret> known{Secret("hunter2-hunter2"), Secret("short")};
  EXPECT_EQ(redacted(R"({"message":"Bad key hunter2-hunter2."})", known), R"({"message":"Bad key …."})");
  EXPECT_EQ(redacted("xhunter2-hunter2x", known), "x…x");
  EXPECT_EQ(redacted("a short one is left", known), "a short one is left");
}

TEST(Redaction, takes_out_what_looks_like_a_key) {
  EXPECT_EQ(cleaned("key sk-ant-api03-0123456789abcdef end"), "key … end");
  EXPECT_EQ(cleaned("\"AIzaSyA0123456789012345678901234567890\""), "\"…\"");
  EXPECT_EQ(cleaned("Bearer ya29.a0AfH6SMBx0123456789"), "Bearer …");
  EXPECT_EQ(cleaned("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"), "…");
  EXPECT_EQ(cleaned("-----BEGIN PRIVATE KEY-----\\nMIIEvQ\\n-----END PRIVATE KEY-----\\nafter"), "…\\nafter");
}

TEST(Redaction, takes_out_addresses_of_people) {
  EXPECT_EQ(cleaned("ask jane.doe+work@mail.example.com, please"), "ask …, please");
  EXPECT_EQ(cleaned("\"alice@example.com\""), "\"…\"");
  EXPECT_EQ(cleaned("a@b, @home, 5 @ 3.50, git@host"), "a@b, @home, 5 @ 3.50, git@host");
}

TEST(Redaction, leaves_words_alone) {
  for (const auto* text : {"", "task-sk-1", "risk-of-something-very-long-indeed", "sk-short", "eyJ is how many begin",
                           "Привет, мир", "model gpt-5.5 at 12:03"})
    EXPECT_EQ(cleaned(text), text);
}

}  // namespace
}  // namespace agt::admin

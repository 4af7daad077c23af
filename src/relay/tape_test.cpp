#include "relay/tape.h"

#include <gtest/gtest.h>

#include "relay/limits.h"

namespace agt::relay {
namespace {

using Kind = KeptMessage::Kind;

TEST(Tape, keeps_a_request_with_its_credentials_masked) {
  Tape tape;
  const net::RequestHead head{.method = "POST",
                              .target = "/v1/x?key=sk-1&alt=sse",
                              .headers = {{"Authorization", "Bearer sk-secret"},
                                          {"x-goog-api-key", "sk-secret"},
                                          {"Cookie", "a=b"},
                                          {"content-type", "application/json"}}};
  tape.asked(head, "{}");
  const auto kept = tape.take();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].kind, Kind::client);
  EXPECT_EQ(kept[0].content_type, "application/json");
  EXPECT_EQ(kept[0].text,
            "POST /v1/x?alt=sse&key=…\nAuthorization: …\nx-goog-api-key: …\nCookie: …\n"
            "content-type: application/json\n\n{}");
}

TEST(Tape, keeps_the_last_attempt) {
  Tape tape;
  net::Call call{.url = net::parse_url("https://one.example").value(), .target = "/v1", .body = "first"};
  tape.sent(call);
  call.url = net::parse_url("http://two.example:81").value();
  call.body = "second";
  tape.sent(call);
  const auto kept = tape.take();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].text, "POST http://two.example:81/v1\n\nsecond");
}

TEST(Tape, keeps_so_much_of_a_body_and_says_that_it_was_longer) {
  Tape tape;
  tape.answered(200, {});
  tape.said(std::string(message_bytes_kept_max - 1, 'a'));
  tape.said("bc");
  tape.said("d");
  const auto kept = tape.take();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].text.size(), message_bytes_kept_max + 5);  // "200\n\n"
  EXPECT_TRUE(kept[0].text.ends_with("ab"));
  EXPECT_TRUE(kept[0].truncated);
}

TEST(Tape, keeps_nothing_of_what_did_not_happen) { EXPECT_TRUE(Tape().take().empty()); }

}  // namespace
}  // namespace agt::relay

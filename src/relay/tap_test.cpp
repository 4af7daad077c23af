#include "relay/tap.h"

#include <gtest/gtest.h>

namespace agt::relay {
namespace {

// A toy dialect: the data of an event is one word, or usage as a number.
dialect::Observation observe(const dialect::SseEvent& event) {
  dialect::Observation seen;
  if (event.data == "text") seen.semantic = true;
  if (event.data == "error") seen.failed = Error{.code = Code::overloaded};
  if (event.data == "end") seen.last = true;
  if (event.data.starts_with("usage ")) seen.usage = ir::Usage{.output = std::stoll(std::string(event.data.substr(6)))};
  return seen;
}
constexpr dialect::Codec toy{.observe = observe};

std::string event(std::string_view data) { return "data: " + std::string(data) + "\n\n"; }

TEST(Tap, holds_back_until_the_first_semantic_event) {
  Tap tap(toy, true);
  EXPECT_EQ(tap.take(event("start")), "");
  EXPECT_EQ(tap.take("data: te"), "");
  EXPECT_TRUE(tap.holding());
  EXPECT_EQ(tap.take("xt\n\n"), event("start") + event("text"));
  EXPECT_FALSE(tap.holding());
  EXPECT_EQ(tap.take("more"), "more");
}

TEST(Tap, finds_an_error_that_comes_first) {
  Tap tap(toy, true);
  static_cast<void>(tap.take(event("start") + event("error")));
  EXPECT_TRUE(tap.failed().has_value());
}

TEST(Tap, does_not_call_a_late_error_retryable) {
  Tap tap(toy, true);
  static_cast<void>(tap.take(event("text")));
  static_cast<void>(tap.take(event("error")));
  EXPECT_FALSE(tap.failed().has_value());
  EXPECT_TRUE(tap.finish().failed.has_value());
}

TEST(Tap, reads_usage_from_the_tail_of_a_long_stream) {
  for (const std::size_t piece : {7UL, 100UL, 5000UL, 100000UL}) {
    std::string stream = event("usage 1") + event("text");
    for (int i = 0; i < 20000; ++i) stream += event("more");
    stream += event("usage 42") + event("end");
    Tap tap(toy, true);
    for (std::size_t at = 0; at < stream.size(); at += piece)
      static_cast<void>(tap.take(std::string_view(stream).substr(at, piece)));
    const auto seen = tap.finish();
    EXPECT_EQ(seen.usage->output, 42) << piece;
    EXPECT_TRUE(seen.last) << piece;
  }
}

// The last events come in one piece with many others, or alone, or cut in the middle.
TEST(Tap, reads_the_end_wherever_the_pieces_are_cut) {
  std::string stream = event("text");
  for (int i = 0; i < 40; ++i) stream += event("more");
  stream += event("usage 42") + event("end");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Tap tap(toy, true);
    static_cast<void>(tap.take(std::string_view(stream).substr(0, cut)));
    static_cast<void>(tap.take(std::string_view(stream).substr(cut)));
    const auto seen = tap.finish();
    ASSERT_TRUE(seen.usage && seen.last) << cut;
    EXPECT_EQ(seen.usage->output, 42) << cut;
  }
}

TEST(Tap, notices_a_missing_end) {
  Tap tap(toy, true);
  static_cast<void>(tap.take(event("text")));
  EXPECT_FALSE(tap.finish().last);
}

TEST(Tap, gives_up_holding_at_its_limit) {
  Tap tap(toy, true);
  const std::string comment(70000, ':');
  EXPECT_EQ(tap.take(comment), comment);
  EXPECT_FALSE(tap.holding());
}

TEST(Tap, holds_nothing_of_an_unframed_stream) {
  Tap tap(toy, false);
  EXPECT_FALSE(tap.holding());
  EXPECT_EQ(tap.take("[{}]"), "[{}]");
  EXPECT_FALSE(tap.finish().last);
}

}  // namespace
}  // namespace agt::relay

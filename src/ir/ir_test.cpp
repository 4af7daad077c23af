#include <gtest/gtest.h>

#include "ir/fold.h"
#include "ir/grammar.h"
#include "ir/loss.h"

namespace agt::ir {
namespace {

Response sample() {
  Response response;
  response.id = "r1";
  response.model = "m";
  Part thought;
  thought.body = Reasoning{.text = "hm"};
  thought.signature = Signature{.blob = "sig", .signer = Dialect::anthropic};
  Part redacted;
  redacted.body = Reasoning{.redacted = true};
  redacted.signature = Signature{.blob = "data", .signer = Dialect::anthropic};
  Part cited = text_part("hello");
  std::get<Text>(cited.body).citations.push_back({.begin = 0, .end = 5, .url = "https://example.org"});
  Part call;
  call.body = ToolCall{.id = "c1", .name = "f", .arguments = "{\"a\":1}"};
  Part empty_call;
  empty_call.body = ToolCall{.id = "c2", .name = "g"};
  response.parts = {thought, redacted, cited, call, empty_call};
  response.usage = {.input = 10, .output = 5, .cache_read = 2};
  response.stop = {.reason = StopReason::tool_use};
  return response;
}

TEST(Fold, undoes_unfold) {
  const auto response = sample();
  const auto events = unfold(response);
  EXPECT_EQ(grammar_violation(events), "");
  EXPECT_EQ(fold(events).value(), response);
}

TEST(Fold, hands_out_the_error_of_a_failed_stream) {
  const std::vector<Event> events{Started{}, Failed{Error{.code = Code::overloaded, .message = "busy"}}};
  EXPECT_EQ(fold(events).error().code, Code::overloaded);
}

TEST(Fold, refuses_growth_of_the_wrong_kind) {
  const std::vector<Event> events{Started{}, Opened{.index = 0, .part = text_part("")},
                                  ThoughtGrew{.index = 0, .text = "x"}};
  EXPECT_EQ(fold(events).error().code, Code::translate_reply);
}

TEST(Fold, refuses_a_stream_without_an_end) { EXPECT_FALSE(fold(std::vector<Event>{Started{}}).has_value()); }

TEST(Grammar, accepts_interleaved_parts) {
  Part call;
  call.body = ToolCall{};
  EXPECT_EQ(grammar_violation({Started{}, Opened{.index = 0, .part = call}, Opened{.index = 1, .part = call},
                               ArgumentsGrew{.index = 0}, ArgumentsGrew{.index = 1}, Metered{}, Closed{.index = 1},
                               Closed{.index = 0}, Finished{}}),
            "");
}

TEST(Grammar, accepts_a_failure_anywhere) {
  EXPECT_EQ(grammar_violation({Failed{}}), "");
  EXPECT_EQ(grammar_violation({Started{}, Opened{.index = 0, .part = text_part("")}, Failed{}}), "");
}

TEST(Grammar, names_each_violation) {
  const Opened text{.index = 0, .part = text_part("")};
  EXPECT_EQ(grammar_violation({Metered{}}), "event 0: an event before the start");
  EXPECT_EQ(grammar_violation({Started{}, Started{}}), "event 1: started twice");
  EXPECT_EQ(grammar_violation({Started{}, text, text}), "event 2: part 0 opened out of order");
  EXPECT_EQ(grammar_violation({Started{}, TextGrew{.index = 0}}), "event 1: text 0 before it opened");
  EXPECT_EQ(grammar_violation({Started{}, text, Closed{.index = 0}, TextGrew{.index = 0}}),
            "event 3: text 0 after it closed");
  EXPECT_EQ(grammar_violation({Started{}, text, Finished{}}), "event 2: finished with an open part");
  EXPECT_EQ(grammar_violation({Started{}, Finished{}, Metered{}}), "event 2: an event after the end");
  EXPECT_EQ(grammar_violation({Started{}}), "the stream has no end");
}

TEST(Usage, keeps_what_a_later_report_leaves_out) {
  Usage usage{.input = 10, .output = 1};
  usage.update({.output = 7});
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.output, 7);
}

TEST(Losses, let_extras_go_home_only) {
  const Extras extras{.origin = Dialect::anthropic, .fields = {{"speed", {"\"fast\""}}}};
  Losses losses;
  EXPECT_TRUE(losses.extras_go_home(extras, Dialect::anthropic, ""));
  EXPECT_TRUE(losses.empty());
  EXPECT_FALSE(losses.extras_go_home(extras, Dialect::gemini, "tools[0]"));
  ASSERT_EQ(losses.all().size(), 1U);
  EXPECT_EQ(losses.all()[0].path, "tools[0].speed");
}

}  // namespace
}  // namespace agt::ir

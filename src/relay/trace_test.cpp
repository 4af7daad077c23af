#include "relay/trace.h"

#include <gtest/gtest.h>

#include "json/document.h"

namespace agt::relay {
namespace {

std::shared_ptr<const pool::Account> account(std::string id, std::string label) {
  return std::make_shared<const pool::Account>(
      pool::Account{.id = std::move(id), .label = std::move(label), .provider = "p"});
}

Trace recovered() {
  const auto route = std::make_shared<const Route>(Route{.why = "rule 0: m", .targets = {{.who = "p", .model = "m"}}});
  const auto* target = route->targets.data();
  Trace trace{.id = "tr_1", .method = "POST", .path = "/v1/messages", .client_model = "m", .route = route};
  trace.attempts.push_back(
      {.target = target,
       .account = account("1", "anna"),
       .lane = Lane::passthrough,
       .status = 429,
       .error = Error{.code = Code::unknown_429, .message = "slow down", .retry_after = Milliseconds(7000)},
       .scope = provider::Scope::account_model,
       .hint = provider::HintSource::header,
       .rest = Milliseconds(7000),
       .next = Next::next_account});
  pool::Skips skips;
  skips.listed.push_back({.account = account("1", "anna"), .reason = pool::SkipReason::already_tried});
  skips.add(pool::SkipReason::already_tried);
  trace.attempts.push_back({.target = target,
                            .account = account("2", "boris"),
                            .lane = Lane::passthrough,
                            .skipped = std::move(skips),
                            .ended = Microseconds(1234),
                            .status = 200});
  trace.losses.push_back({.path = "seed", .why = "no such field", .weight = ir::Loss::Weight::dropped});
  trace.losses.push_back({.path = "metadata", .why = "no such field", .weight = ir::Loss::Weight::harmless});
  trace.status = 200;
  return trace;
}

TEST(Trace, tells_a_recovery_in_one_sentence) {
  EXPECT_EQ(sentence(recovered()), "anna answered 429 (unknown_429). Recovered on attempt 2 with boris.");
}

TEST(Trace, tells_the_same_outcome_once) {
  const Target target{.who = "p", .model = "m"};
  Trace trace;
  for (int i = 0; i < 2; ++i)
    trace.attempts.push_back({.target = &target,
                              .account = account("1", "anna"),
                              .status = 503,
                              .error = Error{.code = Code::overloaded, .message = "busy"}});
  trace.error = Error{.code = Code::overloaded, .message = "busy"};
  EXPECT_TRUE(sentence(trace).starts_with("anna answered 503 (overloaded), 2 times. busy.")) << sentence(trace);
}

TEST(Trace, tells_a_failure_with_its_remedy) {
  Trace trace;
  trace.error = Error{.code = Code::bad_json, .message = "The body is not valid JSON."};
  EXPECT_EQ(sentence(trace), "The body is not valid JSON. Send valid JSON in UTF-8.");
}

TEST(Trace, is_read_as_json_with_every_decision) {
  std::string packed;
  append_packed(packed, recovered());
  const auto text = trace_json(packed);
  ASSERT_TRUE(text.has_value());
  const auto document = json::Document::parse(*text);
  ASSERT_TRUE(document.has_value()) << *text;
  const auto first = document->root()["attempts"][0];
  EXPECT_TRUE(first["error"]["class"].is("rate_limited"));
  EXPECT_EQ(first["error"]["retry_after_ms"].integer_or(0), 7000);
  EXPECT_EQ(first["rest_ms"].integer_or(0), 7000);
  EXPECT_TRUE(first["next"].is("next_account"));
  EXPECT_TRUE(document->root()["attempts"][1]["skipped"][0]["reason"].is("already_tried"));
  EXPECT_EQ(document->root()["losses"].size(), 2U);
  EXPECT_EQ(document->root()["attempts"][1]["ended_ms"].raw(), "1.234");
  EXPECT_TRUE(document->root()["targets"][0].is("p/m"));
}

TEST(Trace, damaged_ones_are_noticed) {
  std::string packed;
  append_packed(packed, recovered());
  packed.pop_back();
  EXPECT_FALSE(trace_json(packed));
  EXPECT_EQ(trace_json(R"({"a":1})"), R"({"a":1})");  // as older ledgers have them
}

TEST(Trace, counts_only_losses_that_can_change_the_answer) { EXPECT_EQ(counted_losses(recovered().losses), 1U); }

TEST(Trace, knows_the_attempt_that_served) {
  EXPECT_EQ(recovered().served()->account_label(), "boris");
  EXPECT_EQ(Trace{}.served(), nullptr);
}

}  // namespace
}  // namespace agt::relay

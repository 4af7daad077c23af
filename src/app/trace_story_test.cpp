#include "app/trace_story.h"

#include <gtest/gtest.h>

namespace agt::app {
namespace {

std::string story_of(std::string_view trace) { return trace_story(json::Document::parse(trace)->root()); }

constexpr std::string_view recovered = R"({
  "id":"tr_abc","started_ms":1795417445000,"method":"POST","path":"/v1/chat/completions","dialect":"openai_chat",
  "operation":"generate","model":"gpt-5","stream":true,"user_agent":"curl/7.88","client_key":"laptop",
  "correction":"write /v1 once","rule":"rule 0: gpt-*","targets":["openai/gpt-5","anthropic/claude"],
  "attempts":[
    {"provider":"openai","model":"gpt-5","account_id":"acc_1","account":"work","lane":"passthrough","begun_ms":0.5,
     "ended_ms":532.25,"status":429,"timings":{"reused_connection":false,"dns_ms":3,"connect_ms":12,"tls_ms":30,
     "sent_ms":31,"first_byte_ms":520.1},"skipped":[{"account_id":"acc_2","account":"home","reason":"cooling",
     "remaining_ms":42000,"code":"rpm","set_by":"tr_x"}],"error":{"class":"rate_limited","code":"rpm",
     "message":"slow down","retry_after_ms":60000,"remedy":"Wait."},"scope":"account_model","retry_hint":"header",
     "rest_ms":60000,"next":"next_target"},
    {"provider":"anthropic","model":"claude","account_id":"acc_3","account":"claude","lane":"translate",
     "begun_ms":533,"ended_ms":1200,"status":200,"timings":{"reused_connection":true,"first_byte_ms":600},
     "skipped":[]}],
  "losses":[{"path":"messages[2].cache_control","why":"no such field","weight":"dropped"}],
  "status":200,"usage":{"input":12,"output":30,"cache_read":4,"estimated":false},"stop_reason":"end",
  "first_byte_ms":601,"total_ms":1204.5,"bytes_in":1200,"bytes_out":3400,
  "sentence":"work answered 429 (rpm). Recovered on attempt 2 with claude."})";

TEST(TraceStory, tells_a_recovery_step_by_step) {
  EXPECT_EQ(story_of(recovered), R"(Request tr_abc, 2026-11-23 07:04:05 UTC
  asked      POST /v1/chat/completions (openai_chat, generate, streamed) for "gpt-5" by curl/7.88, key "laptop"
  corrected  write /v1 once
  rule       rule 0: gpt-*
  goes to    openai/gpt-5, then anthropic/claude
  try 1      work (openai/gpt-5), passthrough, from 0.5 to 532.2 ms
               passed over home: cooling, rpm, 42.0 s left, since tr_x
               name found at 3.0 ms, connected at 12.0 ms, TLS at 30.0 ms, sent at 31.0 ms, first byte at 520.1 ms
               answered 429: rate_limited/rpm: slow down
               rests 1 min (account_model, told by the header); the next target was tried
  try 2      claude (anthropic/claude), translate, from 533.0 to 1200.0 ms
               reused connection, first byte at 600.0 ms
               answered 200
  loss       messages[2].cache_control dropped: no such field
  tokens     12 in, 30 out, 4 read from cache
  answer     200 after 1204.5 ms, first byte at 601.0 ms, stop: end; 1.2 kB in, 3.4 kB out

work answered 429 (rpm). Recovered on attempt 2 with claude.
)");
}

TEST(TraceStory, tells_that_nobody_was_free) {
  const auto story =
      story_of(R"({"id":"tr_1","started_ms":0,"method":"POST","path":"/v1/messages","dialect":"anthropic",
    "operation":"generate","model":"m","stream":false,"user_agent":"","rule":"","targets":["openai/m"],
    "attempts":[{"provider":"openai","model":"m","account_id":"","account":"","lane":"none","begun_ms":0,"ended_ms":0,
    "status":0,"timings":{"reused_connection":false},"skipped":[{"account_id":"a","account":"work","reason":"off"}],
    "error":{"class":"client_error","code":"no_account","message":"nobody","remedy":"Add."},"next":"stop"}],
    "losses":[],"status":503,"error":{"class":"client_error","code":"no_account","message":"nobody","remedy":"Add."},
    "usage":{"estimated":false},"total_ms":1,"bytes_in":10,"bytes_out":20,"sentence":"nobody Add."})");
  EXPECT_TRUE(
      story.contains("  try 1      nobody was free for openai/m\n"
                     "               passed over work: off\n"))
      << story;
  EXPECT_TRUE(story.contains("  error      client_error/no_account: nobody\n\nnobody Add.\n")) << story;
}

TEST(TraceStory, does_not_let_a_message_steer_the_terminal) {
  EXPECT_FALSE(story_of("{\"id\":\"tr_1\",\"sentence\":\"\\u001b[2J\"}").contains('\x1b'));
}

}  // namespace
}  // namespace agt::app

#include "app/selftest.h"

#include <gtest/gtest.h>

#include "app/selftest_reading.h"

namespace agt::app {
namespace {

TEST(Selftest, judges_a_whole_answer) {
  EXPECT_EQ(judged(Wire::chat, Matter::text, 200,
                   R"({"choices":[{"message":{"content":"Echo: ping"},"finish_reason":"stop"}]})"),
            "");
  EXPECT_EQ(judged(Wire::chat, Matter::text, 200, R"({"choices":[{"message":{"content":"Echo: ping"}}]})"),
            "the answer has no end");
  EXPECT_EQ(judged(Wire::chat, Matter::text, 200,
                   R"({"choices":[{"message":{"content":"Echo: pong"},"finish_reason":"stop"}]})"),
            "it said \"Echo: pong\"");
  EXPECT_EQ(judged(Wire::anthropic, Matter::text, 200,
                   R"({"content":[{"type":"text","text":"Echo: ping"}],"stop_reason":"end_turn"})"),
            "");
  EXPECT_EQ(judged(Wire::gemini, Matter::text, 502, "no"), "status 502: no");
}

TEST(Selftest, judges_a_stream_by_what_is_put_together) {
  const auto* const anthropic =
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\","
      "\"name\":\"get_weather\"}}\n\n"
      "data: "
      "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\":"
      "\"}}\n\n"
      "data: "
      "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"Z\\u00fcrich"
      "\\\"}\"}}\n\n";
  EXPECT_EQ(judged(Wire::anthropic, Matter::tools_stream, 200, anthropic), "the answer has no end");
  EXPECT_EQ(judged(Wire::anthropic, Matter::tools_stream, 200,
                   std::string(anthropic) + "data: {\"type\":\"message_stop\"}\n\n"),
            "");
  EXPECT_EQ(judged(Wire::chat, Matter::stream, 200, "data: [DONE]\n\n"), "it said \"\"");
  EXPECT_NE(judged(Wire::chat, Matter::stream, 200, "data: {\"error\":{\"message\":\"no\"}}\n\n"), "");
}

TEST(Selftest, judges_a_refusal_by_the_clients_own_shape) {
  const auto* const chat = R"({"error":{"message":"no","type":"invalid_request_error"}})";
  EXPECT_EQ(judged(Wire::chat, Matter::failure, 404, chat), "");
  EXPECT_EQ(judged(Wire::anthropic, Matter::failure, 404, chat), "the refusal has no type");
  EXPECT_EQ(judged(Wire::gemini, Matter::failure, 404, chat), "the refusal has no code");
  EXPECT_EQ(judged(Wire::chat, Matter::failure, 200, chat), "status 200 instead of a refusal");
}

TEST(Selftest, table_names_what_is_wrong) {
  const std::vector<SelftestCell> cells{
      {.client = Wire::chat, .upstream = Wire::gemini, .matter = Matter::stream, .wrong = "the answer has no end"},
      {.client = Wire::chat, .upstream = Wire::chat, .matter = Matter::text}};
  const auto table = selftest_table(cells);
  EXPECT_NE(table.find("WRONG: stream"), std::string::npos) << table;
  EXPECT_NE(table.find("chat to gemini, stream: the answer has no end"), std::string::npos) << table;
  EXPECT_NE(table.find("1 of 2 right"), std::string::npos) << table;
  EXPECT_NE(selftest_json(cells).find(R"("ok":false,"cells")"), std::string::npos);
}

}  // namespace
}  // namespace agt::app

#include <gtest/gtest.h>

#include "dialect/openai_chat/embeddings.h"

namespace agt::dialect::openai_chat {
namespace {

Observation of_event(std::string data) {
  SseEvent event;
  event.data = std::move(data);
  return media_codec.observe(event);
}

TEST(Media, a_stream_tells_its_usage_and_its_end) {
  EXPECT_TRUE(of_event(R"({"type":"transcript.text.delta","delta":"Hi"})").semantic);
  EXPECT_FALSE(of_event(R"({"type":"transcript.text.delta","delta":"Hi"})").last);
  const auto end =
      of_event(R"({"type":"transcript.text.done","text":"Hi","usage":{"input_tokens":14,"output_tokens":45}})");
  EXPECT_TRUE(end.last);
  EXPECT_EQ(end.usage->input, 14);
  EXPECT_EQ(end.usage->output, 45);
  EXPECT_TRUE(of_event(R"({"type":"image_edit.completed","b64_json":"x"})").last);
  EXPECT_TRUE(of_event("[DONE]").last);
}

TEST(Media, an_error_inside_a_stream_is_seen) {
  const auto seen = of_event(R"({"error":{"message":"no","type":"server_error","param":null,"code":null}})");
  ASSERT_TRUE(seen.failed);
  EXPECT_FALSE(seen.semantic);
}

TEST(Media, a_whole_answer_tells_its_usage_if_it_is_counted_in_tokens) {
  const auto seen = [](std::string_view text) { return media_codec.observe_whole(*json::Document::parse(text)); };
  EXPECT_EQ(seen(R"({"text":"a","usage":{"type":"tokens","input_tokens":3,"output_tokens":4}})").usage->output, 4);
  EXPECT_FALSE(seen(R"({"text":"a","usage":{"type":"duration","seconds":3}})").usage);
}

}  // namespace
}  // namespace agt::dialect::openai_chat

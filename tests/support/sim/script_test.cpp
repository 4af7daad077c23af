#include "sim/script.h"

#include <gtest/gtest.h>

#include "sim/delivery.h"
#include "sim/script_book.h"

namespace agt::sim {
namespace {

TEST(Script, reads_every_kind_of_field) {
  const auto script = parse_script(std::string_view(
      R"({"status":503,"headers":{"a":"b"},"retry_after":7,"delay_ms":5,"split":"random:9","stall":"mid","reset_at":10,)"
      R"("error_event":{"after":2,"message":"x"},"tool_calls":[{"name":"t","arguments":{"k":1}}],"usage":{"input":3}})"));
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_EQ(script->status, 503);
  EXPECT_EQ(script->headers[0].value, "b");
  EXPECT_EQ(script->retry_after, "7");
  EXPECT_EQ(script->split, Split::random);
  EXPECT_EQ(script->split_seed, 9U);
  EXPECT_EQ(script->stall, Stall::mid);
  EXPECT_EQ(script->stall_ms, 30'000);
  EXPECT_EQ(script->reset_at, 10);
  EXPECT_EQ(script->error_event->after, 2);
  EXPECT_EQ(script->tool_calls[0].arguments, R"({"k":1})");
  EXPECT_EQ(script->usage->input, 3);
  EXPECT_FALSE(script->delivers_plainly());
}

TEST(Script, refuses_a_field_it_does_not_know) {
  const auto script = parse_script(std::string_view(R"({"statsu":503})"));
  ASSERT_FALSE(script);
  EXPECT_EQ(script.error().message, "unknown script field \"statsu\"");
}

TEST(Script, refuses_values_that_make_no_sense) {
  for (const std::string_view text : {R"({"status":"x"})", R"({"delay_ms":-1})", R"({"split":"half"})",
                                      R"({"stall":"x"})", R"({"chunks":99999999})", R"([])", R"({)"})
    EXPECT_FALSE(parse_script(text)) << text;
}

TEST(Script, comes_in_a_key_as_compact_options) {
  const auto options = options_in_key("sk-sim:status=429,retry_after=7,text=a%2Cb,no_done");
  ASSERT_TRUE(options);
  EXPECT_EQ(options_as_json(*options), R"({"status":429,"retry_after":7,"text":"a,b","no_done":true})");
  EXPECT_FALSE(options_in_key("sk-plain"));
}

std::optional<int> taken(ScriptBook& book, std::string_view key, std::string_view model) {
  const auto script = book.take(key, model);
  return script ? script->status : std::nullopt;
}

TEST(ScriptBook, hands_out_scripts_in_order_and_as_often_as_asked) {
  const auto document = json::Document::parse(
      R"([{"key":"a","times":2,"script":{"status":500}},{"script":{"status":429}},{"model":"m*","times":-1,"script":{"status":404}}])");
  ScriptBook book;
  EXPECT_EQ(*book.add(document->root()), 3U);
  EXPECT_EQ(taken(book, "a", "x"), 500);
  EXPECT_EQ(taken(book, "b", "x"), 429);
  EXPECT_EQ(taken(book, "b", "x"), std::nullopt);
  EXPECT_EQ(taken(book, "a", "m1"), 500);
  EXPECT_EQ(taken(book, "a", "m1"), 404);
  EXPECT_EQ(taken(book, "a", "m1"), 404);
  book.clear();
  EXPECT_TRUE(book.empty());
}

TEST(ScriptBook, takes_nothing_of_a_list_with_a_mistake_in_it) {
  const auto document = json::Document::parse(R"([{"script":{"status":500}},{"script":{"oops":1}}])");
  ScriptBook book;
  EXPECT_FALSE(book.add(document->root()));
  EXPECT_TRUE(book.empty());
}

Frames three_frames() {
  Frames frames;
  for (const auto& [text, kind] :
       {std::pair{"a", FrameKind::start}, std::pair{"b", FrameKind::delta}, std::pair{"c", FrameKind::delta},
        std::pair{"F", FrameKind::finish}, std::pair{"D", FrameKind::done}}) {
    frames.bytes += text;
    frames.close(kind);
  }
  return frames;
}

TEST(Delivery, takes_frames_out_and_puts_some_in) {
  EXPECT_EQ(edited(three_frames(), {.no_finish = true}, false, "").bytes, "abcD");
  EXPECT_EQ(edited(three_frames(), {.no_finish = true}, true, "").bytes, "abc");
  EXPECT_EQ(edited(three_frames(), {.no_done = true}, false, "").bytes, "abcF");
  EXPECT_EQ(edited(three_frames(), {.garbage = "??"}, false, "").bytes, "ab??cFD");
  EXPECT_EQ(edited(three_frames(), {.error_event = ErrorEvent{.after = 1}}, false, "E").bytes, "abE");
  EXPECT_EQ(edited(three_frames(), {.error_event = ErrorEvent{.after = 9}}, false, "E").bytes, "abcE");
}

TEST(Delivery, frames_each_event_as_one_http_chunk) {
  Reply reply{.content_type = "text/event-stream", .stream = true, .frames = three_frames()};
  const auto bytes = encoded(reply, After::keep_alive);
  EXPECT_TRUE(bytes.ends_with("\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nF\r\n1\r\nD\r\n0\r\n\r\n")) << bytes;
  EXPECT_TRUE(bytes.starts_with("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"));
}

}  // namespace
}  // namespace agt::sim

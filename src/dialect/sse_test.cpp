#include "dialect/sse.h"

#include <gtest/gtest.h>

#include <vector>

namespace agt::dialect {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events decoded(std::string_view bytes, std::size_t piece) {
  Events events;
  SseDecoder decoder;
  SseEvent event;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.substr(at, piece));
    while (decoder.next(event).value()) events.emplace_back(event.name, event.data);
  }
  if (decoder.finish(event).value()) events.emplace_back(event.name, event.data);
  return events;
}

struct Case {
  std::string_view bytes;
  Events events;
};

class Decodes : public testing::TestWithParam<Case> {};
TEST_P(Decodes, the_same_at_any_split) {
  for (std::size_t piece = 1; piece <= GetParam().bytes.size() + 1; ++piece)
    EXPECT_EQ(decoded(GetParam().bytes, piece), GetParam().events) << "pieces of " << piece;
}
INSTANTIATE_TEST_SUITE_P(Sse, Decodes,
                         testing::Values(Case{"data: a\n\n", {{"", "a"}}}, Case{"data:a\n\n", {{"", "a"}}},
                                         Case{"data:  a\n\n", {{"", " a"}}},
                                         Case{"event: e\r\ndata: a\r\n\r\ndata: b\r\n\r\n", {{"e", "a"}, {"", "b"}}},
                                         Case{"event: e\rdata: a\r\rdata: b\r\r", {{"e", "a"}, {"", "b"}}},
                                         Case{"data: a\r\n\ndata: b\n\r\n", {{"", "a"}, {"", "b"}}},
                                         Case{": hello\n\n: again\ndata: a\n\n", {{"", "a"}}},
                                         Case{"data: a\ndata: b\n\n", {{"", "a\nb"}}},
                                         Case{"data: a\ndata\ndata:\n\n", {{"", "a\n\n"}}},
                                         Case{"event: lonely\n\ndata: a\n\n", {{"", "a"}}},
                                         Case{"\xEF\xBB\xBF"
                                              "data: a\n\n",
                                              {{"", "a"}}},
                                         Case{"id: 1\nretry: 5\nunknown: x\ndata: a\n\n", {{"", "a"}}},
                                         Case{"data: {\"x\":\"é😀\"}\n\n", {{"", "{\"x\":\"é😀\"}"}}},
                                         Case{"data: unfinished", {{"", "unfinished"}}}, Case{"data: a\n", {{"", "a"}}},
                                         Case{"data: \n\n", {{"", ""}}}, Case{"\n\n\n", {}}, Case{"", {}}));

TEST(Sse, writes_what_it_reads) {
  std::string out;
  append_sse(out, "message_start", "{\"a\":1}");
  append_sse(out, "", "[DONE]");
  EXPECT_EQ(out, "event: message_start\ndata: {\"a\":1}\n\ndata: [DONE]\n\n");
  EXPECT_EQ(decoded(out, 3), (Events{{"message_start", "{\"a\":1}"}, {"", "[DONE]"}}));
}

}  // namespace
}  // namespace agt::dialect

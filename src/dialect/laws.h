// Test support: the laws that every Codec obeys, as functions over golden texts. Each dialect's tests call them.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "dialect/codec.h"
#include "ir/fold.h"
#include "ir/grammar.h"

namespace agt::dialect::laws {

inline std::string file(const std::string& path) {
  std::ifstream in(std::string(AGT_GOLDEN_DIR) + "/" + path, std::ios::binary);
  EXPECT_TRUE(in.good()) << "no golden file " << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The events of a stream fed in pieces of `piece` bytes.
inline std::vector<ir::Event> events_of(const Codec& codec, std::string_view sse, std::size_t piece,
                                        const ReadContext& context = {.id_seed = "seed"}) {
  std::vector<ir::Event> events;
  const auto reader = codec.make_reader(context);
  SseDecoder decoder;
  SseEvent event;
  for (std::size_t at = 0; at < sse.size(); at += piece) {
    decoder.feed(sse.substr(at, piece));
    while (decoder.next(event).value()) reader->read(event, events);
  }
  if (decoder.finish(event).value()) reader->read(event, events);
  reader->end(events);
  return events;
}

// Laws 3 and 5: any split of the bytes gives the same events, and they keep the grammar. Returns the events.
inline std::vector<ir::Event> same_at_any_split(const Codec& codec, std::string_view sse) {
  const auto whole = events_of(codec, sse, std::max<std::size_t>(sse.size(), 1));
  EXPECT_EQ(ir::grammar_violation(whole), "");
  for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 64UL, 1000UL})
    EXPECT_TRUE(events_of(codec, sse, piece) == whole) << "pieces of " << piece;
  return whole;
}

// The bytes that the codec writes for these events.
inline std::string written(const Codec& codec, const std::vector<ir::Event>& events, const ReplyContext& context) {
  std::string out;
  const auto writer = codec.make_writer(context);
  for (const auto& event : events) writer->write(event, out);
  return out;
}

// Law 2: the stream folded equals the whole reply parsed, but for `raw` usage and extras.
inline void stream_equals_whole(const Codec& codec, std::string_view sse, std::string_view whole) {
  auto folded = ir::fold(same_at_any_split(codec, sse));
  ASSERT_TRUE(folded.has_value()) << folded.error().message;
  const auto document = json::Document::parse(whole);
  ASSERT_TRUE(document.has_value());
  auto parsed = codec.parse_response(*document, {.id_seed = "seed"});
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  folded->usage.raw = parsed->usage.raw = {};
  folded->extras = parsed->extras = {};
  EXPECT_TRUE(*folded == *parsed);
}

// Law 4: what the writer writes for a response, the same dialect's reader reads back as the same response, and
// render_response says the same as the stream.
inline void reads_back_what_it_writes(const Codec& codec, const ir::Response& response, const ReplyContext& context) {
  const auto sse = written(codec, ir::unfold(response), context);
  auto streamed = ir::fold(same_at_any_split(codec, sse));
  ASSERT_TRUE(streamed.has_value()) << streamed.error().message << "\n" << sse;
  const auto body = codec.render_response(response, context);
  const auto document = json::Document::parse(body);
  ASSERT_TRUE(document.has_value()) << body;
  auto whole = codec.parse_response(*document, {.id_seed = "seed"});
  ASSERT_TRUE(whole.has_value()) << whole.error().message << "\n" << body;
  EXPECT_TRUE(streamed->parts == response.parts) << sse;
  EXPECT_TRUE(whole->parts == response.parts) << body;
  EXPECT_EQ(streamed->stop.reason, response.stop.reason);
  EXPECT_EQ(whole->stop.reason, response.stop.reason);
  EXPECT_EQ(streamed->usage.input, response.usage.input);
  EXPECT_EQ(streamed->usage.output, response.usage.output);
  EXPECT_EQ(whole->usage.input, response.usage.input);
  EXPECT_EQ(whole->usage.cache_read, response.usage.cache_read);
}

// JSON equality without regard to the order of members and the spelling of numbers and strings.
inline bool same_json(json::Value a, json::Value b) {
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  switch (a.kind()) {
    case json::Kind::missing:
    case json::Kind::null: return true;
    case json::Kind::boolean: return a.raw() == b.raw();
    case json::Kind::number: return a.raw() == b.raw() || a.number_or(0) == b.number_or(1);
    case json::Kind::string: return a.text_or("") == b.text_or("");
    case json::Kind::array:
      for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_json(a[i], b[i])) return false;
      return true;
    case json::Kind::object:
      for (const auto child : a.children())
        if (!same_json(child, b[child.key()])) return false;
      return true;
  }
  return false;
}

// Law 1: render ∘ parse is the identity within one dialect. `model` is what the target is called.
inline void request_round_trips(const Codec& codec, const std::string& body, const Asked& asked,
                                const RenderTarget& target) {
  const auto before = json::Document::parse(body);
  ASSERT_TRUE(before.has_value()) << before.error().message;
  const auto request = codec.parse_request(*before, asked);
  ASSERT_TRUE(request.has_value()) << request.error().message;
  const auto rendered = codec.render_request(*request, target);
  ASSERT_TRUE(rendered.has_value()) << rendered.error().message;
  const auto after = json::Document::parse(rendered->body);
  ASSERT_TRUE(after.has_value()) << rendered->body;
  EXPECT_TRUE(same_json(before->root(), after->root())) << "before: " << body << "\nafter:  " << rendered->body;
  for (const auto& loss : rendered->losses.all()) ADD_FAILURE() << "lost at home: " << loss.path << ": " << loss.why;
}

// `body` with an unknown member put into the n-th object of the text, for law 1 at random depths.
inline std::string with_unknown_field(const std::string& body, std::size_t n) {
  std::size_t seen = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (in_string && body[i] == '\\') {
      ++i;
      continue;
    }
    if (body[i] == '"') in_string = !in_string;
    if (in_string || body[i] != '{' || seen++ != n) continue;
    const auto next = body.find_first_not_of(" \n\r\t", i + 1);
    return body.substr(0, i + 1) + R"("x_unknown":{"deep":[1,9007199254740993]})" + (body[next] == '}' ? "" : ",") +
           body.substr(i + 1);
  }
  return body;
}

}  // namespace agt::dialect::laws

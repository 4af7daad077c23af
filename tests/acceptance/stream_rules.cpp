// What the clients' SDKs demand of a stream, found by feeding them altered ones (openai 7.57, anthropic 1.12,
// genai 3.1).
#include "acceptance/stream_rules.h"

#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/openai_responses/codec.h"
#include "json/document.h"

namespace agt::acceptance {
namespace {

std::vector<SentEvent> events_in(const std::string& sse) {
  std::vector<SentEvent> out;
  dialect::SseDecoder decoder;
  dialect::SseEvent event;
  decoder.feed(sse);
  while (decoder.next(event).value()) out.push_back({std::string(event.name), std::string(event.data)});
  EXPECT_FALSE(decoder.finish(event).value()) << "the last event lacks its blank line";
  return out;
}

// Chunks hold `choices`; the first says the role; calls count from 0 without gaps, with id and type on their first
// delta; one finish reason; usage in a chunk of its own, only when asked; [DONE] last.
class ChatRules {
 public:
  explicit ChatRules(bool usage_wanted) : usage_wanted_(usage_wanted) {}

  void check(const std::vector<SentEvent>& events) {
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().data, "[DONE]");
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
      EXPECT_EQ(events[i].name, "");
      const auto document = json::Document::parse(events[i].data);
      ASSERT_TRUE(document.has_value()) << events[i].data;
      chunk(document->root(), i == 0);
    }
    EXPECT_EQ(finishes_, 1);
    EXPECT_LE(usages_, usage_wanted_ ? 1 : 0);
  }

 private:
  void chunk(json::Value root, bool first) {
    EXPECT_TRUE(root["choices"].is_array()) << root.raw();
    EXPECT_TRUE(root["object"].is("chat.completion.chunk"));
    EXPECT_TRUE(root["id"].is_string() && root["model"].is("alias")) << root.raw();
    if (first) id_ = root["id"].text_or("");
    EXPECT_EQ(root["id"].text_or(""), id_);
    EXPECT_EQ(root["usage"].exists(), usage_wanted_) << root.raw();
    if (root["usage"].present()) {
      ++usages_;
      EXPECT_EQ(root["choices"].size(), 0U);
      EXPECT_EQ(finishes_, 1);
      return;
    }
    const auto choice = root["choices"][0];
    const auto delta = choice["delta"];
    EXPECT_TRUE(delta.is_object());
    if (first) {
      EXPECT_TRUE(delta["role"].is("assistant"));
    }
    EXPECT_TRUE(choice["finish_reason"].exists());
    EXPECT_EQ(finishes_, 0) << "after the finish: " << root.raw();
    if (choice["finish_reason"].is_string()) ++finishes_;
    for (const auto call : delta["tool_calls"].children()) {
      const auto index = call["index"].integer_or(-1);
      if (index == calls_) {
        ++calls_;
        EXPECT_TRUE(call["id"].is_string() && call["type"].is_string()) << call.raw();
        EXPECT_TRUE(call["function"]["name"].is_string() || call["custom"]["name"].is_string()) << call.raw();
      }
      EXPECT_LT(index, calls_) << "calls are numbered without gaps: " << call.raw();
    }
  }

  bool usage_wanted_;
  std::string id_{};
  std::int64_t calls_ = 0;
  int finishes_ = 0;
  int usages_ = 0;
};

// message_start, blocks numbered without gaps and one open at a time, each delta of its block's kind, message_delta
// with usage, message_stop; the name of each event is its type.
class AnthropicRules {
 public:
  void check(const std::vector<SentEvent>& events) {
    ASSERT_GE(events.size(), 3U);
    for (const auto& event : events) {
      const auto document = json::Document::parse(event.data);
      ASSERT_TRUE(document.has_value()) << event.data;
      EXPECT_EQ(document->root()["type"].text_or(""), event.name);
      one(event.name, document->root());
    }
    EXPECT_EQ(stage_, Stage::over);
  }

 private:
  enum class Stage { before, blocks, told, over };

  void one(const std::string& name, json::Value root) {
    if (name == "message_start") return start(root["message"]);
    if (name == "content_block_start") return open(root);
    if (name == "content_block_delta") return grow(root);
    if (name == "content_block_stop") {
      EXPECT_EQ(root["index"].integer_or(-1), next_ - 1);
      EXPECT_TRUE(!kind_.empty());
      complete_ = complete_ && (kind_ != "tool_use" || input_.empty() || json::Document::parse(input_).has_value());
      return kind_.clear();
    }
    if (name == "message_delta") {
      EXPECT_EQ(stage_, Stage::blocks);
      EXPECT_TRUE(kind_.empty()) << "a block is still open";
      EXPECT_EQ(root["usage"]["output_tokens"].kind(), json::Kind::number) << root.raw();
      EXPECT_TRUE(root["delta"]["stop_reason"].is_string()) << root.raw();
      EXPECT_TRUE(complete_ || root["delta"]["stop_reason"].is("max_tokens")) << "the input of a call is no JSON";
      stage_ = Stage::told;
      return;
    }
    ASSERT_EQ(name, "message_stop");
    EXPECT_EQ(stage_, Stage::told);
    stage_ = Stage::over;
  }

  void start(json::Value message) {
    EXPECT_EQ(stage_, Stage::before);
    EXPECT_EQ(message["content"].raw(), "[]");
    EXPECT_TRUE(message["id"].text_or("").starts_with("msg_"));
    EXPECT_TRUE(message["stop_reason"].exists() && !message["stop_reason"].present());
    for (const auto* count :
         {"input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"})
      EXPECT_EQ(message["usage"][count].kind(), json::Kind::number) << count;
    EXPECT_TRUE(message["usage"]["cache_creation"].is_object());
    stage_ = Stage::blocks;
  }

  void open(json::Value root) {
    EXPECT_EQ(stage_, Stage::blocks);
    EXPECT_TRUE(kind_.empty()) << "two blocks open";
    EXPECT_EQ(root["index"].integer_or(-1), next_++);
    kind_ = root["content_block"]["type"].text_or("");
    EXPECT_FALSE(kind_.empty());
    input_.clear();
  }

  void grow(json::Value root) {
    EXPECT_EQ(root["index"].integer_or(-1), next_ - 1);
    const auto type = root["delta"]["type"].text_or("");
    const bool fits = kind_ == "text"       ? type == "text_delta" || type == "citations_delta"
                      : kind_ == "thinking" ? type == "thinking_delta" || type == "signature_delta"
                                            : type == "input_json_delta";
    EXPECT_TRUE(fits) << type << " in a block of " << kind_;
    input_ += root["delta"]["partial_json"].text_or("");
  }

  Stage stage_ = Stage::before;
  std::int64_t next_ = 0;
  std::string kind_{};
  std::string input_{};
  bool complete_ = true;  // the inputs of all calls
};

// Data events only, one candidate each, a finish reason in the last one only; no [DONE].
void check_gemini(const std::vector<SentEvent>& events) {
  ASSERT_FALSE(events.empty());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].name, "");
    const auto document = json::Document::parse(events[i].data);
    ASSERT_TRUE(document.has_value()) << events[i].data;
    const auto candidate = document->root()["candidates"][0];
    EXPECT_TRUE(candidate["content"]["parts"].is_array()) << events[i].data;
    EXPECT_EQ(candidate["finishReason"].is_string(), i + 1 == events.size()) << events[i].data;
    EXPECT_TRUE(document->root()["responseId"].is_string());
    EXPECT_TRUE(document->root()["modelVersion"].is("alias"));
  }
}

}  // namespace

void keeps_stream_rules(const Side& client, const std::string& sse, bool usage_wanted) {
  SCOPED_TRACE("the stream of a client of " + client.name + ":\n" + sse);
  const auto events = events_in(sse);
  if (client.codec == &dialect::anthropic_codec) return AnthropicRules().check(events);
  if (client.codec == &dialect::openai_responses_codec) return check_responses_stream(events);
  if (client.codec != &dialect::gemini_codec) return ChatRules(usage_wanted).check(events);
  EXPECT_TRUE(sse.ends_with("\r\n\r\n"));
  check_gemini(events);
}

}  // namespace agt::acceptance

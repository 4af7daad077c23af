#include "sim/replies.h"

#include <gtest/gtest.h>

#include "sim/desk.h"
#include "sim/errors.h"

namespace agt::sim {
namespace {

// A request through the whole desk, without a socket.
class Asking : public testing::Test {
 protected:
  Reply ask(std::string target, std::string body, std::string_view version = {}) {
    Request request{.method = "POST", .target = std::move(target), .body = std::move(body)};
    request.headers = {{"authorization", "Bearer key"}};
    if (!version.empty()) request.headers.push_back({"anthropic-version", std::string(version)});
    return desk_.handle(request, route(request), {.unix_ms = 1'800'000'000'000}).reply;
  }
  Desk desk_{1, "secret", true};
};

// The data of every event, parsed; [DONE] and other non-JSON is left out.
std::vector<json::Document> events(const Reply& reply) {
  std::vector<json::Document> out;
  for (std::size_t i = 0; i < reply.frames.marks.size(); ++i) {
    const auto frame = reply.frames.at(i);
    const auto at = frame.find("data: ");
    const auto end = frame.find_first_of("\r\n", at);
    if (at == std::string_view::npos) continue;
    if (auto document = json::Document::parse(frame.substr(at + 6, end - at - 6))) out.push_back(*std::move(document));
  }
  return out;
}

TEST_F(Asking, chat_whole_has_every_field) {
  const auto reply = ask("/v1/chat/completions", R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
  const auto document = json::Document::parse(reply.body);
  ASSERT_TRUE(document);
  const auto root = document->root();
  EXPECT_TRUE(root["id"].text_or("").starts_with("chatcmpl-"));
  EXPECT_EQ(root["created"].integer_or(0), 1'800'000'000);
  EXPECT_EQ(
      root["choices"].raw(),
      R"([{"index":0,"message":{"role":"assistant","content":"Echo: hi","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}])");
  EXPECT_EQ(root["usage"]["completion_tokens_details"]["reasoning_tokens"].integer_or(-1), 0);
}

TEST_F(Asking, chat_stream_ends_with_usage_and_done) {
  const auto reply = ask(
      "/v1/chat/completions",
      R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]})");
  const auto& marks = reply.frames.marks;
  ASSERT_EQ(marks.size(), 6U);  // role, "Echo: ", "hi", finish, usage, [DONE]
  EXPECT_EQ(reply.frames.at(5), "data: [DONE]\n\n");
  EXPECT_EQ(events(reply)[4].root()["choices"].raw(), "[]");
  EXPECT_EQ(events(reply)[3].root()["choices"][0]["finish_reason"].text_or(""), "stop");
}

TEST_F(Asking, responses_stream_is_in_order) {
  const auto reply = ask("/v1/responses", R"({"model":"m","stream":true,"input":"hi"})");
  std::vector<std::string> types;
  std::int64_t number = 0;
  for (const auto& event : events(reply)) {
    types.push_back(event.root()["type"].text_or(""));
    EXPECT_EQ(event.root()["sequence_number"].integer_or(-1), number++);
  }
  EXPECT_EQ(types,
            (std::vector<std::string>{
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed"}));
}

TEST_F(Asking, responses_object_has_the_keys_that_strict_clients_want) {
  const auto reply = ask("/v1/responses", R"({"model":"m","input":"hi","temperature":0.5})");
  const auto document = json::Document::parse(reply.body);
  ASSERT_TRUE(document);
  for (const auto* key : {"completed_at", "previous_response_id", "instructions", "error", "incomplete_details",
                          "reasoning", "usage", "max_output_tokens", "max_tool_calls", "safety_identifier",
                          "prompt_cache_key", "metadata", "tools", "text", "truncation"})
    EXPECT_TRUE(document->root()[key].exists()) << key;
  for (const auto* key : {"temperature", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs"})
    EXPECT_EQ(document->root()[key].kind(), json::Kind::number) << key;
  for (const auto* key : {"store", "background", "parallel_tool_calls"})
    EXPECT_EQ(document->root()[key].kind(), json::Kind::boolean) << key;
  EXPECT_EQ(document->root()["temperature"].raw(), "0.5");
}

TEST_F(Asking, anthropic_stream_is_in_order) {
  const auto reply =
      ask("/v1/messages",
          R"({"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"[[think]] hi"}]})",
          "2023-06-01");
  EXPECT_TRUE(reply.frames.at(0).starts_with("event: message_start\ndata: {\"type\":\"message_start\""));
  std::string shape;
  for (const auto& event : events(reply)) {
    const auto type = event.root()["type"].text_or("");
    if (type == "content_block_start") shape += "<" + event.root()["content_block"]["type"].text_or("");
    if (type == "content_block_stop") shape += ">";
    if (type == "message_delta") shape += " " + event.root()["delta"]["stop_reason"].text_or("");
    if (type == "message_stop") shape += " stop";
  }
  EXPECT_EQ(shape, "<thinking><text> end_turn stop");
}

TEST_F(Asking, anthropic_counts_caches_apart) {
  const auto reply = ask(
      "/v1/messages",
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"[[usage {\"input\":10,\"cached\":4,\"cache_write\":3,\"output\":2}]]"}]})",
      "2023-06-01");
  const auto document = json::Document::parse(reply.body);
  const auto usage = document->root()["usage"];
  EXPECT_EQ(usage["input_tokens"].integer_or(-1), 3);
  EXPECT_EQ(usage["cache_read_input_tokens"].integer_or(-1), 4);
  EXPECT_EQ(usage["cache_creation_input_tokens"].integer_or(-1), 3);
}

TEST_F(Asking, gemini_stream_says_finish_once_and_ends_bare) {
  const auto reply = ask("/v1/models/m:streamGenerateContent?alt=sse", R"({"contents":[{"parts":[{"text":"hi"}]}]})");
  EXPECT_TRUE(reply.frames.bytes.ends_with("\r\n\r\n"));
  std::size_t finished = 0;
  for (const auto& event : events(reply)) finished += event.root()["candidates"][0]["finishReason"].exists() ? 1U : 0U;
  EXPECT_EQ(finished, 1U);
}

TEST_F(Asking, gemini_array_is_one_document) {
  const auto reply = ask("/v1/models/m:streamGenerateContent", R"({"contents":[{"parts":[{"text":"hi"}]}]})");
  const auto document = json::Document::parse(reply.frames.bytes);
  ASSERT_TRUE(document) << reply.frames.bytes;
  EXPECT_EQ(document->root().size(), 3U);
}

TEST_F(Asking, refusals_and_lengths_have_each_providers_words) {
  const auto gemini = ask("/v1/models/m:generateContent", R"({"contents":[{"parts":[{"text":"[[refuse]]"}]}]})");
  EXPECT_EQ(json::Document::parse(gemini.body)->root()["candidates"][0]["finishReason"].text_or(""), "SAFETY");
  const auto chat = ask("/v1/chat/completions", R"({"model":"m","messages":[{"role":"user","content":"[[length]]"}]})");
  EXPECT_NE(chat.body.find(R"("finish_reason":"length")"), std::string::npos);
  const auto claude =
      ask("/v1/messages", R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"[[refuse]]"}]})",
          "2023-06-01");
  EXPECT_NE(claude.body.find(R"("content":[],"stop_reason":"refusal")"), std::string::npos);
}

TEST_F(Asking, errors_have_the_shape_of_the_dialect) {
  Minter ids(1);
  const Problem problem{.status = 400, .message = "m", .code = "c", .param = "p"};
  EXPECT_EQ(error_body(Dialect::chat, problem, ids),
            R"({"error":{"message":"m","type":"invalid_request_error","param":"p","code":"c"}})");
  EXPECT_EQ(error_body(Dialect::gemini, problem, ids),
            R"({"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}})");
  EXPECT_TRUE(
      error_body(Dialect::anthropic, problem, ids)
          .starts_with(R"({"type":"error","error":{"type":"invalid_request_error","message":"m"},"request_id":"req_)"));
}

TEST_F(Asking, named_errors_carry_their_hints) {
  Minter ids(1);
  const auto google = named_error("gemini_429_retryinfo", Dialect::chat, "m", ids);
  EXPECT_NE(google.body.find(R"("retryDelay":"34.4s")"), std::string::npos);
  EXPECT_TRUE(json::Document::parse(google.body));
  EXPECT_EQ(named_error("404_model", Dialect::responses, "m", ids).status, 400);
  EXPECT_EQ(named_error("404_model", Dialect::chat, "m", ids).status, 404);
  EXPECT_EQ(named_error("nonsense", Dialect::chat, "m", ids).status, 500);
}

}  // namespace
}  // namespace agt::sim
